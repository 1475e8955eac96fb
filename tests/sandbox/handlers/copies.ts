import { type Call, type Handlers, makingOf, number, text } from "../call.ts";
import { recordTime } from "../dates.ts";
import { newApp } from "../make_app.ts";
import type { AppState, ServerState } from "../state.ts";
import { nextAppId } from "./apps.ts";
import { replyId, startOperation } from "./start.ts";

/** Copies of applications, ordinary ones and for staging, on their server or on another. */
export const copyHandlers: Handlers = {
  app_clone: (call) => copy(call, "clone_app", text(call, "app_label"), false),
  staging_app_clone: (call) => copy(call, "add_staging_app", stagingLabel(call), true),
  app_clone_to_server: (call) => copyToServer(call, text(call, "app_label") || call.app.label, false),
  staging_app_clone_to_server: (call) => copyToServer(call, stagingLabel(call), true),
};

function stagingLabel({ app }: Call): string {
  return `staging-${app.label}`;
}

/** The finished operation names the copy. For a staging copy nothing else does, as seen live. */
function copy(call: Call, type: string, label: string, staging: boolean): unknown {
  const id = nextAppId(call);
  const operation = startOperation(call, type, () => {
    addCopy(call, call.server, id, label, staging);
    if (staging) operation.appId = id;
  }, { showsServer: !staging });
  const operation_id = replyId(operation);
  return staging && call.forms === "live" ? { operation_id } : { status: true, app_id: String(id), operation_id };
}

/** Two operations, one for each server; the copy exists when the second is done. */
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
  const ids = { source_operation_id: replyId(source), destination_operation_id: replyId(target) };
  return staging && call.forms === "live" ? ids : { ...ids, app_id: String(id) };
}

function addCopy(call: Call, server: ServerState, id: number, label: string, staging: boolean): void {
  const { application, app_version, project_id, content } = call.app;
  const app: AppState = newApp(makingOf(call), server, id, { label, application, app_version, project_id });
  app.content = structuredClone(content);
  app.created_at = recordTime(call.clock.now());
  app.source_app_id = call.app.id;
  app.is_staging = staging ? "1" : "0";
  if (staging && server !== call.server) app.source_server_id = call.server.id;
  server.apps.push(app);
}
