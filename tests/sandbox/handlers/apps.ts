import { type Call, type Handlers, makingOf, text } from "../call.ts";
import { newApp } from "../make_app.ts";
import { appSummary } from "../render.ts";
import { paged } from "./paged.ts";
import { checkApplication } from "./offers.ts";
import { projectNamed } from "./projects.ts";
import { start } from "./start.ts";

/** Applications: listing, making, deleting. */
export const appHandlers: Handlers = {
  app_list: (call) => paged(call, "apps", call.account.servers.flatMap((server) => server.apps).map(appSummary)),
  app_get: (call) => ({ data: { app: appSummary(call.app) } }),
  app_update_label(call) {
    call.app.label = text(call, "label");
    return { status: true };
  },
  app_create(call) {
    const { server } = call;
    checkApplication(call);
    const id = nextAppId(call);
    return start(call, "add_app", () => {
      server.apps.push(newApp(makingOf(call), server, id, {
        label: text(call, "app_label"),
        application: text(call, "application"),
        app_version: text(call, "app_version") || undefined,
        project_id: projectNamed(call, text(call, "project_name")),
      }));
    }, { showsServer: true });
  },
  app_delete: (call) =>
    start(call, "delete_app", () => {
      call.server.apps = call.server.apps.filter((one) => one !== call.app);
    }),
};

/** The id of an application that is about to be made. */
export function nextAppId(call: Call): number {
  return ++call.account.lastId.app;
}
