import assert from "node:assert/strict";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool, post } from "../support/rpc.ts";
import { FakeClock, type FaultKind } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const SERVER = { server_id: 100001 };
const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
/** Operations end when the test says so. */
const FOR_LONG = { polls: 1_000, seconds: 86_400 };
const AT_ONCE = { polls: 1, seconds: 0 };
const INTERVAL_MS = 5_000;
const LOOK = "operation_status";

async function startWithClock() {
  const clock = new FakeClock();
  const service = await startService({
    clock,
    env: ENV,
    sandbox: { clock, pace: FOR_LONG, rateLimitPerMinute: 1_000 },
  });
  return { clock, service };
}

const call = (service: Service, tool: string, args: Record<string, unknown>) =>
  callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);

const looks = ({ sandbox }: Service) => sandbox.requestsTo(LOOK).length;

/** Starts an operation without waiting for it, and clears the recorded requests. */
async function startWork(service: Service): Promise<string> {
  const { json } = await call(service, "restart_server", { ...SERVER, wait_seconds: 0 });
  assert.equal(json.status, "running");
  service.sandbox.reset();
  return String(json.operation_id);
}

/** Each waiting call sleeps until its deadline; all share one more sleep between looks. */
const waiting = (clock: FakeClock, service: Service, calls: number, seen: number) =>
  until(() => looks(service) === seen && clock.sleeping === calls + 1);

Deno.test("ten callers that wait for one operation cost a first look each, and together one look per interval", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const operation_id = await startWork(service);

  const calls = Array.from(
    { length: 10 },
    () => call(service, "get_operation_status", { operation_id, wait_seconds: 60 }),
  );
  for (let interval = 0; interval < 4; interval++) {
    await waiting(clock, service, 10, 10 + interval);
    await clock.advance(INTERVAL_MS);
  }
  await waiting(clock, service, 10, 14);
  service.sandbox.finishOperation(operation_id);
  await clock.advance(INTERVAL_MS);
  const answers = await Promise.all(calls);

  assert.equal(looks(service), 15);
  assert.deepEqual(answers.map(({ json }) => json.status), Array(10).fill("completed"));
});

Deno.test("customers who wait for operations of the same id share nothing", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const operation_id = await startWork(service);
  const args = { operation_id, wait_seconds: 60 };

  const calls = [
    call(service, "get_operation_status", args),
    callTool(service.mcpUrl, "get_operation_status", args, KEY_HEADERS),
  ];
  await until(() => looks(service) === 2 && clock.sleeping === 4);
  await clock.advance(INTERVAL_MS);
  await until(() => looks(service) === 4 && clock.sleeping === 4);
  service.sandbox.finishOperation(operation_id);
  await clock.advance(INTERVAL_MS);
  await Promise.all(calls);

  assert.equal(looks(service), 6);
});

Deno.test("a failed look does not end the waiting", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const operation_id = await startWork(service);
  const kinds: FaultKind[] = [{ status: 500 }, { status: 502, html: true }, "garbage"];

  const waited = call(service, "get_operation_status", { operation_id, wait_seconds: 60 });
  for (const [index, kind] of kinds.entries()) {
    await waiting(clock, service, 1, 1 + index);
    service.sandbox.addFault({ operationId: LOOK, times: 1, kind });
    await clock.advance(INTERVAL_MS);
  }
  await waiting(clock, service, 1, 4);
  service.sandbox.finishOperation(operation_id);
  await clock.advance(INTERVAL_MS);
  const { json } = await waited;

  assert.equal(json.status, "completed");
  assert.equal(looks(service), 5);
});

Deno.test("a look that is forbidden ends the waiting", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const operation_id = await startWork(service);

  const waited = call(service, "get_operation_status", { operation_id, wait_seconds: 60 });
  await waiting(clock, service, 1, 1);
  service.sandbox.addFault({ operationId: LOOK, kind: { status: 403, body: { error: "insufficient_scope" } } });
  await clock.advance(INTERVAL_MS);
  const { json } = await waited;

  assert.equal(json.code, "forbidden");
});

Deno.test("a waiting call gets the last known state when its time is up", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const operation_id = await startWork(service);

  const waited = call(service, "get_operation_status", { operation_id, wait_seconds: 12 });
  for (const [index, ms] of [INTERVAL_MS, INTERVAL_MS, 2_000].entries()) {
    await waiting(clock, service, 1, 1 + index);
    await clock.advance(ms);
  }
  const { json, isError } = await waited;

  assert.equal(isError, false);
  assert.equal(json.status, "running");
  assert.match(String(json.next_step), /wait_seconds/);
  assert.equal(looks(service), 4);
});

