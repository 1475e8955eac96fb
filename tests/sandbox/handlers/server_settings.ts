import { type Call, type Handlers, nothing, number, text } from "../call.ts";
import { isRecord } from "../read_request.ts";
import { start } from "./start.ts";

/** Settings that are written under one name and read under another. */
const readNames: Readonly<Record<string, string>> = { date_timezone: "date.timezone", tls_version: "ssl_protocols" };

/** What can be set on a server. */
export const serverSettingsHandlers: Handlers = {
  server_settings_get: (call) => ({ settings: call.server.settings }),
  server_settings_update(call) {
    for (const name of Object.keys(call.fields)) {
      if (name !== "server_id") call.server.settings[readNames[name] ?? name] = text(call, name);
    }
    return nothing(call);
  },
  server_package_update: (call) =>
    start(call, "update_package", () => {
      const versions = call.server.settings.package_versions;
      if (isRecord(versions)) versions[text(call, "package_name")] = text(call, "package_version");
    }),
  server_master_username_update(call) {
    call.server.master_user = text(call, "username");
    return nothing(call);
  },
  server_master_password_update(call) {
    call.server.master_password = text(call, "password");
    return nothing(call);
  },
  server_maintenance_window_get: (call) => ({ maintenance_settings: call.server.maintenance }),
  server_maintenance_window_update(call) {
    call.server.maintenance = { day: text(call, "day"), hour: number(call, "hour") };
    return { message: "Maintenance window updated" };
  },
  server_backup_settings_update(call) {
    call.server.local_backups = call.fields.local_backups === true;
    if ("backup_frequency" in call.fields) call.server.backup_frequency = text(call, "backup_frequency");
    return nothing(call);
  },
  server_snapshot_frequency_update(call) {
    call.server.snapshot_frequency = text(call, "snapshot_frequency") || null;
    return nothing(call);
  },
  server_local_backup_delete(call) {
    for (const app of call.server.apps) app.localBackup = false;
    return nothing(call);
  },
  server_disk_cleanup_settings_get: (call) => ({ settings: call.server.diskCleanup }),
  server_disk_cleanup_settings_update: setDiskCleanup,
  server_disk_cleanup_execute: (call) =>
    start(call, "disk_cleanup", () => {
      if (text(call, "remove_app_local_backup") !== "yes") return;
      for (const app of call.server.apps) app.localBackup = false;
    }),
};

/** Written as enable or disable, read back as enabled or disabled. */
function setDiskCleanup(call: Call): unknown {
  for (const name of Object.keys(call.server.diskCleanup)) {
    const value = text(call, name);
    call.server.diskCleanup[name] = name === "automate_cleanup" ? `${value}d` : value;
  }
  return nothing(call);
}
