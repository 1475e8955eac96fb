import assert from "node:assert/strict";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { rawClient, redisOfFile, startRedis } from "../support/redis_server.ts";
import { callTool, post } from "../support/rpc.ts";
import { FakeClock, type FaultKind, startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const emptyRedis = redisOfFile();

const EXCHANGE = "oauth_access_token_create";
const MINUTE = 60_000;
const [ENCRYPTION_KEY] = TEST_KEYS;

function exchanges({ sandbox }: Pick<Service, "sandbox">): number {
  return sandbox.requestsTo(EXCHANGE).length;
}

Deno.test("an access token is used without a token exchange", async () => {
  await using service = await startService();

  const answer = await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

  const [sent] = service.sandbox.requestsTo("project_list");
  assert.equal(answer.isError, false);
  assert.equal(exchanges(service), 0);
  assert.equal(sent?.authorization, `Bearer ${TOKEN_HEADERS["x-cloudways-access-token"]}`);
});

Deno.test("twenty first calls at once exchange the key once", async () => {
  await using service = await startService();

  const calls = Array.from({ length: 20 }, () => callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS));
  const answers = await Promise.all(calls);

  assert.ok(answers.every(({ isError }) => !isError));
  assert.equal(exchanges(service), 1);
});

Deno.test("two servers on one Redis exchange the key once for twenty first calls, and share one bucket", async () => {
  const redis = await emptyRedis();
  await using sandbox = await startSandbox();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY, RATE_LIMIT_REQUESTS: "30", RATE_LIMIT_WINDOW: "3600" };
  await using one = await startService({ sandbox, env });
  await using two = await startService({ sandbox, env });

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => callTool((i % 2 ? one : two).mcpUrl, "get_alerts", {}, KEY_HEADERS)),
  );
  const status = await callTool(one.mcpUrl, "rate_limit_status", {}, KEY_HEADERS);

  assert.ok(answers.every(({ isError }) => !isError));
  assert.equal(exchanges(one), 1);
  assert.equal(status.json.remaining, 10);
});

Deno.test("a token is renewed in the background before its ten minutes end, while the old one still serves", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);

  await clock.advance(8 * MINUTE);
  await callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS);
  await renewal(service, 2);
  await callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS);

  const [before, after] = service.sandbox.requestsTo("cloudways_bot_alerts_list");
  assert.equal(exchanges(service), 2);
  assert.notEqual(before?.authorization, after?.authorization);
});

for (const life of [31_536_000, "31536000", 1e300, 0, -1, null, "", "an hour"]) {
  Deno.test(`a token with a lifetime of ${JSON.stringify(life)} seconds is used, and used again`, async () => {
    await using service = await startService();
    const body = { access_token: TOKEN_HEADERS["x-cloudways-access-token"], expires_in: life };
    service.sandbox.addFault({ operationId: EXCHANGE, times: 9, kind: { status: 200, body } });

    const first = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);
    const second = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);

    assert.deepEqual([first.json.code, second.json.code], [undefined, undefined]);
    assert.equal(exchanges(service), 1);
  });
}

Deno.test("a token is not used in its last minute", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  const body = { access_token: TOKEN_HEADERS["x-cloudways-access-token"], expires_in: 300 };
  service.sandbox.addFault({ operationId: EXCHANGE, times: 1, kind: { status: 200, body } });
  await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);

  await clock.advance(4 * MINUTE + 30_000);
  const answer = await callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS);

  const [first] = service.sandbox.requestsTo("project_list");
  const [second] = service.sandbox.requestsTo("cloudways_bot_alerts_list");
  assert.equal(answer.isError, false);
  assert.equal(exchanges(service), 2);
  assert.notEqual(first?.authorization, second?.authorization);
});

Deno.test("a token that Cloudways no longer knows is dropped and exchanged once more", async () => {
  await using service = await startService();
  await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);

  service.sandbox.expireTokens();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS)),
  );

  assert.ok(answers.every(({ isError }) => !isError));
  assert.equal(exchanges(service), 2);
});

