import assert from "node:assert/strict";
import { MemoryStore } from "../../src/store/memory.ts";
import { StandInStore } from "../../src/store/stand_in.ts";
import { type Purpose, StoreError, type StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const LIMIT = { capacity: 10, windowSeconds: 10 };

function bucket(customer: string): StoreKey {
  return { purpose: "bucket", customer };
}

const SHARED_ALONE: Purpose[] = [
  "restore_points",
  "audit",
  "question",
  "open_question",
  "declined",
  "slot",
  "approval_address",
  "approval",
  "approval_open",
  "approval_yes",
  "approval_outcome",
];

for (const purpose of SHARED_ALONE) {
  Deno.test(`in an outage nobody stands in for an entry of the kind ${purpose}`, async () => {
    const clock = new FakeClock();
    const shared = new MemoryStore({ clock });
    const store = new StandInStore(shared, { clock });
    await shared.close();
    const key: StoreKey = { purpose, customer: "a", name: "x" };

    const calls = [
      () => store.get(key),
      () => store.set(key, "1", { ttlMs: 60_000 }),
      () => store.delete(key),
      () => store.deleteIfEquals(key, "1"),
      () => store.take(key),
    ];
    for (const call of calls) await assert.rejects(call, StoreError);
  });
}

Deno.test("in an outage too, credentials that nobody has accepted leave the accepted ones room", async () => {
  const clock = new FakeClock();
  const shared = new MemoryStore({ clock });
  const store = new StandInStore(shared, { clock, maxEntriesPerTable: 1 });
  await store.set({ purpose: "seen", customer: "a" }, "now", { ttlMs: 60_000 });
  await shared.close();

  await store.takeTokens(bucket("x"), LIMIT, 1);

  await assert.rejects(store.takeTokens(bucket("y"), LIMIT, 1), StoreError);
  assert.equal((await store.takeTokens(bucket("a"), LIMIT, 1)).allowed, true);
});
