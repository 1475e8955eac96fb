/** When customers were seen and accepted is opened once while it stays the same, and again where it has changed. */
import assert from "node:assert/strict";
import { CustomerRecords } from "../../src/cloudways/customer_records.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import type { Customer } from "../../src/identity/caller.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import type { StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { CountingBox } from "../support/counting_box.ts";

const CUSTOMER: Customer = {
  id: "a".repeat(64),
  credential: { kind: "access_token", token: "cw_not_a_real_token" },
};
const SEEN: StoreKey = { purpose: "seen", customer: CUSTOMER.id };
const DAY_MS = 24 * 3600_000;

/** Counts the steps in which heads are read. */
class CountingStore extends MemoryStore {
  looks = 0;

  override heads(keys: readonly StoreKey[]): Promise<(string | undefined)[]> {
    this.looks++;
    return super.heads(keys);
  }
}

/** Two replicas on one store; the first accepts the customer. */
async function start() {
  const clock = new FakeClock();
  const store = new CountingStore({ clock });
  const ring = await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] });
  const replica = () => {
    const box = new CountingBox(ring);
    return { box, records: new CustomerRecords({ store, sealed: new SealedStore(store, box), clock }) };
  };
  const [one, two] = [replica(), replica()];
  await one.records.accepted(CUSTOMER, undefined);
  return { clock, store, one, two };
}

Deno.test("the process that wrote a record never opens it", async () => {
  const { clock, one } = await start();
  const before = one.box.opened;

  const answers = [await one.records.acceptedLatelyAndRecord(CUSTOMER), await one.records.read(CUSTOMER)];

  const record = { firstSeen: clock.now(), lastSeen: clock.now() };
  assert.deepEqual(answers, [{ acceptedLately: true, record }, record]);
  assert.equal(one.box.opened, before);
});

Deno.test("another process opens a record once, and looks for it in one step with the acceptance", async () => {
  const { store, two } = await start();
  store.looks = 0;

  for (let call = 0; call < 5; call++) await two.records.acceptedLatelyAndRecord(CUSTOMER);

  // The time of the acceptance, and the record.
  assert.equal(two.box.opened, 2);
  assert.equal(store.looks, 5);
});

Deno.test("a record that another process has changed is opened again", async () => {
  const { clock, one, two } = await start();
  const first = clock.now();
  await two.records.read(CUSTOMER);
  await clock.advance(DAY_MS);
  await one.records.accepted(CUSTOMER, undefined);

  const record = await two.records.read(CUSTOMER);

  assert.deepEqual(record, { firstSeen: first, lastSeen: first + DAY_MS });
});

Deno.test("a record that is gone is absent", async () => {
  const { store, one } = await start();
  await store.delete(SEEN);

  const { record } = await one.records.acceptedLatelyAndRecord(CUSTOMER);

  assert.equal(record, undefined);
});

Deno.test("a record that was replaced by what does not open is absent", async () => {
  const { store, one } = await start();
  const sealed = await store.get(SEEN) ?? "";
  const changed = sealed.replace(/^(v1\.\w+\.)(.)/, (_text, start, iv) => start + (iv === "A" ? "B" : "A"));
  await store.set(SEEN, changed, { ttlMs: DAY_MS });

  const record = await one.records.read(CUSTOMER);

  assert.equal(record, undefined);
});

Deno.test("refused credentials are not accepted lately, although their record is there", async () => {
  const { one } = await start();
  await one.records.refused(CUSTOMER);

  const { acceptedLately, record } = await one.records.acceptedLatelyAndRecord(CUSTOMER);

  assert.equal(acceptedLately, false);
  assert.notEqual(record, undefined);
});
