/** What an attacker does to shared resources. A bystander's calls go through as if alone. */
import assert from "node:assert/strict";
import * as z from "zod";
import { answerJson } from "../support/clients.ts";
import { ACCOUNTS } from "../support/customers.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { FakeClock } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const PROXY = "192.0.2.1";
const READ = "get_alerts";
const READ_ID = "cloudways_bot_alerts_list";
/** Reads that the bystander does not make. */
const ATTACKED = { list_projects: "project_list", list_team_members: "team_member_list" };

type Headers = Record<string, string>;

/** The token of one of the accounts. */
function tokenOf(index: number): Headers {
  return { "x-cloudways-access-token": ACCOUNTS[index]?.accessTokens[0]?.token ?? "" };
}

const attacker = tokenOf(0);
const bystander = tokenOf(1);
const newcomer = tokenOf(2);

const madeUp = (number: number): Headers => ({ "x-cloudways-access-token": `cw_made_up_${number}` });

const answerSchema = z.looseObject({ code: z.string().optional() });
type ToolAnswer = z.infer<typeof answerSchema>;

/** A service behind a proxy, on the test's clock, with an attacker and a bystander that it has accepted before. */
async function startArena(options: ServiceOptions = {}) {
  const clock = new FakeClock();
  const service = await startService({
    ...options,
    clock,
    sandbox: { clock, accounts: ACCOUNTS, rateLimitPerMinute: 100_000 },
    env: { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000", TRUSTED_PROXIES: PROXY, ...options.env },
  });
  const leaving = new AbortController();
  const arena = {
    clock,
    service,
    /** Calls a tool from an address, through the proxy; all calls end with the arena. */
    call: (headers: Headers, from: string, tool = READ) => callFrom(service, { headers, from, tool }, leaving.signal),
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await service[Symbol.asyncDispose]();
    },
  };
  for (const known of [attacker, bystander]) await arena.call(known, "203.0.113.1");
  return arena;
}

type Arena = Awaited<ReturnType<typeof startArena>>;

async function callFrom(
  service: Service,
  { headers, from, tool }: { headers: Headers; from: string; tool: string },
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: {} } };
  const request = new Request(service.mcpUrl, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "x-forwarded-for": `198.51.100.99, ${from}`,
      ...headers,
    },
    body: JSON.stringify(message),
    signal,
  });
  const connection = { remoteAddr: { transport: "tcp", hostname: PROXY, port: 1 } } as const;
  const response = await service.app.fetch(request, connection);
  const text = await response.text();
  if (response.status !== 200) return { code: `http_${response.status}` };
  return answerSchema.parse(answerJson(JSON.parse(text).result.content[0].text));
}

/** Starts calls without waiting for them. */
function begin(calls: Promise<unknown>[]): void {
  for (const call of calls) call.catch(() => {});
}

async function refuseCredentials({ call }: Arena, from: (index: number) => string, count = 20): Promise<void> {
  for (let index = 0; index < count; index++) await call(madeUp(index), from(index));
}

function hang({ service }: Arena): void {
  for (const operationId of Object.values(ATTACKED)) service.sandbox.addFault({ operationId, kind: "hang" });
}

const SAME = () => "203.0.113.66";
const MANY = (index: number) => `203.0.${index % 200}.${1 + index % 250}`;

interface Row {
  state: string;
  driver: string;
  options?: ServiceOptions;
  /** Whose calls go through. Defaults to an accepted customer. */
  whose?: Headers;
  attack: (arena: Arena) => Promise<void> | void;
}

