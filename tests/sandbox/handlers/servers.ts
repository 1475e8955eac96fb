import { type Call, type Handlers, makingOf, number, text } from "../call.ts";
import { recordTime, restorePoint } from "../dates.ts";
import { newApp } from "../make_app.ts";
import { newServer } from "../make_server.ts";
import { Refusal } from "../refusals.ts";
import { serverRecord, serverSummary } from "../render.ts";
import type { ServerState } from "../state.ts";
import { paged } from "./paged.ts";
import { report, start, startOperation } from "./start.ts";

/** Servers: listing, life cycle, size. */
export const serverHandlers: Handlers = {
  server_list: (call) => ({ status: true, servers: call.account.servers.map((server) => record(call, server)) }),
  servers_page_list: (call) => paged(call, "servers", call.account.servers.map(serverSummary)),
  server_get: (call) => serverSummary(call.server),
  server_get_legacy(call) {
    // No live reply shows a GET on this path; only some documents do.
    if (call.forms === "live") throw new Refusal(404, { message: "Not found" });
    return { server: record(call, call.server) };
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
  server_create: createServer,
  server_clone: cloneServer,

  server_scale: (call) =>
    grow(call, "scale_server", () => void (call.server.instance_type = text(call, "instance_type"))),
  server_scale_volume: (call) =>
    grow(call, "scale_volume", () => {
      const name = text(call, "volume_type") === "db" ? "db_volume_size" : "data_volume_size";
      call.server[name] = number(call, "volume_size");
    }),
  server_storage_attach: (call) =>
    grow(call, "attach_storage", () => void (call.server.storage = number(call, "server_storage"))),
  server_storage_scale: (call) =>
    grow(call, "scale_storage", () => void (call.server.storage = number(call, "server_storage"))),

  server_disk_usage_fetch: (call) => report(call, "server_disk_usage", () => diskUsage(call.server)),
};

/** The record together with the work that runs on the server. */
function record(call: Call, server: ServerState): Record<string, unknown> {
  const running = call.account.operations.filter((one) => one.serverId === server.id && one.state === "running");
  return serverRecord(server, running.map((one) => call.book.record(call.account, one)));
}

function grow(call: Call, type: string, effect: () => void): unknown {
  return start(call, type, effect, { showsServer: true });
}

/** The only start call whose operation stands inside the new record. */
function createServer(call: Call): unknown {
  const server = newServer(makingOf(call), nextServerId(call), {
    label: text(call, "server_label"),
    status: "Creating",
    cloud: text(call, "cloud"),
    region: text(call, "region"),
    instance_type: text(call, "instance_type"),
  });
  server.created_at = server.updated_at = recordTime(call.clock.now());
  if ("data_volume_size" in call.fields) server.data_volume_size = number(call, "data_volume_size");
  if ("db_volume_size" in call.fields) server.db_volume_size = number(call, "db_volume_size");
  const address = server.public_ip;
  server.public_ip = "";
  call.account.servers.push(server);
  call.book.start(call.account, {
    type: "add_server",
    serverId: server.id,
    showsServer: true,
    effect() {
      Object.assign(server, { status: "running", public_ip: address });
      server.apps.push(newApp(
        makingOf(call),
        server,
        ++call.account.lastId.app,
        {
          label: text(call, "app_label"),
          application: text(call, "application"),
          app_version: text(call, "app_version"),
        },
      ));
    },
  });
  return { server: record(call, server) };
}

function cloneServer(call: Call): unknown {
  const source = call.server;
  const making = makingOf(call);
  const operation = startOperation(call, "clone_server", () => {
    const copy = newServer(making, nextServerId(call), {
      label: `${source.label} clone`,
      status: "running",
      cloud: text(call, "cloud"),
      region: text(call, "region"),
      instance_type: text(call, "instance_type"),
    });
    for (const app of source.apps) {
      copy.apps.push(newApp(making, copy, ++call.account.lastId.app, { ...app, label: text(call, "app_label") }));
    }
    call.account.servers.push(copy);
  }, { showsServer: true });
  return { status: true, operation_id: Number(operation.id) };
}

function nextServerId(call: Call): number {
  return ++call.account.lastId.server;
}

function diskUsage(server: ServerState): unknown {
  const body = server.apps.map((app, index) => [app.sys_user, 900 + index * 350, 120 + index * 40]);
  return {
    server: { disk_total_mb: server.volume_size * 1024, disk_used_perc: "41%" },
    applications: { header: ["Application", "Files (MB)", "Database (MB)"], body },
  };
}
