import assert from "node:assert/strict";
import * as z from "zod";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import { SealedChannels } from "../../src/store/sealed_channels.ts";
import type { Channel, StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { until } from "../support/until.ts";

const KEY: StoreKey = { purpose: "question", customer: "a".repeat(64), name: "one" };
const TTL_MS = 60_000;
const point = z.object({ x: z.number() });

async function start() {
  const store = new MemoryStore({ clock: new FakeClock() });
  const box = new Box(await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] }));
  return { store, box, sealed: new SealedStore(store, box), channels: new SealedChannels(store, box) };
}

Deno.test("an entry is kept sealed and reads as it was written, under a name or without", async () => {
  const { store, sealed } = await start();
  for (const key of [KEY, { purpose: "seen", customer: KEY.customer } as const]) {
    await sealed.write(key, { x: 1 }, TTL_MS);

    assert.match(await store.get(key) ?? "", /^v1\./);
    assert.deepEqual(await sealed.read(key, point), { x: 1 });
  }
});

Deno.test("an entry that does not match its schema counts as absent, and taking it removes it", async () => {
  const { store, box, sealed } = await start();
  const unfit = [
    { what: "another form", value: await box.seal('one {"x":"1"}', KEY) },
    { what: "no JSON", value: await box.seal("one {", KEY) },
    { what: "without its name", value: await box.seal('{"x":1}', KEY) },
    { what: "not sealed", value: 'one {"x":1}' },
  ];
  for (const { what, value } of unfit) {
    await store.set(KEY, value, { ttlMs: TTL_MS });

    assert.equal(await sealed.read(KEY, point), undefined, what);
    assert.equal(await sealed.take(KEY, point), undefined, what);
    assert.equal(await store.get(KEY), undefined, what);
  }
});

Deno.test("an entry that was moved to another customer, purpose or name counts as absent", async () => {
  const { store, sealed } = await start();
  await sealed.write(KEY, { x: 1 }, TTL_MS);
  const moved = await store.get(KEY) ?? "";
  const others: StoreKey[] = [
    { ...KEY, customer: "b".repeat(64) },
    { ...KEY, purpose: "approval" },
    { ...KEY, name: "two" },
  ];
  for (const other of others) {
    await store.set(other, moved, { ttlMs: TTL_MS });

    assert.equal(await sealed.read(other, point), undefined);
    assert.equal(await sealed.deleteIfEquals(other, { x: 1 }), false);
    assert.equal(await sealed.take(other, point), undefined);
  }
});

Deno.test("an entry is taken once", async () => {
  const { sealed } = await start();
  await sealed.write(KEY, { x: 1 }, TTL_MS);

  const taken = await Promise.all([sealed.take(KEY, point), sealed.take(KEY, point)]);

  assert.deepEqual(taken.filter((value) => value !== undefined), [{ x: 1 }]);
});

Deno.test("writing only if absent leaves any entry, even one that does not open", async () => {
  const { store, sealed } = await start();
  await store.set(KEY, "?", { ttlMs: TTL_MS });
  const overUnreadable = await sealed.writeIfAbsent(KEY, "second", TTL_MS);
  await store.delete(KEY);
  const overNothing = await sealed.writeIfAbsent(KEY, "third", TTL_MS);

  assert.deepEqual([overUnreadable, overNothing], [false, true]);
  assert.equal(await sealed.read(KEY, z.string()), "third");
});

Deno.test("an entry is removed only with the given value", async () => {
  const { sealed } = await start();
  await sealed.write(KEY, { x: 1 }, TTL_MS);

  const other = await sealed.deleteIfEquals(KEY, { x: 2 });
  const same = await sealed.deleteIfEquals(KEY, { x: 1 });

  assert.deepEqual([other, same], [false, true]);
  assert.equal(await sealed.read(KEY, point), undefined);
});

Deno.test("a message reaches its own channel only, and only if it matches the schema", async () => {
  const { store, channels } = await start();
  const channel: Channel = { kind: "answer", customer: KEY.customer, name: "one" };
  const other: Channel = { ...channel, name: "two" };
  const sent: string[] = [];
  await store.subscribe(channel, (text) => sent.push(text));
  const heard: unknown[] = [];
  for (const place of [channel, other]) {
    await channels.subscribe(place, point, (value) => heard.push([place.name, value]));
  }

  await channels.publish(channel, "not a point");
  await channels.publish(channel, { x: 1 });
  await until(() => sent.length === 2);
  for (const text of sent) await store.publish(other, text);
  await channels.publish(other, { x: 2 });

  await until(() => heard.length >= 2);
  assert.deepEqual(heard, [["one", { x: 1 }], ["two", { x: 2 }]]);
});
