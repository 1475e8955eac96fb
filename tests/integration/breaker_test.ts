import assert from "node:assert/strict";
import { CircuitBreaker, CircuitOpenError, type Sender } from "../../src/cloudways/breaker.ts";
import { CloudwaysHttp, NotSentError, type WireReply } from "../../src/cloudways/http.ts";
import { path } from "../../src/cloudways/path.ts";
import { ToolError } from "../../src/errors.ts";
import { FairSemaphore } from "../../src/async/fair_semaphore.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { ACCOUNTS } from "../support/customers.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { DEMO_ACCOUNT, FakeClock, type FaultKind, startSandbox } from "../sandbox/mod.ts";

const ALERTS = "cloudways_bot_alerts_list";
const SECOND = 1_000;
const SERVER = { server_id: 100001 };

/** Three customers and two operations, so that failures count for everybody. */
const SENDERS = ["a", "b", "c", "d", "e", "f"].map((name, index) => ({
  customer: "abc"[index % 3] ?? name,
  operation: index % 2 === 0 ? "server_list" : "project_list",
}));

/** A breaker by itself, and the results of its requests. Each request comes from the next sender. */
function startBreaker({ senders = SENDERS }: { senders?: readonly Sender[] } = {}) {
  let sent = 0;
  const next = (): Sender => senders[sent++ % senders.length] ?? { customer: "a", operation: "server_list" };
  const neutral: { answer: () => Promise<WireReply>; asked: number } = { answer: () => ok, asked: 0 };
  const clock = new FakeClock();
  const logLines: string[] = [];
  const log = createLogger({ level: "DEBUG", format: "json", write: (line) => logLines.push(line) });
  const probe = () => {
    neutral.asked++;
    return neutral.answer();
  };
  const metrics = new Metrics({ version: "1.2.3" });
  const isAccepted = (customer: string) => !customer.startsWith("stranger");
  const breaker = new CircuitBreaker({ clock, metrics, log, isAccepted, probe });
  const answer = (status: number) => breaker.run(next(), () => Promise.resolve(reply(status)));
  const fail = (error: unknown) => breaker.run(next(), () => Promise.reject(error)).catch((thrown) => thrown);
  const many = async (count: number, status: number) => {
    for (let i = 0; i < count; i++) await answer(status);
  };
  return { clock, breaker, logLines, answer, fail, many, next, neutral };
}

const reply = (status: number): WireReply => ({ status, headers: new Headers(), text: "" });
const ok = Promise.resolve(reply(200));

Deno.test("the breaker opens at twenty attempts within half a minute if half of them failed, and not before", async () => {
  const cases = [
    { answered: 0, failed: 19, state: "closed" },
    { answered: 0, failed: 20, state: "open" },
    { answered: 10, failed: 10, state: "open" },
    { answered: 11, failed: 10, state: "closed" },
  ];

  for (const { answered, failed, state } of cases) {
    const { breaker, many } = startBreaker();

    await many(answered, 200);
    await many(failed, 503);

    assert.equal(breaker.state, state, `${answered} answered, ${failed} failed`);
  }
});

Deno.test("an attempt stops counting after half a minute, to the millisecond", async () => {
  for (const [waitMs, state] of [[30 * SECOND, "closed"], [30 * SECOND - 1, "open"]] as const) {
    const { clock, breaker, many } = startBreaker();
    await many(19, 503);

    await clock.advance(waitMs);
    await many(1, 503);

    assert.equal(breaker.state, state, `${waitMs} ms later`);
  }
});

Deno.test("failures spread over more than half a minute never open it", async () => {
  const { clock, breaker, many } = startBreaker();

  for (let i = 0; i < 200; i++) {
    await many(1, 503);
    await clock.advance(1_600);
  }

  assert.equal(breaker.state, "closed");
});

Deno.test("connection errors, timeouts and 502 to 504 count as failures, and no other answer does", async () => {
  const late = new ToolError("upstream_timeout", "Late.");
  const broken = new ToolError("upstream_unreachable", "Broken.");
  const cases: { outcome: number | ToolError; state: string }[] = [
    ...[late, broken, 502, 503, 504].map((outcome) => ({ outcome, state: "open" })),
    ...[200, 302, 400, 401, 403, 404, 422, 429, 500].map((outcome) => ({ outcome, state: "closed" })),
  ];

  for (const { outcome, state } of cases) {
    const { breaker, answer, fail } = startBreaker();

    for (let i = 0; i < 20; i++) await (typeof outcome === "number" ? answer(outcome) : fail(outcome));

    assert.equal(breaker.state, state, String(outcome));
  }
});

