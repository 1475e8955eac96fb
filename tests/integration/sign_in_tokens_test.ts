/** Tokens over their whole life: given, replaced, withdrawn, stolen. Two replicas share a Redis. */
import assert from "node:assert/strict";
import { FakeClock } from "../sandbox/mod.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { startRedis } from "../support/redis_server.ts";
import {
  authorizationUrl,
  callAtDoor,
  consent,
  PASTED,
  redeem,
  refresh,
  register,
  signIn,
  startSignIn,
} from "../support/sign_in.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

Deno.test("the token answer says what was granted, for how long, and must not be cached", async () => {
  await using service = await startSignIn();

  const read = await signIn(service, { access: "read" });
  const write = await signIn(service, { access: "write" });

  assert.deepEqual([read.tokens.json.scope, write.tokens.json.scope], [
    "cloudways:read",
    "cloudways:read cloudways:write",
  ]);
  assert.deepEqual([read.tokens.json.token_type, read.tokens.json.expires_in], ["Bearer", 3600]);
});

Deno.test("an access token ends after an hour, and the refresh token gives another", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });
  const { clientId, tokens } = await signIn(service);

  const before = await callAtDoor(service, tokens.access);
  await clock.advance(HOUR_MS);
  const after = await callAtDoor(service, tokens.access);
  const fresh = await refresh(service, clientId, tokens.refresh);
  const again = await callAtDoor(service, fresh.access);

  assert.deepEqual([before.status, after.status, fresh.status, again.status], [200, 401, 200, 200]);
  assert.match(after.headers.get("www-authenticate") ?? "", /error="invalid_token"/);
  assert.notEqual(fresh.refresh, tokens.refresh);
});

Deno.test("refreshes at the same time get one successor, and all their tokens are good", async () => {
  await using service = await startSignIn();
  const { clientId, tokens } = await signIn(service);

  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(service, clientId, tokens.refresh)));
  const calls = await Promise.all(answers.map(({ access }) => callAtDoor(service, access)));

  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal(new Set(answers.map((answer) => answer.refresh)).size, 1);
  assert.deepEqual(new Set(calls.map(({ status }) => status)), new Set([200]));
});

Deno.test("a replaced refresh token gives the same successor for a minute", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });
  const { clientId, tokens } = await signIn(service);

  const first = await refresh(service, clientId, tokens.refresh);
  await clock.advance(59 * SECOND_MS);
  const second = await refresh(service, clientId, tokens.refresh);
  const next = await refresh(service, clientId, first.refresh);

  assert.equal(second.refresh, first.refresh);
  assert.equal(next.status, 200);
});

for (
  const { what, steps, waitMs } of [
    { what: "a refresh token that was replaced a minute ago", steps: 1, waitMs: 60 * SECOND_MS },
    { what: "the refresh token before the one that was just replaced", steps: 2, waitMs: 0 },
  ]
) {
  Deno.test(`${what} ends the connection`, async () => {
    const clock = new FakeClock();
    await using service = await startSignIn({ clock });
    const { clientId, tokens } = await signIn(service);
    let newest = tokens;
    for (let step = 0; step < steps; step++) newest = await refresh(service, clientId, newest.refresh);
    await clock.advance(waitMs);

    const reuse = await refresh(service, clientId, tokens.refresh);
    const call = await callAtDoor(service, newest.access);
    const next = await refresh(service, clientId, newest.refresh);

    assert.deepEqual([reuse.status, reuse.json.error], [400, "invalid_grant"]);
    assert.equal(call.status, 401);
    assert.equal(next.json.error, "invalid_grant");
  });
}

Deno.test("a connection ends after 90 days without use, and not before", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });
  const used = await signIn(service, { duration: "always" });
  const fresh = await refresh(service, used.clientId, used.tokens.refresh);

  await clock.advance(90 * DAY_MS - HOUR_MS);
  const kept = await refresh(service, used.clientId, fresh.refresh);
  await clock.advance(90 * DAY_MS);
  const ended = await refresh(service, used.clientId, kept.refresh);

  assert.equal(kept.status, 200);
  assert.equal(ended.json.error, "invalid_grant");
});

Deno.test("a connection ends when the person said so, however it is used", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });
  const { clientId, tokens } = await signIn(service, { duration: "day" });

  await clock.advance(DAY_MS - HOUR_MS / 2);
  const late = await refresh(service, clientId, tokens.refresh);
  await clock.advance(HOUR_MS / 2);
  const call = await callAtDoor(service, late.access);
  const ended = await refresh(service, clientId, late.refresh);

  assert.equal(late.json.expires_in, 1800);
  assert.equal(call.status, 401);
  assert.equal(ended.json.error, "invalid_grant");
});

Deno.test("a client that never uses what it got leaves nothing after a day", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });
  const { clientId, tokens } = await signIn(service);

  await clock.advance(DAY_MS);
  const late = await refresh(service, clientId, tokens.refresh);

  assert.equal(late.json.error, "invalid_grant");
});