Deno.test("wrong data in the lock of a token exchange delay one call for seconds, and that call repairs them", async () => {
  const clock = new FakeClock();
  const redis = await emptyRedis();
  await using raw = rawClient(redis);
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY };
  await using service = await startService({ clock, sandbox: { clock }, env });
  await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);
  const [tokenKey = ""] = await raw.keys("cw:token:*");
  const lockKey = `${tokenKey.replace("token", "lock")}:token`;
  await raw.rpush(lockKey, "not ours");

  service.sandbox.expireTokens();
  const startedAt = clock.now();
  const { isError, json } = await clock.runUntil(callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS));
  const tookMs = clock.now() - startedAt;

  assert.equal(isError, false, JSON.stringify(json));
  assert.ok(tookMs >= 8_000 && tookMs < 12_000, `${tookMs} ms`);
  assert.equal(exchanges(service), 2);
  assert.equal(await raw.exists(lockKey), 0);
  const warnings = service.logLines.map((line) => JSON.parse(line)).filter(({ level }) => level === "WARNING");
  assert.deepEqual(warnings.map(({ message }) => message), [
    "a token exchange's lock was not released in time and is taken over",
  ]);
});

Deno.test("a refused token is not replaced by one of the same age from another replica", async () => {
  const redis = await emptyRedis();
  await using raw = rawClient(redis);
  await using sandbox = await startSandbox();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY };
  await using one = await startService({ sandbox, env });
  await using two = await startService({ sandbox, env });
  await callTool(one.mcpUrl, "list_projects", {}, KEY_HEADERS);
  await raw.flushall();
  await callTool(two.mcpUrl, "list_projects", {}, KEY_HEADERS);

  sandbox.expireTokens();
  const answer = await callTool(one.mcpUrl, "get_alerts", {}, KEY_HEADERS);

  assert.equal(answer.isError, false, JSON.stringify(answer.json));
  assert.equal(exchanges(one), 3);
});

Deno.test("a fresh token that is refused too is not exchanged again", async () => {
  await using service = await startService();
  service.sandbox.addFault({ operationId: "project_list", kind: { status: 401, body: { message: "Unauthorized" } } });

  const first = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);
  const second = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);
  const other = await callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS);

  assert.equal(first.json.code, "authentication_failed");
  assert.equal(second.json.code, "authentication_failed");
  assert.equal(other.isError, false, "the pair is valid, and so is its token at the other replica");
  assert.equal(exchanges(service), 2);
  assert.equal(service.sandbox.requestsTo("project_list").length, 3);
});

Deno.test("a refused key pair is not exchanged again for half a minute", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  const wrong = { ...KEY_HEADERS, "x-cloudways-api-key": "EXAMPLE-WRONG-KEY" };

  const first = await callTool(service.mcpUrl, "list_servers", {}, wrong);
  const second = await callTool(service.mcpUrl, "list_servers", {}, wrong);
  const tried = exchanges(service);
  await clock.advance(31_000);
  await callTool(service.mcpUrl, "list_servers", {}, wrong);

  assert.equal(first.json.code, "authentication_failed");
  assert.equal(second.json.code, "authentication_failed");
  assert.equal(tried, 1);
  assert.equal(exchanges(service), 2);
});

Deno.test("a 400 to a token exchange is a refusal too", async () => {
  await using service = await startService();
  const body = { error: "invalid_client", error_description: "The e-mail or the API key is wrong." };
  service.sandbox.addFault({ operationId: EXCHANGE, kind: { status: 400, body } });

  const first = await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);
  const second = await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);

  assert.deepEqual([first.json.code, second.json.code], ["authentication_failed", "authentication_failed"]);
  assert.equal(exchanges(service), 1);
});

Deno.test("an exchanged token is never shown, even if an answer repeats it", async () => {
  await using service = await startService();
  await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);
  const token = service.sandbox.requestsTo("project_list")[0]?.authorization?.replace("Bearer ", "") ?? "";
  assert.match(token, /^.{8,}$/);
  const body = { message: `The token ${token} is for another region.` };
  service.sandbox.addFault({ operationId: "cloudways_bot_alerts_list", kind: { status: 422, body } });

  const { json } = await callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS);

  assert.match(JSON.stringify(json.details), /is for another region/);
  assert.ok(!JSON.stringify([json, service.logLines]).includes(token));
});

