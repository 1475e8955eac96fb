import assert from "node:assert/strict";
import { MemoryStore } from "../../src/store/memory.ts";
import { StandInStore } from "../../src/store/stand_in.ts";
import { StoreError, type StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const LIMIT = { capacity: 10, windowSeconds: 10 };

function bucket(customer: string): StoreKey {
  return { purpose: "bucket", customer };
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
