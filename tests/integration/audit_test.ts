import assert from "node:assert/strict";
import * as z from "zod";
import type { Clock } from "../../src/async/clock.ts";
import { Box } from "../../src/crypto/box.ts";
import { CustomerIds } from "../../src/identity/customer_id.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { parseKey } from "../../src/crypto/keys.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { RedisStore } from "../../src/store/redis/adapter.ts";
import {
  formatStoreKey,
  type ListEntry,
  type ListPage,
  type Store,
  StoreError,
  type StoreKey,
} from "../../src/store/store.ts";
import {
  type AuditEntry,
  type AuditPage,
  type AuditRecord,
  type AuditTrail,
  YesEndedError,
} from "../../src/audit/record.ts";
import { ChainSigner } from "../../src/audit/chain.ts";
import { stamp } from "../../src/audit/entry.ts";
import { CustomerAuditLists } from "../../src/audit/lists.ts";
import { AUDIT_LISTS, auditKey, AuditRecords } from "../../src/audit/records.ts";
import { ChainedAuditTrail } from "../../src/audit/trail.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { type RawClient, rawClient, redisOfFile, startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { until } from "../support/until.ts";

const emptyRedis = redisOfFile();

const ANNA = "a".repeat(64);
const BERT = "b".repeat(64);
const NOW = Date.UTC(2026, 10, 20, 12);
const KEY = formatStoreKey(auditKey(ANNA));

/** Where an audit trail can be kept; each call of `trail` is another process. */
interface Subject extends AsyncDisposable {
  trail(options?: TrailOptions): Promise<ChainedAuditTrail>;
  store(): Promise<Store>;
}

interface TrailOptions {
  isAccepted?: (customer: string) => Promise<boolean>;
  lines?: string[];
  keys?: readonly string[];
  clock?: Clock;
}

function entryOf(tool: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    event: "outcome",
    customer: ANNA,
    client: "test 1.0.0",
    tool,
    arguments: { server_id: 100001 },
    target: null,
    approval: "not_needed",
    operation_id: null,
    outcome: "ok",
    request_id: "request-1",
    ...more,
  };
}

async function trailOver(
  store: Store,
  { isAccepted, lines = [], keys = TEST_KEYS, clock = new FakeClock(NOW) }: TrailOptions,
) {
  const ring = await KeyRing.create({ encryptionKeys: keys.map(parseKey) });
  return new ChainedAuditTrail({
    store,
    box: new Box(ring),
    ring,
    clock,
    log: createLogger({ level: "INFO", format: "json", write: (line) => lines.push(line) }),
    isAccepted: isAccepted ?? (() => Promise.resolve(true)),
  });
}

