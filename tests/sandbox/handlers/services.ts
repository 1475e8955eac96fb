import { type Call, type Handlers, nothing, text } from "../call.ts";
import { invalidField } from "../refusals.ts";

/** Services of a server, and Varnish. */
export const serviceHandlers: Handlers = {
  service_status: (call) => ({ services: { status: call.server.services } }),
  service_state_update(call) {
    const service = text(call, "service");
    if (!(service in call.server.services)) throw invalidField("service", "in", "The selected service is invalid.");
    const status = text(call, "state") === "stop" ? "stopped" : "running";
    call.server.services[service] = status;
    return { service_status: { status } };
  },
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
};

function switchVarnish(call: Call, on: boolean): void {
  Object.assign(call.server.services, { varnish: on ? "running" : "stopped", varnish_enabled: on ? 1 : 0 });
}
