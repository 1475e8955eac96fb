/** Damaged entries in Redis: reads go on and are right, and no damage makes a yes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Clock, systemClock } from "../../src/async/clock.ts";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { type RawClient, rawClient, startRedis } from "../support/redis_server.ts";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { callRequest, readAnswer } from "./calls.ts";
import { anyJson, anyText, toText } from "./json_cases.ts";
import { type Bench, defineProperty, type FuzzProperty } from "./property.ts";
import { type RunningApp, startApp } from "./running_app.ts";
import type { FuzzCall } from "./tool_calls.ts";

const [ENCRYPTION_KEY] = TEST_KEYS;
const BASE = "http://127.0.0.1:7000";
/** Longer than the process remembers its own writes. */
const FORGOTTEN_MS = 2 * 60_000;
const CUSTOMERS = [TOKEN_HEADERS, KEY_HEADERS] as const;

/** A change to an entry. */
const damage = fc.record({
  kind: fc.constantFrom(
    "bit",
    "bit",
    "cut",
    "longer",
    "swap",
    "text",
    "json",
    "empty",
    "number",
    "list",
    "hash",
    "gone",
  ),
  at: fc.nat({ max: 10_000 }),
  text: anyText,
  json: anyJson,
});
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

/** Two replicas over one Redis with all entries of a customer. */
interface Replicas {
  redis: RawClient;
  sandbox: Sandbox;
  writer: RunningApp;
  reader: RunningApp;
  clock: ShiftedClock;
}

/** The real time plus an offset. */
class ShiftedClock implements Clock {
  #shiftMs = 0;

  now(): number {
    return systemClock.now() + this.#shiftMs;
  }

