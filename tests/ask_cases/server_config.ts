import { always, answers, APP, type AskCase, type Change, never, SERVER, type ToolCases } from "./case.ts";

/** The server is at a provider that makes snapshots, and has them made every so many hours. */
const snapshotsEvery = (hours: string | null): Change => (_app, server) =>
  void Object.assign(server, { cloud: "amazon", snapshot_frequency: hours });

const snapshot = (every: string | null, args: AskCase["args"], asks: boolean, why: string): AskCase => (
  { args: args ?? {}, present: `snapshots every ${every} hours`, setUp: snapshotsEvery(every), asks, why }
);

/** The tools that configure servers. */
export const serverConfigCases: Record<string, ToolCases> = {
  update_server_settings: {
    sends: "server_settings_update",
    args: SERVER,
    cases: [
      { args: { upload_size: 64 }, present: "10", asks: true, why: "restarts services" },
      {
        args: { opcache_memory_size: 64 },
        present: "what can't be read",
        asks: true,
        why: "nobody knows what it replaces",
      },
      {
        args: { upload_size: 64 },
        present: "no word of settings",
        setUp: answers("server_settings_get", { message: "No" }, 403),
        asks: true,
        why: "nobody knows what it replaces",
      },
    ],
  },
  update_server_package: {
    sends: "server_package_update",
    args: { ...SERVER, package: "php", version: "8.3" },
    cases: [
      ...always("restarts services, and may not go back"),
      { args: { package: "redis", version: "latest" }, present: "none", asks: true, why: "changes the whole server" },
      {
        present: "no word of packages",
        setUp: answers("server_settings_get", { settings: [] }),
        asks: true,
        why: "nobody knows what it replaces",
      },
    ],
  },
  set_maintenance_window: {
    sends: "server_maintenance_window_update",
    args: { ...SERVER, day: "Sunday", hour: 3 },
    cases: never("opens nothing, and can be set again"),
  },
  update_backup_schedule: {
    sends: "server_backup_settings_update",
    args: SERVER,
    cases: [
      { args: { backup_time: "03:01" }, present: "another time", asks: true, why: "replaces it" },
      { args: { backup_retention: 4 }, present: "8", asks: true, why: "fewer backups are kept" },
      { args: { local_backups: true }, present: "none", asks: true, why: "uses disk space" },
      { args: { backup_frequency: "12h" }, present: "1", asks: true, why: "replaces it" },
      {
        args: { backup_frequency: "12h", backup_retention: 8, backup_time: "03:00", local_backups: false },
        present: "no word of the schedule",
        setUp: (_app, server) =>
          void server.untold.push("backup_frequency", "backup_retention", "backup_time", "local_backups"),
        asks: true,
        why: "nobody knows what it replaces",
      },
    ],
  },
  set_snapshot_frequency: {
    sends: "server_snapshot_frequency_update",
    args: SERVER,
    cases: [
      snapshot("24", { enabled: false }, true, "switches off"),
      snapshot("24", { enabled: true, hours: 48 }, true, "fewer snapshots"),
      snapshot("daily", { enabled: true, hours: 24 }, true, "nobody knows whether they become fewer"),
      snapshot("24", { enabled: true, hours: 12 }, false, "more snapshots"),
      snapshot(null, { enabled: true, hours: 24 }, false, "replaces nothing"),
      {
        args: { enabled: true, hours: 24 },
        present: "no word of snapshots",
        setUp: (_app, server) => {
          server.cloud = "gce";
          server.untold.push("snapshot_frequency");
        },
        asks: true,
        why: "there may be some",
      },
    ],
  },
  delete_server_local_backups: { sends: "server_local_backup_delete", args: SERVER, cases: always("removes data") },
  delete_app_local_backup: { sends: "app_local_backup_delete", args: APP, cases: always("removes data") },
  update_disk_cleanup_settings: {
    sends: "server_disk_cleanup_settings_update",
    args: SERVER,
    cases: [
      { args: { enabled: true }, present: "off", asks: true, why: "removes data by itself" },
      { args: { remove_app_tmp: true }, present: "off", asks: true, why: "a later switch would not ask for it" },
      {
        args: { enabled: false },
        present: "on",
        setUp: (_app, server) => void (server.diskCleanup.automate_cleanup = "enabled"),
        asks: true,
        why: "switches off",
      },
    ],
  },
};
