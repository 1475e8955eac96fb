/** The result of an operation, shown as the tool that started it would. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { type AppRecord, knownApps } from "../../cloudways/models.ts";
import type { OperationState } from "../../cloudways/operations.ts";
import { readReport } from "../../cloudways/report_tables.ts";
import { finishedRestorePoints, restorePoints } from "../../cloudways/restore_points.ts";
import { describeGraph, readGraph } from "../../cloudways/server_graph.ts";
import { isServerUsage, readServerUsage } from "../../cloudways/server_usage.ts";
import { isoTimesIn } from "../../cloudways/times.ts";
import { ToolError } from "../../errors.ts";
import { record } from "../define/outputs.ts";
import { shownRestoreList } from "../define/restored.ts";
import type { ToolContext } from "../define/tool.ts";
import { appsNamedIn } from "../define/views.ts";

/** The result of a completed operation. `apps` is set if a report on their server names their users. */
export interface ShownResult {
  result: unknown;
  apps?: ReturnType<typeof appsNamedIn>;
}

/**
 * Shows the result of a completed operation: figures instead of JSON in texts, times with their zone, and the
 * applications whose users a report names. Restore points in it are remembered, as if their own tool had read them.
 */
export async function shownResult(
  state: OperationState,
  context: Pick<ToolContext, "account" | "audit" | "clock">,
): Promise<ShownResult> {
  const { account } = context;
  const { result, type, server_id, app_id } = state;
  const graph = readGraph(result) ?? [];
  if (graph.length > 0 && graph.every(({ target }) => target !== "")) {
    return { result: { series: describeGraph(graph) } };
  }
  const points = (type === "app_restore_points" ? finishedRestorePoints : restorePoints).safeParse(result).data;
  if (points !== undefined) {
    const found = app_id === null || server_id === null
      ? undefined
      : { app: { id: app_id }, server: { id: server_id } };
    if (found !== undefined) await account.noteRestorePoints(found, points.restore_points);
    return { result: await shownRestoreList(points, found, context) };
  }
  if (!record.safeParse(result).success) return { result: isoTimesIn(result) };
  if (app_id !== null || server_id === null) return { result: readReport(result) };
  const onServer = await appsOf(server_id, account);
  if (isServerUsage(result)) return { result: readServerUsage(result, onServer) };
  const report = readReport(result);
  const apps = appsNamedIn(report, onServer);
  return apps.length === 0 ? { result: report } : { result: report, apps };
}

/** The applications of the server; empty if they can't be read, so that the result is shown in any case. */
async function appsOf(serverId: number, account: CloudwaysAccount): Promise<readonly AppRecord[]> {
  try {
    return knownApps(await account.server(serverId));
  } catch (error) {
    if (error instanceof ToolError) return [];
    throw error;
  }
}
