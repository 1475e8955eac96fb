import { always, type AskCase, never, SERVER, type ToolCases } from "./case.ts";

/** The tools for servers. */
export const serversCases: Record<string, ToolCases> = {
  start_server: { sends: "server_start", args: SERVER, cases: never("puts back what was there") },
  stop_server: {
    sends: "server_stop",
    args: SERVER,
    cases: [
      ...always("switches sites off"),
      {
        present: "no word of applications",
        setUp: (_app, server) => void server.untold.push("apps"),
        asks: true,
        why: "switches sites off, nobody knows which",
      },
    ],
  },
  restart_server: { sends: "server_restart", args: SERVER, cases: always("switches sites off for a while") },
  backup_server: { sends: "server_backup", args: SERVER, cases: never("costs time alone") },
  optimize_server_disk: {
    sends: "server_disk_cleanup_execute",
    args: { ...SERVER, rotate_app_log: true },
    cases: always("removes data"),
  },
  change_service_state: {
    sends: "service_state_update",
    args: { ...SERVER, service: "nginx" },
    cases: [
      { args: { action: "start" }, present: "any", asks: false, why: "puts back what was there" },
      { args: { action: "stop" }, present: "any", asks: true, why: "switches off" },
      { args: { action: "restart" }, present: "any", asks: true, why: "switches off for a while" },
    ],
  },
  manage_server_varnish: {
    sends: "varnish_manage",
    args: SERVER,
    cases: [
      { args: { action: "enable" }, present: "on", asks: false, why: "takes nothing away" },
      { args: { action: "disable" }, present: "on", asks: true, why: "switches off" },
      { args: { action: "purge" }, present: "on", asks: true, why: "slows every site of the server" },
      ...["disable", "purge"].map((action): AskCase => ({
        args: { action },
        present: "off",
        setUp: (_app, server) => void (server.services.varnish_enabled = 0),
        asks: true,
        why: "a second call needs a yes of its own",
      })),
    ],
  },
};
