import { type Call, type Handlers, number, text } from "../call.ts";
import { invalidField, refused } from "../refusals.ts";
import { checkSize } from "./offers.ts";
import { start } from "./start.ts";

/** How large a server is, and its disks. Disks only grow. */
export const sizeHandlers: Handlers = {
  server_scale(call) {
    checkSize(call, call.server.cloud);
    return grow(call, "scale_server", () => void (call.server.instance_type = text(call, "instance_type")));
  },
  server_scale_volume(call) {
    const name = text(call, "volume_type") === "db" ? "db_volume_size" : "data_volume_size";
    const present = call.server[name];
    if (present === null) throw refused("The volumes of this server cannot be scaled.");
    const size = larger(call, "volume_size", present);
    return grow(call, "scale_volume", () => void (call.server[name] = size));
  },
  server_storage_attach(call) {
    if (call.server.cloud !== "do") throw refused("Block storage is for DigitalOcean servers.");
    if (call.server.storage !== null) throw refused("This server has block storage already.");
    const size = larger(call, "server_storage", 0);
    return grow(call, "attach_storage", () => void (call.server.storage = size));
  },
  server_storage_scale(call) {
    if (call.server.storage === null) throw refused("This server has no block storage.");
    const size = larger(call, "server_storage", call.server.storage);
    return grow(call, "scale_storage", () => void (call.server.storage = size));
  },
};

function larger(call: Call, name: string, present: number): number {
  const size = number(call, name);
  if (size > present) return size;
  throw invalidField(name, "min", `The ${name.replaceAll("_", " ")} must be larger than ${present}.`);
}

function grow(call: Call, type: string, effect: () => void): unknown {
  return start(call, type, effect, { showsServer: true });
}
