/** An attacker who can write to Redis restores entries that were taken. */
import assert from "node:assert/strict";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { type Service, startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { type RawClient, rawClient, type RedisAddress, redisOfFile, startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { callModern, YES } from "../support/rpc_2026.ts";
import { FakeClock, type Sandbox } from "../sandbox/mod.ts";

const emptyRedis = redisOfFile();

const RESTART = { server_id: 100001, wait_seconds: 0 };
const [ENCRYPTION_KEY] = TEST_KEYS;

function replica(redis: RedisAddress, sandbox?: Sandbox): Promise<Service> {
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY, RATE_LIMIT_REQUESTS: "1000" };
  return startService({ env, ...(sandbox && { sandbox }) });
}

function restart({ mcpUrl }: Service) {
  return callTool(mcpUrl, "restart_server", RESTART, TOKEN_HEADERS);
}

/** The entries under the keys of a pattern, to be restored unchanged. */
async function copyOf(redis: RawClient, pattern: string): Promise<() => Promise<void>> {
  const keys = await redis.keys(pattern);
  assert.ok(keys.length > 0, pattern);
  const copies = await Promise.all(keys.map(async (key) => ({ key, value: await redis.get(key) ?? "" })));
  return async () => {
    for (const { key, value } of copies) await redis.set(key, value, "PX", 600_000);
  };
}

/** A yes on the page for the restart, and a function that restores it once it is gone. */
async function approve(service: Service, redis: RawClient) {
  const { json } = await restart(service);
  const path = new URL(String(Object(json.details).approval_url)).pathname;
  assert.equal(await decide(service.url, path, { decision: "approve" }), 303);
  return { path, putBack: await copyOf(redis, "cw:approval_yes:*") };
}

function restarts({ sandbox }: Service): number {
  return sandbox.requestsTo("server_restart").length;
}

/** Whether the restored yes is used in the process that used it before, or in another. */
for (const isOther of [false, true]) {
  const who = isOther ? "another replica" : "the same process";

  Deno.test(`a used yes of the page that is restored in Redis asks a person again (${who})`, async () => {
    const redis = await emptyRedis();
    await using raw = rawClient(redis);
    await using first = await replica(redis);
    const { putBack } = await approve(first, raw);
    const used = await restart(first);
    await using other = isOther ? await replica(redis, first.sandbox) : undefined;
    const second = other ?? first;

    const codes = [];
    for (let i = 0; i < 3; i++) {
      await putBack();
      codes.push((await restart(second)).json.code);
    }

    assert.equal(used.isError, false, JSON.stringify(used.json));
    assert.deepEqual(codes, ["confirmation_required", "approval_pending", "approval_pending"]);
    assert.equal(restarts(first), 1);
  });

  Deno.test(`a withdrawn yes of the page that is restored in Redis does not count (${who})`, async () => {
    const redis = await emptyRedis();
    await using raw = rawClient(redis);
    await using first = await replica(redis);
    const { path, putBack } = await approve(first, raw);
    await decide(first.url, path, { decision: "withdraw" });
    await using other = isOther ? await replica(redis, first.sandbox) : undefined;
    const second = other ?? first;

    await putBack();
    // An attacker who can write can also delete the no.
    for (const key of await raw.keys("cw:declined:*")) await raw.del(key);
    const { json } = await restart(second);

    assert.equal(json.code, "confirmation_required");
    assert.equal(restarts(first), 0);
  });

  Deno.test(`a used yes of a form does not count again, even if its mark is restored in Redis (${who})`, async () => {
    const redis = await emptyRedis();
    await using raw = rawClient(redis);
    await using first = await replica(redis);
    const call = { url: first.mcpUrl, name: "restart_server", args: RESTART, headers: TOKEN_HEADERS };
    const asked = await callModern(call);
    if (asked.kind !== "question") throw new Error(JSON.stringify(asked));
    const putBack = await copyOf(raw, "cw:question:*");
    const answered = { state: asked.state, reply: YES };
    await callModern({ ...call, answered });
    await using other = isOther ? await replica(redis, first.sandbox) : undefined;
    const second = other ?? first;

    await putBack();
    const again = await callModern({ ...call, url: second.mcpUrl, answered });

    assert.equal(again.kind === "result" && again.answer.json.code, "confirmation_required");
    assert.equal(restarts(first), 1);
  });
}

Deno.test("a used page that is restored in Redis as open gives no second yes", async () => {
  const redis = await emptyRedis();
  await using raw = rawClient(redis);
  await using service = await replica(redis);
  const { json } = await restart(service);
  const path = new URL(String(Object(json.details).approval_url)).pathname;
  const putBack = await copyOf(raw, "cw:approval_open:*");
  await decide(service.url, path, { decision: "approve" });
  await restart(service);

  await putBack();
  for (const key of await raw.keys("cw:approval_outcome:*")) await raw.del(key);
  await decide(service.url, path, { decision: "approve" });
  const again = await restart(service);

  assert.equal(again.json.code, "confirmation_required");
  assert.equal(restarts(service), 1);
});

Deno.test("while the record can't be read, a yes does not count", async () => {
  await using redis = await startRedis();
  await using raw = rawClient(redis);
  await raw.call("ACL", "SETUSER", "mcp", "on", ">password", "~*", "&*", "+@all");
  const url = `redis://mcp:password@127.0.0.1:${redis.port}`;
  await using service = await replica({ ...redis, url });
  await approve(service, raw);

  await raw.call("ACL", "SETUSER", "mcp", "-xrevrange");
  const { json } = await restart(service);

  assert.equal(json.code, "confirmation_required");
  assert.equal(restarts(service), 0);
});

/** The list of started operations of the one customer that has one, and a function that writes it under a key. */
async function copyOfOperations(redis: RawClient) {
  const [key = ""] = await redis.keys("cw:operations:*:work");
  const entries = await redis.xrange(key, "-", "+");
  assert.ok(entries.length > 0);
  return {
    key,
    async writeTo(target: string) {
      await redis.del(target);
      for (const [id, fields] of entries) await redis.xadd(target, id, ...fields);
    },
  };
}

async function operationsOf({ mcpUrl }: Service, headers: Record<string, string> = TOKEN_HEADERS): Promise<unknown> {
  return (await callTool(mcpUrl, "list_my_operations", {}, headers)).json.operations;
}

Deno.test("started operations that are restored in Redis after a day are not listed", async () => {
  const redis = await emptyRedis();
  await using raw = rawClient(redis);
  const clock = new FakeClock();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY };
  await using service = await startService({ env, clock, sandbox: { clock } });
  const args = { app_id: 200001, wait_seconds: 0 };
  await callTool(service.mcpUrl, "backup_app", args, TOKEN_HEADERS);
  const { key, writeTo } = await copyOfOperations(raw);
  const before = await operationsOf(service);

  await clock.advance(24 * 3600_000 + 1);
  await writeTo(key);

  assert.equal(Object(before).length, 1);
  assert.deepEqual(await operationsOf(service), []);
});

Deno.test("started operations that are copied to another customer or list in Redis are not listed there", async () => {
  const redis = await emptyRedis();
  await using raw = rawClient(redis);
  await using service = await replica(redis);
  await callTool(service.mcpUrl, "backup_app", { app_id: 200001, wait_seconds: 0 }, TOKEN_HEADERS);
  await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);
  const { key, writeTo } = await copyOfOperations(raw);
  const others = (await raw.keys("cw:seen:*")).map((seen) => seen.replace("seen", "operations") + ":work");

  for (const other of others.filter((other) => other !== key)) await writeTo(other);
  await writeTo(key.replace(/work$/, "reports"));

  assert.equal(others.length, 2);
  assert.deepEqual(await operationsOf(service, KEY_HEADERS), []);
  assert.equal(Object(await operationsOf(service)).length, 1);
});
