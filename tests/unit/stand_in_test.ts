import assert from "node:assert/strict";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { type PendingWrite, PendingWrites } from "../../src/store/pending_writes.ts";
import { type Purpose, type PurposeRules, PURPOSES } from "../../src/store/purposes.ts";
import { StandInStore } from "../../src/store/stand_in.ts";
import { type BucketAnswer, type BucketLimit, StoreError, type StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { until } from "../support/until.ts";

const LIMIT = { capacity: 10, windowSeconds: 10 };

function bucket(customer: string): StoreKey {
  return { purpose: "bucket", customer };
}

const SHARED_ONLY: Purpose[] = [
  "restore_points",
  "audit",
  "audit_refused",
  "operations",
  "question",
  "open_question",
  "declined",
  "slot",
  "approval_address",
  "approval",
  "approval_open",
  "approval_yes",
  "approval_outcome",
  "approving_closed",
  "secret_address",
  "secret",
  "secret_value",
  "authorization_code",
  "consent_used",
  "connections",
  "refresh_successor",
  "plan",
  "plan_run",
  "plan_step",
  "receipt",
  "keys",
];

Deno.test("only caches, marks, locks and limits may be kept locally in an outage", () => {
  const purposes = Object.entries<PurposeRules>(PURPOSES);

  const kept = purposes.filter(([, { standIn }]) => standIn !== "never").map(([purpose]) => purpose);

  assert.deepEqual(kept.sort(), [
    "accepted",
    "bucket",
    "listing",
    "listing_epoch",
    "lock",
    "reference",
    "refusal",
    "revoked",
    "seen",
    "token",
  ]);
  assert.equal(kept.length + SHARED_ONLY.length, purposes.length);
});

for (const purpose of SHARED_ONLY) {
  Deno.test(`in an outage every call for a ${purpose} fails`, async () => {
    const clock = new FakeClock();
    const shared = new MemoryStore({ clock });
    const store = new StandInStore(shared, { clock });
    await shared.close();
    const key: StoreKey = { purpose, customer: "a", name: "x" };

    const calls = [
      () => store.get(key),
      () => store.heads([{ purpose: "listing", customer: "a" }, key]),
      () => store.set(key, "1", { ttlMs: 60_000 }),
      () => store.delete(key),
      () => store.deleteIfEquals(key, "1"),
      () => store.take(key),
    ];
    for (const call of calls) await assert.rejects(call, StoreError);
  });
}

/** A stand-in store over a shared store that can be away for a while. */
function startOutages() {
  const clock = new FakeClock();
  const shared = new MemoryStore({ clock });
  let away = false;
  const failing = new Proxy(shared, {
    get(target, name) {
      if (away && ["get", "heads", "set", "delete", "deleteIfEquals", "takeTokens"].includes(String(name))) {
        return () => Promise.reject(new StoreError("away"));
      }
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return { clock, shared, store: new StandInStore(failing, { clock }), away: (now: boolean) => away = now };
}

Deno.test("heads are those of the entries that a read gives, in an outage and after it", async () => {
  const { store, shared, away } = startOutages();
  const keys: StoreKey[] = [
    { purpose: "listing_epoch", customer: "a" },
    { purpose: "accepted", customer: "a" },
    { purpose: "listing", customer: "a" },
  ];
  const read = () => Promise.all(keys.map((key) => store.get(key)));
  for (const key of keys) await shared.set(key, "shared", { ttlMs: 60_000 });
  assert.deepEqual(await store.heads(keys), await read());
  for (const key of keys.slice(1)) await shared.delete(key);

  away(true);
  for (const key of keys.slice(0, 2)) await store.set(key, "local", { ttlMs: 60_000 });
  const inOutage = await store.heads(keys);
  assert.deepEqual(inOutage, await read());
  away(false);
  const after = await store.heads(keys);

  assert.deepEqual(inOutage, ["local", "local", undefined]);
  assert.deepEqual(after, await read());
  assert.deepEqual(after, ["local", "local", undefined]);
});

Deno.test("after an outage a bucket answers with the smaller number of tokens of the two stores", async () => {
  const { store, away } = startOutages();
  await store.takeTokens(bucket("a"), LIMIT, 2);
  away(true);
  await store.takeTokens(bucket("a"), LIMIT, 5);

  away(false);

  assert.equal((await store.takeTokens(bucket("a"), LIMIT, 0)).remaining, 5);
  assert.equal((await store.takeTokens(bucket("a"), LIMIT, 6)).allowed, false);
});

Deno.test("a mark that could not be written is written after the next write that succeeds", async () => {
  const epoch: StoreKey = { purpose: "listing_epoch", customer: "a" };
  const others = [
    (store: StandInStore) => store.set({ purpose: "seen", customer: "a" }, "now", { ttlMs: 60_000 }),
    (store: StandInStore) => store.takeTokens(bucket("a"), LIMIT, 1),
  ];
  for (const write of others) {
    const { shared, store, away } = startOutages();
    await store.set(epoch, "former", { ttlMs: 60_000 });
    away(true);
    await store.set(epoch, "changed", { ttlMs: 60_000 });

    away(false);
    assert.equal(await shared.get(epoch), "former");
    assert.equal(await store.get(epoch), "changed");
    await write(store);

    await until(async () => await shared.get(epoch) === "changed");
  }
});

Deno.test("any number of pending releases leaves pending marks and tokens in place", () => {
  const pending = new PendingWrites(() => false);
  const write = { value: "1", ttlMs: 60_000, since: 0 };
  const kept: PendingWrite[] = [
    { ...write, kind: "mark", key: { purpose: "revoked", customer: "a" } },
    { ...write, kind: "token", key: { purpose: "token", customer: "a" } },
  ];
  for (const one of kept) pending.add(one);

  for (let owner = 0; owner < 20_000; owner++) {
    pending.add({ ...write, kind: "release", key: { purpose: "lock", customer: "a" }, value: `${owner}` });
  }

  const all = pending.all();
  assert.equal(all.length, kept.length + 10_000);
  for (const one of kept) assert.ok(all.includes(one));
});

const LOCK: StoreKey = { purpose: "lock", customer: "a", name: "token" };
const TOKEN: StoreKey = { purpose: "token", customer: "a" };

Deno.test("a lock that could not be released in an outage is released after it", async () => {
  const { shared, store, away } = startOutages();
  const others = { ...LOCK, name: "other" };
  for (const key of [LOCK, others]) await store.set(key, "mine", { ttlMs: 25_000 });
  away(true);
  for (const key of [LOCK, others]) await store.deleteIfEquals(key, "mine");
  away(false);
  await shared.set(others, "of somebody else", { ttlMs: 25_000 });

  await store.catchUp();

  assert.equal(await shared.get(LOCK), undefined);
  assert.equal(await shared.get(others), "of somebody else");
});

Deno.test("a token that was written in an outage reaches the shared store after it, and keeps its expiry", async () => {
  const { clock, shared, store, away } = startOutages();
  away(true);
  await store.set(TOKEN, "sealed", { ttlMs: 60_000 });
  await clock.advance(40_000);
  await store.catchUp();
  away(false);

  await store.set({ purpose: "seen", customer: "a" }, "now", { ttlMs: 60_000 });
  await until(async () => await shared.get(TOKEN) === "sealed");

  await clock.advance(19_000);
  assert.equal(await shared.get(TOKEN), "sealed");
  await clock.advance(1_000);
  assert.equal(await shared.get(TOKEN), undefined);
});

Deno.test("a token that was written in an outage does not replace one in the shared store, and a dropped one stays dropped", async () => {
  const { shared, store, away } = startOutages();
  const dropped = { ...TOKEN, customer: "b" };
  away(true);
  for (const key of [TOKEN, dropped]) await store.set(key, "sealed here", { ttlMs: 60_000 });
  await store.delete(dropped);
  away(false);
  await shared.set(TOKEN, "sealed there", { ttlMs: 60_000 });

  await store.catchUp();

  assert.equal(await shared.get(TOKEN), "sealed there");
  assert.equal(await shared.get(dropped), undefined);
});

Deno.test("a late write of a mark leaves a newer mark, which could not be written, pending", async () => {
  const epoch: StoreKey = { purpose: "listing_epoch", customer: "a" };
  const clock = new FakeClock();
  const arrived = Promise.withResolvers<void>();
  const shared = new MemoryStore({ clock });
  const answers = [() => arrived.promise.then(() => true), () => Promise.reject(new StoreError("away"))];
  const slow = new Proxy(shared, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return name === "set" ? answers.shift() ?? member.bind(target) : member.bind(target);
    },
  });
  const store = new StandInStore(slow, { clock });

  const older = store.set(epoch, "older", { ttlMs: 60_000 });
  await store.set(epoch, "newer", { ttlMs: 60_000 });
  arrived.resolve();
  await older;

  assert.equal(await store.get(epoch), "newer");
  await until(async () => await shared.get(epoch) === "newer");
});

Deno.test("in an outage too, made-up credentials displace no accepted ones", async () => {
  const clock = new FakeClock();
  const shared = new MemoryStore({ clock });
  const store = new StandInStore(shared, { clock, maxEntriesPerTable: 1 });
  await store.set({ purpose: "seen", customer: "a" }, "now", { ttlMs: 60_000 });
  await shared.close();

  await store.takeTokens(bucket("x"), LIMIT, 1);

  await assert.rejects(store.takeTokens(bucket("y"), LIMIT, 1), StoreError);
  assert.equal((await store.takeTokens(bucket("a"), LIMIT, 1)).allowed, true);
});

/** A shared store that can be away for a while. */
class Interrupted extends MemoryStore {
  isAway = false;

  override takeTokens(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer> {
    return this.isAway ? Promise.reject(new StoreError("away")) : super.takeTokens(key, limit, cost);
  }
}

Deno.test("after an outage a bucket that others have emptied refuses, although the local one had a token left", async () => {
  const clock = new FakeClock();
  await using shared = new Interrupted({ clock });
  await using store = new StandInStore(shared, { clock });
  const limit = { capacity: 2, windowSeconds: 10 };
  shared.isAway = true;
  await store.takeTokens(bucket("a"), limit, 1);
  shared.isAway = false;
  await shared.takeTokens(bucket("a"), limit, 2);

  const answer = await store.takeTokens(bucket("a"), limit, 1);

  assert.equal(answer.allowed, false);
});