Deno.test("a refused access token is tried again, since it may have got rights meanwhile", async () => {
  await using service = await startService();
  const wrong = { "x-cloudways-access-token": "cw_EXAMPLE_wrong" };

  const first = await callTool(service.mcpUrl, "list_projects", {}, wrong);
  const second = await callTool(service.mcpUrl, "list_projects", {}, wrong);

  assert.equal(first.json.code, "authentication_failed");
  assert.equal(second.json.code, "authentication_failed");
  assert.equal(service.sandbox.requestsTo("project_list").length, 2);
  assert.equal(exchanges(service), 0);
});

Deno.test("after twenty refused credentials new ones are delayed for seconds, and accepted customers are not", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock, exchangesPerMinute: 1000 } });
  const withKey = (key: string) => ({ ...KEY_HEADERS, "x-cloudways-api-key": key });
  await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);

  for (let i = 0; i < 20; i++) await callTool(service.mcpUrl, "list_servers", {}, withKey(`EXAMPLE-WRONG-${i}`));
  const before = service.sandbox.requests.length;
  const held = callTool(service.mcpUrl, "list_servers", {}, withKey("EXAMPLE-WRONG-20"));
  const right = callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  await until(() => clock.sleeping === 2);
  const sentMeanwhile = service.sandbox.requests.length;
  const known = await callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS);
  await clock.advance(5_000);

  assert.equal(sentMeanwhile, before);
  assert.equal(known.isError, false);
  assert.equal((await held).json.code, "authentication_failed");
  assert.equal((await right).isError, false);
  await clock.advance(61_000);
  const later = await callTool(service.mcpUrl, "list_servers", {}, withKey("EXAMPLE-WRONG-21"));
  assert.equal(later.json.code, "authentication_failed");
});

Deno.test("fifty new credentials are delayed at the same time, and more are refused with a time to retry", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock, rateLimitPerMinute: 1000 } });
  const call = (number: number, signal?: AbortSignal) => {
    const headers = { "x-cloudways-access-token": `cw_not_real_${number}` };
    const params = { name: "get_alerts", arguments: {} };
    const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
    return post(service.mcpUrl, message, headers, signal && { signal });
  };
  for (let i = 0; i < 20; i++) await (await call(i)).body?.cancel();
  const leaving = new AbortController();
  const waiting = Array.from({ length: 50 }, (_, i) => call(100 + i, leaving.signal).then((one) => one.text()));
  await until(() => clock.sleeping === 50);

  const refused = await (await call(200)).text();
  leaving.abort();
  await Promise.allSettled(waiting);
  await until(() => clock.sleeping === 0);
  const next = call(201);
  await until(() => clock.sleeping === 1);
  await clock.advance(5_000);

  assert.match(refused, /rate_limited/);
  assert.match(refused, /retry_after\\":5/);
  assert.match(await (await next).text(), /authentication_failed/);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  assert.match(metrics, /^cloudways_mcp_rate_limited_total{reason="sign_in"} 1$/m);
  assert.ok(service.logLines.some((line) => line.includes('"limited_by":"sign_in"')));
});

Deno.test("a delayed call ends with its deadline", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock, rateLimitPerMinute: 1000 }, callTimeoutMs: 300 });
  const wrong = (number: number) => ({ "x-cloudways-access-token": `cw_not_real_${number}` });
  for (let i = 0; i < 20; i++) await callTool(service.mcpUrl, "get_alerts", {}, wrong(i));

  // The clock does not move: only the call's deadline ends the wait.
  const { json } = await callTool(service.mcpUrl, "get_alerts", {}, wrong(20));

  assert.equal(json.code, "upstream_timeout");
  assert.equal(clock.sleeping, 0);
});

Deno.test("after twenty refused credentials a customer that another replica accepted is not delayed", async () => {
  const clock = new FakeClock();
  const redis = await emptyRedis();
  await using sandbox = await startSandbox({ exchangesPerMinute: 1000 });
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY };
  await using one = await startService({ sandbox, env });
  await using two = await startService({ sandbox, env, clock });
  await callTool(one.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  const wrong = (number: number) => ({ "x-cloudways-access-token": `cw_not_real_${number}` });
  for (let i = 0; i < 20; i++) await callTool(two.mcpUrl, "get_alerts", {}, wrong(i));

  const held = callTool(two.mcpUrl, "get_alerts", {}, wrong(20));
  await until(() => clock.sleeping === 1);
  const known = await callTool(two.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  await clock.advance(5_000);

  assert.equal((await held).json.code, "authentication_failed");
  assert.equal(known.isError, false, JSON.stringify(known.json));
});

Deno.test("twenty refused credentials spread over more than a minute delay nobody", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock, exchangesPerMinute: 1000 } });
  const refusedCode = async (number: number) => {
    const wrong = { ...KEY_HEADERS, "x-cloudways-api-key": `EXAMPLE-WRONG-${number}` };
    return (await callTool(service.mcpUrl, "list_servers", {}, wrong)).json.code;
  };
  for (let i = 0; i < 19; i++) await refusedCode(i);

  await clock.advance(61_000);
  const codes = [await refusedCode(19), await refusedCode(20)];

  assert.deepEqual(codes, ["authentication_failed", "authentication_failed"]);
});