  monotonic(): number {
    return this.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  shift(ms: number): void {
    this.#shiftMs += ms;
  }
}

async function replicasBench<T>(
  cases: fc.Arbitrary<T>,
  holds: (value: T, replicas: Replicas) => Promise<void>,
): Promise<Bench<T>> {
  const server = await startRedis();
  const sandbox = await startSandbox({
    rateLimitPerMinute: 1e9,
    exchangesPerMinute: 1e9,
    pace: { polls: 1, seconds: 0 },
  });
  const clock = new ShiftedClock();
  const env = { REDIS_URL: server.url, ENCRYPTION_KEY };
  const writer = await startApp({ apiBaseUrl: sandbox.baseUrl, env, clock });
  const reader = await startApp({ apiBaseUrl: sandbox.baseUrl, env, clock });
  const redis = rawClient(server);
  return {
    cases,
    holds: async (value) => {
      await redis.flushall();
      clock.shift(FORGOTTEN_MS);
      await holds(value, { redis, sandbox, writer, reader, clock });
      sandbox.reset();
    },
    async end() {
      await Promise.all([writer.close(), reader.close()]);
      await redis[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function ask(app: RunningApp, call: FuzzCall, headers: Record<string, string>) {
  const answer = await app.send(callRequest(call, headers));
  app.assertQuietLog();
  return readAnswer(call, answer);
}

/** An answer without the time at which it was read. */
function timeless({ as_of: _, ...answer }: Record<string, unknown>): Record<string, unknown> {
  return answer;
}

/** Changes one entry and keeps its TTL; false if it stays the same. */
async function spoil(redis: RawClient, key: string, texts: readonly string[], change: Damage): Promise<boolean> {
  const { kind, text } = change;
  if (kind === "gone") return await redis.del(key) === 1;
  const ttl = await redis.pttl(key);
  const before = await redis.type(key) === "string" ? await redis.get(key) ?? "" : undefined;
  if (kind === "list" || kind === "hash") {
    await redis.del(key);
    await (kind === "list" ? redis.rpush(key, text) : redis.hset(key, "field", text));
  } else {
    const after = changedText(before ?? text, texts, change);
    if (after === before) return false;
    await redis.set(key, after);
  }
  if (ttl > 0) await redis.pexpire(key, ttl);
  return true;
}

/** @param texts What other entries hold. */
function changedText(before: string, texts: readonly string[], { kind, at, text, json }: Damage): string {
  switch (kind) {
    case "swap":
      return texts[at % texts.length] ?? text;
    case "text":
      return text;
    case "json":
      return toText(json);
    case "number":
      return String(at);
    case "bit":
    case "cut":
    case "longer":
      return damagedText(before, kind, at);
    default:
      return "";
  }
}

/** The texts of all entries that are texts. */
async function textsOf(redis: RawClient, keys: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const key of keys) if (await redis.type(key) === "string") texts.push(await redis.get(key) ?? "");
  return texts;
}

function damagedText(text: string, kind: "bit" | "cut" | "longer", at: number): string {
  const place = at % Math.max(1, text.length);
  if (kind === "cut") return text.slice(0, place);
  if (kind === "longer") return text + text.slice(place);
  return text.slice(0, place) + String.fromCharCode(text.charCodeAt(place) ^ 1 << at % 7) + text.slice(place + 1);
}

const READS: readonly FuzzCall[] = [
  { tool: "list_servers", args: {} },
  { tool: "get_available_regions", args: {} },
  { tool: "list_projects", args: {} },
  { tool: "customer_info", args: {} },
  { tool: "rate_limit_status", args: {} },
];
/** Their answers depend only on Cloudways. */
const THE_SAME = ["list_servers", "get_available_regions", "list_projects"];

const reads = defineProperty({
  name: "stored/reads",
  claim: "with any damage to entries in Redis, reads go on and give what Cloudways says",
  quick: 25,
  perBench: 300,
  bench: () => {
    const cases = fc.record({
      damages: fc.array(damage, { minLength: 1, maxLength: 8 }),
      customer: fc.constantFrom(...CUSTOMERS),
      expire: fc.boolean(),
    });
    return replicasBench(cases, async ({ damages, customer, expire }, { redis, sandbox, writer, reader }) => {
      const right = new Map<string, unknown>();
      for (const call of READS) right.set(call.tool, timeless((await ask(writer, call, customer)).json));
      const keys = (await redis.keys("cw:*")).sort();
      const texts = await textsOf(redis, keys);
      for (const [index, key] of keys.entries()) {
        const change = damages[index % damages.length];
        if (change !== undefined) await spoil(redis, key, texts, change);
      }
      if (expire) sandbox.expireTokens();

      for (const call of READS) {
        const { isError, code, json } = await ask(reader, call, customer);

        // A bucket is not secret and not sealed: an attacker who can write to Redis can empty one.
        if (code === "rate_limited") continue;
        assert.equal(isError, false, `${call.tool}: ${JSON.stringify(json)}`);
        if (THE_SAME.includes(call.tool)) assert.deepEqual(timeless(json), right.get(call.tool));
      }
    });
  },
});

/** The same call by two customers, and another one. */
const STOPS = [
  { headers: TOKEN_HEADERS, args: { server_id: 100001 } },
  { headers: TOKEN_HEADERS, args: { server_id: 100002 } },
  { headers: KEY_HEADERS, args: { server_id: 100001 } },
] as const;

async function stop(app: RunningApp, { args, headers }: typeof STOPS[number]): Promise<string> {
  const call = { tool: "stop_server", args: { ...args, wait_seconds: 0 } };
  const { text } = await app.send(callRequest(call, headers));
  return /\/approve\/[A-Za-z0-9_-]+/.exec(text)?.[0] ?? "";
}

async function approve(app: RunningApp, path: string): Promise<number> {
  const headers = { origin: BASE, "content-type": "application/x-www-form-urlencoded" };
  const { status } = await app.send(new Request(BASE + path, { method: "POST", headers, body: "decision=approve" }));
  return status;
}

const yeses = defineProperty({
  name: "stored/yes",
  claim: "no damage to stored approvals carries out a call or breaks their page",
  quick: 20,
  perBench: 300,
  bench: () => {
    const cases = fc.record({
      damages: fc.array(damage, { minLength: 1, maxLength: 8 }),
      approveFirst: fc.boolean(),
      onlyYes: fc.boolean(),
    });
    return replicasBench(cases, async ({ damages, approveFirst, onlyYes }, { redis, sandbox, writer, reader }) => {
      const paths: string[] = [];
      for (const call of STOPS) paths.push(await stop(writer, call));
      assert.ok(!paths.includes(""), "there is nothing to approve");
      if (approveFirst) { for (const path of paths) assert.equal(await approve(writer, path), 303); }
      await spoilAll(redis, onlyYes ? "cw:approval_yes:*" : "cw:approval*", damages);

      for (const [index, path] of paths.entries()) {
        const page = await reader.send(new Request(BASE + path));
        // Approving an undamaged question would be a real yes.
        const decided = onlyYes ? page.status : await approve(reader, path);
        for (const call of STOPS.slice(index, index + 1)) if (approveFirst || !onlyYes) await stop(reader, call);

        const statuses = onlyYes ? [200, 404, 429, 503] : [404, 429, 503];
        assert.ok(statuses.includes(page.status), `the page: HTTP ${page.status}`);
        assert.ok(statuses.includes(decided), `deciding: HTTP ${decided}`);
      }
      assert.equal(sandbox.requestsTo("server_stop").length, 0, "a server was stopped without a yes");
    });
  },
});

/** Changes every one of these entries. */
async function spoilAll(redis: RawClient, pattern: string, damages: readonly Damage[]): Promise<void> {
  const keys = (await redis.keys(pattern)).sort();
  const texts = await textsOf(redis, keys);
  for (const [index, key] of keys.entries()) {
    const change = damages[index % damages.length];
    const isSpoilt = change !== undefined && await spoil(redis, key, texts, change);
    if (!isSpoilt) await redis.del(key);
  }
}

/** Entries of Redis. */
export const storedProperties: readonly FuzzProperty[] = [reads, yeses];
