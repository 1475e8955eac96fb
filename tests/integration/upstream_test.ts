import assert from "node:assert/strict";
import * as z from "zod";
import { CloudwaysHttp, NotSentError } from "../../src/cloudways/http.ts";
import { path } from "../../src/cloudways/path.ts";
import { sendRead } from "../../src/cloudways/read_retries.ts";
import { FairSemaphore } from "../../src/async/fair_semaphore.ts";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { startRedis } from "../support/redis_server.ts";
import { callTool, post } from "../support/rpc.ts";
import { FakeClock, type FaultKind, startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const PROJECTS = "project_list";
const OWNER = { customer: "a" };
const ALERTS = "cloudways_bot_alerts_list";

/** Calls list_projects while Cloudways fails in one way. */
async function projectsUnder(kind: FaultKind, options: ServiceOptions = {}) {
  await using service = await startService(options);
  service.sandbox.addFault({ operationId: PROJECTS, kind });
  const answer = await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);
  return { answer: answer.json, isError: answer.isError, sent: service.sandbox.requestsTo(PROJECTS).length };
}

/** JSON that can't be made a text or a number of. */
const NO_TEXT = { toString: 0, valueOf: 0 };

/** `said`: Cloudways' own words in the details. */
const CASES: { name: string; kind: FaultKind; code: string; message: RegExp; said?: RegExp; sent?: number }[] = [
  {
    name: "field messages of a 422 come through",
    kind: { status: 422, body: { password: [{ code: "min", message: "The password must be long." }] } },
    code: "validation_failed",
    message: /^Cloudways found the request wrong\.$/,
    said: /"password".*The password must be long/,
  },
  {
    name: "the message of a 422 comes through",
    kind: { status: 422, body: { status: false, message: "server_id: invalid or not found for this account." } },
    code: "validation_failed",
    message: /^Cloudways found the request wrong\.$/,
    said: /invalid or not found for this account/,
  },
  {
    name: "a busy server is known by its running operation",
    kind: {
      status: 422,
      body: {
        message: "An operation is already in progress for this server.",
        operation: { id: "92897180", type: "purge_app_cache", server_id: "100001", is_completed: "0" },
      },
    },
    code: "upstream_busy",
    message: /^An operation is already running/,
    said: /already in progress/,
  },
  {
    name: "the words of a 401 come through",
    kind: { status: 401, body: { message: "Unauthorized" } },
    code: "authentication_failed",
    message: /did not accept the credentials\.$/,
    said: /"Unauthorized"/,
  },
  {
    name: "a role that lacks a right is forbidden",
    kind: { status: 403, body: { error: "insufficient_scope", message: "This token does not have access" } },
    code: "forbidden",
    message: /may not use this part/,
  },
  {
    name: "a 400 is validation_failed",
    kind: { status: 400, body: { message: "Bad request" } },
    code: "validation_failed",
    message: /refused the request\.$/,
    said: /"Bad request"/,
  },
  {
    name: "a 422 without a text is validation_failed",
    kind: { status: 422, body: [] },
    code: "validation_failed",
    message: /did not say why/,
  },
  {
    name: "a 422 that is nested too deep to be shown is still validation_failed",
    kind: {
      status: 422,
      html: true,
      body: `{"server_id":[{"toJSON":0,"deep":${"[".repeat(50_000)}${"]".repeat(50_000)}}]}`,
    },
    code: "validation_failed",
    message: /^Cloudways found the request wrong\.$/,
    said: /"server_id".*toJSON/,
  },
  {
    name: "a busy server is known although its operation has a malformed id",
    kind: { status: 422, body: { operation: { id: NO_TEXT } } },
    code: "upstream_busy",
    message: /already running/,
  },
  {
    name: "a 403 with a reason passes it on",
    kind: { status: 403, body: { message: "Plan too small" } },
    code: "forbidden",
    message: /^Cloudways refused this\.$/,
    said: /Plan too small/,
  },
  { name: "a firewall's page is forbidden", kind: { status: 403, html: true }, code: "forbidden", message: /firewall/ },
  {
    name: "a 404 is not_found",
    kind: { status: 404, body: { message: "Not found" } },
    code: "not_found",
    message: /does not know this\.$/,
    said: /Not found/,
  },
  {
    name: "a 500 is upstream_error",
    kind: { status: 500, body: { message: "Oops" } },
    code: "upstream_error",
    message: /500\.$/,
    said: /Oops/,
  },
  {
    name: "an answer that is not JSON is upstream_error",
    kind: "garbage",
    code: "upstream_error",
    message: /not JSON/,
  },
  {
    name: "a cut-off answer is not a success",
    kind: "truncate",
    code: "upstream_unreachable",
    message: /broke/,
    sent: 3,
  },
  {
    name: "a greeting means that nothing was done",
    kind: "greeting",
    code: "upstream_error",
    message: /Nothing was done/,
  },
  {
    name: "a redirect is not followed",
    kind: { redirect: "http://127.0.0.1:9/elsewhere" },
    code: "upstream_error",
    message: /redirect/,
  },
  {
    name: "a 200 of another form is upstream_error",
    kind: { status: 200, body: { something: "else" } },
    code: "upstream_error",
    message: /not of the expected form/,
  },
  {
    name: "a 200 with an object for a message is upstream_error",
    kind: { status: 200, body: { message: NO_TEXT } },
    code: "upstream_error",
    message: /not of the expected form/,
  },
  {
    name: "a 200 with an error is upstream_error",
    kind: { status: 200, body: { error: "Wrong action" } },
    code: "upstream_error",
    message: /it failed\.$/,
    said: /Wrong action/,
  },
  {
    name: "the greeting as JSON says that the path is unknown",
    kind: { status: 200, body: { message: "You have reached Cloudways API." } },
    code: "upstream_error",
    message: /greeting.*Nothing was done/,
  },
  {
    name: "a 200 that says it failed is upstream_error",
    kind: { status: 200, body: { status: false, message: "No such luck" } },
    code: "upstream_error",
    message: /it failed\.$/,
    said: /No such luck/,
  },
  {
    name: "a 200 that says it failed is upstream_error, also beside an operation",
    kind: {
      status: 200,
      body: { status: false, message: "No such luck", operation: { id: "92897180" }, projects: [] },
    },
    code: "upstream_error",
    message: /it failed\.$/,
    said: /No such luck/,
  },
];

