/** Having Cloudways list the restore points of an application. */
import type { CloudwaysAccount, Report, ReportRequest } from "../../cloudways/account.ts";
import type { WaitOptions } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { finishedRestorePoints, restorePoints } from "../../cloudways/restore_points.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { nullIfRefused } from "./questions.ts";
import type { RestoreList } from "./restored.ts";
import { idsOf } from "./targets.ts";

/** The request for the restore points of an application. */
export function restoreListRequest(found: FoundApp): ReportRequest<RestoreList> {
  return {
    operation: "app_backup_status_get",
    path: path`/app/manage/backup`,
    query: idsOf(found),
    inline: restorePoints,
    finished: readRestorePoints,
  };
}

/** Has Cloudways list the restore points, and notes them. */
export async function listRestorePoints(
  account: CloudwaysAccount,
  found: FoundApp,
  options: WaitOptions,
): Promise<Report<RestoreList>> {
  const report = await account.report(restoreListRequest(found), options);
  if (report.status === "completed") await account.noteRestorePoints(found, report.data.restore_points);
  return report;
}

function readRestorePoints(result: unknown): RestoreList {
  const parsed = finishedRestorePoints.safeParse(result);
  if (parsed.success) return parsed.data;
  throw new ToolError("upstream_error", "The finished operation does not hold a list of restore points.", {
    hint: "Try again in a moment. If it stays, report it to the operator of this server.",
  });
}

/** How long the points are waited for before a person is asked. */
const LOOK_SECONDS = 20;

/**
 * The restore points an application has now, for the check before a person is asked.
 *
 * @returns Null where Cloudways doesn't show this caller which there are.
 * @throws {ToolError} `upstream_busy` where Cloudways still lists them, and whatever keeps them from being known.
 */
export async function currentRestorePoints(
  account: CloudwaysAccount,
  found: FoundApp,
): Promise<readonly string[] | null> {
  const report = await listRestorePoints(account, found, { seconds: LOOK_SECONDS }).catch(nullIfRefused);
  if (report === null) return null;
  if (report.status === "running") throw notListedYet(report.operation_id);
  return report.data.restore_points;
}

function notListedYet(operationId: string): ToolError {
  return new ToolError("upstream_busy", "Cloudways still lists the restore points, so they can't be checked yet.", {
    hint: `Nothing was done, and nobody was asked. Call get_operation_status with operation_id ${operationId} ` +
      "until it is completed, then make this call again.",
    details: { operation_id: operationId },
    done: "nothing",
  });
}
