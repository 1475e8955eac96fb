/** Sealed entries are opened once while they stay the same, within bounds. */
import assert from "node:assert/strict";
import * as z from "zod";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { OpenedEntries, type OpenedEntriesOptions } from "../../src/store/opened_entries.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import { StoreError, type StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { CountingBox } from "../support/counting_box.ts";

const TTL_MS = 60_000;
const KEY = keyOf("a");
const text = z.object({ text: z.string() });
/** Longer than a head. */
const LONG = "x".repeat(500);

function keyOf(customer: string): StoreKey {
  return { purpose: "listing", customer: customer.repeat(64) };
}

/** Counts what is read whole, and may be away. */
class CountingStore extends MemoryStore {
  gets = 0;
  isAway = false;

  override get(key: StoreKey): Promise<string | undefined> {
    this.gets++;
    return this.isAway ? Promise.reject(new StoreError("away")) : super.get(key);
  }
}

async function start(bounds: Partial<OpenedEntriesOptions> = {}) {
  const clock = new FakeClock();
  const store = new CountingStore({ clock });
  const box = new CountingBox(await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] }));
  const sealed = new SealedStore(store, box);
  const entries = new OpenedEntries({ store, sealed, clock, ttlMs: TTL_MS, maxCharacters: 1_000_000, ...bounds });
  const read = async (key: StoreKey) => {
    const [head] = await store.heads([key]);
    return await entries.read(key, head, text);
  };
  const write = (key: StoreKey, value: string) => sealed.write(key, { text: value }, TTL_MS);
  const keep = (key: StoreKey, value: string) => entries.write(key, { text: value }, text, { text: value });
  return { clock, store, box, read, write, keep };
}

Deno.test("an entry is read and opened once, by any number of calls, and by those at the same time", async () => {
  const { store, box, read, write } = await start();
  await write(KEY, LONG);

  const first = await Promise.all([read(KEY), read(KEY), read(KEY)]);
  const later = await read(KEY);

  assert.deepEqual([...first, later], Array(4).fill({ text: LONG }));
  assert.deepEqual({ gets: store.gets, opened: box.opened }, { gets: 1, opened: 1 });
});

Deno.test("a short entry is opened from its head", async () => {
  const { store, box, read, write } = await start();
  await write(KEY, "");

  assert.deepEqual([await read(KEY), await read(KEY)], [{ text: "" }, { text: "" }]);
  assert.deepEqual({ gets: store.gets, opened: box.opened }, { gets: 0, opened: 1 });
});

Deno.test("an entry that was written again is opened again, even with the same value", async () => {
  const { box, read, write } = await start();
  for (const value of [LONG, LONG, `${LONG}2`]) {
    await write(KEY, value);

    assert.deepEqual(await read(KEY), { text: value });
  }
  assert.equal(box.opened, 3);
});

Deno.test("an entry that this process wrote is not opened here, until another process writes it", async () => {
  const { box, read, write, keep } = await start();
  await keep(KEY, LONG);
  const own = await read(KEY);
  const before = box.opened;
  await write(KEY, `${LONG}2`);

  assert.deepEqual({ own, before }, { own: { text: LONG }, before: 0 });
  assert.deepEqual(await read(KEY), { text: `${LONG}2` });
});

Deno.test("an entry that is gone is absent, also while its value is kept", async () => {
  const { store, read, write } = await start();
  await write(KEY, LONG);
  await read(KEY);

  await store.delete(KEY);

  assert.equal(await read(KEY), undefined);
});

Deno.test("an entry of another customer, or that matches no schema, is absent each time", async () => {
  const { store, box, read, write } = await start();
  await write(KEY, LONG);
  const moved = await store.get(KEY) ?? "";
  await store.set(keyOf("b"), moved, { ttlMs: TTL_MS });
  await store.set(keyOf("c"), await box.seal(`{"other":"${LONG}"}`, keyOf("c")), { ttlMs: TTL_MS });
  await read(KEY);

  for (const key of [keyOf("b"), keyOf("b"), keyOf("c"), keyOf("c")]) assert.equal(await read(key), undefined);
});

Deno.test("a read that fails is not remembered", async () => {
  const { store, read, write } = await start();
  await write(KEY, LONG);
  store.isAway = true;
  const failed = await Promise.allSettled([read(KEY), read(KEY)]);
  store.isAway = false;

  assert.deepEqual(failed.map(({ status }) => status), ["rejected", "rejected"]);
  assert.deepEqual(await read(KEY), { text: LONG });
});

Deno.test("no value is kept for longer than its entry lives, whatever becomes of the entry", async () => {
  const { clock, store, box, read, write } = await start();
  await write(KEY, LONG);
  const sealed = await store.get(KEY) ?? "";
  await store.set(KEY, sealed, { ttlMs: 10 * TTL_MS });
  await read(KEY);

  await clock.advance(TTL_MS - 1);
  await read(KEY);
  assert.equal(box.opened, 1);
  await clock.advance(1);
  await read(KEY);

  assert.equal(box.opened, 2);
});

Deno.test("the values that were opened first make room for others", async () => {
  const { box, read, write } = await start({ maxCharacters: 3_000 });
  const keys = ["a", "b", "c", "d"].map(keyOf);
  for (const key of keys) {
    await write(key, LONG);
    await read(key);
  }
  const before = box.opened;

  for (const key of keys.toReversed()) await read(key);

  assert.equal(before, 4);
  assert.equal(box.opened - before, 1, "of four values of some 950 characters, three are kept");
});

Deno.test("a value over the bound of one is opened each time, and pushes out no other", async () => {
  const { box, read, write } = await start({ maxCharacters: 10_000, maxCharactersEach: 3_000 });
  await write(KEY, LONG);
  await read(KEY);
  await write(keyOf("b"), LONG.repeat(10));

  for (const key of [keyOf("b"), keyOf("b"), KEY]) assert.notEqual(await read(key), undefined);

  assert.equal(box.opened, 3);
});

Deno.test("a value may count otherwise than its sealed text, read and written", async () => {
  const { store, box, read, write } = await start();
  const bounds = { maxCharacters: 3_000 };
  const small = { store, sealed: new SealedStore(store, box), clock: new FakeClock(), ttlMs: TTL_MS, ...bounds };
  for (const [counted, opened] of [[4_000, 2], [400, 1]] as const) {
    const entries = new OpenedEntries(small);
    const again = async () => await entries.read(KEY, (await store.heads([KEY]))[0], text, () => counted);
    await write(KEY, LONG);
    const before = box.opened;

    assert.deepEqual([await again(), await again()], Array(2).fill({ text: LONG }));
    assert.equal(box.opened - before, opened, `counted as ${counted}`);
  }
  await new OpenedEntries(small).write(KEY, { text: LONG }, text, { text: LONG }, () => 4_000);
  assert.deepEqual(await read(KEY), { text: LONG });
});
