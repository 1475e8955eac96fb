import assert from "node:assert/strict";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { rawClient, type RedisServer, startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { YES } from "../support/rpc_2026.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { startScriptedRedis } from "../support/scripted_redis.ts";
import { until } from "../support/until.ts";
import { within } from "../support/within.ts";

const [ENCRYPTION_KEY] = TEST_KEYS;

const envOf = (redis: RedisServer, more: Record<string, string> = {}) => (
  { REDIS_URL: redis.url, ENCRYPTION_KEY, RATE_LIMIT_REQUESTS: "100000", ...more }
);

const sandboxOptions = { rateLimitPerMinute: 1_000_000, exchangesPerMinute: 1_000_000 };

async function isReady({ url }: Service): Promise<boolean> {
  const response = await fetch(`${url}/ready`);
  await response.body?.cancel();
  return response.status === 200;
}

const STOP = { server_id: 100001, wait_seconds: 0 };

/** The error of a call that needs a question while Redis fails. */
const CANT_ASK = /nobody can be asked: the part of this server that keeps questions/;

/** A write without a question. */
function purge({ mcpUrl }: Service, headers: Record<string, string> = TOKEN_HEADERS) {
  return callTool(mcpUrl, "manage_app_varnish", { app_id: 200001, action: "purge" }, headers);
}

function linesWith(service: Service, message: string): string[] {
  return service.logLines.filter((line) => JSON.parse(line).message.startsWith(message));
}

Deno.test("while Redis is away, calls go on, approvals don't, and the log says so once", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  await redis.kill();

  const reads = [];
  for (let i = 0; i < 5; i++) reads.push(await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS));
  const write = await purge(service, KEY_HEADERS);
  const stop = await callTool(service.mcpUrl, "stop_server", { server_id: 100001 }, TOKEN_HEADERS);
  const ready = await isReady(service);
  await using _back = await startRedis({ port: redis.port });
  await until(() => isReady(service));
  await until(() => linesWith(service, "redis is back").length === 1);

  assert.deepEqual(reads.map(({ isError }) => isError), Array(5).fill(false));
  assert.equal(write.isError, false, JSON.stringify(write.json));
  assert.equal(stop.json.code, "confirmation_required");
  assert.match(String(stop.json.message), CANT_ASK);
  assert.equal(service.sandbox.requestsTo("server_stop").length, 0);
  assert.equal(ready, false);
  assert.equal(linesWith(service, "redis is away").length, 1);
  const others = service.logLines.map((line) => JSON.parse(line)).filter(({ level, message }) =>
    ["WARNING", "ERROR"].includes(level) && !message.startsWith("redis is")
  ).map(({ message }) => message);
  assert.deepEqual(others, ["audit records are not kept for customers"], "one line for each outage, not for each call");
});

const LOSSES: Record<string, (redis: RedisServer) => Promise<RedisServer>> = {
  "is flushed": async (redis) => {
    await using raw = rawClient(redis);
    await raw.flushall();
    return redis;
  },
  "is killed and comes back empty": async (redis) => {
    await redis.kill();
    return await startRedis({ port: redis.port });
  },
};

for (const [what, lose] of Object.entries(LOSSES)) {
  Deno.test(`a question of 2025 that is open while Redis ${what} ends within seconds, and the same call asks again`, async () => {
    const clock = new FakeClock();
    await using redis = await startRedis();
    await using a = await startService({ env: envOf(redis), sandbox: sandboxOptions, clock });
    await using b = await startService({ env: envOf(redis), sandbox: a.sandbox, clock });
    const session = await LegacySession.open([a.mcpUrl, b.mcpUrl], { headers: TOKEN_HEADERS });
    await using call = await session.call("stop_server", STOP, 1);
    const { id } = await call.question();
    const start = clock.now();

    await using _back = await lose(redis);
    await until(async () => await isReady(a) && await isReady(b));
    const status = await clock.runUntil(session.answer(id, YES));
    await clock.runUntil(call.withdrawal(id));
    const { json } = await call.result();
    const seconds = (clock.now() - start) / 1000;
    await using again = await session.call("stop_server", STOP, 2);
    const { id: newId } = await again.question();
    const stopsBefore = a.sandbox.requestsTo("server_stop").length;
    const newStatus = await session.answer(newId, YES);
    const done = await again.result();

    assert.equal(json.code, "confirmation_required");
    assert.match(String(json.message), CANT_ASK);
    assert.ok(seconds <= 60, `${seconds} s`);
    assert.deepEqual({ status, newStatus, stopsBefore }, { status: 400, newStatus: 202, stopsBefore: 0 });
    assert.equal(done.isError, false, JSON.stringify(done.json));
    assert.equal(a.sandbox.requestsTo("server_stop").length, 1);
    const warnings = [a, b].flatMap((service) => linesWith(service, "a question could not be asked"));
    assert.equal(warnings.length, 1);
  });
}