async function memorySubject(): Promise<Subject> {
  const store = await Promise.resolve(new MemoryStore({ clock: new FakeClock(NOW) }));
  return {
    trail: (options = {}) => trailOver(store, options),
    store: () => Promise.resolve(store),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** Several processes over one Redis. */
async function redisSubject(url?: string): Promise<Subject> {
  const address = url ?? (await emptyRedis()).url;
  const stores: RedisStore[] = [];
  const connect = async () => {
    const store = await RedisStore.connect(address, { poolSize: 50 });
    stores.push(store);
    return store;
  };
  return {
    trail: async (options = {}) => trailOver(await connect(), options),
    store: connect,
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}

/** Every page of a customer's records. */
async function readAll(trail: AuditTrail, customer = ANNA, limit = 7): Promise<AuditPage> {
  const whole: AuditPage = { records: [], next: null, faults: 0 };
  let before: number | undefined;
  do {
    const page = await trail.read(customer, { before, limit });
    whole.records.push(...page.records);
    whole.faults += page.faults;
    before = page.next ?? undefined;
  } while (before !== undefined);
  return whole;
}

/** What happened, in short. */
function wordOf(record: AuditRecord): string {
  return record.event === "gap" ? `gap of ${record.missing}` : record.tool;
}

function wordsOf({ records }: AuditPage): string[] {
  return records.map(wordOf);
}

async function recordAll(trail: AuditTrail, tools: readonly string[]): Promise<void> {
  for (const tool of tools) await trail.record(entryOf(tool));
}

/** What holds wherever the records are kept. */
function auditSuite(name: string, makeSubject: () => Promise<Subject>): void {
  const test = (sentence: string, body: (subject: Subject) => Promise<void>) =>
    Deno.test(`${name}: ${sentence}`, async () => {
      await using subject = await makeSubject();
      await body(subject);
    });

  test("a customer's records are read newest first, a page at a time", async (subject) => {
    const trail = await subject.trail();
    await recordAll(trail, ["a", "b", "c", "d", "e"]);

    const first = await trail.read(ANNA, { limit: 2 });
    const second = await trail.read(ANNA, { before: first.next ?? 0, limit: 2 });
    const third = await trail.read(ANNA, { before: second.next ?? 0, limit: 2 });

    assert.deepEqual([first, second, third].map(wordsOf), [["e", "d"], ["c", "b"], ["a"]]);
    assert.deepEqual([first.next, second.next, third.next], [4, 2, null]);
    assert.deepEqual(third.records.map(({ number, time }) => [number, time]), [[1, "2026-11-20T12:00:00.000Z"]]);
  });

  test("a record comes back as it was given, without the customer", async (subject) => {
    const trail = await subject.trail();
    const entry = entryOf("a", { event: "refused", client: undefined, approval: null, outcome: "read_only" });

    await trail.record(entry);

    const { customer: _, ...rest } = entry;
    const [found] = (await trail.read(ANNA, { limit: 1 })).records;
    assert.deepEqual(found, { ...rest, number: 1, time: "2026-11-20T12:00:00.000Z" });
  });

  test("nobody reads another customer's records, and a call without credentials is not recorded", async (subject) => {
    const trail = await subject.trail();
    await trail.record(entryOf("of anna"));
    await trail.record(entryOf("of bert", { customer: BERT }));
    await trail.record(entryOf("of nobody", { customer: undefined }));

    assert.deepEqual(wordsOf(await readAll(trail, ANNA)), ["of anna"]);
    assert.deepEqual(wordsOf(await readAll(trail, BERT)), ["of bert"]);
    assert.deepEqual(await readAll(trail, "c".repeat(64)), { records: [], next: null, faults: 0 });
  });

  test("processes that record for one customer concurrently make one chain, without gaps or duplicates", async (subject) => {
    const trails = [await subject.trail(), await subject.trail(), await subject.trail()];

    await Promise.all(
      trails.flatMap((trail, process) =>
        Array.from({ length: 30 }, (_, i) => trail.record(entryOf(`${process}-${i}`)))
      ),
    );

    for (const trail of trails) {
      const { records, faults } = await readAll(trail);
      assert.deepEqual(records.map(({ number }) => number), Array.from({ length: 90 }, (_, i) => 90 - i));
      assert.equal(new Set(records.map(wordOf)).size, 90);
      assert.equal(faults, 0);
    }
  });

  test("the records of one process keep their order", async (subject) => {
    const trail = await subject.trail();
    const tools = Array.from({ length: 30 }, (_, i) => `${i}`);

    await Promise.all(tools.map((tool) => trail.record(entryOf(tool))));

    assert.deepEqual(wordsOf(await readAll(trail)).reverse(), tools);
  });

  test("of concurrent intents with one yes, in any process, one is recorded and goes on", async (subject) => {
    const trails = [await subject.trail(), await subject.trail(), await subject.trail()];
    const intent = entryOf("a", { event: "intent", outcome: null, mark: "0123" });
    const never = new AbortController().signal;

    const ended = await Promise.allSettled([...trails, ...trails].map((trail) => trail.intend(intent, never)));
    const later = await Promise.allSettled([trails[0]?.intend(intent, never)]);

    assert.equal(ended.filter(({ status }) => status === "fulfilled").length, 1);
    for (const result of [...ended, ...later]) {
      if (result.status === "rejected") assert.ok(result.reason instanceof YesEndedError);
    }
    assert.equal(later[0]?.status, "rejected");
    const page = await readAll(await subject.trail());
    assert.deepEqual([wordsOf(page), page.faults], [["a"], 0]);
    assert.doesNotMatch(JSON.stringify(page), /0123/);
  });

  test("refusals, of any kind and number, never displace records of actions and decisions", async (subject) => {
    const trail = await subject.trail();
    const actions = [
      entryOf("1", { event: "intent", outcome: null }),
      entryOf("2"),
      entryOf("3", { event: "revealed" }),
      ...["approved", "denied", "withdrawn"].map((outcome) => entryOf(outcome, { event: "decided", outcome })),
    ];
    for (const action of actions) await trail.record(action);

    const noise = Array.from(
      { length: 1_040 },
      (_, n) =>
        n % 3 === 0
          ? entryOf(`${n}`, { event: "asked", outcome: null, target: n })
          : n % 3 === 1
          ? entryOf(`${n}`, { event: "refused", outcome: "invalid_arguments" })
          : entryOf("page", { event: n % 2 === 0 ? "decided" : "revealed", outcome: "wrong_code", target: n }),
    );
    await Promise.all(noise.map((entry) => trail.record(entry)));

    const page = await readAll(await subject.trail(), ANNA, 50);
    const shown = page.records.filter((record) => record.event !== "gap");
    const left = shown.filter(({ event, outcome }) =>
      event !== "asked" && event !== "refused" && outcome !== "wrong_code"
    );
    assert.deepEqual(left.map(({ tool }) => tool).reverse(), actions.map(({ tool }) => tool));
    assert.equal(page.faults, 0);
    assert.equal(shown.length - left.length, 200);
  });

  test("both kinds are in the order of time, each once, however they are paged", async (subject) => {
    const clock = new FakeClock(NOW);
    const trail = await subject.trail({ clock });
    const tools = Array.from({ length: 40 }, (_, n) => `${n}`);
    for (const [n, tool] of tools.entries()) {
      await clock.advance(1_000);
      // In runs of one, two and three.
      const isDone = [0, 2, 3].includes(n % 6);
      await trail.record(entryOf(tool, isDone ? {} : { event: "refused", outcome: "invalid_arguments" }));
    }

    for (const limit of [1, 2, 3, 7, 100]) {
      const page = await readAll(await subject.trail(), ANNA, limit);
      assert.deepEqual([wordsOf(page).reverse(), page.faults], [tools, 0], `${limit}`);
      const numbers = page.records.map(({ number }) => number);
      assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => b - a));
    }
  });

  test("repeated refusals within a minute become one record with a count", async (subject) => {
    const clock = new FakeClock(NOW);
    const trail = await subject.trail({ clock });
    const refused = (tool: string, outcome: string) => trail.record(entryOf(tool, { event: "refused", outcome }));

    for (let n = 0; n < 5; n++) await refused("a", "invalid_arguments");
    await refused("a", "upstream_busy");
    await clock.advance(61_000);
    await refused("a", "invalid_arguments");
    await trail[Symbol.asyncDispose]();

    const { records } = await readAll(trail);
    const shown = records.filter((record) => record.event !== "gap").map(({ outcome, count }) => [outcome, count]);
    assert.deepEqual(shown.reverse(), [
      ["invalid_arguments", undefined],
      ["upstream_busy", undefined],
      ["invalid_arguments", 4],
      ["invalid_arguments", undefined],
    ]);
  });

  test("the newest records are kept, and dropping older ones is not reported as a fault", async (subject) => {
    const ring = await KeyRing.create({ encryptionKeys: TEST_KEYS.map(parseKey) });
    const records = new AuditRecords({ box: new Box(ring), signer: new ChainSigner(ring) });
    const log = createLogger({ level: "ERROR", format: "json", write: () => {} });
    const lists = new CustomerAuditLists({ store: await subject.store(), records, log, keep: { done: 3, refused: 3 } });
    for (const tool of ["a", "b", "c", "d", "e"]) await lists.append(ANNA, stamp(entryOf(tool), NOW));

    const page = await lists.read(ANNA, { limit: 10 });

    assert.deepEqual(wordsOf(page), ["e", "d", "c"]);
    assert.deepEqual([page.next, page.faults], [null, 0]);
  });

  test("credentials that were never accepted leave a count and no record", async (subject) => {
    const store = await subject.store();
    const lines: string[] = [];
    const trail = await subject.trail({ isAccepted: () => Promise.resolve(false), lines });

    for (let i = 0; i < 500; i++) await trail.record(entryOf("a", { event: "refused", outcome: "invalid_arguments" }));
    for (let i = 0; i < 500; i++) {
      await trail.record(entryOf("a", { event: "refused", customer: undefined, outcome: "authentication_required" }));
    }
    await trail[Symbol.asyncDispose]();

    for (const list of AUDIT_LISTS) assert.deepEqual(await store.entries(auditKey(ANNA, list), { limit: 10 }), []);
    const said = lines.map((line) => JSON.parse(line)).map(({ outcome, count }) => [outcome, count]);
    assert.deepEqual(said, [
      ["invalid_arguments", 1],
      ["authentication_required", 1],
      ["invalid_arguments", 499],
      ["authentication_required", 499],
    ]);
  });
}

auditSuite("embedded store", memorySubject);
auditSuite("Redis", () => redisSubject());

Deno.test("while Redis does not answer, calls go on, and a gap records what is missing", async () => {
  const lines: string[] = [];
  await using server = await startRedis();
  await using subject = await redisSubject(server.url);
  const trail = await subject.trail({ lines });
  await trail.record(entryOf("before"));

  server.freeze();
  await Promise.all([1, 2, 3].map((i) => trail.record(entryOf(`lost ${i}`))));
  server.continue();
  await until(() => trail.read(ANNA, { limit: 1 }).then(() => true, () => false));
  await recordAll(trail, ["after", "later"]);

  const page = await readAll(trail);
  assert.deepEqual(wordsOf(page), ["later", "after", "gap of 3", "before"]);
  assert.equal(page.faults, 0);
  assert.equal(lines.filter((line) => line.includes('"message":"audit"')).length, 6);
  assert.equal(lines.filter((line) => line.includes("audit records are not kept")).length, 1);
});

Deno.test("when Redis comes back empty, a new chain begins with the gap", async () => {
  await using server = await startRedis();
  await using subject = await redisSubject(server.url);
  const trail = await subject.trail();
  await recordAll(trail, ["a", "b"]);

  await server.kill();
  await trail.record(entryOf("lost"));
  await using _empty = await startRedis({ port: server.port });
  await until(() => trail.read(ANNA, { limit: 1 }).then(() => true, () => false));
  await trail.record(entryOf("after"));

  const page = await readAll(trail);
  assert.deepEqual(wordsOf(page), ["after", "gap of 1"]);
  assert.deepEqual([page.records.map(({ number }) => number), page.faults], [[2, 1], 0]);
});

/** The embedded store, which can be away for a while, or fail for one customer only. */
class Interrupted extends MemoryStore {
  fails: (customer: string) => boolean = () => false;

  override entries(key: StoreKey, page: ListPage): Promise<ListEntry[]> {
    return this.fails(key.customer) ? Promise.reject(new StoreError("away")) : super.entries(key, page);
  }
}

Deno.test("each outage is logged once, even if a customer of an earlier one has never come back", async () => {
  const lines: string[] = [];
  await using store = new Interrupted({ clock: new FakeClock(NOW) });
  const trail = await trailOver(store, { lines });
  const warnings = () => lines.filter((line) => line.includes("audit records are not kept")).length;
  const record = async (...customers: string[]) => {
    for (const customer of customers) await trail.record(entryOf("a", { customer }));
  };
  const said: number[] = [];

  for (const fails of [() => true, () => false, () => true]) {
    store.fails = fails;
    await record(...(fails() ? [ANNA, BERT, BERT] : [BERT]));
    said.push(warnings());
  }
  store.fails = (customer) => customer === ANNA;
  await record(BERT, ANNA, BERT, ANNA, BERT, ANNA);

  assert.deepEqual(said, [1, 1, 2]);
  assert.equal(warnings(), 2, "failures of one customer alone are not logged each time");
});

for (const command of ["set", "rpush", "sadd"]) {
  Deno.test(`after foreign data replaced a customer's records (${command}), a new chain begins`, async () => {
    const lines: string[] = [];
    const server = await emptyRedis();
    await using subject = await redisSubject(server.url);
    await using redis = rawClient(server);
    const trail = await subject.trail({ lines });
    await recordAll(trail, ["a", "b"]);
    await redis.del(KEY);
    await redis.call(command, KEY, "not ours");

    const before = await readAll(trail);
    await recordAll(trail, ["c", "d"]);

    const page = await readAll(trail);
    assert.deepEqual([before.records, before.faults], [[], 0]);
    assert.deepEqual(wordsOf(page), ["d", "c"]);
    assert.deepEqual([page.records.map(({ number }) => number), page.faults], [[2, 1], 0]);
    assert.ok(await redis.pttl(KEY) > 0);
    assert.deepEqual(lines.filter((line) => !line.includes('"message":"audit"')), []);
  });
}

Deno.test("gaps are counted for each customer", async () => {
  await using server = await startRedis();
  await using subject = await redisSubject(server.url);
  const trail = await subject.trail();

  server.freeze();
  await trail.record(entryOf("lost"));
  server.continue();
  await until(() => trail.read(ANNA, { limit: 1 }).then(() => true, () => false));
  await trail.record(entryOf("of bert", { customer: BERT }));
  await trail.record(entryOf("of anna"));

  assert.deepEqual(wordsOf(await readAll(trail, BERT)), ["of bert"]);
  assert.deepEqual(wordsOf(await readAll(trail, ANNA)), ["of anna", "gap of 1"]);
});

Deno.test("records in Redis are encrypted, and are gone after ninety days", async () => {
  const server = await emptyRedis();
  await using subject = await redisSubject(server.url);
  await using redis = rawClient(server);
  const trail = await subject.trail();

  await trail.record(entryOf("canary-tool", { arguments: { label: "canary-argument" }, client: "canary-client" }));

  assert.deepEqual(await redis.keys("*"), [KEY]);
  const stored = await redis.xrange(KEY, "-", "+");
  assert.doesNotMatch(JSON.stringify(stored), /canary|outcome/);
  const box = new Box(await KeyRing.create({ encryptionKeys: TEST_KEYS.map(parseKey) }));
  const sealed = stored[0]?.[1][3] ?? "";
  assert.match(await box.open(sealed, { customer: ANNA, purpose: "audit" }) ?? "", /canary-tool/);
  assert.equal(await box.open(sealed, { customer: BERT, purpose: "audit" }), undefined);
  const days = await redis.pttl(KEY) / 86_400_000;
  assert.ok(days > 89 && days <= 90, `${days}`);
});

/** One entry of a stream. */
interface Stored {
  id: string;
  mark: string;
  value: string;
}

/** Rewrites a stream, as an attacker with access to Redis but without the key can. */
async function rewrite(redis: RawClient, change: (entries: Stored[]) => Stored[]): Promise<void> {
  const found = await redis.xrange(KEY, "-", "+");
  const entries = found.map(([id, [, mark = "", , value = ""]]) => ({ id, mark, value }));
  await redis.del(KEY);
  for (const { id, mark, value } of change(entries)) await redis.xadd(KEY, id, "mark", mark, "value", value);
}

/** Entries with the one at an index given what `change` makes of it. */
function withEntry(entries: readonly Stored[], index: number, change: (entry: Stored) => Partial<Stored>): Stored[] {
  return entries.map((entry, i) => i === index ? { ...entry, ...change(entry) } : entry);
}

/** Changes to the records a to e, which records can then still be read, and how many faults are reported. */
const TAMPERINGS: readonly [name: string, change: (entries: Stored[]) => Stored[], left: string, faults: number][] = [
  ["is left as it is", (entries) => entries, "edcba", 0],
  ["loses one record", (entries) => entries.toSpliced(2, 1), "edba", 1],
  ["loses two records apart", (entries) => entries.toSpliced(3, 1).toSpliced(1, 1), "eca", 2],
  ["has a record changed", (entries) => withEntry(entries, 2, ({ value }) => ({ value: flipped(value) })), "edba", 1],
  ["has a signature changed", (entries) => withEntry(entries, 2, () => ({ mark: "0".repeat(64) })), "edba", 2],
  ["has something else in it", (entries) => withEntry(entries, 2, () => ({ mark: "", value: "{}" })), "edba", 2],
  ["has two records swapped", ([a, b, c, d, e]) => moved([a, b, d, c, e]), "eba", 3],
  ["has one record twice", (entries) => moved([...entries, entries[4]]), "edcba", 1],
  ["has its records renumbered", (entries) => moved([undefined, ...entries]).slice(1), "", 5],
];

/** The entries in these places, each with the number of its place. */
function moved(entries: readonly (Stored | undefined)[]): Stored[] {
  return entries.map((entry, index) => ({ mark: "", value: "", ...entry, id: `${index + 1}-0` }));
}

function flipped(value: string): string {
  return value.slice(0, -10) + (value.at(-10) === "A" ? "B" : "A") + value.slice(-9);
}

for (const [name, change, left, faults] of TAMPERINGS) {
  Deno.test(`of a stream that ${name}, the intact records are shown, and the faults counted`, async () => {
    const lines: string[] = [];
    const server = await emptyRedis();
    await using subject = await redisSubject(server.url);
    await using redis = rawClient(server);
    const trail = await subject.trail({ lines });
    await recordAll(trail, ["a", "b", "c", "d", "e"]);

    await rewrite(redis, change);
    const [small, large] = [await readAll(trail, ANNA, 1), await readAll(trail, ANNA, 100)];

    assert.deepEqual([wordsOf(small).join(""), small.faults], [left, faults]);
    assert.deepEqual([wordsOf(large).join(""), large.faults], [left, faults]);
    assert.equal(lines.some((line) => line.includes("audit records were changed or are missing")), faults > 0);
  });
}

Deno.test("recording goes on after a tampered stream, and only the tampered records are faults", async () => {
  const server = await emptyRedis();
  await using subject = await redisSubject(server.url);
  await using redis = rawClient(server);
  const trail = await subject.trail();
  await recordAll(trail, ["a", "b", "c"]);

  await rewrite(redis, (entries) => withEntry(entries, 2, () => ({ mark: "", value: "{}" })));
  await recordAll(trail, ["d", "e"]);

  const page = await readAll(trail);
  assert.deepEqual([wordsOf(page).join(""), page.faults], ["edba", 1]);
});

Deno.test("a stream that was copied to another customer's key can't be read there", async () => {
  const server = await emptyRedis();
  await using subject = await redisSubject(server.url);
  await using redis = rawClient(server);
  const trail = await subject.trail();
  await recordAll(trail, ["a", "b"]);

  await redis.copy(KEY, formatStoreKey(auditKey(BERT)));

  assert.deepEqual(await readAll(trail, BERT), { records: [], next: null, faults: 2 });
});

Deno.test("records outlive a change of keys as long as the old one is listed", async () => {
  const [OLD, NEW] = TEST_KEYS;
  const server = await emptyRedis();
  await using subject = await redisSubject(server.url);
  await (await subject.trail({ keys: [OLD] })).record(entryOf("old"));

  const both = await subject.trail({ keys: [NEW, OLD] });
  await both.record(entryOf("new"));

  assert.deepEqual(await readAll(both).then((page) => [...wordsOf(page), page.faults]), ["new", "old", 0]);
  const without = await readAll(await subject.trail({ keys: [NEW] }));
  assert.deepEqual([...wordsOf(without), without.faults], ["new", 1]);
});

const ENV = { CONFIRM: "off", ENCRYPTION_KEY: TEST_KEYS[0] };
/** Operations end at the first look, so that no test waits. */
const SANDBOX = { pace: { polls: 1, seconds: 0 } };

for (const store of ["embedded store", "Redis"] as const) {
  Deno.test(`get_audit_log shows customers only their own actions, from the ${store}`, async () => {
    const server = await emptyRedis();
    const env = store === "Redis" ? { ...ENV, REDIS_URL: server.url } : ENV;
    await using service = await startService({ env, sandbox: SANDBOX });
    await callTool(service.mcpUrl, "clear_app_cache", { app_id: 200001 }, TOKEN_HEADERS);
    const requests = service.sandbox.requests.length;

    const mine = await callTool(service.mcpUrl, "get_audit_log", {}, TOKEN_HEADERS);
    const requestsForMine = service.sandbox.requests.length - requests;
    const others = await callTool(service.mcpUrl, "get_audit_log", {}, KEY_HEADERS);

    const shown = shownRecords.parse(mine.json.records);
    assert.deepEqual(shown.map(({ number, result, outcome }) => [number, result, outcome]), [[2, "done", "ok"]]);
    for (const { tool, arguments: args, approval } of shown) {
      assert.deepEqual([tool, args, approval], ["clear_app_cache", { app_id: 200001 }, "not_needed"]);
    }
    assert.match(shown[0]?.operation_id ?? "", /^\d+$/);
    assert.equal(mine.json.next_before, null);
    assert.deepEqual(others.json, { records: [], next_before: null });
    assert.equal(requestsForMine, 0, "Cloudways accepted these credentials a moment ago");
  });
}

const shownRecords = z.array(z.looseObject({
  number: z.int(),
  result: z.string(),
  tool: z.string(),
  arguments: z.unknown(),
  approval: z.string().optional(),
  outcome: z.string().optional(),
  operation_id: z.string().optional(),
  request_id: z.string(),
}));

/** The customer id of {@linkcode TOKEN_HEADERS} at a server with {@linkcode ENV}. */
async function tokenCustomer(): Promise<string> {
  const ring = await KeyRing.create({ encryptionKeys: [parseKey(TEST_KEYS[0])] });
  return await new CustomerIds(ring).of({ kind: "access_token", token: TOKEN_HEADERS["x-cloudways-access-token"] });
}

Deno.test("get_audit_log gives every action once, page by page, however large they are", async () => {
  const server = await emptyRedis();
  await using subject = await redisSubject(server.url);
  await using service = await startService({ env: { ...ENV, REDIS_URL: server.url } });
  const trail = await subject.trail({ keys: [TEST_KEYS[0]] });
  const large = Array.from({ length: 20 }, () => "x".repeat(90));
  const customer = await tokenCustomer();
  for (let i = 0; i < 30; i++) await trail.record(entryOf("a", { customer, arguments: large, target: large }));

  const pages: number[][] = [];
  let before: unknown;
  do {
    const args = { limit: 25, ...(typeof before === "number" && { before }) };
    const { json } = await callTool(service.mcpUrl, "get_audit_log", args, TOKEN_HEADERS);
    assert.equal(json.left_out, undefined);
    pages.push(shownRecords.parse(json.records).map(({ number }) => number));
    before = json.next_before;
  } while (before !== null);

  assert.deepEqual(pages.flat(), Array.from({ length: 30 }, (_, i) => 30 - i));
  assert.ok((pages[0]?.length ?? 0) < 25, "the first page is cut");
});

Deno.test("a record keeps arguments of every name", async () => {
  await using subject = await memorySubject();
  const trail = await subject.trail();
  const args = JSON.parse('{"__proto__":1,"constructor":{"toString":2},"deep":[{"__proto__":3}]}');

  await trail.record(entryOf("a", { arguments: args }));
  const { records: [record] } = await trail.read(ANNA, { limit: 1 });

  assert.equal(
    JSON.stringify(record).includes('{"__proto__":1,"constructor":{"toString":2},"deep":[{"__proto__":3}]}'),
    true,
  );
});

Deno.test("get_audit_log says which records can't be trusted", async () => {
  const server = await emptyRedis();
  await using subject = await redisSubject(server.url);
  await using redis = rawClient(server);
  await using service = await startService({ env: { ...ENV, REDIS_URL: server.url } });
  const trail = await subject.trail({ keys: [TEST_KEYS[0]] });
  const customer = await tokenCustomer();
  for (const tool of ["a", "b", "c"]) await trail.record(entryOf(tool, { customer }));

  await redis.xdel(formatStoreKey(auditKey(customer)), "2-0");
  const { json } = await callTool(service.mcpUrl, "get_audit_log", {}, TOKEN_HEADERS);

  assert.deepEqual(shownRecords.parse(json.records).map(({ tool }) => tool), ["c", "a"]);
  assert.match(String(json.problem), /^At 1 place here a record is missing/);
});
