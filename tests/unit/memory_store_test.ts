import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryStore, type MemoryStoreOptions } from "../../src/store/memory/adapter.ts";
import type { Purpose } from "../../src/store/purposes.ts";
import { StoreError, type StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const MINUTE_MS = 60_000;

function makeStore(options: Partial<MemoryStoreOptions> = {}): { store: MemoryStore; clock: FakeClock } {
  const clock = new FakeClock();
  return { store: new MemoryStore({ clock, ...options }), clock };
}

/** A key of the cache class. */
function cached(customer: string, name = "0"): StoreKey {
  return { purpose: "listing", customer, name };
}

/** A key of the class that is never evicted. */
function kept(customer: string, name = "0"): StoreKey {
  return { purpose: "lock", customer, name };
}

function bucket(customer: string): StoreKey {
  return { purpose: "bucket", customer };
}

/** Records that Cloudways has accepted these customers. */
async function accept(store: MemoryStore, ...customers: string[]): Promise<void> {
  for (const customer of customers) await store.set({ purpose: "seen", customer }, "now", { ttlMs: MINUTE_MS });
}

Deno.test("an entry lives until just before its TTL by the given clock", async () => {
  const { store, clock } = makeStore();
  for (const key of [cached("a"), kept("a")]) await store.set(key, "value", { ttlMs: 1000 });

  await clock.advance(999);

  assert.equal(await store.get(cached("a")), "value");
  assert.equal(await store.get(kept("a")), "value");
  await clock.advance(1);
  assert.equal(await store.get(cached("a")), undefined);
  assert.equal(await store.get(kept("a")), undefined);
});

Deno.test("an expired entry counts as absent in every call", async () => {
  const { store, clock } = makeStore();
  for (const key of [cached("a"), kept("a")]) {
    await store.set(key, "value", { ttlMs: 1000 });
    await clock.advance(1000);

    assert.equal(await store.take(key), undefined);
    assert.equal(await store.delete(key), false);
    assert.equal(await store.deleteIfEquals(key, "value"), false);
    assert.equal(await store.set(key, "new", { ttlMs: 1000, ifAbsent: true }), true);
  }
});

Deno.test("a full cache drops the least recently used entry", async () => {
  const { store } = makeStore({ maxCacheBytes: 5_000, maxCacheBytesPerCustomer: 5_000 });
  const value = "x".repeat(1000);
  for (const customer of ["a", "b", "c", "d"]) await store.set(cached(customer), value, { ttlMs: MINUTE_MS });
  await store.get(cached("a"));

  await store.set(cached("e"), value, { ttlMs: MINUTE_MS });

  assert.equal(await store.get(cached("b")), undefined);
  for (const customer of ["a", "c", "d", "e"]) assert.equal(await store.get(cached(customer)), value);
});

Deno.test("entries that have expired make room before one that is valid, though they were used later", async () => {
  const { store, clock } = makeStore({ maxCacheBytes: 50_000 });
  const value = "x".repeat(800);
  await store.set(cached("valid"), value, { ttlMs: MINUTE_MS });
  for (let i = 0; i < 40; i++) await store.set(cached(`old${i}`), value, { ttlMs: 1000 });
  await clock.advance(1000);

  for (let i = 0; i < 40; i++) await store.set(cached(`new${i}`), value, { ttlMs: MINUTE_MS });

  for (const customer of ["valid", "new0", "new39"]) assert.equal(await store.get(cached(customer)), value);
});

Deno.test("a customer with too many cached entries displaces its own, the least recently used first", async () => {
  const { store } = makeStore({ maxEntriesPerCustomer: 3 });
  await store.set(cached("other"), "value", { ttlMs: MINUTE_MS });
  for (const name of ["1", "2", "3"]) await store.set(cached("a", name), "value", { ttlMs: MINUTE_MS });
  await store.get(cached("a", "1"));

  await store.set(cached("a", "4"), "value", { ttlMs: MINUTE_MS });

  assert.equal(await store.get(cached("a", "2")), undefined);
  for (const name of ["1", "3", "4"]) assert.equal(await store.get(cached("a", name)), "value");
  assert.equal(await store.get(cached("other")), "value");
});

Deno.test("one customer can't displace another's cached entries, with any amount of data", async () => {
  const { store } = makeStore({ maxCacheBytes: 100_000 });
  await store.set(cached("other"), "value", { ttlMs: MINUTE_MS });

  for (let i = 0; i < 500; i++) await store.set(cached("a", `${i}`), "x".repeat(1000), { ttlMs: MINUTE_MS });

  assert.equal(await store.get(cached("other")), "value");
});

const NEVER_DROPPED: Purpose[] = [
  "listing_epoch",
  "refusal",
  "lock",
  "bucket",
  "question",
  "open_question",
  "declined",
  "slot",
  "approval_address",
  "approval",
  "approval_open",
  "approval_yes",
  "approval_outcome",
  "secret_address",
  "secret",
  "secret_value",
  "keys",
];

Deno.test("entries outside the caches stay until their TTL, with any amount of data of their customer", async () => {
  const { store } = makeStore({ maxCacheBytes: 1_000_000, maxEntriesPerCustomer: 10 });
  await accept(store, "a");
  for (const purpose of NEVER_DROPPED) await store.set({ purpose, customer: "a" }, "kept", { ttlMs: MINUTE_MS });

  for (let n = 0; n < 100; n++) await store.set(cached("a", String(n)), "x".repeat(10_000), { ttlMs: MINUTE_MS });

  assert.equal(await store.get(cached("a", "0")), undefined);
  for (const purpose of NEVER_DROPPED) assert.equal(await store.get({ purpose, customer: "a" }), "kept", purpose);
});

Deno.test("a cached value larger than the quota is not kept, and the old one is gone", async () => {
  const { store } = makeStore({ maxCacheBytes: 16_000 });
  await store.set(cached("a"), "old", { ttlMs: MINUTE_MS });

  assert.equal(await store.set(cached("a"), "x".repeat(1000), { ttlMs: MINUTE_MS }), true);

  assert.equal(await store.get(cached("a")), undefined);
});

Deno.test("shared entries may fill the cache beyond one customer's quota", async () => {
  const { store } = makeStore({ maxCacheBytes: 16_000, maxEntriesPerCustomer: 1 });

  for (const name of ["1", "2"]) await store.set(cached("shared", name), "x".repeat(1000), { ttlMs: MINUTE_MS });

  for (const name of ["1", "2"]) assert.notEqual(await store.get(cached("shared", name)), undefined);
});

Deno.test("writing, dropping and expiring in any order leave room for the whole quota", async () => {
  const key = fc.record({ customer: fc.constantFrom("a", "b"), name: fc.constantFrom("1", "2", "3", "4", "5") });
  const step = fc.record({
    key,
    size: fc.integer({ min: 1, max: 600 }),
    action: fc.constantFrom("set", "get", "delete"),
  });

  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (history) => {
    const { store } = makeStore({ maxCacheBytes: 6000, maxCacheBytesPerCustomer: 3000, maxEntriesPerCustomer: 3 });
    for (const { key: { customer, name }, size, action } of history) {
      if (action === "set") await store.set(cached(customer, name), "x".repeat(size), { ttlMs: MINUTE_MS });
      else if (action === "get") await store.get(cached(customer, name));
      else await store.delete(cached(customer, name));
    }

    for (const name of ["6", "7", "8"]) await store.set(cached("a", name), "x".repeat(300), { ttlMs: MINUTE_MS });

    for (const name of ["6", "7", "8"]) assert.notEqual(await store.get(cached("a", name)), undefined);
  }));
});

