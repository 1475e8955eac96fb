/**
 * The longest pause of the event loop under the worst that a stranger can send within the limits, in every place that
 * takes text. Run with `deno task bench:pause`. Each pause is told with the input under which it was seen.
 */
import { createApp } from "../src/app.ts";
import { parseConfig } from "../src/config.ts";
import { createLogger } from "../src/telemetry/log.ts";

/** What the documentation promises. */
const MOST_MS = 100;
const SHOWN = 10;

/** Notes the longest time between two turns of the event loop. */
class PauseMeter {
  longest = 0;
  #last = performance.now();

  constructor() {
    setInterval(() => this.#turn(), 1);
  }

  /** The longest pause since the last call. */
  take(): number {
    this.#turn();
    const longest = this.longest;
    this.longest = 0;
    return longest;
  }

  #turn(): void {
    const now = performance.now();
    this.longest = Math.max(this.longest, now - this.#last);
    this.#last = now;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

const meter = new PauseMeter();
const pauses: { name: string; milliseconds: number }[] = [];
const ended = Promise.withResolvers<void>();
let running: string | undefined;

/** The client says what comes next; what came before that is measured now. */
function next(name: string | undefined): Response {
  const milliseconds = meter.take();
  if (running !== undefined) pauses.push({ name: running, milliseconds });
  if (milliseconds > 60) console.log(running, milliseconds);
  running = name;
  if (name === undefined) ended.resolve();
  return new Response();
}

const sandboxPort = freePort();
const log = createLogger({ level: "DEBUG", format: "json", write: () => {} });
const app = await createApp(parseConfig({ CLOUDWAYS_API_BASE_URL: `http://127.0.0.1:${sandboxPort}/api/v2` }), { log });
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request, connection) => {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith("/measure/")) return next(decodeURIComponent(pathname.slice("/measure/".length)));
  return pathname === "/end" ? next(undefined) : app.fetch(request, connection);
});
const query = new URLSearchParams({ server: `http://127.0.0.1:${server.addr.port}`, sandbox: String(sandboxPort) });
const client = new Worker(new URL(`./pause_client.ts?${query}`, import.meta.url), { type: "module" });
await ended.promise;
client.terminate();

const worst = pauses.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, SHOWN);
const lines = worst.map(({ name, milliseconds }) => `${milliseconds.toFixed(0).padStart(6)} ms  ${name}`);
const summary = `${pauses.length} inputs; the longest pause may be ${MOST_MS} ms`;
await Deno.stdout.write(new TextEncoder().encode([...lines, summary, ""].join("\n")));
await server.shutdown();
await app.close();
Deno.exit((worst[0]?.milliseconds ?? 0) > MOST_MS ? 1 : 0);