Deno.test("attempts that our own limit or the caller ends do not count", async () => {
  const { breaker, fail, many } = startBreaker();

  for (let i = 0; i < 30; i++) {
    await fail(new ToolError("rate_limited", "Empty."));
    await fail(new DOMException("The caller left.", "AbortError"));
    await fail(new DOMException("The call's time is up.", "TimeoutError"));
  }
  await many(19, 503);
  const before = breaker.state;
  await many(1, 503);

  assert.equal(before, "closed");
  assert.equal(breaker.state, "open");
});

Deno.test("while the breaker is open nothing is sent, and the answer says for how long", async () => {
  const { clock, breaker, many, next } = startBreaker();
  await many(20, 503);
  let sent = 0;
  const send = () =>
    breaker.run(next(), () => {
      sent++;
      return Promise.resolve(reply(200));
    }).catch((error) => error);

  const first = await send();
  await clock.advance(4 * SECOND + 1);
  const last = await send();

  assert.ok(first instanceof CircuitOpenError && last instanceof CircuitOpenError);
  assert.ok(first instanceof NotSentError);
  assert.equal(first.code, "upstream_unreachable");
  assert.equal(first.retryAfter, 5);
  assert.equal(last.retryAfter, 1);
  assert.equal(sent, 0);
});

Deno.test("after five seconds a neutral read is sent, and any answer to it closes the breaker", async () => {
  for (const status of [200, 400, 401, 429, 500]) {
    const { clock, breaker, answer, many, neutral } = startBreaker();
    await many(20, 503);
    await clock.advance(5 * SECOND);
    const gate = Promise.withResolvers<WireReply>();
    neutral.answer = () => gate.promise;

    const before = breaker.state;
    const first = answer(200);
    await assert.rejects(answer(200), CircuitOpenError);
    const meanwhile = breaker.state;
    gate.resolve(reply(status));
    await first;

    assert.deepEqual([before, meanwhile, breaker.state], ["half_open", "half_open", "closed"]);
    assert.equal(neutral.asked, 1);
    await many(18, 503);
    assert.equal(breaker.state, "closed", "attempts before the opening are forgotten");
  }
});

Deno.test("a neutral read that fails keeps the breaker open for five more seconds, and the caller's request is not sent", async () => {
  const failures = [
    () => Promise.resolve(reply(503)),
    () => Promise.reject(new ToolError("upstream_timeout", "Late.")),
    () => Promise.reject(new DOMException("The read took too long.", "TimeoutError")),
  ];
  for (const failure of failures) {
    const { clock, breaker, answer, many, neutral } = startBreaker();
    await many(20, 503);
    await clock.advance(5 * SECOND);
    neutral.answer = failure;

    await assert.rejects(answer(200), CircuitOpenError);

    assert.equal(breaker.state, "open");
    await clock.advance(5 * SECOND - 1);
    assert.equal(breaker.state, "open");
    await clock.advance(1);
    assert.equal(breaker.state, "half_open");
  }
});

Deno.test("requests that were sent before the breaker opened and end after it closed do not count", async () => {
  const { clock, breaker, answer, many, next } = startBreaker();
  const gate = Promise.withResolvers<WireReply>();
  const old = Array.from({ length: 30 }, () => breaker.run(next(), () => gate.promise));
  await many(20, 503);

  await clock.advance(5 * SECOND);
  await answer(200);
  gate.resolve(reply(504));
  await Promise.all(old);

  assert.equal(breaker.state, "closed");
});

Deno.test("a clock that is set back neither keeps the breaker open nor keeps old failures", async () => {
  const { clock, breaker, answer, many } = startBreaker();
  await many(19, 503);
  await clock.advance(-3600 * SECOND);

  await many(1, 503);
  const afterFailures = breaker.state;
  await many(19, 503);
  await clock.advance(-3600 * SECOND);
  await answer(200);

  assert.equal(afterFailures, "closed");
  assert.equal(breaker.state, "closed");
});

Deno.test("opening and closing are logged once each, however many requests are held back", async () => {
  const { clock, logLines, answer, many } = startBreaker();
  await many(20, 503);

  for (let i = 0; i < 50; i++) await answer(200).catch(() => {});
  await clock.advance(5 * SECOND);
  await many(3, 200);

  assert.equal(logLines.length, 2);
  assert.match(logLines[0] ?? "", /"ERROR".*held back.*"attempts":20,"failed":20/);
  assert.match(logLines[1] ?? "", /"INFO".*answers again/);
});

Deno.test("the breaker opens for all after failures of three customers and two operations, not of fewer", async () => {
  const cases = [
    { customers: 3, operations: 2, state: "open" },
    { customers: 2, operations: 2, state: "closed" },
    { customers: 3, operations: 1, state: "closed" },
    { customers: 1, operations: 20, state: "closed" },
  ];

  for (const { customers, operations, state } of cases) {
    const senders = Array.from({ length: 60 }, (_, index) => (
      { customer: `customer ${index % customers}`, operation: `operation ${index % operations}` }
    ));
    const { breaker, fail } = startBreaker({ senders });

    // Customers with an open circuit of their own are refused meanwhile.
    for (let i = 0; i < 60; i++) await fail(new ToolError("upstream_timeout", "Late."));

    assert.equal(breaker.state, state, `${customers} customers, ${operations} operations`);
  }
});