Deno.test("revoking either token ends the connection, once, and a strange token changes nothing", async () => {
  await using service = await startSignIn();
  const revoke = (client_id: string, token: string) =>
    fetch(`${service.url}/connect/revoke`, { method: "POST", body: new URLSearchParams({ client_id, token }) });
  const one = await signIn(service);
  const two = await signIn(service);
  const other = await register(service, { client_name: "Another one" });

  const strange = await revoke(one.clientId, "nonsense");
  const foreign = await revoke(other, one.tokens.refresh);
  const before = await callAtDoor(service, one.tokens.access);
  const byRefresh = await revoke(one.clientId, one.tokens.refresh);
  const byAccess = await revoke(two.clientId, two.tokens.access);
  const after = await Promise.all([one, two].map(({ tokens }) => callAtDoor(service, tokens.access)));
  await Promise.all([strange, foreign, byRefresh, byAccess].map((response) => response.body?.cancel()));

  assert.deepEqual([strange.status, foreign.status, byRefresh.status, byAccess.status], [200, 200, 200, 200]);
  assert.equal(before.status, 200);
  assert.deepEqual(after.map(({ status }) => status), [401, 401]);
});

Deno.test("a Cloudways token that was revoked ends its connections, once a second read confirms it", async () => {
  await using service = await startSignIn();
  const one = await signIn(service);
  const two = await signIn(service);

  service.sandbox.revokeToken(PASTED);
  const first = await callAtDoor(service, one.tokens.access);
  const second = await callAtDoor(service, one.tokens.access);
  const other = await callAtDoor(service, two.tokens.access);
  const fresh = await refresh(service, one.clientId, one.tokens.refresh);

  assert.equal(first.status, 200);
  assert.match(first.text, /authentication_failed/);
  assert.deepEqual([second.status, other.status], [401, 401]);
  assert.deepEqual([fresh.status, fresh.json.error], [400, "invalid_grant"]);
});

Deno.test("a single 401 from Cloudways ends no connection", async () => {
  await using service = await startSignIn();
  const { clientId, tokens } = await signIn(service);

  service.sandbox.addFault({ operationId: "server_list", kind: { status: 401 }, times: 1 });
  const refused = await callAtDoor(service, tokens.access);
  const after = await callAtDoor(service, tokens.access);
  const fresh = await refresh(service, clientId, tokens.refresh);

  assert.match(refused.text, /authentication_failed/);
  assert.deepEqual([after.status, fresh.status], [200, 200]);
  assert.doesNotMatch(after.text, /authentication_failed/);
});

Deno.test("tokens stay good when the encryption key rotates and the key for ids stays", async () => {
  await using redis = await startRedis();
  const env = { REDIS_URL: redis.url, CUSTOMER_ID_KEY: TEST_KEYS[0] };
  await using before = await startSignIn({ env: { ...env, ENCRYPTION_KEY: TEST_KEYS[0] } });
  const { clientId, tokens } = await signIn(before);
  const port = new URL(before.url).port;
  await using after = await startSignIn({
    sandbox: before.sandbox,
    env: {
      ...env,
      ENCRYPTION_KEY: `${TEST_KEYS[1]},${TEST_KEYS[0]}`,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
    },
  });

  const call = await callAtDoor(after, tokens.access);
  const fresh = await refresh(after, clientId, tokens.refresh);

  assert.deepEqual([call.status, fresh.status], [200, 200]);
});

Deno.test("while Redis is away nobody is signed out: 503 at the door and at the token endpoint", async () => {
  const redis = await startRedis();
  const env = { REDIS_URL: redis.url };
  await using service = await startSignIn({ env });
  const { clientId, tokens } = await signIn(service);

  await redis.stop();
  const call = await callAtDoor(service, tokens.access);
  const fresh = await refresh(service, clientId, tokens.refresh);

  assert.equal(call.status, 503);
  assert.equal(call.headers.get("www-authenticate"), null);
  assert.ok(Number(call.headers.get("retry-after")) > 0);
  assert.deepEqual([fresh.status, fresh.json.error], [503, "temporarily_unavailable"]);
  await redis[Symbol.asyncDispose]();
});

Deno.test("a code that two replicas redeem at the same time gives tokens once at most, and none that stay good", async () => {
  await using redis = await startRedis();
  const env = { REDIS_URL: redis.url };
  await using one = await startSignIn({ env });
  await using two = await startSignIn({ sandbox: one.sandbox, env: { ...env, PUBLIC_URL: one.url } });

  const clientId = await register(one);
  const url = authorizationUrl(one, clientId);
  const back = await consent(one, url);
  const code = back.searchParams.get("code") ?? "";
  const answers = await Promise.all([one, two].map((replica) => redeem(replica, clientId, code)));

  const given = answers.filter(({ status }) => status === 200);
  const calls = await Promise.all(given.map(({ access }) => callAtDoor(one, access)));

  // The second of them ends the connection, since the code may have been stolen; perhaps before the first gives tokens.
  assert.ok(given.length <= 1);
  assert.deepEqual(calls.map(({ status }) => status), given.map(() => 401));
});

Deno.test("two replicas refresh one token at the same time, and give one successor", async () => {
  await using redis = await startRedis();
  const env = { REDIS_URL: redis.url };
  await using one = await startSignIn({ env });
  await using two = await startSignIn({ sandbox: one.sandbox, env: { ...env, PUBLIC_URL: one.url } });
  const { clientId, tokens } = await signIn(one);

  const answers = await Promise.all(
    [one, two, one, two, one, two].map((replica) => refresh(replica, clientId, tokens.refresh)),
  );
  const call = await callAtDoor(two, answers[0]?.access ?? "");
  const next = await refresh(two, clientId, answers[0]?.refresh ?? "");

  assert.equal(new Set(answers.map((answer) => answer.refresh)).size, 1);
  assert.deepEqual([call.status, next.status], [200, 200]);
});
