/** What the tools around restore points share: listing them, and finding the one that is meant. */
import type { CloudwaysAccount, Report } from "../../cloudways/account.ts";
import type { WaitOptions } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { finishedRestorePoints, momentOf, restorePoints } from "../../cloudways/restore_points.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { notKnown } from "../define/known_values.ts";
import { nullIfRefused } from "../define/questions.ts";
import { idsOf } from "../define/targets.ts";
import type { RestoreList } from "../define/restored.ts";

/** Has Cloudways list the restore points, and notes them. */
export async function listRestorePoints(
  account: CloudwaysAccount,
  found: FoundApp,
  options: WaitOptions,
): Promise<Report<RestoreList>> {
  const report = await account.report<RestoreList>({
    operation: "app_backup_status_get",
    path: path`/app/manage/backup`,
    query: idsOf(found),
    inline: restorePoints,
    finished: readRestorePoints,
  }, options);
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
 * The restore point that is meant by a text, exactly as Cloudways wants it: the same text, or the time of one point
 * alone. What was listed in the last hour is believed; otherwise it is listed now.
 *
 * @returns Undefined where Cloudways doesn't show this caller which there are.
 * @throws {ToolError} `invalid_arguments` with the points there are, and whatever keeps them from being known.
 */
export async function findRestorePoint(
  account: CloudwaysAccount,
  found: FoundApp,
  wanted: string,
): Promise<string | undefined> {
  const noted = pick(await account.notedRestorePoints(found), wanted);
  if (noted !== undefined) return noted;
  const report = await listRestorePoints(account, found, { seconds: LOOK_SECONDS }).catch(nullIfRefused);
  if (report === null) return undefined;
  if (report.status === "running") throw notListedYet(report.operation_id);
  const known = report.data.restore_points;
  const point = pick(known, wanted);
  if (point === undefined) throw notKnown({ argument: "time", what: "restore point of this application", known });
  return point;
}

function pick(points: readonly string[], wanted: string): string | undefined {
  if (points.includes(wanted)) return wanted;
  const moment = momentOf(wanted);
  const same = moment === undefined ? [] : points.filter((point) => momentOf(point) === moment);
  return same.length === 1 ? same[0] : undefined;
}

function notListedYet(operationId: string): ToolError {
  return new ToolError("upstream_busy", "Cloudways still lists the restore points, so this one can't be checked yet.", {
    hint: `Nothing was restored, and nobody was asked. Call get_operation_status with operation_id ${operationId} ` +
      "until it is completed, then make this call again.",
    details: { operation_id: operationId },
    done: "nothing",
  });
}