Deno.test("if Redis denies subscribing or publishing, a call of 2025 that needs a yes says that nobody can be asked", async () => {
  const clock = new FakeClock();
  await using redis = await startRedis();
  await using raw = rawClient(redis);

  for (const forbidden of ["subscribe", "publish"]) {
    await raw.call("ACL", "SETUSER", forbidden, "on", ">password", "~*", "&*", "+@all");
    const REDIS_URL = `redis://${forbidden}:password@127.0.0.1:${redis.port}`;
    await using service = await startService({ env: envOf(redis, { REDIS_URL }), sandbox: sandboxOptions, clock });
    await raw.call("ACL", "SETUSER", forbidden, `-${forbidden}`);
    const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS });
    await using call = await session.call("stop_server", STOP);

    if (forbidden === "publish") {
      const { id } = await call.question();
      const status = session.answer(id, YES);
      await clock.runUntil(call.withdrawal(id));
      assert.equal(await clock.runUntil(status), 503);
    }
    const { json } = await call.result();

    assert.equal(json.code, "confirmation_required");
    assert.match(String(json.message), CANT_ASK);
    assert.equal(service.sandbox.requestsTo("server_stop").length, 0);
    const [line = "{}", ...others] = linesWith(service, "a question could not be asked");
    assert.equal(JSON.parse(line).level, "WARNING");
    assert.deepEqual(others, []);
  }
});

Deno.test("an outage of Redis gives each replica one bucket, and its return gives none", async () => {
  await using redis = await startRedis();
  const env = envOf(redis, { RATE_LIMIT_REQUESTS: "5", RATE_LIMIT_WINDOW: "86400" });
  await using service = await startService({ env, sandbox: sandboxOptions });
  const spend = async () => {
    const answers = [];
    for (let i = 0; i < 7; i++) answers.push(await callTool(service.mcpUrl, "list_team_members", {}, TOKEN_HEADERS));
    return answers.filter(({ isError }) => !isError).length;
  };
  const before = await spend();
  await redis.kill();

  const during = await spend();
  await using _back = await startRedis({ port: redis.port });
  await until(() => isReady(service));
  const after = await spend();

  assert.deepEqual({ before, during, after }, { before: 5, during: 5, after: 0 });
});

Deno.test("an outage of Redis does not cause new token exchanges", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);
  await redis.kill();

  const during = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);
  await using _back = await startRedis({ port: redis.port });
  await until(() => isReady(service));
  const after = await Promise.all(
    Array.from({ length: 8 }, () => callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS)),
  );

  assert.equal(during.isError, false);
  assert.equal(after.some(({ isError }) => isError), false);
  assert.ok(
    service.sandbox.requestsTo("oauth_access_token_create").length <= 2,
    "one for all, at most, after the return",
  );
});

