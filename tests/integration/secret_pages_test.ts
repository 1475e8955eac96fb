/** Secrets that are shown once: with the embedded store and with Redis, on two replicas. */
import assert from "node:assert/strict";
import { MAX_WRONG_CODES } from "../../src/confirm/code_tries.ts";
import type { SecretPages } from "../../src/secrets/pages.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { RedisStore } from "../../src/store/redis/adapter.ts";
import { formatStoreKey, type Store } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { APPROVAL_CODE, CUSTOMER, KEYS, makeReplica, OTHER_CUSTOMER, request } from "../support/approvals.ts";
import { rawClient, startRedis } from "../support/redis_server.ts";
import { CANARY, idIn, makeSecretPages, newSecrets } from "../support/secrets.ts";

interface World extends AsyncDisposable {
  clock: FakeClock;
  stores: readonly [Store, Store];
  one: SecretPages;
  two: SecretPages;
}

async function over(stores: readonly [Store, Store], clock: FakeClock, end: () => Promise<void>): Promise<World> {
  const [one, two] = await Promise.all(stores.map((store) => makeSecretPages(store, clock)));
  if (one === undefined || two === undefined) throw new Error("no pages");
  return { clock, stores, one, two, [Symbol.asyncDispose]: end };
}

const WORLDS: Record<string, () => Promise<World>> = {
  "the embedded store": async () => {
    const clock = new FakeClock();
    const store = new MemoryStore({ clock });
    return await over([store, store], clock, () => store.close());
  },
  "Redis": async () => {
    const redis = await startRedis();
    const connect = () => RedisStore.connect(redis.url, { poolSize: 50 });
    const stores = [await connect(), await connect()] as const;
    return await over(stores, new FakeClock(), async () => {
      await Promise.all(stores.map((store) => store.close()));
      await redis[Symbol.asyncDispose]();
    });
  },
};

for (const [name, start] of Object.entries(WORLDS)) {
  Deno.test(`${name}: of twenty concurrent openings on two replicas, one shows the secret`, async () => {
    await using world = await start();
    const { url } = await world.one.keep(newSecrets(), "ready");

    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? world.one : world.two).open(idIn(url), undefined)),
    );

    const seen = opened.flatMap((one) => one.kind === "shown" ? [...one.values] : []);
    assert.deepEqual(seen, [CANARY]);
    assert.equal(opened.filter(({ kind }) => kind === "too_late").length, 19);
  });

  Deno.test(`${name}: reading the page uses nothing up, and shows no secret`, async () => {
    await using world = await start();
    const { url } = await world.one.keep(newSecrets(), "ready");

    const looks = [await world.one.look(idIn(url)), await world.two.look(idIn(url))];

    assert.equal(JSON.stringify(looks).includes(CANARY), false);
    assert.equal((await world.two.open(idIn(url), undefined)).kind, "shown");
    assert.equal((await world.one.look(idIn(url)))?.record.state, "shown");
  });

  Deno.test(`${name}: a secret that was not sent yet can't be opened, and trying uses nothing up`, async () => {
    await using world = await start();
    const kept = await world.one.keep(newSecrets(), "waiting");

    const early = [await world.two.open(idIn(kept.url), undefined), await world.one.look(idIn(kept.url))];
    await world.one.arm(kept, "unconfirmed");
    const later = await world.two.open(idIn(kept.url), undefined);

    assert.deepEqual(early, [{ kind: "unknown" }, undefined]);
    assert.ok(later.kind === "shown" && later.record.state === "unconfirmed");
  });

  Deno.test(`${name}: a discarded secret is gone, and its place is free`, async () => {
    await using world = await start();
    for (let n = 0; n < 25; n++) await world.one.discard(await world.one.keep(newSecrets(), "waiting"));

    const kept = await world.one.keep(newSecrets(), "waiting");
    await world.one.discard(kept);

    assert.deepEqual(await world.two.open(idIn(kept.url), undefined), { kind: "unknown" });
  });

  Deno.test(`${name}: five wrong codes close all of the customer's pages, approvals too`, async () => {
    await using world = await start();
    const { approvals } = await makeReplica(world.stores[1], world.clock, [KEYS[0]]);
    const approval = await approvals.ask(request({ approvalCode: APPROVAL_CODE }));
    const ids = [];
    for (let n = 0; n < 2; n++) {
      ids.push(idIn((await world.one.keep(newSecrets({ approvalCode: APPROVAL_CODE }), "ready")).url));
    }
    const [first = "", second = ""] = ids;
    const elsewhere = await world.one.keep(
      newSecrets({ customer: OTHER_CUSTOMER, approvalCode: APPROVAL_CODE }),
      "ready",
    );

    const missing = (await world.one.open(first, undefined)).kind;
    const wrong: string[] = [];
    for (let n = 1; n < MAX_WRONG_CODES; n++) wrong.push((await world.two.open(first, "not-the-code")).kind);
    const right = [
      (await world.one.open(first, APPROVAL_CODE)).kind,
      (await world.one.open(second, APPROVAL_CODE)).kind,
    ];

    assert.equal(missing, "wrong_code");
    assert.deepEqual(wrong, ["wrong_code", "wrong_code", "wrong_code", "closing"]);
    assert.deepEqual(right, ["closed", "closed"]);
    assert.equal(await approvals.approve(idIn(approval.url), APPROVAL_CODE), "closed");
    assert.equal((await world.two.open(idIn(elsewhere.url), APPROVAL_CODE)).kind, "shown");
  });

  Deno.test(`${name}: the right code opens the secret once`, async () => {
    await using world = await start();
    const { url } = await world.one.keep(newSecrets({ approvalCode: APPROVAL_CODE }), "ready");

    const kinds = [
      (await world.one.open(idIn(url), "not-the-code")).kind,
      (await world.two.open(idIn(url), APPROVAL_CODE)).kind,
      (await world.one.open(idIn(url), APPROVAL_CODE)).kind,
    ];

    assert.deepEqual(kinds, ["wrong_code", "shown", "too_late"]);
  });

  Deno.test(`${name}: an entry that was moved to another customer or address does not open`, async () => {
    await using world = await start();
    const [store] = world.stores;
    const mine = await world.one.keep(newSecrets(), "ready");
    const theirs = await world.one.keep(newSecrets({ customer: OTHER_CUSTOMER }), "ready");
    const valueOf = ({ record: { customer, hash } }: typeof mine) =>
      ({ purpose: "secret_value", customer, name: hash }) as const;
    const sealed = await store.get(valueOf(theirs)) ?? "";
    await store.set(valueOf(mine), sealed, { ttlMs: 60_000 });
    await store.set(valueOf({ ...theirs, record: { ...theirs.record, hash: mine.record.hash } }), sealed, {
      ttlMs: 60_000,
    });

    assert.equal((await world.one.open(idIn(mine.url), undefined)).kind, "too_late");
  });
}

