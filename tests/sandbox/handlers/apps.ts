import { type Call, type Handlers, makingOf, number, text } from "../call.ts";
import { newApp } from "../make_app.ts";
import { appSummary } from "../render.ts";
import type { AppState, ServerState } from "../state.ts";
import { paged } from "./paged.ts";
import { replyId, start, startOperation } from "./start.ts";

/** Applications: listing, making, copying, deleting. */
export const appHandlers: Handlers = {
  app_list: (call) => paged(call, "apps", call.account.servers.flatMap((server) => server.apps).map(appSummary)),
  app_get: (call) => ({ data: { app: appSummary(call.app) } }),
  app_update_label(call) {
    call.app.label = text(call, "label");
    return { status: true };
  },
  app_create(call) {
    const { server } = call;
    const id = nextAppId(call);
    return start(call, "add_app", () => {
      server.apps.push(newApp(makingOf(call), server, id, {
        label: text(call, "app_label"),
        application: text(call, "application"),
        app_version: text(call, "app_version") || undefined,
        project_id: call.account.projects.find((one) => one.name === text(call, "project_name"))?.id,
      }));
    }, { showsServer: true });
  },
  app_delete: (call) =>
    start(call, "delete_app", () => {
      call.server.apps = call.server.apps.filter((one) => one !== call.app);
    }),
  app_clone: (call) => copy(call, "clone_app", text(call, "app_label"), false),
  staging_app_clone: (call) => copy(call, "add_staging_app", `${call.app.label} staging`, true),
  app_clone_to_server: (call) => copyToServer(call, text(call, "app_label") || call.app.label, false),
  staging_app_clone_to_server: (call) => copyToServer(call, `${call.app.label} staging`, true),
};

function copy(call: Call, type: string, label: string, staging: boolean): unknown {
  const id = nextAppId(call);
  const operation = startOperation(call, type, () => addCopy(call, call.server, id, label, staging), {
    showsServer: true,
  });
  return { status: true, app_id: String(id), operation_id: replyId(operation) };
}

/** Two operations, one for each server; the copy is there when the second is done. */
function copyToServer(call: Call, label: string, staging: boolean): unknown {
  const id = nextAppId(call);
  const destination = call.account.servers.find((one) => one.id === number(call, "destination_server_id"));
  if (destination === undefined) throw new Error("The server was looked up before");
  const source = startOperation(call, "clone_app_source");
  const target = call.book.start(call.account, {
    type: "clone_app_destination",
    serverId: destination.id,
    appId: id,
    showsServer: true,
    effect: () => addCopy(call, destination, id, label, staging),
  });
  return {
    source_operation_id: replyId(source),
    destination_operation_id: replyId(target),
    app_id: String(id),
  };
}

function addCopy(call: Call, server: ServerState, id: number, label: string, staging: boolean): void {
  const { application, app_version, project_id } = call.app;
  const app: AppState = newApp(makingOf(call), server, id, { label, application, app_version, project_id });
  app.source_app_id = call.app.id;
  app.is_staging = staging ? "1" : "0";
  server.apps.push(app);
}

function nextAppId(call: Call): number {
  return ++call.account.lastId.app;
}