Deno.test("a full table of locks refuses a new one and keeps all others", async () => {
  const { store } = makeStore({ maxEntriesPerTable: 3 });
  for (const customer of ["a", "b", "c"]) await store.set(kept(customer), "value", { ttlMs: MINUTE_MS });

  await assert.rejects(store.set(kept("d"), "value", { ttlMs: MINUTE_MS }), StoreError);

  for (const customer of ["a", "b", "c"]) assert.equal(await store.get(kept(customer)), "value");
  assert.equal(await store.set(kept("a"), "again", { ttlMs: MINUTE_MS }), true);
});

Deno.test("a full table of one purpose leaves room for other purposes", async () => {
  const { store } = makeStore({ maxEntriesPerTable: 1 });
  await accept(store, "a");
  await store.set({ purpose: "refusal", customer: "a" }, "value", { ttlMs: MINUTE_MS });

  assert.equal(await store.set({ purpose: "lock", customer: "a" }, "value", { ttlMs: MINUTE_MS }), true);
  assert.equal((await store.takeTokens(bucket("a"), LIMIT, 1)).allowed, true);
});

Deno.test("one customer cannot fill a table of locks", async () => {
  const { store } = makeStore({ maxEntriesPerTable: 10, maxEntriesPerCustomer: 2 });
  for (const name of ["1", "2"]) await store.set(kept("a", name), "value", { ttlMs: MINUTE_MS });

  await assert.rejects(store.set(kept("a", "3"), "value", { ttlMs: MINUTE_MS }), StoreError);

  assert.equal(await store.set(kept("b", "1"), "value", { ttlMs: MINUTE_MS }), true);
  await store.delete(kept("a", "1"));
  assert.equal(await store.set(kept("a", "3"), "value", { ttlMs: MINUTE_MS }), true);
});

