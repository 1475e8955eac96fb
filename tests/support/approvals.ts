/** Approvals and their page without the rest of the server: with either store and any number of replicas. */
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { approvalRoute } from "../../src/http/pages/approval.ts";
import { BodyReader } from "../../src/http/request_body.ts";
import { createRouter, type FetchHandler, type Route } from "../../src/http/router.ts";
import { type ApprovalRequest, Approvals } from "../../src/confirm/approvals.ts";
import { Declines } from "../../src/confirm/declines.ts";
import { ALWAYS_SERVED } from "../../src/confirm/page_access.ts";
import { UnknownPages } from "../../src/confirm/page_ids.ts";
import { EndedYeses } from "../../src/confirm/ended_yeses.ts";
import { Networks } from "../../src/text/networks.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { RedisStore } from "../../src/store/redis/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import type { Store } from "../../src/store/store.ts";
import { FoldedLog } from "../../src/telemetry/folded_log.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { NO_TRACER } from "../../src/telemetry/tracing.ts";
import type { Question, QuestionSubject } from "../../src/confirm/question.ts";
import type { RedisAddress } from "./redis_server.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { shutDown } from "./shut_down.ts";

/** Made-up customers. */
export const CUSTOMER = "c0ffee".padEnd(64, "0");
export const OTHER_CUSTOMER = "decaf".padEnd(64, "0");
export const FINGERPRINT = "f".repeat(64);
export const APPROVAL_CODE = "open-sesame";

/** Keys for tests: 32 equal bytes each. */
export const KEYS = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;

/** One replica's approvals. */
export interface Replica {
  approvals: Approvals;
  declines: Declines;
  store: Store;
}

/** Two replicas over one state. */
export interface Replicas extends AsyncDisposable {
  clock: FakeClock;
  one: Replica;
  two: Replica;
  /** A further one, with other keys. */
  replica(keys: readonly Uint8Array[]): Promise<Replica>;
}

