import assert from "node:assert/strict";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import type { StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const DAY_MS = 86_400_000;

function list(customer: string): StoreKey {
  return { purpose: "audit", customer };
}

/** Appends as many entries of about 2,200 bytes as asked for. */
async function fill(store: MemoryStore, key: StoreKey, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const [after] = await store.entries(key, { limit: 1 });
    await store.append(key, { mark: "", value: "x".repeat(1000) }, { after, keep: 1000, ttlMs: DAY_MS });
  }
}

async function numbers(store: MemoryStore, key: StoreKey): Promise<number[]> {
  return (await store.entries(key, { limit: 1000 })).map(({ number }) => number);
}

Deno.test("one list takes at most a sixteenth of the room for lists, and then loses its oldest entries", async () => {
  await using store = new MemoryStore({ clock: new FakeClock(), maxListBytes: 16 * 8_800 });
  await fill(store, list("other"), 1);

  await fill(store, list("a"), 10);

  assert.deepEqual(await numbers(store, list("a")), [10, 9, 8, 7]);
  assert.deepEqual(await numbers(store, list("other")), [1]);
});

Deno.test("an entry larger than the limit of its list is kept alone", async () => {
  await using store = new MemoryStore({ clock: new FakeClock(), maxListBytes: 16 * 1_000 });

  await fill(store, list("a"), 2);

  assert.deepEqual(await numbers(store, list("a")), [2]);
});

Deno.test("if lists exceed their room, the one with the oldest last append loses its oldest entries", async () => {
  await using store = new MemoryStore({ clock: new FakeClock(), maxListBytes: 16 * 2_200 });
  for (let i = 0; i < 16; i++) await fill(store, list(`${i}`), 1);
  await fill(store, list("0"), 1);

  await fill(store, list("new"), 1);

  assert.deepEqual(await numbers(store, list("1")), []);
  for (const quiet of ["0", "2", "15", "new"]) assert.equal((await numbers(store, list(quiet))).length, 1, quiet);
});

Deno.test("an expired list frees its room", async () => {
  const clock = new FakeClock();
  await using store = new MemoryStore({ clock, maxListBytes: 16 * 2_200 });
  for (let i = 0; i < 16; i++) await fill(store, list(`${i}`), 1);
  await clock.advance(DAY_MS);

  for (let i = 0; i < 16; i++) await fill(store, list(`${i}`), 1);

  for (let i = 0; i < 16; i++) assert.deepEqual(await numbers(store, list(`${i}`)), [1]);
});
