/**
 * The longest pause of the event loop under the worst input that a stranger can send within the limits, in every place
 * that takes text. Run with `deno task bench:pause`; it takes some minutes. A pause is the processor time that the
 * thread of the event loop uses between two turns, so other work of the machine does not count.
 */
import process from "node:process";
import { createApp } from "../src/app.ts";
import { parseConfig } from "../src/config.ts";
import { createLogger } from "../src/telemetry/log.ts";
import { freePort } from "../tests/support/free_port.ts";

function busyMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Measures the longest work between two turns of the event loop. */
class PauseMeter {
  #longest = 0;
  #last = busyMs();

  constructor() {
    setInterval(() => this.#turn(), 1);
  }

  /** The longest pause since the last call, in milliseconds. */
  take(): number {
    this.#turn();
    const longest = this.#longest;
    this.#longest = 0;
    return longest;
  }

  #turn(): void {
    const now = busyMs();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
  }
}

const meter = new PauseMeter();
const ended = Promise.withResolvers<void>();
const sandboxPort = freePort();
const log = createLogger({ level: "DEBUG", format: "json", write: () => {} });
const app = await createApp(parseConfig({ CLOUDWAYS_API_BASE_URL: `http://127.0.0.1:${sandboxPort}/api/v2` }), { log });
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request, connection) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/end") ended.resolve();
  return pathname === "/mcp" ? app.fetch(request, connection) : new Response(String(meter.take()));
});
const query = new URLSearchParams({ server: `http://127.0.0.1:${server.addr.port}`, sandbox: String(sandboxPort) });
const client = new Worker(new URL(`./pause_client.ts?${query}`, import.meta.url), { type: "module" });
await ended.promise;
client.terminate();
await server.shutdown();
await app.close();
Deno.exit(0);