Deno.test("a write during an outage is seen by every replica after it", async () => {
  await using redis = await startRedis();
  await using a = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  await using b = await startService({ env: envOf(redis), sandbox: a.sandbox });
  const list = ({ mcpUrl }: Service) => callTool(mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  await list(b);
  redis.freeze();
  await until(async () => !await isReady(a));

  const write = await purge(a);
  const [server] = a.sandbox.account().servers;
  if (server !== undefined) server.label = "Renamed meanwhile";
  redis.continue();
  await until(() => linesWith(a, "redis is back").length === 1);
  await until(async () => await isReady(a) && await isReady(b));
  await until(async () => JSON.stringify((await list(b)).json).includes("Renamed meanwhile"));

  assert.equal(write.isError, false, JSON.stringify(write.json));
  assert.equal((await list(a)).isError, false);
});

Deno.test("a write while Redis refuses writes is seen by every replica afterwards", async () => {
  await using redis = await startRedis();
  await using a = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  await using b = await startService({ env: envOf(redis), sandbox: a.sandbox });
  await using raw = rawClient(redis);
  const list = ({ mcpUrl }: Service) => callTool(mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  await list(b);
  await raw.config("SET", "min-replicas-to-write", "3");

  const write = await purge(a);
  const [server] = a.sandbox.account().servers;
  if (server !== undefined) server.label = "Renamed meanwhile";
  await raw.config("SET", "min-replicas-to-write", "0");
  await callTool(a.mcpUrl, "list_team_members", {}, KEY_HEADERS);
  await until(async () => JSON.stringify((await list(b)).json).includes("Renamed meanwhile"));

  assert.equal(write.isError, false, JSON.stringify(write.json));
});

Deno.test("calls go on after a bounded wait while Redis does not answer", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  redis.freeze();

  const answers = await within(
    3_000,
    Promise.all(Array.from({ length: 16 }, () => callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS))),
    "calls wait for Redis far longer than the second that they may",
  );

  assert.equal(answers.some(({ isError }) => isError), false, JSON.stringify(answers.map(({ json }) => json.code)));
  redis.continue();
  await until(() => isReady(service));
});

Deno.test("calls go on while Redis is full, and limits hold", async () => {
  await using redis = await startRedis({ args: ["--maxmemory", "2mb", "--maxmemory-policy", "noeviction"] });
  const env = envOf(redis, { RATE_LIMIT_REQUESTS: "5", RATE_LIMIT_WINDOW: "86400" });
  await using service = await startService({ env, sandbox: sandboxOptions });
  await using raw = rawClient(redis);
  await assert.rejects(async () => {
    for (let i = 0;; i++) await raw.set(`filler:${i}`, "x".repeat(10_000));
  }, /OOM/);

  const answers = [];
  for (let i = 0; i < 7; i++) answers.push(await callTool(service.mcpUrl, "list_team_members", {}, KEY_HEADERS));

  assert.deepEqual(answers.map(({ json }) => json.code ?? "ok"), [
    ...Array(5).fill("ok"),
    "rate_limited",
    "rate_limited",
  ]);
  assert.equal(service.sandbox.requestsTo("oauth_access_token_create").length, 1);
});

Deno.test("calls go on while Redis takes no writes after a failover", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  await using raw = rawClient(redis);
  await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);
  await raw.config("SET", "min-replicas-to-write", "3");

  const during = await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);
  const stop = await callTool(service.mcpUrl, "stop_server", { server_id: 100001 }, KEY_HEADERS);
  await raw.config("SET", "min-replicas-to-write", "0");
  const after = await callTool(service.mcpUrl, "stop_server", { server_id: 100001 }, KEY_HEADERS);

  assert.equal(during.isError, false, JSON.stringify(during.json));
  assert.equal(stop.json.code, "confirmation_required");
  assert.equal(after.json.code, "confirmation_required");
});

Deno.test("a Redis that takes no writes is logged once, and so is its recovery", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  await using raw = rawClient(redis);
  await raw.config("SET", "min-replicas-to-write", "3");

  for (const headers of [KEY_HEADERS, TOKEN_HEADERS, KEY_HEADERS]) {
    await callTool(service.mcpUrl, "list_projects", {}, headers);
  }
  const ready = await isReady(service);
  await raw.config("SET", "min-replicas-to-write", "0");
  for (let i = 0; i < 3; i++) await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

  const lines = linesWith(service, "redis").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ level, message }) => [level, message]), [
    ["ERROR", "redis refuses commands, this process goes on alone where it can"],
    ["INFO", "redis takes commands again"],
  ]);
  assert.match(lines[0].reason, /has too few replicas to take writes\.$/);
  assert.equal(ready, true);
});