for (const { name, kind, code, message, said = /^/, sent: expected = 1 } of CASES) {
  Deno.test(`upstream: ${name}`, async () => {
    const { answer, isError, sent } = await projectsUnder(kind);

    assert.equal(isError, true);
    assert.match(String(answer.code), new RegExp(`^(${code})$`));
    assert.match(String(answer.message), message);
    assert.match(JSON.stringify(answer.details) ?? "", said);
    assert.match(String(answer.hint), /^[A-Z].{15,}\.$/, "the hint of an error says what to do next");
    assert.match(String(answer.request_id), /^[0-9a-f-]{36}$/);
    assert.equal(sent, expected);
  });
}

Deno.test("upstream: a caller's key that Cloudways repeats is hidden, wherever a long message is cut", async () => {
  await using service = await startService();
  const key = KEY_HEADERS["x-cloudways-api-key"];
  for (const length of [285, 1_930]) {
    const message = `${"x".repeat(length)} ${key} and so on`;
    service.sandbox.addFault({ operationId: PROJECTS, times: 1, kind: { status: 422, body: { message } } });

    const { json } = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);

    assert.equal(json.code, "validation_failed");
    assert.ok(String(json.message).length <= 2_000);
    assert.ok(!JSON.stringify(json).includes(String(key).slice(0, 8)));
  }
});

Deno.test("upstream: the running operation of a busy server is in the details", async () => {
  const running = { type: "purge_app_cache", status: "Process is initiated" };
  const numbers = { server_id: "100001", app_id: "0", estimated_time_remaining: "2" };
  const operation = { id: "92897180", is_completed: "0", ...running, ...numbers };

  const { answer } = await projectsUnder({ status: 422, body: { message: "Busy.", operation } });

  const tiedTo = { server_id: 100001, app_id: null };
  assert.deepEqual(answer.details, {
    cloudways_message: "Busy.",
    operation: { operation_id: "92897180", ...running, ...tiedTo, estimated_minutes_remaining: 2 },
  });
  assert.match(String(answer.hint), /get_operation_status/);
});

Deno.test("upstream: a busy server that doesn't say which operation runs is waited for without one", async () => {
  const { answer } = await projectsUnder({ status: 422, body: { message: "Busy.", operation: { type: "backup" } } });

  assert.equal(answer.code, "upstream_busy");
  assert.doesNotMatch(String(answer.hint), /get_operation_status/);
});

for (const status of [404, 422]) {
  Deno.test(`upstream: an operation refused with ${status} is not looked up among servers and applications`, async () => {
    await using service = await startService();
    service.sandbox.addFault({ operationId: "operation_status", kind: { status, body: { message: "Not found" } } });

    const { json } = await callTool(service.mcpUrl, "get_operation_status", { operation_id: "7" }, TOKEN_HEADERS);

    assert.equal(json.code, status === 404 ? "not_found" : "validation_failed");
    assert.match(String(json.hint), /operation_id/);
    assert.doesNotMatch(String(json.hint), /list_servers/);
    assert.deepEqual(json.details, { cloudways_message: "Not found" });
  });
}