const ROWS: Row[] = [
  {
    state: "circuit breaker",
    driver: "a customer's calls fail, at whatever operations",
    attack: async ({ service, clock, call }) => {
      for (const operationId of Object.values(ATTACKED)) {
        service.sandbox.addFault({ operationId, kind: { status: 504 } });
      }
      for (let round = 0; round < 3; round++) {
        const calls = Object.keys(ATTACKED).flatMap((tool) =>
          Array.from({ length: 10 }, () => call(attacker, "203.0.113.66", tool))
        );
        await clock.runUntil(Promise.all(calls));
        await clock.advance(5_000);
      }
    },
  },
  {
    state: "circuit breaker",
    driver: "made-up credentials fail",
    attack: async ({ service, clock, call }) => {
      for (const operationId of Object.values(ATTACKED)) {
        service.sandbox.addFault({ operationId, kind: { status: 504 } });
      }
      const calls = Object.keys(ATTACKED).flatMap((tool) =>
        Array.from({ length: 30 }, (_, index) => call(madeUp(index), MANY(index), tool))
      );
      await clock.runUntil(Promise.all(calls));
    },
  },
  {
    state: "sign-in guard",
    driver: "made-up tokens from the bystander's own address",
    attack: (arena) => refuseCredentials(arena, () => "203.0.113.7"),
  },
  {
    state: "sign-in guard",
    driver: "made-up tokens from everywhere, and all places to wait are taken; for a customer not accepted yet",
    whose: newcomer,
    attack: async (arena) => {
      await refuseCredentials(arena, MANY, 100);
      begin(Array.from({ length: 200 }, (_, index) => arena.call(madeUp(100 + index), SAME())));
      await until(() => arena.clock.sleeping === 50);
    },
  },
  {
    state: "places of the process",
    driver: "a customer's and made-up calls hang",
    options: { env: { HTTP_POOL_SIZE: "2000" } },
    attack: async (arena) => {
      hang(arena);
      begin(Array.from({ length: 600 }, () => arena.call(attacker, SAME(), "list_projects")));
      begin(Array.from({ length: 300 }, (_, index) => arena.call(madeUp(index), MANY(index), "list_projects")));
      await until(() => arena.service.sandbox.requestsTo("project_list").length > 700);
    },
  },
  {
    state: "requests to Cloudways at once",
    driver: "a customer's and made-up calls hang in all the places they get",
    options: { env: { HTTP_POOL_SIZE: "20" } },
    attack: async (arena) => {
      hang(arena);
      begin(Array.from({ length: 100 }, () => arena.call(attacker, SAME(), "list_projects")));
      begin(Array.from({ length: 100 }, (_, index) => arena.call(madeUp(index), MANY(index), "list_projects")));
      await until(() => arena.service.sandbox.requestsTo("project_list").length > 5);
    },
  },
  {
    state: "the bucket",
    driver: "a customer and made-up credentials use all they have",
    options: { env: { RATE_LIMIT_REQUESTS: "30" } },
    attack: async ({ call }) => {
      for (let index = 0; index < 40; index++) {
        await call(attacker, SAME());
        await call(madeUp(index), MANY(index));
      }
    },
  },
];

for (const { state, driver, options, whose = bystander, attack } of ROWS) {
  Deno.test(`${state}: ${driver}; a bystander's calls go through as if alone`, async () => {
    await using arena = await startArena(options);
    const { service, call, clock } = arena;
    await attack(arena);
    const before = service.sandbox.requestsTo(READ_ID).filter(({ status }) => status === 200).length;

    const answers = [];
    for (let index = 0; index < 5; index++) answers.push(await clock.runUntil(call(whose, "203.0.113.7")));

    assert.deepEqual(answers.map(({ code }) => code), Array(5).fill(undefined));
    const sent = service.sandbox.requestsTo(READ_ID).filter(({ status }) => status === 200).length - before;
    assert.equal(sent, 5);
  });
}

Deno.test("behind a proxy that is not configured, a customer not accepted yet gets through after a delay", async () => {
  await using arena = await startArena({ env: { TRUSTED_PROXIES: "" } });
  const { call, clock } = arena;
  await refuseCredentials(arena, SAME);

  const held = call(newcomer, SAME());
  await until(() => clock.sleeping === 1);
  await clock.advance(5_000);

  assert.equal((await held).code, undefined);
});

Deno.test("X-Forwarded-For from an untrusted address is ignored", async () => {
  await using arena = await startArena({ env: { TRUSTED_PROXIES: "10.0.0.0/8" } });
  const { call, clock } = arena;
  // Each claims another address, and all come from one.
  await refuseCredentials(arena, MANY);

  const held = call(madeUp(100), "203.0.113.200");
  await until(() => clock.sleeping === 1);
  await clock.advance(5_000);

  assert.equal((await held).code, "authentication_failed");
});

