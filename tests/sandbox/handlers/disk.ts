import { type Call, type Handlers, nothing, text } from "../call.ts";
import { start } from "./start.ts";

/** What is cleaned up on a server's disk. */
export const diskHandlers: Handlers = {
  server_disk_cleanup_settings_get: (call) => ({ settings: call.server.diskCleanup }),
  server_disk_cleanup_settings_update: setDiskCleanup,
  server_disk_cleanup_execute: (call) =>
    start(call, "disk_cleanup", () => {
      if (text(call, "remove_app_local_backup") === "yes") deleteLocalBackups(call);
    }),
  // The reply is not recorded; it may be an operation.
  server_local_backup_delete(call) {
    if (call.forms === "live") return start(call, "delete_local_backups", () => deleteLocalBackups(call));
    deleteLocalBackups(call);
    return nothing(call);
  },
};

function deleteLocalBackups(call: Call): void {
  for (const app of call.server.apps) app.localBackup = false;
}

/** Written as enable or disable, read back as enabled or disabled. */
function setDiskCleanup(call: Call): unknown {
  for (const name of Object.keys(call.server.diskCleanup)) {
    const value = text(call, name);
    call.server.diskCleanup[name] = name === "automate_cleanup" ? `${value}d` : value;
  }
  return nothing(call);
}