Deno.test("upstream: an object with a length in place of a text is a malformed answer", async () => {
  await using service = await startService();
  const pretender = { length: NO_TEXT };
  const answersWith = (operationId: string, body: unknown) =>
    service.sandbox.addFault({ operationId, kind: { status: 200, body } });
  answersWith("server_backup", { operation_id: pretender });
  answersWith("oauth_access_token_create", { access_token: pretender });

  const started = await callTool(service.mcpUrl, "backup_server", { server_id: 100001 }, TOKEN_HEADERS);
  const signedIn = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);

  assert.equal(started.json.code, "upstream_error");
  assert.equal(signedIn.json.code, "upstream_error");
});

Deno.test("upstream: an answer that is larger than any account is aborted", async () => {
  const { answer, isError } = await projectsUnder({ status: 200, html: true, body: " ".repeat(33 * 1024 * 1024) });

  assert.equal(isError, true);
  assert.equal(answer.code, "upstream_error");
  assert.match(String(answer.message), /larger than/);
  assert.match(String(answer.hint), /Try again/);
});

Deno.test("a change is not sent if reading what it would change took all the time of a read", async () => {
  await using service = await startService({ env: { CONFIRM: "off" }, callTimeoutMs: 300, writeTimeoutMs: 60_000 });
  service.sandbox.addFault({ operationId: "server_list", kind: { delayMs: 900 } });

  const args = { server_id: 100001, wait_seconds: 0 };
  const { json } = await callTool(service.mcpUrl, "restart_server", args, TOKEN_HEADERS);

  assert.equal(json.code, "upstream_timeout");
  assert.deepEqual(service.sandbox.requests.filter(({ method }) => method !== "GET"), []);
});

Deno.test("a change is not sent if too little of the call's time is left", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock }, env: { CONFIRM: "off" } });
  service.sandbox.addFault({ operationId: "server_list", kind: { delayMs: 76_000 } });

  const called = callTool(
    service.mcpUrl,
    "set_letsencrypt_auto_renewal",
    { app_id: 200001, enabled: true },
    TOKEN_HEADERS,
  );
  await until(() => service.sandbox.requestsTo("server_list").length === 1 && clock.sleeping > 0);
  await clock.advance(76_000);
  const { json } = await called;
  const log = await callTool(service.mcpUrl, "get_audit_log", {}, TOKEN_HEADERS);

  assert.equal(json.code, "upstream_timeout");
  assert.deepEqual(service.sandbox.requests.filter(({ method }) => method !== "GET"), []);
  assert.match(JSON.stringify(log.json.records), /"outcome":"upstream_timeout"/);
});

Deno.test("a change that takes Cloudways longer than a read may take is waited for", async () => {
  await using service = await startService({
    env: { CONFIRM: "off" },
    upstreamTimeoutMs: 1_000,
    callTimeoutMs: 1_000,
    writeTimeoutMs: 60_000,
  });
  service.sandbox.addFault({ operationId: "server_restart", kind: { delayMs: 1_500 } });
  service.sandbox.addFault({ operationId: PROJECTS, kind: { delayMs: 1_500 } });

  const args = { server_id: 100001, wait_seconds: 0 };
  const changed = await callTool(service.mcpUrl, "restart_server", args, TOKEN_HEADERS);
  const read = await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

  assert.equal(changed.isError, false, JSON.stringify(changed.json));
  assert.equal(read.json.code, "upstream_timeout");
});

Deno.test("upstream: an answer that never comes is aborted in time", async () => {
  const { answer } = await projectsUnder("hang", { upstreamTimeoutMs: 200 });

  assert.equal(answer.code, "upstream_timeout");
});

Deno.test("upstream: an answer that stops in the middle is aborted in time", async () => {
  const halfAnswer = () => new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([123])) }));
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, halfAnswer);
  const baseUrl = new URL(`http://127.0.0.1:${server.addr.port}`);
  const http = new CloudwaysHttp({ baseUrl, slots: new FairSemaphore(1), timeoutMs: 200, writeTimeoutMs: 200 });

  const answer = http.send({ method: "GET", path: path`/project`, owner: OWNER }, new AbortController());

  await assert.rejects(answer, { code: "upstream_timeout" });
  http.close();
});

Deno.test("upstream: the call's own deadline ends a wait too", async () => {
  const { answer } = await projectsUnder("hang", { callTimeoutMs: 200 });

  assert.equal(answer.code, "upstream_timeout");
});

Deno.test("upstream: a refused connection is upstream_unreachable", async () => {
  const sandbox = await startSandbox();
  await sandbox[Symbol.asyncDispose]();
  await using service = await startService({ sandbox });

  const { json } = await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

  assert.equal(json.code, "upstream_unreachable");
});

