/** A replica dies at any step of signing in; the client tries again at another one. Both share a Redis. */
import assert from "node:assert/strict";
import { Box } from "../../src/crypto/box.ts";
import { Fingerprints } from "../../src/crypto/fingerprints.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import type { AuditEntry } from "../../src/audit/record.ts";
import { ConnectionAudit } from "../../src/sign_in/connection_audit.ts";
import { Connections, MAX_CONNECTIONS } from "../../src/sign_in/connections.ts";
import { Consents } from "../../src/sign_in/consents.ts";
import { Grants } from "../../src/sign_in/grants.ts";
import { OAuthProblem } from "../../src/sign_in/oauth_error.ts";
import { Tokens } from "../../src/sign_in/tokens.ts";
import { RedisStore } from "../../src/store/redis/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import { type Store, StoreError } from "../../src/store/store.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { FakeClock } from "../sandbox/mod.ts";
import { CUSTOMER, KEYS } from "../support/approvals.ts";
import { type Death, dyingStore } from "../support/dying_store.ts";
import { redisOfFile } from "../support/redis_server.ts";
import { PKCE, REDIRECT } from "../support/sign_in.ts";

const emptyRedis = redisOfFile();

const DAY_MS = 24 * 3600_000;
const CLIENT = "a-client";
const RESOURCE = "https://mcp.example.com/connect/mcp";
const BY = {
  requestId: "a-request",
  address: "test",
  log: createLogger({ level: "ERROR", format: "json", write: () => {} }),
};

/** The parts of one replica. */
async function makeReplica(store: Store, clock: FakeClock) {
  const ring = await KeyRing.create({ encryptionKeys: [KEYS[0]] });
  const box = new Box(ring);
  const recorded: AuditEntry[] = [];
  const trail = {
    record: (entry: AuditEntry) => {
      recorded.push(entry);
      return Promise.resolve();
    },
  };
  const connections = new Connections({ store, box, clock, audit: new ConnectionAudit(trail) });
  const grants = new Grants({
    tokens: new Tokens({ box, clock }),
    connections,
    sealed: new SealedStore(store, box),
    fingerprints: new Fingerprints(ring),
    clock,
    isWithdrawn: () => Promise.resolve(false),
  });
  const consents = new Consents({ box, ring, store, clock, connections, grants });
  return { connections, grants, consents, recorded };
}

type Replica = Awaited<ReturnType<typeof makeReplica>>;

const ASKED = {
  clientId: CLIENT,
  clientName: "Client",
  isPinned: false,
  redirect: REDIRECT,
  challenge: PKCE.challenge,
  resource: RESOURCE,
  readOnly: false,
};

/** A person agrees; returns the code. */
async function agree({ consents }: Replica): Promise<string> {
  const form = await consents.open(await consents.begin(ASKED));
  assert.ok(form !== undefined);
  const choice = { bounds: { readOnly: true }, duration: "always", passphrase: undefined } as const;
  const agreed = await consents.agree(form, { customer: CUSTOMER, token: "cw_x" }, choice);
  assert.ok(agreed.kind === "agreed");
  return agreed.code;
}

function redeem({ grants }: Replica, code: string) {
  const request = { code, client: CLIENT, redirect: REDIRECT, verifier: PKCE.verifier, resource: undefined };
  return grants.redeem(request, BY.requestId);
}

function refresh({ grants }: Replica, refreshToken: string) {
  return grants.refresh({ refreshToken, client: CLIENT, resource: undefined }, BY);
}

/** Runs a step on a replica that dies in it; true if it died, false if the step had ended before. */
async function dies(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof StoreError) return true;
    throw error;
  }
}

/** Every death in a step: at each operation until the step needs no more of them. */
function* deaths(): Generator<Death> {
  for (let operation = 1; operation <= 20; operation++) {
    yield { operation, reached: false };
    yield { operation, reached: true };
  }
}

/** Runs `test` for each death, with a fresh Redis, until a step survives. Returns how many deaths there were. */
async function forEachDeath(
  test: (world: { healthy: Replica; dying: Replica; clock: FakeClock }) => Promise<boolean>,
): Promise<number> {
  let count = 0;
  for (const death of deaths()) {
    const redis = await emptyRedis();
    const clock = new FakeClock();
    await using one = await RedisStore.connect(redis.url, { poolSize: 10 });
    await using two = await RedisStore.connect(redis.url, { poolSize: 10 });
    const healthy = await makeReplica(one, clock);
    const dying = await makeReplica(dyingStore(two, death).store, clock);
    if (!await test({ healthy, dying, clock })) return count;
    count++;
  }
  throw new Error("A step never ends.");
}

