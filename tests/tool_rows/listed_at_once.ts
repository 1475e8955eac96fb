import type { Sandbox } from "../sandbox/mod.ts";
import type { ToolRow } from "./row.ts";

/** The restore point that the row of `restore_app` goes back to. */
export const RESTORE_POINT = "2026-08-05T23:19:06";

/** The tools that look up restore points before they ask. */
const READERS: ReadonlySet<string> = new Set(["restore_app", "pull_staging_app"]);

/**
 * Lets Cloudways list the restore points without an operation, so that a call waits for nothing but its own work: one
 * to restore, and one of just now, which `pull_staging_app` needs.
 */
export function listRestorePointsAtOnce(
  sandbox: Sandbox,
  { tool }: ToolRow,
  { local_backup_exists, more = [] }: { local_backup_exists: boolean; more?: readonly string[] },
): void {
  if (!READERS.has(tool)) return;
  const body = { backup_dates: [RESTORE_POINT, new Date().toISOString().slice(0, 19), ...more], local_backup_exists };
  sandbox.addFault({ operationId: "app_backup_status_get", kind: { status: 200, body } });
}