const OUTAGES: { name: string; kind: FaultKind }[] = [
  { name: "a 502", kind: { status: 502, html: true } },
  { name: "a 503", kind: { status: 503 } },
  { name: "a 504", kind: { status: 504, html: true } },
  { name: "an answer that breaks off", kind: "truncate" },
];

for (const { name, kind } of OUTAGES) {
  Deno.test(`a read after ${name} is sent again, and the call succeeds`, async () => {
    const clock = new FakeClock();
    await using service = await startService({ clock, sandbox: { clock } });
    service.sandbox.addFault({ operationId: PROJECTS, times: 2, kind });

    const answer = await clock.runUntil(callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS));

    assert.equal(answer.isError, false);
    assert.equal(service.sandbox.requestsTo(PROJECTS).length, 3);
    assert.match(await metricsOf(service), /^cloudways_mcp_upstream_retries_total 2$/m);
  });

  Deno.test(`a write after ${name} is not sent again`, async () => {
    await using service = await startService({ env: { CONFIRM: "off" } });
    service.sandbox.addFault({ operationId: "server_restart", kind });

    const { json } = await callTool(service.mcpUrl, "restart_server", { server_id: 100001 }, TOKEN_HEADERS);

    assert.match(String(json.code), /^upstream_/);
    assert.match(String(json.hint), /look at the present state before you try again/i);
    assert.equal(service.sandbox.requestsTo("server_restart").length, 1);
  });
}

const UNREADABLE: { name: string; kind: FaultKind }[] = [
  { name: "no JSON", kind: "garbage" },
  { name: "nothing", kind: { status: 200, html: true, body: "" } },
  { name: "another form", kind: { status: 200, body: "Done" } },
];

for (const { name, kind } of UNREADABLE) {
  Deno.test(`a write answered by ${name} may have been done, and the hint says to check before trying again`, async () => {
    await using service = await startService();
    service.sandbox.addFault({ operationId: "varnish_app_manage", kind });
    const args = { app_id: 200001, action: "purge" };

    const { json } = await callTool(service.mcpUrl, "manage_app_varnish", args, TOKEN_HEADERS);

    assert.equal(json.code, "upstream_error");
    assert.match(String(json.hint), /look at the present state before you try again/i);
  });
}

Deno.test("a read is sent three times at most", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  service.sandbox.addFault({ operationId: PROJECTS, kind: { status: 503, body: { message: "Maintenance" } } });

  const { json } = await clock.runUntil(callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS));

  assert.equal(json.code, "upstream_error");
  assert.match(String(json.message), /503\.$/);
  assert.deepEqual(json.details, { cloudways_message: "Maintenance" });
  assert.equal(service.sandbox.requestsTo(PROJECTS).length, 3);
});

Deno.test("a read without an answer is sent again if a whole try fits into the call's time", async () => {
  await using service = await startService({ upstreamTimeoutMs: 500 });
  service.sandbox.addFault({ operationId: PROJECTS, times: 1, kind: "hang" });

  const answer = await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

  assert.equal(answer.isError, false);
  assert.equal(service.sandbox.requestsTo(PROJECTS).length, 2);
});

Deno.test("a read that could not end in time is not sent again", async () => {
  await using service = await startService({ upstreamTimeoutMs: 1_000, callTimeoutMs: 2_000 });
  service.sandbox.addFault({ operationId: PROJECTS, kind: "hang" });

  const { json } = await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

  assert.equal(json.code, "upstream_timeout");
  assert.equal(service.sandbox.requestsTo(PROJECTS).length, 1);
});

Deno.test("one try of a read leaves room for a second one within a call", () => {
  const http = new CloudwaysHttp({
    baseUrl: new URL("http://127.0.0.1"),
    slots: new FairSemaphore(1),
    timeoutMs: 20_000,
    writeTimeoutMs: 50_000,
  });

  const { readTimeoutMs } = http;

  assert.ok(2 * readTimeoutMs + 3_000 < 28_000);
  http.close();
});

Deno.test("a short Retry-After is waited for, and a long one is passed on", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  const retryAfter = (seconds: string) => ({ status: 503, headers: { "retry-after": seconds } });
  const sent = () => service.sandbox.requestsTo(PROJECTS).length;
  service.sandbox.addFault({ operationId: PROJECTS, times: 1, kind: retryAfter("3") });
  service.sandbox.addFault({ operationId: PROJECTS, times: 1, kind: retryAfter("4") });

  const call = callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);
  await until(() => clock.sleeping === 1);
  await clock.advance(2_999);
  const before = sent();
  await clock.advance(200);
  const { json } = await call;

  assert.equal(before, 1);
  assert.equal(sent(), 2);
  assert.equal(json.code, "upstream_error");
  assert.equal(json.retry_after, 4);
});