Deno.test("credentials that were never accepted never open the breaker for others", async () => {
  const senders = Array.from({ length: 1_000 }, (_, index) => (
    { customer: `stranger ${index}`, operation: `operation ${index % 5}` }
  ));
  const { breaker, many } = startBreaker({ senders });

  await many(1_000, 503);

  assert.equal(breaker.state, "closed");
});

Deno.test("failures of a few customers don't open the breaker while many are answered", async () => {
  const { breaker } = startBreaker();
  const run = (customer: string, status: number) =>
    breaker.run({ customer, operation: `operation ${status} ${customer.length}` }, () => Promise.resolve(reply(status)))
      .catch(() => {});
  for (let i = 0; i < 7; i++) await run(`answered ${i}`, 200);

  for (let i = 0; i < 57; i++) await run("failing".padEnd(10 + i % 3, "x"), 503);

  assert.equal(breaker.state, "closed");
});

Deno.test("one customer's failures open only that customer's circuit, and the customer's next request tests it", async () => {
  const { clock, breaker, logLines } = startBreaker();
  const run = (customer: string, status: number) =>
    breaker.run({ customer, operation: "server_list" }, () => Promise.resolve(reply(status))).then(
      ({ status }) => status,
      (error) => error instanceof CircuitOpenError ? error.limitedBy : error,
    );
  for (let i = 0; i < 20; i++) await run("attacker", 504);

  const held = await run("attacker", 200);
  const bystander = await run("bystander", 200);
  await clock.advance(5 * SECOND);
  const tried = [await run("attacker", 504), await run("attacker", 200)];
  await clock.advance(5 * SECOND);
  const back = [await run("attacker", 200), await run("attacker", 200)];

  assert.equal(held, "own_breaker");
  assert.equal(bystander, 200);
  assert.deepEqual(tried, [504, "own_breaker"]);
  assert.deepEqual(back, [200, 200]);
  assert.equal(breaker.state, "closed");
  assert.equal(logLines.length, 1);
});

Deno.test("failing strangers, however many, don't evict the open circuit of an accepted customer", async () => {
  const { breaker } = startBreaker();
  const run = (customer: string, status: number) =>
    breaker.run({ customer, operation: "server_list" }, () => Promise.resolve(reply(status)));
  for (let i = 0; i < 20; i++) await run("customer", 504);

  for (let i = 0; i < 10_000; i++) await run(`stranger ${i}`, 504);

  await assert.rejects(run("customer", 200), CircuitOpenError);
});

/** A service on a clock of the test's own, with room for many calls. */
async function startWithClock(options: ServiceOptions = {}) {
  const clock = new FakeClock();
  const env = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "1000", ...options.env };
  const accounts = [DEMO_ACCOUNT, ...ACCOUNTS];
  const sandbox = { clock, rateLimitPerMinute: 1_000, accounts };
  const service = await startService({ ...options, clock, sandbox, env });
  return { clock, service };
}

const CUSTOMERS = ACCOUNTS.slice(0, 3).map(({ accessTokens: [access] }) => (
  { "x-cloudways-access-token": access?.token ?? "" }
));

/** Fails reads of three customers until the breaker must be open: each call is three tries. */
async function openBreaker(clock: FakeClock, service: Service, kind: FaultKind = { status: 503 }) {
  const call = (tool: string) => CUSTOMERS.map((headers) => callTool(service.mcpUrl, tool, {}, headers));
  await Promise.all(call("list_team_members"));
  const heals = [ALERTS, "project_list"].map((operationId) => service.sandbox.addFault({ operationId, kind }));
  await clock.runUntil(Promise.all([...call("get_alerts"), ...call("list_projects"), ...call("get_alerts")]));
  for (const heal of heals) heal();
}

const probe = async ({ url }: Service, route: string) => await fetch(`${url}${route}`);
const metric = async (service: Service, name: string) =>
  (await (await probe(service, "/metrics")).text()).split("\n").find((line) =>
    line.startsWith(`cloudways_mcp_${name} `)
  );

Deno.test("while Cloudways is down no request is sent, and every call fails at once", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  await openBreaker(clock, service);
  const before = service.sandbox.requests.length;

  const read = await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  const other = await callTool(service.mcpUrl, "get_ssh_keys", SERVER, TOKEN_HEADERS);
  const signIn = await callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS);

  for (const { json } of [read, other, signIn]) {
    assert.equal(json.code, "upstream_unreachable");
    assert.ok(Number(json.retry_after) >= 1 && Number(json.retry_after) <= 5);
  }
  assert.equal(service.sandbox.requests.length, before);
});