Deno.test("a secret can't be opened after ten minutes, and its page says for a while that it was shown", async () => {
  const clock = new FakeClock();
  await using store = new MemoryStore({ clock });
  const pages = await makeSecretPages(store, clock);
  const missed = await pages.keep(newSecrets(), "ready");
  const seen = await pages.keep(newSecrets(), "ready");
  await clock.advance(10 * 60_000 - 1);
  const last = await pages.open(idIn(seen.url), undefined);

  await clock.advance(1);

  assert.equal(last.kind, "shown");
  assert.deepEqual(await pages.open(idIn(missed.url), undefined), { kind: "unknown" });
  assert.equal(await pages.look(idIn(missed.url)), undefined);
  assert.equal((await pages.look(idIn(seen.url)))?.record.state, "shown");
  await clock.advance(20 * 60_000);
  assert.equal(await pages.look(idIn(seen.url)), undefined);
});

Deno.test("a customer has twenty unopened pages at most", async () => {
  const clock = new FakeClock();
  await using store = new MemoryStore({ clock });
  const pages = await makeSecretPages(store, clock);
  const urls: string[] = [];
  for (let n = 0; n < 20; n++) urls.push((await pages.keep(newSecrets(), "ready")).url);

  await assert.rejects(pages.keep(newSecrets(), "ready"), { code: "rate_limited", limitedBy: "secrets" });
  await pages.keep(newSecrets({ customer: OTHER_CUSTOMER }), "ready");
  await pages.open(idIn(urls[0] ?? ""), undefined);
  await pages.keep(newSecrets(), "ready");
});

Deno.test("there is no page where the process serves none, or without a needed code", async () => {
  const clock = new FakeClock();
  await using store = new MemoryStore({ clock });
  const open = await makeSecretPages(store, clock);
  const careful = await makeSecretPages(store, clock, { needsCode: true });
  const elicit = await makeSecretPages(store, clock, { host: "switched off" });
  const { caller } = newSecrets();

  const refused = (pages: SecretPages, changes: object, message: RegExp) =>
    assert.throws(() => pages.ensurePage("reset", { ...caller, ...changes }), {
      code: "confirmation_required",
      message,
    });

  refused(elicit, {}, /switched its pages off/);
  refused(careful, {}, /holds no approval code/);
  open.ensurePage("reset", caller);
  careful.ensurePage("reset", { ...caller, approvalCode: APPROVAL_CODE });
  await assert.rejects(careful.keep(newSecrets(), "ready"), { code: "confirmation_required" });
});

Deno.test("Redis holds no secret and no address in plain text", async () => {
  await using redis = await startRedis();
  const clock = new FakeClock();
  const store = await RedisStore.connect(redis.url, { poolSize: 5 });
  const pages = await makeSecretPages(store, clock);
  const kept = await pages.keep(newSecrets({ approvalCode: APPROVAL_CODE }), "ready");
  await using raw = rawClient(redis);
  const texts: string[] = [];
  for (const key of await raw.keys("*")) texts.push(key, await raw.get(key) ?? "");
  await store.close();

  const dump = texts.join("\n");

  assert.ok(dump.includes(formatStoreKey({ purpose: "secret_value", customer: CUSTOMER, name: kept.record.hash })));
  for (const text of [CANARY, idIn(kept.url), APPROVAL_CODE, "shopuser", "Shops"]) {
    assert.equal(dump.includes(text), false, text);
  }
});