Deno.test("each try costs a token, and an empty bucket ends the tries with Cloudways' last answer", async () => {
  const clock = new FakeClock();
  const env = { RATE_LIMIT_REQUESTS: "2", RATE_LIMIT_WINDOW: "3600" };
  await using service = await startService({ clock, sandbox: { clock }, env });
  service.sandbox.addFault({ operationId: ALERTS, kind: { status: 503 } });

  const { json } = await clock.runUntil(callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS));
  const { json: status } = await callTool(service.mcpUrl, "rate_limit_status", {}, TOKEN_HEADERS);

  assert.equal(json.code, "upstream_error");
  assert.equal(service.sandbox.requestsTo(ALERTS).length, 2);
  assert.equal(status.remaining, 0);
  assert.match(await metricsOf(service), /^cloudways_mcp_rate_limited_total{reason="bucket"} 0$/m);
});

Deno.test("a 429 is never retried, even between tries", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  service.sandbox.addFault({ operationId: PROJECTS, times: 1, kind: { status: 503 } });
  service.sandbox.addFault({ operationId: PROJECTS, kind: { status: 429, headers: { "retry-after": "2" } } });

  const { json } = await clock.runUntil(callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS));

  assert.equal(json.code, "upstream_rate_limited");
  assert.equal(json.retry_after, 2);
  assert.equal(service.sandbox.requestsTo(PROJECTS).length, 2);
});

Deno.test("a failed token exchange is not sent again", async () => {
  await using service = await startService();
  service.sandbox.addFault({ operationId: "oauth_access_token_create", kind: { status: 503 } });

  const { json } = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);

  assert.equal(json.code, "upstream_error");
  assert.equal(service.sandbox.requestsTo("oauth_access_token_create").length, 1);
  assert.equal(service.sandbox.requestsTo(PROJECTS).length, 0);
});

Deno.test("a read that shows passwords is sent once, and the same read without them again", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock }, env: { CONFIRM: "off" } });
  const credentials = async (reveal: boolean) => {
    service.sandbox.reset();
    service.sandbox.addFault({ operationId: "app_credentials", kind: { status: 503 } });
    const args = { server_id: 100001, app_id: 200001, reveal };
    const { json } = await clock.runUntil(callTool(service.mcpUrl, "get_app_credentials", args, TOKEN_HEADERS));
    return { code: json.code, sent: service.sandbox.requestsTo("app_credentials").length };
  };

  const shown = await credentials(true);
  const hidden = await credentials(false);

  assert.deepEqual(shown, { code: "upstream_error", sent: 1 });
  assert.deepEqual(hidden, { code: "upstream_error", sent: 3 });
});

Deno.test("the connection pool does not resend a read that shows passwords", async () => {
  await using sandbox = await startSandbox();
  const http = new CloudwaysHttp({
    baseUrl: new URL(sandbox.baseUrl),
    slots: new FairSemaphore(4),
    timeoutMs: 5_000,
    writeTimeoutMs: 5_000,
  });
  const read = {
    method: "GET",
    path: path`/project`,
    owner: OWNER,
    bearer: TOKEN_HEADERS["x-cloudways-access-token"],
  } as const;
  const signal = new AbortController().signal;
  await http.send(read, { signal });
  await http.send({ ...read, once: true }, { signal });
  sandbox.addFault({ operationId: PROJECTS, kind: "drop" });
  const before = sandbox.requestsTo(PROJECTS).length;

  await assert.rejects(http.send({ ...read, once: true }, { signal }), { code: "upstream_unreachable" });

  assert.equal(sandbox.requestsTo(PROJECTS).length - before, 1);
  http.close();
});

Deno.test("no more requests are under way than HTTP_POOL_SIZE allows", async () => {
  const clock = new FakeClock();
  await using service = await startService({ sandbox: { clock }, env: { HTTP_POOL_SIZE: "2" } });
  // From here customer_info needs no place, since Cloudways has just accepted the credentials.
  await callTool(service.mcpUrl, "ping", {}, TOKEN_HEADERS);
  service.sandbox.addFault({ operationId: PROJECTS, kind: { delayMs: 1_000 } });

  const calls = Array.from({ length: 5 }, () => callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS));
  await until(() => clock.sleeping === 2);
  // Calls that do not wait for a place have sent their request by the time these are answered.
  for (let i = 0; i < 5; i++) await callTool(service.mcpUrl, "customer_info", {}, TOKEN_HEADERS);
  const underWay = service.sandbox.requestsTo(PROJECTS).length;
  const answers = await clock.runUntil(Promise.all(calls));

  assert.equal(underWay, 2);
  assert.ok(answers.every(({ isError }) => !isError));
  assert.equal(service.sandbox.requestsTo(PROJECTS).length, 5);
});

