import { type Call, type Handlers, isOn, makingOf, number, text } from "../call.ts";
import { recordTime } from "../dates.ts";
import { newApp } from "../make_app.ts";
import { newServer } from "../make_server.ts";
import type { AppState, ServerState } from "../state.ts";
import { nextAppId } from "./apps.ts";
import { checkApplication, checkOffer } from "./offers.ts";
import { projectNamed } from "./projects.ts";
import { serverWithWork } from "./servers.ts";
import { start } from "./start.ts";

/** New servers, empty or as copies of another. */
export const newServerHandlers: Handlers = {
  server_create: createServer,
  server_clone: cloneServer,
};

/** The only call that starts work and has the operation inside the new record. */
function createServer(call: Call): unknown {
  checkOffer(call);
  checkApplication(call);
  const server = newServer(makingOf(call), nextServerId(call), {
    label: text(call, "server_label"),
    status: "Creating",
    ...placeOf(call),
  });
  server.created_at = server.updated_at = recordTime(call.clock.now());
  setVolumes(call, server);
  const address = server.public_ip;
  server.public_ip = "";
  call.account.servers.push(server);
  call.book.start(call.account, {
    type: "add_server",
    serverId: server.id,
    showsServer: true,
    effect() {
      Object.assign(server, { status: "running", public_ip: address });
      server.apps.push(newApp(makingOf(call), server, nextAppId(call), {
        label: text(call, "app_label"),
        application: text(call, "application"),
        app_version: text(call, "app_version"),
        project_id: projectNamed(call, text(call, "project_name")),
      }));
    },
  });
  return { server: serverWithWork(call, server) };
}

/**
 * Copies all applications, or one of them. Switches choose what else is copied; they count only with `advance_clone`.
 */
function cloneServer(call: Call): unknown {
  checkOffer(call);
  const source = call.server;
  const comes = (name: string) => isOn(call, "advance_clone") && isOn(call, name);
  return start(call, "clone_server", () => {
    const copy = newServer(makingOf(call), nextServerId(call), {
      label: `${source.label} clone`,
      status: "running",
      ...placeOf(call),
    });
    setVolumes(call, copy);
    if ("server_storage" in call.fields) copy.storage = number(call, "server_storage");
    if (comes("server_settings")) copy.settings = structuredClone(source.settings);
    const apps = "application_id" in call.fields ? [call.app] : source.apps;
    for (const app of apps) copy.apps.push(copyOf(call, copy, app, comes));
    call.account.servers.push(copy);
  }, { showsServer: true });
}

function copyOf(call: Call, server: ServerState, app: AppState, comes: (name: string) => boolean): AppState {
  const { application, app_version, project_id } = app;
  const label = text(call, "app_label");
  const copy = newApp(makingOf(call), server, nextAppId(call), { label, application, app_version, project_id });
  copy.content = structuredClone(app.content);
  if (comes("app_crons")) copy.crons = structuredClone(app.crons);
  if (comes("app_settings")) copy.flags = { ...app.flags };
  if (comes("app_credentials")) copy.credentials = structuredClone(app.credentials);
  if (comes("app_domains")) Object.assign(copy, { cname: app.cname, aliases: [...app.aliases] });
  return copy;
}

function placeOf(call: Call) {
  return { cloud: text(call, "cloud"), region: text(call, "region"), instance_type: text(call, "instance_type") };
}

function setVolumes(call: Call, server: ServerState): void {
  for (const name of ["data_volume_size", "db_volume_size"] as const) {
    if (name in call.fields) server[name] = number(call, name);
  }
}

function nextServerId(call: Call): number {
  return ++call.account.lastId.server;
}