Deno.test("a neutral read closes the breaker, and hung calls of a customer don't keep it open", async () => {
  const clients = [2, 3, 4].map(tokenOf);
  await using arena = await startArena();
  const { service, clock, call } = arena;
  for (const headers of clients) await call(headers, SAME());
  const heals = Object.values(ATTACKED).map((operationId) =>
    service.sandbox.addFault({ operationId, kind: { status: 504 } })
  );
  const failing = clients.flatMap((headers) => Object.keys(ATTACKED).map((tool) => call(headers, SAME(), tool)));
  await clock.runUntil(Promise.all([...failing, call(clients[0] ?? {}, SAME(), "list_projects")]));
  const held = await call(bystander, "203.0.113.7");
  for (const heal of heals) heal();
  hang(arena);
  await clock.advance(5_000);

  // The attacker's call comes first, and hangs.
  begin([call(attacker, SAME(), "list_projects")]);
  await until(() => service.sandbox.requestsTo("project_list").some(({ status }) => status === undefined));
  const after = await call(bystander, "203.0.113.7");

  assert.equal(held.code, "upstream_unreachable");
  assert.equal(after.code, undefined);
  const probes = service.sandbox.requests.filter(({ path }) => path.endsWith("/providers"));
  assert.deepEqual(probes.map(({ method, authorization }) => [method, authorization]), [["GET", undefined]]);
});

Deno.test("strangers leave a bounded number of log lines, each call of a customer leaves its own, and each limit has its name", async () => {
  await using arena = await startArena();
  const { service, clock, call } = arena;
  const linesOf = (message: string) =>
    service.logLines.filter((line) => line.includes(`"message":"${message}"`) && !line.includes('"level":"DEBUG"'));
  const before = ["request", "tool", "upstream"].map((message) => linesOf(message).length);

  for (let index = 0; index < 19; index++) await call(madeUp(index), SAME());
  for (let index = 0; index < 300; index++) await call({}, SAME());
  for (let index = 0; index < 100; index++) {
    await (await fetch(`${service.url}/made/up/${index}`)).body?.cancel();
    await (await fetch(`${service.url}/health`)).body?.cancel();
  }
  const written = ["request", "tool", "upstream"].map((message, at) => linesOf(message).length - (before[at] ?? 0));
  for (let index = 0; index < 7; index++) await clock.runUntil(call(bystander, "203.0.113.7"));

  // One of each kind: an answered call, a page that is not there, a probe; two outcomes; one status.
  assert.ok(written.every((count) => count <= 4), JSON.stringify(written));
  const own = linesOf("tool").filter((line) => line.includes('"outcome":"ok"'));
  assert.equal(own.length, 2 + 7);
});

Deno.test("an answer of a limit is counted by its name", async () => {
  await using arena = await startArena({ env: { RATE_LIMIT_REQUESTS: "3", RATE_LIMIT_WINDOW: "3600" } });
  const { service, call } = arena;
  for (let index = 0; index < 4; index++) await call(attacker, SAME());
  service.sandbox.addFault({ operationId: READ_ID, kind: { status: 429, headers: { "retry-after": "60" } } });
  for (let index = 0; index < 2; index++) await call(bystander, "203.0.113.7");

  const metrics = await (await fetch(`${service.url}/metrics`)).text();

  assert.match(metrics, /^cloudways_mcp_rate_limited_total{reason="bucket"} 2$/m);
  assert.match(metrics, /^cloudways_mcp_rate_limited_total{reason="upstream_pause"} 1$/m);
  assert.ok(service.logLines.some((line) => line.includes('"limited_by":"bucket"')));
});

Deno.test("made-up credentials open no question, whatever tool they call", async () => {
  await using arena = await startArena({ env: { CONFIRM: "ask" } });
  const { service } = arena;
  const params = { name: "stop_server", arguments: { server_id: 100001, wait_seconds: 0 } };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params };

  for (let index = 0; index < 19; index++) {
    const response = await fetch(service.mcpUrl, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...madeUp(index) },
      body: JSON.stringify(message),
    });

    assert.match(await response.text(), /authentication_failed/);
  }
  assert.equal(service.sandbox.requestsTo("server_stop").length, 0);
});
