import { type Handlers, list, text } from "../call.ts";
import { start } from "./start.ts";

/** The domains of an application. */
export const domainHandlers: Handlers = {
  app_cname_update: (call) => start(call, "update_cname", () => void (call.app.cname = text(call, "cname"))),
  app_cname_delete: (call) => start(call, "delete_cname", () => void (call.app.cname = "")),
  // The reply on v2 is not recorded; it may be an operation.
  app_aliases_update(call) {
    const effect = () => void (call.app.aliases = list(call, "aliases"));
    if (call.forms === "live") return start(call, "update_aliases", effect);
    effect();
    return [];
  },
};