Deno.test("a pause that begins between two tries of a read ends the tries", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  service.sandbox.addFault({ operationId: PROJECTS, times: 1, kind: { status: 503 } });
  service.sandbox.addFault({
    operationId: PROJECTS,
    times: 1,
    kind: { status: 429, headers: { "retry-after": "60" } },
  });

  const tried = callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);
  await until(() => clock.sleeping === 1);
  const paused = await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);
  await clock.advance(1_000);
  const { json } = await tried;

  assert.equal(paused.json.code, "upstream_rate_limited");
  assert.equal(json.code, "upstream_rate_limited");
  assert.equal(service.sandbox.requestsTo(PROJECTS).length, 2);
});

Deno.test("a caller that leaves between two tries ends the tries", async () => {
  const clock = new FakeClock();
  const caller = new AbortController();
  let sent = 0;
  const send = () => Promise.resolve({ status: 503, headers: new Headers(), text: `${++sent}` });
  const endsAt = clock.now() + 28_000;

  const read = sendRead(send, { clock, sentFor: caller, endsAt, tryMs: 12_000, onRetry: () => {} });
  await until(() => clock.sleeping === 1);
  caller.abort(new DOMException("The caller left.", "AbortError"));

  await assert.rejects(read, { name: "AbortError" });
  assert.equal(sent, 1);
  assert.equal(clock.sleeping, 0);
});

Deno.test("a write that could not connect was not done, and the error says so", async () => {
  const sandbox = await startSandbox();
  await sandbox[Symbol.asyncDispose]();
  const http = new CloudwaysHttp({
    baseUrl: new URL(sandbox.baseUrl),
    slots: new FairSemaphore(1),
    timeoutMs: 5_000,
    writeTimeoutMs: 5_000,
  });
  const restart = { method: "POST", path: path`/server/restart`, owner: OWNER, form: { server_id: 100001 } } as const;

  const sent = http.send(restart, new AbortController());

  await assert.rejects(sent, (error) => error instanceof NotSentError && /Nothing was done/.test(error.message));
  http.close();
});

const IN_GMT = "Fri, 20 Nov 2026 12:00:00 GMT";
const RETRY_AFTERS: { name: string; headers: Record<string, string>; seconds: number }[] = [
  { name: "in seconds", headers: { "retry-after": "88" }, seconds: 88 },
  { name: "of nothing", headers: { "retry-after": "0" }, seconds: 1 },
  { name: "of absurd length", headers: { "retry-after": "99999999999999999999" }, seconds: 900 },
  { name: "that is left out", headers: {}, seconds: 60 },
  { name: "that makes no sense", headers: { "retry-after": "soon" }, seconds: 60 },
  { name: "below zero", headers: { "retry-after": "-5" }, seconds: 60 },
  {
    name: "as a date",
    headers: { "retry-after": "Fri, 20 Nov 2026 12:01:28 GMT", date: IN_GMT },
    seconds: 88,
  },
  { name: "as a date that is past", headers: { "retry-after": IN_GMT, date: IN_GMT }, seconds: 1 },
  {
    name: "as a date of absurd distance",
    headers: { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT", date: IN_GMT },
    seconds: 900,
  },
];

for (const { name, headers, seconds } of RETRY_AFTERS) {
  Deno.test(`a 429 with a Retry-After ${name} pauses for ${seconds} s`, async () => {
    const clock = new FakeClock();
    await using service = await startService({ clock, sandbox: { clock } });
    service.sandbox.addFault({ operationId: PROJECTS, times: 1, kind: { status: 429, headers } });
    const call = () => callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

    const { json } = await call();
    await clock.advance(seconds * 1000 - 1);
    const early = await call();
    await clock.advance(1);
    const later = await call();

    assert.equal(json.retry_after, seconds);
    assert.equal(early.json.code, "upstream_rate_limited");
    assert.equal(later.isError, false);
    assert.equal(service.sandbox.requestsTo(PROJECTS).length, 2);
  });
}

async function metricsOf({ url }: Service): Promise<string> {
  return await (await fetch(`${url}/metrics`)).text();
}

Deno.test("a 429 pauses only that operation for that customer", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  service.sandbox.addFault({
    operationId: PROJECTS,
    times: 1,
    kind: { status: 429, body: { message: "Too Many Requests" }, headers: { "retry-after": "88" } },
  });
  const call = (name: string, headers: Record<string, string>) => callTool(service.mcpUrl, name, {}, headers);

  const first = await call("list_projects", TOKEN_HEADERS);
  const second = await call("list_projects", TOKEN_HEADERS);
  const elsewhere = await call("get_alerts", TOKEN_HEADERS);
  const otherCaller = await call("list_projects", KEY_HEADERS);
  await clock.advance(89_000);
  const later = await call("list_projects", TOKEN_HEADERS);

  assert.equal(first.json.code, "upstream_rate_limited");
  assert.equal(first.json.retry_after, 88);
  assert.equal(second.json.code, "upstream_rate_limited");
  assert.equal(elsewhere.isError, false);
  assert.equal(otherCaller.isError, false);
  assert.equal(later.isError, false);
  assert.equal(service.sandbox.requestsTo(PROJECTS).length, 3);
});

