import assert from "node:assert/strict";
import { Declines } from "../../src/confirm/declines.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const CALL = { customer: "c0ffee".padEnd(64, "0"), no: "e".repeat(64) };
const KEY = { purpose: "declined", customer: CALL.customer, name: CALL.no } as const;

Deno.test("a no counts for two minutes, however long the store keeps it", async () => {
  const clock = new FakeClock();
  await using store = new MemoryStore({ clock: new FakeClock() });
  const declines = new Declines(store, clock);

  const until = await declines.remember(CALL);
  await clock.advance(2 * 60_000 - 1);
  const before = await declines.until(CALL);
  await clock.advance(1);

  assert.equal(before, until);
  assert.equal(until, clock.now());
  assert.equal(await declines.until(CALL), undefined);
  assert.equal(await declines.takeBack(CALL), false);
});

Deno.test("a no is taken back once, and other data in its place do not count as a no", async () => {
  await using store = new MemoryStore({ clock: new FakeClock() });
  const declines = new Declines(store, new FakeClock());

  await declines.remember(CALL);
  const others = await Promise.all([
    declines.until({ ...CALL, no: "f".repeat(64) }),
    declines.until({ ...CALL, customer: "decaf".padEnd(64, "0") }),
  ]);
  const taken = await Promise.all([declines.takeBack(CALL), declines.takeBack(CALL)]);

  assert.deepEqual(others, [undefined, undefined]);
  assert.deepEqual(taken.toSorted(), [false, true]);
  for (const text of ["no", "no until", "no until x", "yes", "", "no until 9999999999999999999"]) {
    await store.set(KEY, text, { ttlMs: 60_000 });
    assert.equal(await declines.until(CALL), undefined, text);
  }
});
