import { type Handlers, text } from "../call.ts";
import { restorePoint } from "../dates.ts";
import { invalidField, refused } from "../refusals.ts";
import { start } from "./start.ts";

/** Backups of applications, and restoring them. */
export const backupHandlers: Handlers = {
  app_backup: (call) => start(call, "backup_app", () => void call.app.backups.unshift(restorePoint(call.clock.now()))),
  // Despite its name this lists the restore points, and it starts an operation for it.
  app_backup_status_get: (call) =>
    start(call, "app_restore_points", undefined, {
      idForm: "flex",
      result: () => ({ backup_dates: call.app.backups, local_backup_exists: call.app.localBackup }),
    }),
  app_local_backup_delete: (call) => start(call, "delete_local_backup", () => void (call.app.localBackup = false)),
  app_restore(call) {
    const time = text(call, "time");
    if (!call.app.backups.includes(time)) throw invalidField("time", "in", "The selected time is invalid.");
    return start(call, "restore_app", () => Object.assign(call.app, { restoredTo: time, localBackup: true }));
  },
  app_restore_rollback(call) {
    if (!call.app.localBackup) throw refused("There is no local backup to roll back to.");
    return start(call, "rollback_app", () => Object.assign(call.app, { restoredTo: null, localBackup: false }));
  },
};
