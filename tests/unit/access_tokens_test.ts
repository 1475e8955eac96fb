import assert from "node:assert/strict";
import type { Customer } from "../../src/identity/caller.ts";
import { AccessTokens } from "../../src/cloudways/access_tokens.ts";
import type { ExchangedToken } from "../../src/cloudways/key_exchange.ts";
import type { KeyPair } from "../../src/identity/credential.ts";
import { CustomerRecords } from "../../src/cloudways/customer_records.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import type { Store, StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { until } from "../support/until.ts";

const KEY_PAIR: KeyPair = { email: "owner@example.com", apiKey: "EXAMPLE-KEY" };
const CUSTOMER: Customer = { id: "a".repeat(64), credential: { kind: "api_key", ...KEY_PAIR } };
const ADDRESS = "192.0.2.1";
const LOCK: StoreKey = { purpose: "lock", customer: CUSTOMER.id, name: "token" };
const SECOND = 1_000;

/** Replicas over one store, each with its own tokens, and the number of token exchanges of all of them. */
async function start() {
  const clock = new FakeClock();
  const store: Store = new MemoryStore({ clock });
  const sealed = new SealedStore(
    store,
    new Box(await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] })),
  );
  const exchanged: ExchangedToken[] = [];
  let takenOver = 0;
  const next = (): Promise<ExchangedToken> => {
    const token = `EXAMPLE-TOKEN-${exchanged.length + 1}`;
    exchanged.push({ token, expiresAt: clock.now() + 3600 * SECOND, exchangedAt: clock.now() });
    return Promise.resolve({ token, expiresAt: clock.now() + 3600 * SECOND, exchangedAt: clock.now() });
  };
  const replica = (exchange = next) => {
    const unexpected = (...what: unknown[]) => assert.fail(JSON.stringify(what));
    return new AccessTokens({
      store,
      sealed,
      clock,
      records: new CustomerRecords({ store, sealed, clock }),
      exchange,
      onStoreFailed: unexpected,
      onLockTakenOver: () => takenOver++,
      onRenewalFailed: unexpected,
    });
  };
  return { clock, store, exchanged, replica, takenOver: () => takenOver };
}

function bearer(tokens: AccessTokens): Promise<string> {
  return tokens.bearer(CUSTOMER, ADDRESS, new AbortController());
}

Deno.test("a lock is released with the token", async () => {
  const { store, replica } = await start();

  await bearer(replica());

  assert.equal(await store.get(LOCK), undefined);
});

Deno.test("a lock whose holder has died delays the others for 8 seconds, then each replica exchanges once", async () => {
  const { clock, store, exchanged, replica, takenOver } = await start();
  void bearer(replica(() => new Promise(() => {})));
  await until(async () => await store.get(LOCK) !== undefined);
  const other = replica();
  const found: string[] = [];
  for (let i = 0; i < 5; i++) void bearer(other).then((token) => found.push(token));

  await clock.advance(7 * SECOND);
  const before = [...found];
  await clock.advance(SECOND + 200);
  await until(() => found.length === 5);

  assert.deepEqual(before, []);
  assert.deepEqual(found, Array(5).fill("EXAMPLE-TOKEN-1"));
  assert.deepEqual([exchanged.length, takenOver()], [1, 1]);
  assert.equal(await store.get(LOCK), undefined);
});

Deno.test("a lock without a holder that never expires delays one token exchange only", async () => {
  const { clock, store, exchanged, replica, takenOver } = await start();
  await store.set(LOCK, "not ours", { ttlMs: 1e9 });
  const tokens = replica();

  const first = bearer(tokens);
  await clock.advance(8 * SECOND + 200);
  const { signal } = new AbortController();
  const refused = { token: await first, sentAt: clock.now() };
  const second = await tokens.afterRefusal(CUSTOMER, KEY_PAIR, refused, ADDRESS, { signal });

  assert.deepEqual([refused.token, second], ["EXAMPLE-TOKEN-1", "EXAMPLE-TOKEN-2"]);
  assert.deepEqual([exchanged.length, takenOver()], [2, 1]);
});

Deno.test("replicas that wait for the lock don't try a pair that is refused meanwhile", async () => {
  const { clock, store, exchanged, replica, takenOver } = await start();
  await store.set(LOCK, "not ours", { ttlMs: 1e9 });
  const failed = assert.rejects(bearer(replica()), { code: "authentication_failed" });
  await clock.advance(5 * SECOND);

  await replica().rememberRefusal(CUSTOMER);
  await clock.advance(SECOND);

  await failed;
  assert.deepEqual([exchanged.length, takenOver()], [0, 0]);
});

Deno.test("a holder that takes too long does not release the lock of the next one", async () => {
  const { clock, store, replica } = await start();
  const slow = Promise.withResolvers<ExchangedToken>();
  const first = bearer(replica(() => slow.promise));
  void bearer(replica(() => new Promise(() => {})));
  await until(async () => await store.get(LOCK) !== undefined);
  const former = await store.get(LOCK);

  await clock.advance(8 * SECOND + 200);
  const next = await store.get(LOCK);
  slow.resolve({ token: "EXAMPLE-LATE", expiresAt: clock.now() + 3600 * SECOND, exchangedAt: clock.now() });
  await first;

  assert.ok(next !== undefined);
  assert.notEqual(next, former);
  assert.equal(await store.get(LOCK), next);
});

Deno.test("a replica that gets the lock just after an exchange uses its token", async () => {
  const { store, exchanged, replica } = await start();
  const [one, two] = [replica(), replica()];
  const set = store.set.bind(store);
  let overtaken = false;
  store.set = async (key, value, options) => {
    if (key.purpose === "lock" && !overtaken) {
      overtaken = true;
      await bearer(two);
    }
    return await set(key, value, options);
  };

  assert.equal(await bearer(one), "EXAMPLE-TOKEN-1");
  assert.equal(exchanged.length, 1);
});

Deno.test("a late refusal costs no second exchange, and drops no newer token", async () => {
  const { clock, exchanged, replica } = await start();
  const tokens = replica();
  const refused = { token: await bearer(tokens), sentAt: clock.now() };
  const { signal } = new AbortController();

  await clock.advance(SECOND);
  const first = await tokens.afterRefusal(CUSTOMER, KEY_PAIR, refused, ADDRESS, { signal });
  const second = await tokens.afterRefusal(CUSTOMER, KEY_PAIR, refused, ADDRESS, { signal });

  assert.deepEqual([refused.token, first, second], ["EXAMPLE-TOKEN-1", "EXAMPLE-TOKEN-2", "EXAMPLE-TOKEN-2"]);
  assert.equal(await bearer(tokens), "EXAMPLE-TOKEN-2");
  assert.equal(exchanged.length, 2);
});