Deno.test("wrong data in any key does no harm, and the next write repairs it", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  await using raw = rawClient(redis);
  await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);
  await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);
  const keys = await raw.keys("cw:*");

  for (const wrong of ["list", "text", "empty"]) {
    for (const key of keys) {
      await raw.del(key);
      if (wrong === "list") await raw.rpush(key, "not ours");
      else await raw.set(key, wrong === "text" ? "not ours" : "");
    }
    for (const headers of [KEY_HEADERS, TOKEN_HEADERS]) {
      const { isError, json } = await callTool(service.mcpUrl, "list_servers", {}, headers);

      assert.equal(isError, false, `${wrong}: ${JSON.stringify(json)}`);
    }
  }
  assert.ok(keys.length >= 6, `keys: ${keys}`);
});

Deno.test("foreign reference data in Redis are not used", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  await using raw = rawClient(redis);
  const regions = () => callTool(service.mcpUrl, "get_available_regions", {}, TOKEN_HEADERS);
  const right = await regions();
  const [key = "none"] = await raw.keys("cw:reference:*");

  for (const wrong of ["not ours", '{"regions":{"do":[{"id":"a","name":"not ours"}]}}', "{"]) {
    await raw.set(key, wrong);
    const { isError, json } = await regions();

    assert.equal(isError, false, JSON.stringify(json));
    assert.deepEqual(json, right.json);
  }
});

Deno.test("keys that vanish during a call do no harm", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  await using raw = rawClient(redis);

  let flushing = true;
  const flush = (async () => {
    while (flushing) await raw.flushall();
  })();
  const answers = await Promise.all(
    Array.from(
      { length: 32 },
      (_, i) => callTool(service.mcpUrl, "list_servers", {}, i % 2 ? KEY_HEADERS : TOKEN_HEADERS),
    ),
  ).finally(async () => {
    flushing = false;
    await flush;
  });

  assert.equal(answers.some(({ isError }) => isError), false);
});

Deno.test("with Redis killed five times under 64 callers, every call is answered and nothing is done twice", async () => {
  await using stack = new AsyncDisposableStack();
  let redis = stack.use(await startRedis());
  await using service = await startService({ env: envOf(redis), sandbox: sandboxOptions });
  let running = true;
  let answered = 0;
  const unexpected: unknown[] = [];
  const callers = Array.from({ length: 64 }, async (_, caller) => {
    for (let i = 0; running; i++) {
      const headers = caller % 2 === 0 ? TOKEN_HEADERS : KEY_HEADERS;
      const [name, args] = i % 4 === 0
        ? ["clone_app", { app_id: 200001, app_label: `copy ${caller}-${i}`, wait_seconds: 0 }] as const
        : ["list_projects", {}] as const;
      const { isError, json } = await callTool(service.mcpUrl, name, args, headers);
      answered++;
      if (isError && json.code !== "upstream_busy") unexpected.push(json);
    }
  });
  const load = Promise.all(callers);
  // What a caller throws is thrown at the end.
  load.catch(() => {});

  try {
    for (let round = 0; round < 5; round++) {
      const target = answered + 200;
      await until(() => answered >= target, 30_000);
      await redis.kill();
      const during = answered + 200;
      await until(() => answered >= during, 30_000);
      redis = stack.use(await startRedis({ port: redis.port }));
      await until(() => isReady(service), 5_000);
    }
  } finally {
    running = false;
    await load;
  }

  assert.deepEqual(unexpected, []);
  const labels = service.sandbox.requestsTo("app_clone").map(({ fields }) => String(fields.app_label));
  assert.equal(new Set(labels).size, labels.length, "a write was sent twice");
  assert.ok(labels.length > 0);
});

for (const reply of ["+OK", ":1", "$-1", "*0"]) {
  Deno.test(`calls go on while Redis answers ${reply} to everything, and none is refused for it`, async () => {
    const clock = new FakeClock();
    await using redis = startScriptedRedis();
    const env = { REDIS_URL: redis.url, ENCRYPTION_KEY };
    await using service = await startService({ env, clock, sandbox: { ...sandboxOptions, clock } });
    redis.script = () => reply;

    for (const headers of [KEY_HEADERS, TOKEN_HEADERS]) {
      const call = callTool(service.mcpUrl, "list_projects", {}, headers);
      const { isError, json } = await clock.runUntil(call);

      assert.equal(isError, false, JSON.stringify(json));
    }
    assert.equal(await isReady(service), false);
  });
}