Deno.test("an empty bucket refuses at once and says when to retry", async () => {
  const clock = new FakeClock();
  const env = { RATE_LIMIT_REQUESTS: "2", RATE_LIMIT_WINDOW: "60" };
  await using service = await startService({ clock, sandbox: { clock }, env });
  const alerts = () => callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);

  const answers = [await alerts(), await alerts(), await alerts()];
  const free = await callTool(service.mcpUrl, "rate_limit_status", {}, TOKEN_HEADERS);
  await clock.advance(30_000);
  const later = await alerts();

  assert.deepEqual(answers.map(({ isError }) => isError), [false, false, true]);
  assert.equal(answers[2]?.json.code, "rate_limited");
  assert.equal(answers[2]?.json.retry_after, 30);
  assert.equal(free.json.remaining, 0);
  assert.equal(later.isError, false);
});

Deno.test("concurrent callers of the listing share one request, and its answer serves for a minute", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  const list = () => callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);

  const together = await Promise.all(Array.from({ length: 10 }, list));
  await list();
  const within = service.sandbox.requestsTo("server_list").length;
  await clock.advance(61_000);
  await list();

  assert.ok(together.every(({ isError }) => !isError));
  assert.equal(within, 1);
  assert.equal(service.sandbox.requestsTo("server_list").length, 2);
});

Deno.test("a caller after a write does not get a listing that was requested before it", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock }, env: { CONFIRM: "off" } });
  const listings = () => service.sandbox.requestsTo("server_list").length;
  service.sandbox.addFault({ operationId: "server_list", times: 1, kind: { delayMs: 1_000 } });
  const early = callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  await until(() => clock.sleeping === 1);

  await callTool(service.mcpUrl, "stop_server", { server_id: 100001, wait_seconds: 0 }, TOKEN_HEADERS);
  const before = listings();
  const late = callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  await until(() => listings() === before + 1);
  await clock.runUntil(Promise.all([early, late]));

  assert.equal(listings(), before + 1);
});

Deno.test("a listing from before a write is never used again, however late the next call comes", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock }, env: { CONFIRM: "off" } });
  const listings = () => service.sandbox.requestsTo("server_list").length;
  await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  await callTool(service.mcpUrl, "stop_server", { server_id: 100001, wait_seconds: 0 }, TOKEN_HEADERS);
  const before = listings();

  await clock.advance(59_000);
  await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);

  assert.equal(listings(), before + 1);
});

Deno.test("a caller that leaves does not abort the listing for others", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  service.sandbox.addFault({ operationId: "server_list", times: 1, kind: { delayMs: 1_000 } });
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_servers", arguments: {} } };
  const inFlight = async () => /^cloudways_mcp_in_flight_requests (\d+)$/m.exec(await metricsOf(service))?.[1];
  const leaving = new AbortController();

  const patient = callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  await until(() => clock.sleeping === 1);
  const given = post(service.mcpUrl, message, TOKEN_HEADERS, { signal: leaving.signal });
  // The two of them, and the caller.
  await until(async () => await inFlight() === "3");
  leaving.abort();
  await assert.rejects(given);
  await clock.advance(1_000);
  const answer = await patient;

  assert.equal(answer.isError, false);
  assert.equal(service.sandbox.requestsTo("server_list").length, 1);
});

Deno.test("a server ends although a client left before its answer", async () => {
  const service = await startService();
  service.sandbox.addFault({ operationId: "server_list", kind: { delayMs: 300 } });
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_servers", arguments: {} } };
  const leaving = new AbortController();

  const left = post(service.mcpUrl, message, TOKEN_HEADERS, { signal: leaving.signal });
  await until(() => service.sandbox.requestsTo("server_list").length > 0);
  leaving.abort();

  await assert.rejects(left);
  await service[Symbol.asyncDispose]();
});

Deno.test("the shared reference data hold nothing of an account", async () => {
  await using service = await startService();
  const body = {
    providers: [{ id: "do", name: "DigitalOcean", contract: "of one account" }],
    account: { note: "of one account" },
  };
  service.sandbox.addFault({ operationId: "list_providers", kind: { status: 200, body } });
  const list = (headers: Record<string, string>) => callTool(service.mcpUrl, "get_available_providers", {}, headers);

  const answers = [await list(TOKEN_HEADERS), await list(KEY_HEADERS)];

  assert.equal(service.sandbox.requestsTo("list_providers").length, 1);
  for (const { json } of answers) {
    assert.match(JSON.stringify(json), /DigitalOcean/);
    assert.doesNotMatch(JSON.stringify(json), /of one account/);
  }
});