Deno.test("a full table has room again once entries have expired", async () => {
  const { store, clock } = makeStore({ maxEntriesPerTable: 2 });
  await store.set(kept("a"), "value", { ttlMs: 1000 });
  await store.set(kept("b"), "value", { ttlMs: MINUTE_MS });

  await clock.advance(1000);

  assert.equal(await store.set(kept("c"), "value", { ttlMs: MINUTE_MS }), true);
  await assert.rejects(store.set(kept("d"), "value", { ttlMs: MINUTE_MS }), StoreError);
});

const LIMIT = { capacity: 10, windowSeconds: 10 };

Deno.test("a full table of buckets refuses a new one until one of them has refilled", async () => {
  const { store, clock } = makeStore({ maxEntriesPerTable: 2 });
  await store.takeTokens(bucket("a"), LIMIT, 1);
  await store.takeTokens(bucket("b"), LIMIT, 10);

  await assert.rejects(store.takeTokens(bucket("c"), LIMIT, 1), StoreError);
  await clock.advance(1000);

  assert.equal((await store.takeTokens(bucket("c"), LIMIT, 1)).allowed, true);
  assert.equal((await store.takeTokens(bucket("b"), LIMIT, 10)).allowed, false);
});

Deno.test("reading a bucket needs no room", async () => {
  const { store } = makeStore({ maxEntriesPerTable: 1 });
  await store.takeTokens(bucket("a"), LIMIT, 1);

  assert.equal((await store.takeTokens(bucket("b"), LIMIT, 0)).remaining, 10);
});

Deno.test("a clock that is set back gives no tokens and loses no entry", async () => {
  const { store, clock } = makeStore();
  await store.takeTokens(bucket("a"), LIMIT, 10);
  await store.set(kept("a"), "value", { ttlMs: 1000 });

  await clock.advance(-3_600_000);

  const answer = await store.takeTokens(bucket("a"), LIMIT, 1);
  assert.deepEqual(answer, { allowed: false, remaining: 0, retryAfterSeconds: 3601 });
  assert.equal(await store.get(kept("a")), "value");
});

Deno.test("any number of made-up credentials displaces no accepted ones", async () => {
  const { store } = makeStore({ maxEntriesPerTable: 2 });
  await accept(store, "a", "b");
  for (const stranger of ["x", "y"]) await store.takeTokens(bucket(stranger), LIMIT, 1);

  await assert.rejects(store.takeTokens(bucket("z"), LIMIT, 1), StoreError);
  await assert.rejects(store.set({ purpose: "refusal", customer: "z" }, "1", { ttlMs: MINUTE_MS }), StoreError);

  for (const customer of ["a", "b"]) assert.equal((await store.takeTokens(bucket(customer), LIMIT, 1)).allowed, true);
  assert.equal(await store.set(kept("a"), "value", { ttlMs: MINUTE_MS }), true);
});

Deno.test("tokens taken before the first acceptance stay taken after it, and the entry frees its old place", async () => {
  const { store } = makeStore({ maxEntriesPerTable: 1 });
  await store.takeTokens(bucket("a"), LIMIT, 4);

  await accept(store, "a");
  const before = await store.takeTokens(bucket("a"), LIMIT, 0);
  const after = await store.takeTokens(bucket("a"), LIMIT, 1);

  assert.deepEqual([before.remaining, after.remaining], [6, 5]);
  assert.equal((await store.takeTokens(bucket("x"), LIMIT, 1)).allowed, true);
  assert.equal((await store.takeTokens(bucket("a"), LIMIT, 0)).remaining, 5);
});

Deno.test("a lock taken before the first acceptance is held after it, and released by its owner", async () => {
  const { store } = makeStore();
  await store.set(kept("a"), "owner", { ttlMs: MINUTE_MS });

  await accept(store, "a");

  assert.equal(await store.set(kept("a"), "other", { ttlMs: MINUTE_MS, ifAbsent: true }), false);
  assert.equal(await store.deleteIfEquals(kept("a"), "owner"), true);
  assert.equal(await store.get(kept("a")), undefined);
});

Deno.test("a bucket survives when the acceptance of its customer expires", async () => {
  const { store } = makeStore();
  await accept(store, "a");
  await store.takeTokens(bucket("a"), LIMIT, 4);

  await store.delete({ purpose: "seen", customer: "a" });

  assert.equal((await store.takeTokens(bucket("a"), LIMIT, 1)).remaining, 5);
  await accept(store, "a");
  assert.equal((await store.takeTokens(bucket("a"), LIMIT, 1)).remaining, 4);
});
