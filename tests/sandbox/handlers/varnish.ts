import { type Call, type Handlers, nothing, text } from "../call.ts";
import { isRecord } from "../read_request.ts";
import { invalidField } from "../refusals.ts";
import { start, started, startOperation } from "./start.ts";

/** The Varnish cache, of a server and of an application. */
export const varnishHandlers: Handlers = {
  varnish_manage(call) {
    const action = text(call, "action");
    if (action !== "purge") switchVarnish(call, action === "enable");
    return { status: true };
  },
  // The documents print an empty object here.
  varnish_app_status: (call) => call.forms === "live" ? { varnish_enabled: call.app.varnish_enabled } : {},
  varnish_app_manage(call) {
    const action = text(call, "action");
    if (action === "purge") call.app.purges++;
    else call.app.varnish_enabled = action === "enable";
    return nothing(call);
  },
  app_varnish_settings_get: (call) => ({
    response: {
      varnish_app_enabled: call.app.varnish_enabled,
      varnish_enabled: call.server.services.varnish_enabled === 1,
      vcl_list: call.app.vcl_list,
    },
  }),
  app_varnish_settings_update(call) {
    const rules = rulesOf(call);
    const effect = () => void (call.app.vcl_list = rules);
    if (call.forms === "live") return { operation_id: started(startOperation(call, "vcl_list", effect)).operation_id };
    effect();
    return { response: call.app.vcl_list };
  },
  app_purge_cache: (call) => start(call, "purge_app_cache", () => void call.app.purges++),
};

function switchVarnish(call: Call, on: boolean): void {
  Object.assign(call.server.services, { varnish: on ? "running" : "stopped", varnish_enabled: on ? 1 : 0 });
}

/** The whole new list, as JSON text or, in a JSON body, as a list. */
function rulesOf({ fields: { vcl_list } }: Call): unknown[] {
  const rules = typeof vcl_list === "string" ? parse(vcl_list) : vcl_list;
  if (Array.isArray(rules) && rules.every(isRule)) return rules;
  throw invalidField("vcl_list", "vcl_list", "The vcl list is invalid.");
}

function isRule(rule: unknown): boolean {
  return isRecord(rule) && rule.method === "exclude" && (rule.type === "url" || rule.type === "cookie") &&
    typeof rule.value === "string" && rule.value !== "";
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