const SPOILT_SIGN_INS: { what: string; kind: FaultKind }[] = [
  { what: "is not found", kind: { status: 404, body: { message: "Not found" } } },
  {
    what: "is found wrong",
    kind: { status: 422, body: { message: `${KEY_HEADERS["x-cloudways-email"]} is unknown` } },
  },
  { what: "gives no token", kind: { status: 200, body: { expires_in: 3600 } } },
  { what: "gives a token that no header can hold", kind: { status: 200, body: { access_token: "two\r\nlines" } } },
  { what: "breaks off", kind: "drop" },
];

for (const { what, kind } of SPOILT_SIGN_INS) {
  Deno.test(`a token exchange that ${what} is reported as its own failure, not as one of the call`, async () => {
    await using service = await startService();
    service.sandbox.addFault({ operationId: EXCHANGE, kind });

    const { json } = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);

    assert.match(String(json.code), /^upstream_(error|unreachable)$/);
    assert.match(String(json.message), /^Signing in at Cloudways failed\. ./);
    assert.ok(!JSON.stringify(json).includes(KEY_HEADERS["x-cloudways-email"]));
    assert.equal(service.sandbox.requestsTo("project_list").length, 0);
  });
}

Deno.test("a rate limit on token exchanges is reported and pauses only these", async () => {
  await using service = await startService();
  service.sandbox.addFault({
    operationId: EXCHANGE,
    times: 1,
    kind: { status: 429, body: { message: "Too Many Requests" }, headers: { "retry-after": "40" } },
  });

  const first = await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);
  const second = await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);

  assert.equal(first.json.code, "upstream_rate_limited");
  assert.equal(first.json.retry_after, 40);
  assert.equal(second.json.code, "upstream_rate_limited");
  assert.equal(exchanges(service), 1);
});

/** Waits for a background renewal: until its answer has arrived and been stored. */
async function renewal(service: Service, count: number): Promise<void> {
  await until(() => service.logLines.filter((line) => line.includes(EXCHANGE)).length >= count);
  const [first] = service.sandbox.requestsTo("project_list");
  await until(async () => {
    await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);
    return service.sandbox.requestsTo("project_list").at(-1)?.authorization !== first?.authorization;
  });
}

Deno.test("an answer of Cloudways is passed on although Redis went away meanwhile", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY } });
  for (const operationId of ["server_list", "list_regions"]) {
    service.sandbox.addFault({ operationId, kind: { delayMs: 500 } });
  }

  const calls = [
    callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS),
    callTool(service.mcpUrl, "get_available_regions", {}, TOKEN_HEADERS),
  ];
  await until(() => ["server_list", "list_regions"].every((id) => service.sandbox.requestsTo(id).length === 1));
  await redis.kill();
  const answers = await Promise.all(calls);

  assert.deepEqual(answers.map(({ isError }) => isError), [false, false], JSON.stringify(answers));
});

Deno.test("an operation that began is not lost although Redis went away meanwhile", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY } });
  service.sandbox.addFault({ operationId: "server_backup", kind: { delayMs: 500 } });

  const args = { server_id: 100001, wait_seconds: 0 };
  const call = callTool(service.mcpUrl, "backup_server", args, TOKEN_HEADERS);
  await until(() => service.sandbox.requestsTo("server_backup").length === 1);
  await redis.kill();
  const { isError, json } = await call;

  assert.equal(isError, false, JSON.stringify(json));
  assert.equal(json.status, "running");
  assert.match(String(json.operation_id), /^\d+$/);
  assert.match(String(json.next_step), /get_operation_status/);
  assert.equal(service.sandbox.requestsTo("server_backup").length, 1);
});
