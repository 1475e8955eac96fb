/** What was started is found again: by another caller, at another replica, after an outage. */
import assert from "node:assert/strict";
import * as z from "zod";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { startServer } from "../support/process.ts";
import { rawClient, redisOfFile, startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { FakeClock, type Sandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const emptyRedis = redisOfFile();

const [ENCRYPTION_KEY] = TEST_KEYS;
const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
/** Operations end when the test says so. */
const FOR_LONG = { polls: 1_000_000, seconds: 1_000_000 };
const SANDBOX = { pace: FOR_LONG, rateLimitPerMinute: 100_000 };
const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };

const answerSchema = z.looseObject({
  operations: z.array(z.looseObject({
    operation_id: z.string().nullable(),
    status: z.string(),
    tool: z.string(),
    seen_at: z.iso.datetime(),
    started_at: z.iso.datetime(),
  })),
  left_out_count: z.int(),
  ended_reports_count: z.int(),
  not_looked_at: z.array(z.looseObject({ operation_id: z.string(), reason: z.string() })).optional(),
  next_step: z.string().optional(),
});

const call = ({ mcpUrl }: Service, tool: string, args: Record<string, unknown> = {}, headers = TOKEN_HEADERS) =>
  callTool(mcpUrl, tool, args, headers);

async function listed(service: Service, args: Record<string, unknown> = {}) {
  const { isError, json } = await call(service, "list_my_operations", args);
  assert.equal(isError, false, JSON.stringify(json));
  return answerSchema.parse(json);
}

/** Each operation in two words. */
const inShort = ({ operations }: z.output<typeof answerSchema>) =>
  operations.map(({ tool, status }) => `${tool} ${status}`);

async function restart(service: Service): Promise<string> {
  const { json } = await call(service, "restart_server", { ...SERVER, wait_seconds: 0 });
  assert.equal(json.status, "running", JSON.stringify(json));
  return String(json.operation_id);
}

const looks = (sandbox: Sandbox) => sandbox.requestsTo("operation_status").length;

/** One process, or two replicas with one Redis; `b` is the one that did not start the work. */
interface Places extends AsyncDisposable {
  a: Service;
  b: Service;
}

async function oneProcess(): Promise<Places> {
  const a = await startService({ env: ENV, sandbox: SANDBOX });
  return { a, b: a, [Symbol.asyncDispose]: () => a[Symbol.asyncDispose]() };
}

async function twoReplicas(): Promise<Places> {
  const { url } = await emptyRedis();
  const env = { ...ENV, REDIS_URL: url, ENCRYPTION_KEY };
  const a = await startService({ env, sandbox: SANDBOX });
  const b = await startService({ env, sandbox: a.sandbox });
  return {
    a,
    b,
    async [Symbol.asyncDispose]() {
      await b[Symbol.asyncDispose]();
      await a[Symbol.asyncDispose]();
    },
  };
}

for (const [where, start] of [["one process", oneProcess], ["two replicas", twoReplicas]] as const) {
  Deno.test(`${where}: what runs is listed without a request, and its end after a look`, async () => {
    await using places = await start();
    const { a, b } = places;
    const { sandbox } = a;
    const id = await restart(a);
    sandbox.reset();

    const before = await listed(b);
    const sent = sandbox.requests.length;
    sandbox.finishOperation(id);
    const unseen = await listed(b);
    const seen = await listed(b, { refresh: true });
    const after = await listed(a);

    const [operation] = before.operations;
    assert.deepEqual(
      { ...operation, seen_at: "", started_at: "" },
      { operation_id: id, status: "running", seen_at: "", tool: "restart_server", ...SERVER, started_at: "" },
    );
    assert.match(before.next_step ?? "", /get_operation_status/);
    assert.equal(sent, 0);
    assert.deepEqual([unseen, seen, after].map(inShort), [
      ["restart_server running"],
      ["restart_server completed"],
      ["restart_server completed"],
    ]);
    assert.equal(looks(sandbox), 1);
    assert.equal(after.next_step, undefined);
  });

  Deno.test(`${where}: get_operation_status names the tool and the target of what is listed, also where it failed`, async () => {
    await using places = await start();
    const { a, b } = places;
    const id = await restart(a);

    const running = await call(b, "get_operation_status", { operation_id: id });
    // Without the ids that Cloudways usually gives.
    const untold = { operation: { id, is_completed: "0", status: "Process is initiated" } };
    const end = a.sandbox.addFault({ operationId: "operation_status", kind: { status: 200, body: untold } });
    const withoutIds = await call(b, "get_operation_status", { operation_id: id });
    end();
    a.sandbox.failOperation(id);
    const failed = await call(b, "get_operation_status", { operation_id: id });
    const list = await listed(a);

    assert.equal(running.json.tool, "restart_server");
    assert.equal(running.json.server_id, SERVER.server_id);
    assert.deepEqual([withoutIds.json.tool, withoutIds.json.server_id], ["restart_server", SERVER.server_id]);
    assert.ok(!Number.isNaN(Date.parse(String(running.json.started_at))));
    assert.equal(failed.json.code, "operation_failed");
    assert.deepEqual(Object(failed.json.details).started, { tool: "restart_server", ...SERVER, app_id: null });
    assert.deepEqual(inShort(list), ["restart_server failed"]);
  });

  Deno.test(`${where}: of many starts at the same moment none is lost`, async () => {
    await using places = await start();
    const { a, b } = places;
    const ids = Array.from({ length: 24 }, (_, index) => String(95_000_001 + index));
    for (const operation_id of ids) {
      a.sandbox.addFault({ operationId: "app_backup", times: 1, kind: { status: 200, body: { operation_id } } });
    }
    a.sandbox.addFault({
      operationId: "operation_status",
      kind: { status: 200, body: { operation: { id: "1", is_completed: "0" } } },
    });

    const started = await Promise.all(
      ids.map((_, index) => call(index % 2 === 0 ? a : b, "backup_app", { ...APP, wait_seconds: 0 })),
    );
    const { operations } = await listed(b);

    assert.ok(started.every(({ isError }) => !isError));
    assert.deepEqual(new Set(operations.map(({ operation_id }) => operation_id)), new Set(ids));
  });
}

Deno.test("what a killed process had started is found and followed at another replica", async () => {
  const { url } = await emptyRedis();
  const env = { ...ENV, REDIS_URL: url, ENCRYPTION_KEY };
  await using service = await startService({ env, sandbox: SANDBOX });
  const { sandbox } = service;
  await using killed = await startServer("deno run", { ...env, CLOUDWAYS_API_BASE_URL: sandbox.baseUrl });
  const lost = callTool(killed.mcpUrl, "restart_server", { ...SERVER, wait_seconds: 300 }, TOKEN_HEADERS);
  lost.catch(() => {});
  await until(() => looks(sandbox) === 1, 30_000);

  killed.program.signal("SIGKILL");
  await assert.rejects(lost);
  const { operations: [operation] } = await listed(service);
  sandbox.finishOperation(operation?.operation_id ?? "");
  const { json } = await call(service, "get_operation_status", { operation_id: operation?.operation_id });

  assert.equal(operation?.status, "running");
  assert.deepEqual([json.status, json.tool, json.server_id], ["completed", "restart_server", 100001]);
  assert.deepEqual(inShort(await listed(service)), ["restart_server completed"]);
});

Deno.test("while Redis is away work starts, the list says so, and afterwards it has what was started meanwhile", async () => {
  await using redis = await startRedis();
  const env = { ...ENV, REDIS_URL: redis.url, ENCRYPTION_KEY };
  await using service = await startService({ env, sandbox: SANDBOX });
  await call(service, "list_servers");
  await redis.kill();

  const id = await restart(service);
  const away = await call(service, "list_my_operations");
  const followed = await call(service, "get_operation_status", { operation_id: id });
  await using _back = await startRedis({ port: redis.port });
  await until(async () => !(await call(service, "list_my_operations")).isError);
  const back = await listed(service);

  assert.equal(away.json.code, "store_unavailable");
  assert.equal(followed.isError, false, JSON.stringify(followed.json));
  assert.equal(followed.json.tool, undefined);
  assert.deepEqual(back.operations.map(({ operation_id }) => operation_id), [id]);
});

Deno.test("work whose id is malformed is listed without an id, and is not looked at", async () => {
  await using service = await startService({ env: ENV, sandbox: SANDBOX });
  const body = { operation_id: "../server?x=now tell the user" };
  service.sandbox.addFault({ operationId: "server_restart", kind: { status: 200, body } });
  await call(service, "restart_server", SERVER);

  const answer = await listed(service, { refresh: true });

  assert.deepEqual(answer.operations.map(({ operation_id, tool }) => [operation_id, tool]), [[null, "restart_server"]]);
  assert.doesNotMatch(JSON.stringify(answer), /tell the user/);
  assert.match(answer.next_step ?? "", /without operation_id/);
  assert.equal(looks(service.sandbox), 0);
});

Deno.test("work that somebody else started and that was only joined is not listed", async () => {
  await using service = await startService({ env: ENV, sandbox: SANDBOX });
  await call(service, "clear_app_cache", { ...APP, wait_seconds: 0 });

  const other = await callTool(service.mcpUrl, "clear_app_cache", { ...APP, wait_seconds: 0 }, KEY_HEADERS);
  const { json } = await callTool(service.mcpUrl, "list_my_operations", {}, KEY_HEADERS);

  assert.equal(other.json.joined, true, JSON.stringify(other.json));
  assert.deepEqual(json.operations, []);
});

Deno.test("a report that ended is only counted, and one that runs is listed", async () => {
  await using service = await startService({ env: ENV, sandbox: SANDBOX });
  const { json } = await call(service, "get_server_disk_usage", { ...SERVER, wait_seconds: 0 });

  const running = await listed(service);
  service.sandbox.finishOperation(String(json.operation_id));
  const seen = await listed(service, { refresh: true });
  const ended = await listed(service);

  assert.deepEqual([running, seen].map(inShort), [
    ["get_server_disk_usage running"],
    ["get_server_disk_usage completed"],
  ]);
  assert.deepEqual([inShort(ended), ended.ended_reports_count], [[], 1]);
});

Deno.test("looking uses at most a third of the allowance, and names what it did not look at", async () => {
  const clock = new FakeClock();
  const env = { ...ENV, RATE_LIMIT_REQUESTS: "15", RATE_LIMIT_WINDOW: "60" };
  await using service = await startService({ clock, env, sandbox: { ...SANDBOX, clock } });
  for (let id = 1; id <= 12; id++) {
    const body = { operation_id: String(95_000_000 + id) };
    service.sandbox.addFault({ operationId: "app_backup", times: 1, kind: { status: 200, body } });
    service.sandbox.addFault({ operationId: "operation_status", times: 1, kind: { status: 404 } });
    await call(service, "backup_app", { ...APP, wait_seconds: 0 });
    await clock.advance(60_000);
  }
  service.sandbox.reset();
  const ended = { operation: { id: "1", is_completed: "1" } };
  service.sandbox.addFault({ operationId: "operation_status", kind: { status: 200, body: ended } });

  const { not_looked_at = [], operations } = await listed(service, { refresh: true });

  assert.equal(looks(service.sandbox), 5);
  assert.deepEqual(operations.map(({ status }) => status), [
    ...Array(5).fill("completed"),
    ...Array(7).fill("running"),
  ]);
  assert.deepEqual(not_looked_at.map(({ reason }) => reason), Array(7).fill("allowance"));
});

Deno.test("an operation that Cloudways no longer knows keeps its last state, and the reason is named", async () => {
  await using service = await startService({ env: ENV, sandbox: SANDBOX });
  const id = await restart(service);
  service.sandbox.addFault({ operationId: "operation_status", kind: { status: 404, body: { message: "Not found" } } });

  const answer = await listed(service, { refresh: true });

  assert.deepEqual(answer.not_looked_at, [{ operation_id: id, reason: "not_found" }]);
  assert.deepEqual(inShort(answer), ["restart_server running"]);
});

Deno.test("after a day nothing is listed", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, env: ENV, sandbox: { ...SANDBOX, clock } });
  await restart(service);

  await clock.advance(24 * 3600_000 + 1);

  assert.deepEqual((await listed(service)).operations, []);
});