Deno.test("one caller's wrong credentials don't fail others that ask for reference data at the same time", async () => {
  const clock = new FakeClock();
  await using service = await startService({ sandbox: { clock } });
  service.sandbox.addFault({ operationId: "list_regions", times: 1, kind: { delayMs: 1_000 } });
  const list = (headers: Record<string, string>) => callTool(service.mcpUrl, "get_available_regions", {}, headers);

  const wrong = list({ "x-cloudways-access-token": "cw_not_accepted_by_anybody" });
  await until(() => clock.sleeping === 1);
  const right = list(TOKEN_HEADERS);
  await until(() => service.sandbox.requestsTo("list_regions").length === 2);
  await clock.advance(1_000);

  assert.equal((await wrong).json.code, "authentication_failed");
  assert.equal((await right).isError, false);
});

Deno.test("reference data are read once an hour for all customers", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  const regions = (headers: Record<string, string>) => callTool(service.mcpUrl, "get_available_regions", {}, headers);

  const first = await regions(TOKEN_HEADERS);
  const second = await regions(KEY_HEADERS);
  await clock.advance(3601_000);
  await regions(TOKEN_HEADERS);

  assert.deepEqual(first.json, second.json);
  assert.equal(service.sandbox.requestsTo("list_regions").length, 2);
});

const REFERENCE_TOOLS = {
  get_available_providers: "list_providers",
  get_available_regions: "list_regions",
  get_available_server_sizes: "list_server_sizes",
  get_available_apps: "list_apps",
  get_available_packages: "list_packages",
};

for (const [tool, operationId] of Object.entries(REFERENCE_TOOLS)) {
  Deno.test(`${tool} treats an answer without its list as malformed, and does not cache it`, async () => {
    await using service = await startService();
    const bodies: unknown[] = [[], {}, { status: true }];

    for (const body of bodies) {
      service.sandbox.addFault({ operationId, times: 1, kind: { status: 200, body } });
      assert.equal((await callTool(service.mcpUrl, tool, {}, TOKEN_HEADERS)).json.code, "upstream_error");
    }
    const { isError, json } = await callTool(service.mcpUrl, tool, {}, TOKEN_HEADERS);

    assert.equal(isError, false);
    assert.ok(JSON.stringify(json).length > 60);
    assert.equal(service.sandbox.requestsTo(operationId).length, bodies.length + 1);
  });
}

Deno.test("a write on a connection that breaks is sent once", async () => {
  await using sandbox = await startSandbox();
  const http = new CloudwaysHttp({
    baseUrl: new URL(sandbox.baseUrl),
    slots: new FairSemaphore(4),
    timeoutMs: 5_000,
    writeTimeoutMs: 5_000,
  });
  const bearer = TOKEN_HEADERS["x-cloudways-access-token"];
  const signal = new AbortController().signal;
  const restart = {
    method: "POST",
    path: path`/server/restart`,
    owner: OWNER,
    form: { server_id: 100001 },
    bearer,
  } as const;
  await http.send({ method: "GET", path: path`/providers`, owner: OWNER, bearer }, { signal });
  await http.send(restart, { signal });
  sandbox.addFault({ operationId: "server_restart", kind: "drop" });
  const before = sandbox.requestsTo("server_restart").length;

  await assert.rejects(http.send(restart, { signal }), { code: "upstream_unreachable" });

  assert.equal(sandbox.requestsTo("server_restart").length - before, 1);
  http.close();
});

Deno.test("an id can't change the path", () => {
  const tricky = path`/operation/${"../../server?x=1#y"}`;

  assert.equal(tricky.text, "/operation/..%2F..%2Fserver%3Fx%3D1%23y");
  assert.throws(() => path`/operation/${".."}`, RangeError);
  assert.throws(() => path`/operation/${""}`, RangeError);
});

Deno.test("requests carry a plain user agent and lists as name[]", async () => {
  await using service = await startService();
  await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);

  const [sent] = service.sandbox.requestsTo("cloudways_bot_alerts_list");
  const headers = z.record(z.string(), z.unknown()).parse(sent?.headers);

  assert.match(String(headers["user-agent"]), /^cloudways-mcp\/\d+\.\d+\.\d+$/);
});

Deno.test("a call goes on when its store is gone, and shows no details", async () => {
  await using redis = await startRedis();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY: btoa("an-example-key-of-32-characters-") };
  await using service = await startService({ env });
  await redis.kill();

  const { isError, json } = await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

  assert.equal(isError, false);
  assert.ok(!JSON.stringify(json).includes("127.0.0.1"));
  assert.equal(service.sandbox.requestsTo(PROJECTS).length, 1);
});