/** Two replicas over one embedded store, like two requests of one process. */
export async function memoryReplicas(): Promise<Replicas> {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const replica = (keys: readonly Uint8Array[]) => makeReplica(store, clock, keys);
  return {
    clock,
    one: await replica([KEYS[0]]),
    two: await replica([KEYS[0]]),
    replica,
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** Two replicas, each with its connection to one Redis. Entries expire by its clock, decisions by the test's. */
export async function redisReplicas(redis: RedisAddress): Promise<Replicas> {
  const clock = new FakeClock();
  const stores: Store[] = [];
  const replica = async (keys: readonly Uint8Array[]) => {
    const store = await RedisStore.connect(redis.url, { poolSize: 50 });
    stores.push(store);
    return await makeReplica(store, clock, keys);
  };
  return {
    clock,
    one: await replica([KEYS[0]]),
    two: await replica([KEYS[0]]),
    replica,
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}

/** The approvals of one replica. */
export async function makeReplica(
  store: Store,
  clock: FakeClock,
  keys: readonly Uint8Array[],
  publicUrl = "https://mcp.example.com",
  host = ALWAYS_SERVED,
): Promise<Replica> {
  const ring = await KeyRing.create({ encryptionKeys: [...keys] });
  const declines = new Declines(store, clock);
  const sealed = new SealedStore(store, new Box(ring));
  const ended = new EndedYeses({ clock, records: { hasMark: () => Promise.resolve(false) } });
  return {
    store,
    declines,
    approvals: new Approvals({ store, sealed, ring, declines, ended, clock, publicUrl, host }),
  };
}

/** A running page. */
export interface PageServer extends RouteServer, Replica {
  clock: FakeClock;
}

/** Serves only the page, with the router of the real server. `publicUrl` defaults to the listening address. */
export async function startPage(
  options: { publicUrl?: string; store?: Store; bodies?: BodyReader } = {},
): Promise<PageServer> {
  const clock = new FakeClock();
  const store = options.store ?? new MemoryStore({ clock });
  const audit = { record: () => Promise.resolve() };
  const bodies = options.bodies ?? new BodyReader();
  let replica: Replica | undefined;
  const server = await serveRoute(store, async (publicUrl) => {
    replica = await makeReplica(store, clock, [KEYS[0]], publicUrl);
    return await approvalRoute({
      approvals: replica.approvals,
      audit,
      metrics: new Metrics({ version: "1.2.3" }),
      clock,
      publicUrl: new URL(publicUrl),
      bodies,
      unknownPages: new UnknownPages(store),
    });
  }, options.publicUrl);
  if (replica === undefined) throw new Error("no replica");
  const end = async () => {
    bodies[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  };
  return { ...replica, ...server, clock, [Symbol.asyncDispose]: end };
}

/** One route that is served. */
export interface RouteServer extends AsyncDisposable {
  /** Without a trailing slash. */
  url: string;
  logLines: readonly string[];
  metrics: Metrics;
}

/** Serves one route by the router of the real server, and closes the store with it. */
export async function serveRoute(
  store: Store,
  makeRoute: (publicUrl: string) => Promise<Route>,
  givenUrl?: string,
): Promise<RouteServer> {
  const logLines: string[] = [];
  const log = createLogger({ level: "DEBUG", format: "json", write: (line) => logLines.push(line) });
  const metrics = new Metrics({ version: "test" });
  // The address is part of the page, so the server listens first.
  const handler = Promise.withResolvers<FetchHandler>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request, connection) => (await handler.promise)(request, connection),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const publicUrl = givenUrl ?? url;
  const route = await makeRoute(publicUrl);
  const names = new Set(["127.0.0.1", "localhost"]);
  const access = {
    allowedHosts: names,
    allowedOrigins: new Set([...names, "allowed.example.com", new URL(publicUrl).hostname]),
  };
  const folded = new FoldedLog({ log });
  const trustedProxies = Networks.parse([]);
  handler.resolve(createRouter({ routes: [route], access, trustedProxies, metrics, tracer: NO_TRACER, log, folded }));
  return {
    url,
    logLines,
    metrics,
    async [Symbol.asyncDispose]() {
      await shutDown(server);
      await store.close();
    },
  };
}

/** A server full of shops. */
export const SHOPS = {
  kind: "server",
  server: { id: 101, label: "Shops", ip: "203.0.113.10" },
  apps: [
    {
      id: 501,
      label: "Main shop",
      domains: ["shop.example.com", "www.shop.example.com"],
      lastBackup: "2026-11-19 03:00",
    },
    { id: 502, label: "Blumenladen", domains: ["blümchen.example.com"], lastBackup: null },
  ],
} satisfies QuestionSubject;

/** A question about a server full of shops. */
export const QUESTION = {
  headline: "Stop server 101: 2 applications go offline.",
  subject: SHOPS,
  consequences: [
    "Every application on it is offline until it is started again.",
    "Nothing is deleted; start_server undoes it.",
  ],
  losesData: true,
  facts: [{ name: "Waiting changes", values: ["none"] }],
} satisfies Question;

/** The key under which a no to it is stored. */
export const NO = "e".repeat(64);

/** A call to ask about. */
export function request(changes: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    customer: CUSTOMER,
    boundTo: "",
    fingerprint: FINGERPRINT,
    no: NO,
    tool: "stop_server",
    question: QUESTION,
    arguments: { server_id: 101 },
    email: "j…@example.com",
    client: "Some client",
    approvalCode: undefined,
    ...changes,
  };
}

/** The id at the end of an address. */
export function idOf({ url }: { url: string }): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

/** Asks, and returns the id of the page. */
export async function askOn({ approvals }: Pick<Replica, "approvals">, changes: Partial<ApprovalRequest> = {}) {
  return idOf(await approvals.ask(request(changes)));
}
