/** Stored data of a customer are not given while Cloudways refuses its credentials. */
import assert from "node:assert/strict";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { rawClient, redisOfFile, startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { FakeClock, type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const emptyRedis = redisOfFile();

const EXCHANGE = "oauth_access_token_create";
const MINUTE = 60_000;
const [ENCRYPTION_KEY] = TEST_KEYS;
const TOKEN = TOKEN_HEADERS["x-cloudways-access-token"];

/** Reads that stored data can answer. Each is called once before the credentials are revoked. */
const KEPT = [
  "list_servers",
  "find_resources",
  "get_app_details",
  "customer_info",
  "get_audit_log",
  "rate_limit_status",
  "get_available_regions",
] as const;

const ARGUMENTS: Record<string, Record<string, unknown>> = {
  find_resources: { query: "shop" },
  get_app_details: { app_id: 200001 },
};

interface Kind {
  headers: Record<string, string>;
  revoke(sandbox: Sandbox): void;
  allow(sandbox: Sandbox): void;
}

const KINDS: Record<string, Kind> = {
  "an access token": {
    headers: TOKEN_HEADERS,
    revoke: (sandbox) => sandbox.revokeToken(TOKEN),
    allow: (sandbox) => void sandbox.account().accessTokens.push({ token: TOKEN }),
  },
  "a key pair, at its exchange": {
    headers: KEY_HEADERS,
    revoke(sandbox) {
      sandbox.revokeKey();
      sandbox.expireTokens();
    },
    allow: (sandbox) => void (sandbox.account().keyRevoked = false),
  },
};

/** Two replicas, or one service that is both. */
interface Stage extends AsyncDisposable {
  clock: FakeClock;
  sandbox: Sandbox;
  /** Gets the calls for stored data. */
  one: Service;
  /** Gets Cloudways' refusal. */
  hears: Service;
  killRedis?: () => Promise<void>;
  /** A refused pair is not tried for half a minute; this lets that pass. */
  forgetRefusal(): Promise<void>;
}

const SANDBOX = { rateLimitPerMinute: 1_000_000, exchangesPerMinute: 1_000_000 };
const ENV = { RATE_LIMIT_REQUESTS: "100000" };

async function embedded(): Promise<Stage> {
  const clock = new FakeClock();
  const sandbox = await startSandbox({ clock, ...SANDBOX });
  const one = await startService({ clock, sandbox, env: ENV });
  return {
    clock,
    sandbox,
    one,
    hears: one,
    forgetRefusal: () => clock.advance(31_000),
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

async function replicas({ other }: { other: boolean }): Promise<Stage> {
  const clock = new FakeClock();
  const redis = await startRedis();
  const sandbox = await startSandbox({ clock, ...SANDBOX });
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY, ...ENV };
  const one = await startService({ clock, sandbox, env });
  const two = await startService({ clock, sandbox, env });
  let isAway = false;
  return {
    clock,
    sandbox,
    one,
    hears: other ? two : one,
    async killRedis() {
      isAway = true;
      await redis.kill();
    },
    async forgetRefusal() {
      await clock.advance(31_000);
      if (isAway) return;
      await using raw = rawClient(redis);
      const keys = await raw.keys("cw:refusal:*");
      if (keys.length > 0) await raw.del(...keys);
    },
    async [Symbol.asyncDispose]() {
      for (const part of [one, two, sandbox, redis]) await part[Symbol.asyncDispose]();
    },
  };
}

interface Way {
  stage(): Promise<Stage>;
  /** When Redis goes away, if it does. */
  redisGoes?: "before the refusal" | "after the refusal";
}

const WAYS: Record<string, Way> = {
  "in this process": { stage: embedded },
  "at this replica": { stage: () => replicas({ other: false }) },
  "at another replica": { stage: () => replicas({ other: true }) },
  "at this replica while Redis is away": {
    stage: () => replicas({ other: false }),
    redisGoes: "before the refusal",
  },
  "at this replica before Redis goes away": {
    stage: () => replicas({ other: false }),
    redisGoes: "after the refusal",
  },
  "at another replica before Redis goes away": {
    stage: () => replicas({ other: true }),
    redisGoes: "after the refusal",
  },
};

function ask(service: Service, tool: string, headers: Record<string, string>) {
  return callTool(service.mcpUrl, tool, ARGUMENTS[tool] ?? {}, headers);
}

/** Concurrently, so that no call can learn from another one's answer. */
function askForAll(service: Service, headers: Record<string, string>) {
  return Promise.all(KEPT.map((tool) => ask(service, tool, headers)));
}

for (const [what, { headers, revoke, allow }] of Object.entries(KINDS)) {
  for (const [where, way] of Object.entries(WAYS)) {
    Deno.test(`once ${what} is refused ${where}, no stored data are given until it is accepted`, async () => {
      await using stage = await way.stage();
      const { one, hears, sandbox } = stage;
      const before = await askForAll(one, headers);

      revoke(sandbox);
      if (way.redisGoes === "before the refusal") await stage.killRedis?.();
      const refused = await ask(hears, "get_alerts", headers);
      if (way.redisGoes === "after the refusal") await stage.killRedis?.();
      const asked = sandbox.requests.length;
      await stage.forgetRefusal();
      const blocked = await askForAll(one, headers);
      const askedAgain = sandbox.requests.length - asked;
      allow(sandbox);
      await stage.forgetRefusal();
      const after = await askForAll(one, headers);

      assert.deepEqual(before.map(({ isError }) => isError), KEPT.map(() => false));
      assert.equal(refused.json.code, "authentication_failed");
      assert.deepEqual(blocked.map(({ json }) => json.code), KEPT.map(() => "authentication_failed"));
      assert.ok(askedAgain > 0, "calls still go to Cloudways");
      // The audit log is only in Redis.
      const isAway = way.redisGoes !== undefined;
      assert.deepEqual(after.map(({ isError }) => isError), KEPT.map((tool) => isAway && tool === "get_audit_log"));
    });
  }
}

for (const [what, { headers, revoke, allow }] of Object.entries(KINDS)) {
  Deno.test(`stored data are given again, without a request, once ${what} is accepted again`, async () => {
    await using stage = await replicas({ other: true });
    const { one, hears, sandbox } = stage;
    for (const tool of KEPT) await ask(one, tool, headers);
    revoke(sandbox);
    await ask(hears, "get_alerts", headers);
    allow(sandbox);
    await stage.forgetRefusal();

    await ask(hears, "get_alerts", headers);
    const asked = sandbox.requests.length;
    const answers = [];
    for (const tool of KEPT) answers.push(await ask(one, tool, headers));

    assert.deepEqual(answers.map(({ isError }) => isError), KEPT.map(() => false));
    const again = sandbox.requests.slice(asked).map(({ operationId }) => operationId);
    assert.deepEqual(
      again.filter((id) => id !== EXCHANGE),
      [],
      "a listing is a minute old at most, and not older here",
    );
  });
}

Deno.test("an answer that was sent before a refusal and arrives after it does not restore access", async () => {
  await using stage = await embedded();
  const { one, sandbox, clock } = stage;
  await ask(one, "list_servers", TOKEN_HEADERS);
  await clock.advance(MINUTE / 2);
  sandbox.addFault({ operationId: "project_list", times: 1, kind: { delayMs: 1_000 } });
  const slow = ask(one, "list_projects", TOKEN_HEADERS);
  await until(() => sandbox.requestsTo("project_list").length === 1);

  sandbox.revokeToken(TOKEN);
  await ask(one, "get_alerts", TOKEN_HEADERS);
  await clock.runUntil(slow);
  const answers = [];
  for (const tool of KEPT) answers.push(await ask(one, tool, TOKEN_HEADERS));

  assert.equal((await slow).isError, false);
  assert.deepEqual(answers.map(({ json }) => json.code), KEPT.map(() => "authentication_failed"));
});

Deno.test("a mark that was made while Redis was away reaches the other replicas when it is back", async () => {
  const clock = new FakeClock();
  await using redis = await startRedis();
  await using sandbox = await startSandbox({ clock, ...SANDBOX });
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY, ...ENV };
  await using one = await startService({ clock, sandbox, env });
  await using two = await startService({ clock, sandbox, env });
  await ask(one, "get_alerts", TOKEN_HEADERS);
  await redis.kill();
  await ask(one, "get_alerts", TOKEN_HEADERS);
  sandbox.revokeToken(TOKEN);
  await ask(one, "get_alerts", TOKEN_HEADERS);

  await using back = await startRedis({ port: redis.port });
  await using raw = rawClient(back);
  await until(async () => (await raw.keys("cw:revoked:*")).length === 1);
  const blocked = await ask(two, "customer_info", TOKEN_HEADERS);

  assert.equal(blocked.json.code, "authentication_failed");
});

Deno.test("credentials that Cloudways never accepted leave no mark of a refusal", async () => {
  const redis = await emptyRedis();
  await using service = await startService({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY } });
  await using raw = rawClient(redis);

  await ask(service, "get_alerts", { "x-cloudways-access-token": "cw_EXAMPLE_wrong" });
  await ask(service, "get_alerts", { ...KEY_HEADERS, "x-cloudways-api-key": "EXAMPLE-WRONG-KEY" });

  assert.deepEqual(await raw.keys("cw:revoked:*"), []);
});

/** Answered from our own store. */
const OWN = ["customer_info", "get_audit_log", "rate_limit_status"] as const;

for (const tool of OWN) {
  Deno.test(`${tool} sends Cloudways one neutral read if it accepted nothing for ten minutes, and not before`, async () => {
    await using stage = await embedded();
    const { one, sandbox, clock } = stage;
    await ask(one, "list_projects", TOKEN_HEADERS);
    const asked = () => sandbox.requests.map(({ operationId }) => operationId);

    await clock.advance(9 * MINUTE);
    const soon = await ask(one, tool, TOKEN_HEADERS);
    const askedSoon = asked();
    await clock.advance(MINUTE);
    const later = await ask(one, tool, TOKEN_HEADERS);
    const askedLater = asked();
    sandbox.revokeToken(TOKEN);
    await clock.advance(11 * MINUTE);
    const revoked = await ask(one, tool, TOKEN_HEADERS);

    assert.deepEqual([soon.isError, later.isError], [false, false]);
    assert.deepEqual(askedLater.slice(askedSoon.length), ["list_providers"]);
    assert.ok(!askedSoon.includes("list_providers"));
    assert.equal(revoked.json.code, "authentication_failed");
  });
}

Deno.test("a token with few rights is still valid, and gets its stored data", async () => {
  await using stage = await embedded();
  const { one, sandbox } = stage;
  const body = { error: "insufficient_scope", message: "This token does not have access to this endpoint" };
  sandbox.addFault({ operationId: "list_providers", kind: { status: 403, body } });

  const answer = await ask(one, "customer_info", TOKEN_HEADERS);

  assert.equal(answer.isError, false, JSON.stringify(answer.json));
});

Deno.test("a revoked API key stops within ten minutes, even if its token is still valid", async () => {
  await using stage = await embedded();
  const { one, sandbox, clock } = stage;
  await ask(one, "list_projects", KEY_HEADERS);
  sandbox.revokeKey();

  await clock.advance(10 * MINUTE);
  const asked = sandbox.requests.length;
  const answer = await ask(one, "list_projects", KEY_HEADERS);

  assert.equal(answer.json.code, "authentication_failed");
  assert.deepEqual(sandbox.requests.slice(asked).map(({ operationId }) => operationId), [EXCHANGE]);
});

Deno.test("a pair that is refused in the background stops at every replica, even if its token is still valid", async () => {
  await using stage = await replicas({ other: true });
  const { one, hears, sandbox, clock } = stage;
  await ask(one, "list_projects", KEY_HEADERS);
  await ask(hears, "list_projects", KEY_HEADERS);
  sandbox.revokeKey();

  await clock.advance(8 * MINUTE);
  await ask(hears, "list_projects", KEY_HEADERS);
  await until(() => hears.logLines.some((line) => line.includes("token renewal failed")));
  const before = sandbox.requestsTo("project_list").length;
  const answer = await ask(one, "list_projects", KEY_HEADERS);

  assert.equal(answer.json.code, "authentication_failed");
  assert.equal(sandbox.requestsTo("project_list").length, before, "the old token is not sent");
});

Deno.test("failing token exchanges fail no call for ten minutes, and every call after that", async () => {
  await using stage = await embedded();
  const { one, sandbox, clock } = stage;
  await ask(one, "list_projects", KEY_HEADERS);
  const repair = sandbox.addFault({ operationId: EXCHANGE, kind: { status: 503, body: { message: "down" } } });

  const codes = [];
  const pauses = [7.5 * MINUTE, 1_000, 2 * MINUTE, MINUTE];
  const startedAt = clock.now();
  for (const ms of pauses) {
    await clock.advance(ms);
    // A renewal may be in flight, and waits on this clock.
    codes.push((await clock.runUntil(ask(one, "list_projects", KEY_HEADERS), 50)).json.code);
  }
  const renewals = sandbox.requestsTo(EXCHANGE).length;
  // The clock runs while the test waits for calls, and every ten seconds a renewal may be tried again.
  const waited = clock.now() - startedAt - pauses.reduce((sum, ms) => sum + ms, 0);
  repair();
  await clock.advance(6_000);
  const after = await clock.runUntil(ask(one, "list_projects", KEY_HEADERS), 50);

  assert.deepEqual(codes, [undefined, undefined, undefined, "upstream_error"]);
  assert.ok(
    renewals <= pauses.length + Math.ceil(waited / 10_000),
    `${renewals}: not every call tries a token exchange`,
  );
  assert.equal(after.isError, false, "an outage is not a refusal");
});

Deno.test("a pair in use is exchanged every ten minutes, once for all replicas", async () => {
  const clock = new FakeClock();
  const redis = await emptyRedis();
  await using raw = rawClient(redis);
  await using sandbox = await startSandbox({ clock, ...SANDBOX });
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY, ...ENV };
  await using one = await startService({ clock, sandbox, env });
  await using hears = await startService({ clock, sandbox, env });

  for (let minute = 0; minute < 60; minute++) {
    const calls = [one, hears, one].map((service) => ask(service, "list_projects", KEY_HEADERS));
    await clock.runUntil(Promise.all(calls), 50);
    // The exchange stores the token and releases the lock before a minute goes by.
    await clock.runUntil(until(async () => (await raw.keys("cw:lock:*")).length === 0), 50);
    await clock.advance(MINUTE);
  }

  const times = sandbox.requestsTo(EXCHANGE).map(({ at }) => at);
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  assert.ok(pauses.every((ms) => ms >= 7 * MINUTE && ms <= 10 * MINUTE), pauses.join(" "));
});