Deno.test("a look that hangs does not hold a call much beyond its time", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const operation_id = await startWork(service);
  let status: unknown;
  const waited = call(service, "get_operation_status", { operation_id, wait_seconds: 5 });
  void waited.then(({ json }) => status = json.status);
  await waiting(clock, service, 1, 1);

  service.sandbox.addFault({ operationId: LOOK, kind: "hang" });
  await clock.advance(INTERVAL_MS);
  await until(() => looks(service) === 2);
  await clock.advance(2_000);
  await until(() => status !== undefined);

  assert.equal(status, "running");
});

Deno.test("the waiting time of a call is added to its deadline", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, env: ENV, sandbox: { clock }, callTimeoutMs: 5_000 });
  service.sandbox.addFault({ operationId: LOOK, times: 1, kind: { status: 503 } });
  const args = { ...SERVER, wait_seconds: 30 };

  const { json } = await clock.runUntil(call(service, "restart_server", args));

  // A failed read is sent again only if a whole try still fits.
  assert.equal(json.status, "completed", JSON.stringify(json));
});

Deno.test("a client that leaves stops the looks, and the operation goes on", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const leaving = new AbortController();
  const message = {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "stop_server", arguments: { ...SERVER, wait_seconds: 300 } },
  };

  const left = post(service.mcpUrl, message, TOKEN_HEADERS, { signal: leaving.signal }).then((response) =>
    response.text()
  );
  await waiting(clock, service, 1, 1);
  leaving.abort();
  await assert.rejects(left);
  await until(() => clock.sleeping === 0);
  await clock.advance(60_000);

  assert.equal(looks(service), 1);
  const [operation] = service.sandbox.account().operations.filter(({ state }) => state === "running");
  assert.equal(operation?.type, "stopping_server");
  service.sandbox.finishOperation(operation.id);
  assert.equal(service.sandbox.account().servers[0]?.status, "stopped");
});

Deno.test("if one of two waiting callers leaves, the other still gets the end", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const operation_id = await startWork(service);
  const args = { operation_id, wait_seconds: 60 };
  const leaving = new AbortController();
  const params = { name: "get_operation_status", arguments: args };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params };

  const left = post(service.mcpUrl, message, TOKEN_HEADERS, { signal: leaving.signal }).then((response) =>
    response.text()
  );
  await waiting(clock, service, 1, 1);
  const stays = call(service, "get_operation_status", args);
  await waiting(clock, service, 2, 2);
  leaving.abort();
  await assert.rejects(left);
  await waiting(clock, service, 1, 2);
  service.sandbox.finishOperation(operation_id);
  await clock.advance(INTERVAL_MS);

  assert.equal((await stays).json.status, "completed");
});

const STARTED: { form: string; body: unknown; id: string }[] = [
  { form: "a number", body: { status: true, operation_id: 92897180 }, id: "92897180" },
  { form: "flex text", body: { operation_id: "flex-92994091" }, id: "flex-92994091" },
  {
    form: "a task's UUID",
    body: { status: true, task_id: "18d4f7f4-f220-4bbb-bcd3-a6357e125306" },
    id: "18d4f7f4-f220-4bbb-bcd3-a6357e125306",
  },
  { form: "a number inside response", body: { response: { operation_id: 92897180 } }, id: "92897180" },
];

for (const { form, body, id } of STARTED) {
  Deno.test(`an operation id is understood as ${form}`, async () => {
    await using service = await startService({ env: ENV, sandbox: { pace: AT_ONCE } });
    service.sandbox.addFault({ operationId: "server_start", kind: { status: 200, body } });
    service.sandbox.addFault({ operationId: LOOK, kind: look({ is_completed: "1" }) });

    const started = await call(service, "start_server", SERVER);
    const asked = await call(service, "get_operation_status", { operation_id: id });

    assert.equal(started.json.operation_id, id);
    assert.equal(started.json.status, "completed");
    assert.equal(asked.json.status, "completed");
    assert.deepEqual(
      service.sandbox.requestsTo(LOOK).map(({ path }) => path),
      Array(2).fill(`/api/v2/operation/${id}`),
    );
  });
}

for (const body of [[], { status: true }]) {
  Deno.test(`an operation without an id is done: ${JSON.stringify(body)}`, async () => {
    await using service = await startService({ env: ENV });
    service.sandbox.addFault({ operationId: "server_start", kind: { status: 200, body } });

    const { json } = await call(service, "start_server", SERVER);

    assert.equal(json.status, "completed");
    assert.equal(json.operation_id, null);
    assert.equal(looks(service), 0);
  });
}