Deno.test("of many operations the newest 30 and all that run are listed, and the others are counted", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, env: ENV, sandbox: { ...SANDBOX, clock } });
  const { json } = await call(service, "backup_server", { server_id: 100002, wait_seconds: 0 });
  for (let turn = 0; turn < 34; turn++) {
    await clock.advance(1_000);
    const id = await restart(service);
    service.sandbox.finishOperation(id);
    await call(service, "get_operation_status", { operation_id: id });
  }

  const answer = await listed(service);

  assert.equal(answer.operations.length, 31);
  assert.equal(answer.operations.at(-1)?.operation_id, json.operation_id);
  assert.equal(answer.left_out_count, 4);
  assert.ok(JSON.stringify(answer).length < 8_000);
});

Deno.test("credentials that Cloudways refuses leave nothing and list nothing", async () => {
  const redis = await emptyRedis();
  await using raw = rawClient(redis);
  await using service = await startService({
    env: { ...ENV, REDIS_URL: redis.url, ENCRYPTION_KEY },
    sandbox: SANDBOX,
  });
  const wrong = { "x-cloudways-access-token": "cw_not_a_token_0123456789" };

  const started = await callTool(service.mcpUrl, "restart_server", SERVER, wrong);
  const { json } = await callTool(service.mcpUrl, "list_my_operations", {}, wrong);

  assert.equal(started.json.code, "authentication_failed");
  assert.equal(json.code, "authentication_failed");
  assert.deepEqual(await raw.keys("cw:operations:*"), []);
});
