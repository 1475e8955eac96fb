/**
 * Counts the work of one request of each usual kind: what the program does with the platform, with Redis and with
 * Cloudways. No time is measured, so the counts are the same on every machine.
 */
import { deepEqual } from "node:assert/strict";
import { setImmediate } from "node:timers";
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config.ts";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { generateKey } from "../../src/crypto/keys.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { allTools } from "../../src/tools/all.ts";
import { DEMO_ACCOUNT, FakeClock } from "../sandbox/mod.ts";
import { PLATFORM_WORK, PlatformCounter, type PlatformWork } from "./counted_work.ts";
import { isListening } from "./listening.ts";
import { freePort } from "./free_port.ts";
import type { RedisAddress } from "./redis_server.ts";
import { RedisWatch, type RedisWork } from "./redis_watch.ts";
import { until } from "./until.ts";
import { type Era, type Kind, KINDS, messageOf } from "./usual_requests.ts";

/** The work of one request; that of Redis only if there is one. */
export interface RequestWork extends PlatformWork, Partial<RedisWork> {}

/** The work of each kind of request, by its name and era. */
export type WorkTable = Record<string, RequestWork>;

/** Where the reviewed counts are kept. */
export const WORK_FILE = "tests/snapshots/work_per_request.json";

/** So often a request is sent before it is counted, and so often it is counted. */
const WARM_UPS = 3;
const REPEATS = 3;

const START_DEADLINE_MS = 30_000;

/** Kinds whose work is counted beside the usual ones. */
const MORE_KINDS: readonly Kind[] = [
  { name: "list_servers", ...call("list_servers"), eras: ["2026"] },
  { name: "find_tools", ...call("find_tools", { query: "purge the cache" }), eras: ["2026"] },
  {
    name: "call_read_tool",
    ...call("call_read_tool", { name: "get_app_details", arguments: '{"app_id":200001}' }),
    eras: ["2026"],
  },
  { name: "wrong arguments", ...call("get_app_details", { app_id: 0 }), eras: ["2026"] },
  { name: "an unknown application", ...call("get_app_details", { app_id: 1 }), eras: ["2026"] },
  { name: "rename_app", ...call("rename_app", { app_id: 200001, label: "Shop" }), eras: ["2026"] },
];

function call(name: string, args: Record<string, unknown> = {}): Pick<Kind, "method" | "params"> {
  return { method: "tools/call", params: { name, arguments: args } };
}

/** Counts the work of every kind of request. With the address of a Redis, the state is kept there. */
export async function workPerRequest(redis?: RedisAddress): Promise<WorkTable> {
  await using service = await startCounted(redis);
  const table: WorkTable = {};
  for (const kind of [...Object.values(KINDS), ...MORE_KINDS]) {
    const eras: readonly Era[] = kind.eras;
    for (const era of eras) table[`${kind.name.replaceAll("`", "")}, ${era}`] = await service.count(kind, era);
  }
  return table;
}

interface CountedService extends AsyncDisposable {
  count(kind: Kind, era: Era): Promise<RequestWork>;
}

/** Starts the program in this process, and the sandbox in another thread. */
async function startCounted(redis: RedisAddress | undefined): Promise<CountedService> {
  await using started = new AsyncDisposableStack();
  const baseUrl = await startSandboxThread(started);
  const watch = redis && started.use(await RedisWatch.start(redis));
  const config = parseConfig({
    CLOUDWAYS_API_BASE_URL: baseUrl,
    RATE_LIMIT_REQUESTS: "1000000",
    ...(redis && { REDIS_URL: redis.url, ENCRYPTION_KEY: generateKey() }),
  });
  const log = started.use(createLogger({ level: "INFO", format: "json", write: () => {} }));
  // Before the program starts, so that a slow start is no failure.
  const counter = started.use(new PlatformCounter());
  const app = await createApp(config, { log, clock: new FakeClock(), catalogue: new Catalogue(allTools) });
  started.defer(() => app.close());
  // Time goes on before the program ends.
  started.use(counter);
  const send = async (kind: Kind, era: Era): Promise<RequestWork> => {
    const { headers, body } = messageOf(kind, era, DEMO_ACCOUNT.accessTokens[0].token);
    const request = new Request("http://127.0.0.1/mcp", { method: "POST", headers, body });
    await settled(counter, watch);
    const response = await app.fetch(request);
    await response.text();
    return await settled(counter, watch);
  };
  const count = async (kind: Kind, era: Era): Promise<RequestWork> => {
    for (let sent = 0; sent < WARM_UPS; sent++) await send(kind, era);
    const first = await send(kind, era);
    for (let sent = 1; sent < REPEATS; sent++) deepEqual(await send(kind, era), first, `${kind.name}, ${era}`);
    return first;
  };
  const all = started.move();
  return { count, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Starts the sandbox in a worker, and returns its address. */
async function startSandboxThread(started: AsyncDisposableStack): Promise<string> {
  const port = freePort();
  const worker = new Worker(new URL(`./sandbox_worker.ts?port=${port}`, import.meta.url), { type: "module" });
  started.defer(() => worker.terminate());
  await until(() => isListening(port), START_DEADLINE_MS);
  return `http://127.0.0.1:${port}/api/v2`;
}

/** Turns of the event loop, and looks at Redis, in which nothing happens when the work of a request is over. */
const QUIET_TURNS = 5;

/** Waits until no more work follows, and returns all work since the last call. */
async function settled(
  counter: PlatformCounter,
  watch: RedisWatch | undefined,
): Promise<RequestWork> {
  const total: RequestWork = { ...counter.take(), ...await watch?.take() };
  for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
    await new Promise((resolve) => setImmediate(resolve));
    const news = { ...counter.take(), ...await watch?.take() };
    if (add(total, news) || counter.isBusy) quiet = 0;
  }
  return total;
}

/** Adds counts to others; whether there were any. */
function add(total: RequestWork, news: RequestWork): boolean {
  let any = false;
  const { redis = {}, inScripts = 0, ...platform } = news;
  for (const name of PLATFORM_WORK) {
    total[name] += platform[name];
    any ||= platform[name] > 0;
  }
  for (const [name, count] of Object.entries(redis)) {
    total.redis = { ...total.redis, [name]: (total.redis?.[name] ?? 0) + count };
    any = true;
  }
  if (total.inScripts !== undefined) total.inScripts += inScripts;
  return any || inScripts > 0;
}

/** A table as it is kept: one line for each kind of request. */
export function workText(tables: Record<string, WorkTable>): string {
  const lines = Object.entries(tables).map(([store, table]) => {
    const rows = Object.entries(table).map(([name, work]) => `    ${JSON.stringify(name)}: ${JSON.stringify(work)}`);
    return `  ${JSON.stringify(store)}: {\n${rows.join(",\n")}\n  }`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}
