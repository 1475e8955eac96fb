/** The memory of our server: at rest, after many requests, while many callers wait, and after many customers. */
import { residentBytes } from "./machine.ts";
import { type BenchProcess, type BenchRedis, bundled, startOwn, startRedis, startServer } from "./process.ts";
import { acceptCustomers } from "./rates.ts";
import { sendOne } from "./requests.ts";
import { megabytes, table } from "./tables.ts";
import { type Kind, type KindName, KINDS, messageOf, tokenOf } from "../tests/support/usual_requests.ts";
import { until } from "../tests/support/until.ts";
import { runWrk } from "./wrk.ts";

/** How much is sent. */
export interface MemoryExtent {
  requests: number;
  waiting: number;
  customers: number;
}

/** What is measured, in bytes. */
export interface MemoryFigures {
  rest: number;
  restWithRedis: number;
  /** As one file instead of from its source. */
  restAsFile: number;
  afterRequests: number;
  /** The same, after a pause in which V8 gives back what it no longer needs. */
  afterPause: number;
  afterCustomers: number;
  waiting: number;
}

/** Long enough for what a request leaves behind to be done. */
const SETTLE_MS = 2_000;

/** Longer than V8 waits until it looks for memory to give back. */
const PAUSE_MS = 30_000;

/** The requests that many customers send in turn. */
const MIX: readonly KindName[] = ["listing", "own", "list", "ping"];
const MIX_SECONDS = 3;

/** Measures all of it, each in a process of its own. */
export async function measureMemory(extent: MemoryExtent): Promise<MemoryFigures> {
  await using upstream = await startOwn("upstream", "driver");
  await using redis = await startRedis();
  const fresh = (shared?: BenchRedis) => startServer("memory", { upstream, ...(shared && { redis: shared }) });
  const of = async <T>(starting: Promise<BenchProcess>, load: (server: BenchProcess) => Promise<T>) => {
    await using server = await starting;
    return await load(server);
  };
  // The first start keeps what V8 has compiled.
  const file = await bundled();
  await of(startServer("memory", { upstream, file }), settled);
  return {
    rest: await of(fresh(), settled),
    restWithRedis: await of(fresh(redis), settled),
    restAsFile: await of(startServer("memory", { upstream, file }), settled),
    ...await of(fresh(), (server) => afterRequests(server, extent.requests)),
    afterCustomers: await of(fresh(), async (server) => {
      await acceptCustomers(mcpOf(server), extent.customers);
      return await settled(server);
    }),
    waiting: await of(fresh(), (server) => whileWaiting(server, upstream, extent.waiting)),
  };
}

/** The table of the page. */
export function memoryTable(figures: MemoryFigures, { requests, waiting, customers }: MemoryExtent): string {
  const row = (name: string, bytes: number) => [
    name,
    megabytes(bytes),
    `${(bytes / figures.rest).toFixed(2)} ×`,
  ];
  return table(["state", "memory", "of that at rest"], [
    row("at rest", figures.rest),
    row("at rest, with Redis", figures.restWithRedis),
    row("at rest, as one file", figures.restAsFile),
    row(`after ${requests.toLocaleString("en")} requests`, figures.afterRequests),
    row(`after ${requests.toLocaleString("en")} requests and ${PAUSE_MS / 1000} quiet seconds`, figures.afterPause),
    row(`after ${customers.toLocaleString("en")} customers`, figures.afterCustomers),
    row(`while ${waiting.toLocaleString("en")} callers wait for operations`, figures.waiting),
  ]);
}

function mcpOf({ url }: BenchProcess): URL {
  return new URL(`${url}/mcp`);
}

async function settled(server: BenchProcess): Promise<number> {
  await sendOne(mcpOf(server), KINDS.initialize, "2025");
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return await residentBytes(server.pid);
}

async function afterRequests(
  server: BenchProcess,
  count: number,
): Promise<Pick<MemoryFigures, "afterRequests" | "afterPause">> {
  const url = mcpOf(server);
  const customers = 100;
  await acceptCustomers(url, customers);
  for (let sent = 0, turn = 0; sent < count; turn++) {
    const kind: Kind = KINDS[MIX[turn % MIX.length] ?? "ping"];
    const right = await sendOne(url, kind, "2026");
    const load = { url, kind, era: "2026" as const, customers: kind.anonymous ? 1 : customers, right };
    const { requests } = await runWrk({ ...load, concurrency: 32, seconds: MIX_SECONDS, onlyLength: true });
    sent += requests;
  }
  const atOnce = await settled(server);
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return { afterRequests: atOnce, afterPause: await residentBytes(server.pid) };
}

/** Lets callers wait for operations that don't end, each for one of their own. */
async function whileWaiting(server: BenchProcess, upstream: BenchProcess, count: number): Promise<number> {
  const url = mcpOf(server);
  // Strangers may have fewer places at once.
  await acceptCustomers(url, count);
  const before = await requestsAt(upstream);
  const leaving = new AbortController();
  const calls = Array.from({ length: count }, (_, customer) => wait(url, customer, leaving.signal));
  // Each sends what starts the operation, and looks at it once.
  await until(async () => await requestsAt(upstream) >= before + 2 * count, 60_000);
  const bytes = await settled(server);
  leaving.abort();
  await Promise.all(calls);
  return bytes;
}

async function wait(url: URL, customer: number, signal: AbortSignal): Promise<void> {
  const params = { name: "clear_app_cache", arguments: { app_id: 200001, wait_seconds: 300 } };
  const kind: Kind = { name: "waiting", method: "tools/call", params, eras: ["2026"] };
  const { headers, body } = messageOf(kind, "2026", tokenOf(customer));
  const response = await fetch(url, { method: "POST", headers, body, signal });
  if (response.status !== 200) throw new Error(`A call that waits was answered with ${response.status}.`);
  // It ends with the signal.
  await response.text().catch(() => {});
}

async function requestsAt({ url }: BenchProcess): Promise<number> {
  const { requests } = await (await fetch(`${url}/counted`)).json();
  return Number(requests);
}
