import type { Sandbox } from "../sandbox/mod.ts";
import type { ToolRow } from "./row.ts";

/** The tools that look up restore points before they ask, each with the one that it has to find. */
const POINTS: Readonly<Record<string, (row: ToolRow) => unknown>> = {
  restore_app: ({ minimal }) => minimal.time,
  pull_staging_app: () => new Date().toISOString().slice(0, 19),
};

/** Lets Cloudways list the restore points without an operation, so that a call waits for nothing but its own work. */
export function listRestorePointsAtOnce(
  sandbox: Sandbox,
  row: ToolRow,
  { local_backup_exists, more = [] }: { local_backup_exists: boolean; more?: readonly string[] },
): void {
  const point = POINTS[row.tool];
  if (point === undefined) return;
  const body = { backup_dates: [point(row), ...more], local_backup_exists };
  sandbox.addFault({ operationId: "app_backup_status_get", kind: { status: 200, body } });
}
