import { type Call, type Handlers, text } from "../call.ts";
import { restorePoint } from "../dates.ts";
import { Refusal } from "../refusals.ts";
import { serverRecord, serverSummary } from "../render.ts";
import type { ServerState } from "../state.ts";
import { paged } from "./paged.ts";
import { report, start } from "./start.ts";

/** Servers: listing and life cycle. */
export const serverHandlers: Handlers = {
  server_list: (call) => ({
    status: true,
    servers: call.account.servers.map((server) => serverWithWork(call, server)),
  }),
  servers_page_list: (call) => paged(call, "servers", call.account.servers.map(serverSummary)),
  server_get: (call) => serverSummary(call.server),
  server_get_legacy(call) {
    // No live reply shows a GET on this path; only some documents do.
    if (call.forms === "live") throw new Refusal(404, { message: "Not found" });
    return { server: serverWithWork(call, call.server) };
  },
  server_update_label(call) {
    call.server.label = text(call, "label");
    return { status: true };
  },

  server_start: (call) => start(call, "starting_server", () => void (call.server.status = "running")),
  server_stop: (call) => start(call, "stopping_server", () => void (call.server.status = "stopped")),
  server_restart: (call) => start(call, "restarting_server", () => void (call.server.status = "running")),
  server_backup: (call) =>
    start(call, "backup_server", () => {
      for (const app of call.server.apps) app.backups.unshift(restorePoint(call.clock.now()));
    }),
  server_delete: (call) =>
    start(call, "delete_server", () => {
      call.account.servers = call.account.servers.filter((one) => one !== call.server);
    }),
  server_disk_usage_fetch: (call) => report(call, "server_disk_usage", () => diskUsage(call.server)),
};

/** The record together with the work that runs on the server. */
export function serverWithWork(call: Call, server: ServerState): Record<string, unknown> {
  const running = call.account.operations.filter((one) => one.serverId === server.id && one.state === "running");
  return serverRecord(server, running.map((one) => call.book.record(call.account, one)));
}

function diskUsage(server: ServerState): unknown {
  const body = server.apps.map((app, index) => [app.sys_user, 900 + index * 350, 120 + index * 40]);
  return {
    server: { disk_total_mb: server.volume_size * 1024, disk_used_perc: "41%" },
    applications: { header: ["Application", "Files (MB)", "Database (MB)"], body },
  };
}