async function isInvalid(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    return error instanceof OAuthProblem && error.code === "invalid_grant";
  }
}

Deno.test("a replica that dies while a person agrees keeps no place of the account after two minutes", async () => {
  const wanted = { client: "Client", place: "x", bounds: { readOnly: true }, endsAt: null };
  const count = await forEachDeath(async ({ healthy: { connections }, dying, clock }) => {
    const died = await dies(() => agree(dying));
    assert.deepEqual(await connections.list(CUSTOMER), []);
    await clock.advance(120_000);
    const added = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => connections.add(CUSTOMER, wanted)));
    assert.equal(added.includes(undefined), false);
    return died;
  });

  assert.ok(count >= 6, String(count));
});

Deno.test("a replica that dies while a code is redeemed leaves no connection that anybody could use", async () => {
  const count = await forEachDeath(async ({ healthy, dying, clock }) => {
    const code = await agree(healthy);
    const died = await dies(() => redeem(dying, code));
    if (!died) return false;
    // The client tries again: with tokens or, if the code was taken, by signing in again.
    const again = await redeem(healthy, code).catch(() => undefined);
    const list = await healthy.connections.list(CUSTOMER);
    assert.equal(list.length, again === undefined ? 0 : 1);
    assert.equal(healthy.recorded.some(({ event }) => event === "connected"), again !== undefined);
    if (again !== undefined) await refresh(healthy, again.refreshToken);
    assert.ok(await isInvalid(redeem(healthy, code)));
    await clock.advance(DAY_MS);
    assert.deepEqual(await healthy.connections.list(CUSTOMER), []);
    return true;
  });

  assert.ok(count >= 6, String(count));
});

Deno.test("a replica that dies while a token is refreshed signs nobody out, however late the client tries again", async () => {
  for (const waitMs of [0, 59_000, 3600_000]) {
    const count = await forEachDeath(async ({ healthy, dying, clock }) => {
      const first = await redeem(healthy, await agree(healthy));
      const died = await dies(() => refresh(dying, first.refreshToken));
      if (!died) return false;
      const [{ generation } = { generation: 0 }] = await healthy.connections.list(CUSTOMER);
      await clock.advance(waitMs);
      // Only a rotation that was done and whose answer was lost can end a connection, if the client waits too long.
      if (generation === 2 && waitMs > 60_000) return true;
      const second = await refresh(healthy, first.refreshToken);
      const parallel = await refresh(healthy, first.refreshToken);
      const third = await refresh(healthy, second.refreshToken);
      assert.equal(parallel.refreshToken, second.refreshToken);
      assert.notEqual(third.refreshToken, second.refreshToken);
      return true;
    });

    assert.ok(count >= 8, String(count));
  }
});

Deno.test("replicas that change the connections of one customer at the same time lose none, and keep the bound", async () => {
  const redis = await emptyRedis();
  const clock = new FakeClock();
  await using one = await RedisStore.connect(redis.url, { poolSize: 50 });
  await using two = await RedisStore.connect(redis.url, { poolSize: 50 });
  const replicas = [await makeReplica(one, clock), await makeReplica(two, clock)] as const;
  const wanted = { client: "Client", place: "x", bounds: { readOnly: true }, endsAt: null };

  const added = await Promise.all(
    Array.from({ length: 40 }, (_, n) => replicas[n % 2 === 0 ? 0 : 1].connections.add(CUSTOMER, wanted)),
  );
  const made = added.filter((connection) => connection !== undefined);
  await Promise.all(
    made.map(({ id }, n) => replicas[n % 2 === 0 ? 0 : 1].connections.redeem(CUSTOMER, id, BY.requestId)),
  );
  const list = await replicas[0].connections.list(CUSTOMER);
  const ending = { reason: "ended_by_person", requestId: BY.requestId } as const;
  await Promise.all([
    ...made.slice(0, 10).map(({ id }) => replicas[0].connections.end(CUSTOMER, id, ending)),
    ...made.map((connection) => replicas[1].connections.noteUse(CUSTOMER, connection)),
  ]);
  const left = await replicas[0].connections.list(CUSTOMER);

  assert.equal(list.length, MAX_CONNECTIONS);
  assert.deepEqual(left.map(({ id }) => id).sort(), made.slice(10).map(({ id }) => id).sort());
});