Deno.test("a request that is held back costs no token", async () => {
  const { clock, service } = await startWithClock({ env: { RATE_LIMIT_WINDOW: "86400" } });
  await using _ = service;
  await openBreaker(clock, service);
  const left = async () => (await callTool(service.mcpUrl, "rate_limit_status", {}, TOKEN_HEADERS)).json.remaining;
  const before = await left();

  await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);

  assert.equal(await left(), before);
});

Deno.test("a write is held back too, and goes through once when Cloudways is back", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  await openBreaker(clock, service);
  const restart = () => callTool(service.mcpUrl, "restart_server", { ...SERVER, wait_seconds: 0 }, TOKEN_HEADERS);

  const held = await restart();
  const sentWhileOpen = service.sandbox.requestsTo("server_restart").length;
  await clock.advance(5 * SECOND);
  const later = await clock.runUntil(restart());

  assert.equal(held.json.code, "upstream_unreachable");
  assert.equal(sentWhileOpen, 0);
  assert.equal(later.isError, false);
  assert.equal(service.sandbox.requestsTo("server_restart").length, 1);
});

Deno.test("the breaker's state is in the body of /ready and in the metrics, and never fails /ready", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const seen = async () => {
    const ready = await probe(service, "/ready");
    return [ready.status, await ready.json(), await metric(service, "upstream_breaker_state")];
  };

  const usual = await seen();
  await openBreaker(clock, service);
  await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  const open = await seen();
  const opened = await metric(service, "upstream_breaker_opened_total");
  await clock.advance(5 * SECOND);
  const halfOpen = await seen();
  const { isError } = await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  const back = await seen();

  assert.deepEqual(usual, [200, { status: "ready" }, "cloudways_mcp_upstream_breaker_state 0"]);
  assert.deepEqual(open, [
    200,
    { status: "ready", upstream_breaker: "open" },
    "cloudways_mcp_upstream_breaker_state 2",
  ]);
  assert.equal(opened, "cloudways_mcp_upstream_breaker_opened_total 1");
  assert.notEqual(
    await metric(service, "upstream_breaker_refused_total"),
    "cloudways_mcp_upstream_breaker_refused_total 0",
  );
  assert.deepEqual(halfOpen, [
    200,
    { status: "ready", upstream_breaker: "half_open" },
    "cloudways_mcp_upstream_breaker_state 1",
  ]);
  assert.equal(isError, false);
  assert.deepEqual(back, usual);
});

Deno.test("deliberate answers of Cloudways, however many, don't open the breaker", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  service.sandbox.addFault({ operationId: ALERTS, kind: { status: 500 } });
  const call = () => callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);

  const answers = await clock.runUntil(Promise.all(Array.from({ length: 40 }, call)));

  assert.ok(answers.every(({ json }) => json.code === "upstream_error"));
  assert.equal(service.sandbox.requestsTo(ALERTS).length, 40);
  assert.deepEqual(await (await probe(service, "/ready")).json(), { status: "ready" });
});

Deno.test("requests without an answer or a connection open the breaker", async () => {
  await using sandbox = await startSandbox();
  const closed = await startSandbox();
  await closed[Symbol.asyncDispose]();
  sandbox.addFault({ operationId: "project_list", kind: "hang" });
  const signal = new AbortController().signal;

  const states = await Promise.all([sandbox, closed].map(async ({ baseUrl }) => {
    const { breaker, next } = startBreaker();
    const http = new CloudwaysHttp({
      baseUrl: new URL(baseUrl),
      slots: new FairSemaphore(60),
      timeoutMs: 200,
      writeTimeoutMs: 200,
    });
    const wire = { method: "GET", path: path`/project`, owner: { customer: "a" } } as const;
    const send = () => breaker.run(next(), () => http.send(wire, { signal }));
    const ended = await Promise.allSettled(Array.from({ length: 20 }, send));
    http.close();
    return [breaker.state, ended.every(({ status }) => status === "rejected")];
  }));

  assert.deepEqual(states, [["open", true], ["open", true]]);
});

Deno.test("a hundred calls into an outage send only the requests that open the breaker and those in flight", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  service.sandbox.addFault({ operationId: ALERTS, kind: { status: 503 } });
  const call = () => callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);

  const answers = [];
  for (let i = 0; i < 100; i++) answers.push(await clock.runUntil(call(), 100));

  const codes = new Set(answers.map(({ json }) => json.code));
  assert.deepEqual([...codes].sort(), ["upstream_error", "upstream_unreachable"]);
  assert.equal(service.sandbox.requestsTo(ALERTS).length, 20);
});
