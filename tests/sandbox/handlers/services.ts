import { type Handlers, text } from "../call.ts";
import { invalidField } from "../refusals.ts";

/** Services of a server. */
export const serviceHandlers: Handlers = {
  service_status: (call) => ({ services: { status: call.server.services } }),
  service_state_update(call) {
    const service = text(call, "service");
    if (!(service in call.server.services)) throw invalidField("service", "in", "The selected service is invalid.");
    const status = text(call, "state") === "stop" ? "stopped" : "running";
    call.server.services[service] = status;
    return { service_status: { status } };
  },
};