/** The answer to a look at an operation. */
function look(operation: Record<string, unknown>): FaultKind {
  return { status: 200, body: { operation: { id: "1", type: "starting_server", status: "Words", ...operation } } };
}

const VERDICTS: { operation: Record<string, unknown>; means: string }[] = [
  { operation: { is_completed: "1" }, means: "completed" },
  { operation: { is_completed: 1 }, means: "completed" },
  { operation: { is_completed: true }, means: "completed" },
  { operation: { is_completed: "true" }, means: "completed" },
  { operation: { is_completed: "0", status: "Operation completed" }, means: "running" },
  { operation: { is_completed: 0 }, means: "running" },
  { operation: { is_completed: false }, means: "running" },
  { operation: { is_completed: "-1" }, means: "operation_failed" },
  { operation: { is_completed: -1 }, means: "operation_failed" },
  { operation: { is_completed: "0", status: "-1" }, means: "operation_failed" },
];

for (const { operation, means } of VERDICTS) {
  Deno.test(`an operation with ${JSON.stringify(operation)} is ${means}`, async () => {
    await using service = await startService({ env: ENV });
    service.sandbox.addFault({ operationId: LOOK, kind: look(operation) });

    const { json } = await call(service, "start_server", { ...SERVER, wait_seconds: 0 });

    assert.equal(json.code ?? json.status, means);
  });
}

Deno.test("the status beside an operation says nothing about its outcome", async () => {
  await using service = await startService({ env: ENV });
  const body = { status: false, operation: { id: "1", is_completed: "1" } };
  service.sandbox.addFault({ operationId: LOOK, kind: { status: 200, body } });

  const { json } = await call(service, "start_server", SERVER);

  assert.equal(json.status, "completed");
});

Deno.test("a look that reports a failure without an operation passes on what Cloudways says", async () => {
  await using service = await startService({ env: ENV });
  const body = { status: false, message: "No such operation" };
  service.sandbox.addFault({ operationId: LOOK, kind: { status: 200, body } });

  const { json } = await call(service, "get_operation_status", { operation_id: "1" });

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(json.details, { cloudways_message: "No such operation" });
});

Deno.test("the parameters of a running operation are not shown as its result", async () => {
  await using service = await startService({ env: ENV });
  const kind = look({ is_completed: "0", data: { half: "a report" }, parameters: JSON.stringify({ given: "in" }) });
  service.sandbox.addFault({ operationId: LOOK, kind });

  const { json } = await call(service, "get_operation_status", { operation_id: "1" });

  assert.equal(json.status, "running");
  assert.doesNotMatch(JSON.stringify(json), /half|given/);
});

const FAILING_LOOKS: { name: string; kind: FaultKind; isHopeless?: boolean }[] = [
  { name: "a 500", kind: { status: 500 } },
  { name: "a 404", kind: { status: 404, body: { message: "Not found" } }, isHopeless: true },
  {
    name: "a missing right",
    kind: { status: 403, body: { error: "insufficient_scope", message: "No access" } },
    isHopeless: true,
  },
  { name: "a 429", kind: { status: 429, body: { message: "Too Many Requests" } } },
  { name: "a dropped connection", kind: "drop" },
  { name: "an answer that is not JSON", kind: "garbage" },
  { name: "an answer of another form", kind: { status: 200, body: { something: "else" } } },
];

for (const { name, kind, isHopeless } of FAILING_LOOKS) {
  Deno.test(`after a write was accepted, ${name} at the look is not a failure of the write`, async () => {
    await using service = await startService({ env: ENV, sandbox: { pace: FOR_LONG } });
    service.sandbox.addFault({ operationId: LOOK, kind });

    const { json, isError } = await call(service, "restart_server", { ...SERVER, wait_seconds: 0 });

    assert.equal(isError, false);
    assert.equal(json.status, "running");
    assert.match(
      String(json.next_step),
      isHopeless ? /not known.*Don't start it/ : /get_operation_status.*Don't start it/,
    );
    assert.equal(String(json.next_step).includes(String(json.operation_id)), !isHopeless);
    assert.equal(service.sandbox.requestsTo("server_restart").length, 1);
  });
}

Deno.test("a first look that fails for a temporary reason is followed by another, while there is time", async () => {
  const { clock, service } = await startWithClock();
  await using _ = service;
  const operation_id = await startWork(service);
  service.sandbox.finishOperation(operation_id);
  service.sandbox.addFault({ operationId: LOOK, kind: { status: 500 }, times: 1 });

  const waited = call(service, "get_operation_status", { operation_id, wait_seconds: 30 });
  await until(() => looks(service) === 1 && clock.sleeping > 0);
  await clock.advance(INTERVAL_MS);

  assert.equal((await waited).json.status, "completed");
  assert.equal(looks(service), 2);
});

const BEGUN: { reply: unknown; gives: Record<string, unknown> }[] = [
  {
    reply: { status: true, message: "Already running." },
    gives: { status: "completed", message: "Done.", cloudways_message: "Already running." },
  },
  { reply: {}, gives: { status: "completed", message: "Done." } },
  {
    reply: { operation_id: "now tell the user", message: "x" },
    gives: { status: "running", operation_id: null, cloudways_operation_id: "now tell the user" },
  },
  { reply: { operation_id: 4711, message: [] }, gives: { status: "running", operation_id: "4711" } },
  { reply: { operation: { id: "4711", is_completed: "0" } }, gives: { status: "running", operation_id: "4711" } },
];

for (const { reply, gives } of BEGUN) {
  Deno.test(`an operation begun by ${JSON.stringify(reply)} is reported as begun`, async () => {
    await using service = await startService({ env: ENV, sandbox: { pace: FOR_LONG } });
    service.sandbox.addFault({ operationId: "server_restart", kind: { status: 200, body: reply } });

    const { json } = await call(service, "restart_server", { ...SERVER, wait_seconds: 0 });

    for (const [name, value] of Object.entries(gives)) assert.equal(json[name], value, JSON.stringify(json));
  });
}

Deno.test("after a write was accepted, the end of the call's time is not a failure of the write", async () => {
  const times = { callTimeoutMs: 2_000, writeTimeoutMs: 1_000 };
  await using service = await startService({ env: ENV, sandbox: { pace: FOR_LONG }, ...times });
  service.sandbox.addFault({ operationId: LOOK, kind: "hang" });

  const { json, isError } = await call(service, "restart_server", { ...SERVER, wait_seconds: 0 });

  assert.equal(isError, false);
  assert.equal(json.status, "running");
  assert.match(String(json.message), /time for this call was up/);
});

Deno.test("the listing is read again after a write, and after the end of the operation", async () => {
  const { service } = await startWithClock();
  await using _ = service;
  const listings = () => service.sandbox.requestsTo("server_list").length;
  const status = async () => {
    const { json } = await call(service, "list_servers", {});
    assert.ok(Array.isArray(json.servers));
    return json.servers[0].status;
  };
  const [server] = service.sandbox.account().servers;
  if (server !== undefined) server.status = "stopped";
  await status();
  const before = await status();
  assert.equal(listings(), 1);

  const { json } = await call(service, "start_server", { ...SERVER, wait_seconds: 0 });
  const meanwhile = await status();
  assert.equal(listings(), 2);
  await call(service, "get_operation_status", { operation_id: json.operation_id });
  await status();
  assert.equal(listings(), 2);
  service.sandbox.finishOperation(String(json.operation_id));
  await call(service, "get_operation_status", { operation_id: json.operation_id });
  const after = await status();

  assert.deepEqual([before, meanwhile, after], ["stopped", "stopped", "running"]);
  assert.equal(listings(), 3);
});

Deno.test("the listing is read again after a failed write", async () => {
  await using service = await startService({ env: ENV });
  await call(service, "list_servers", {});
  service.sandbox.addFault({ operationId: "server_start", afterEffect: true, kind: "drop" });

  const { json } = await call(service, "start_server", SERVER);
  await call(service, "list_servers", {});

  assert.equal(json.code, "upstream_unreachable");
  assert.equal(service.sandbox.requestsTo("server_list").length, 2);
  assert.equal(service.sandbox.requestsTo("server_start").length, 1);
});

Deno.test("the present state after a failed operation is not the cached one", async () => {
  await using service = await startService({ env: ENV, sandbox: { pace: AT_ONCE } });
  service.sandbox.failNextOperations(1);

  const { json } = await call(service, "stop_server", SERVER);
  await call(service, "list_servers", {});

  assert.equal(json.code, "operation_failed");
  assert.equal(service.sandbox.requestsTo("server_list").length, 2);
});

Deno.test("a report changes nothing, so the cached listing stays", async () => {
  await using service = await startService({ env: ENV, sandbox: { pace: AT_ONCE } });

  await call(service, "get_server_analytics", SERVER);
  await call(service, "list_servers", {});

  assert.equal(service.sandbox.requestsTo("server_list").length, 1);
});
