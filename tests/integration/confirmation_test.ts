import assert from "node:assert/strict";
import { MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { startRedis } from "../support/redis_server.ts";
import { callTool, post, readMessage } from "../support/rpc.ts";
import { callModern, YES } from "../support/rpc_2026.ts";
import { FakeClock, type Sandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const [ENCRYPTION_KEY] = TEST_KEYS;
const CODE = "EXAMPLE-code-1";
const STOP = { name: "stop_server", args: { server_id: 100001, wait_seconds: 0 } };
const URL_ONLY = { elicitation: { url: {} } };

const stops = (sandbox: Sandbox) => sandbox.requestsTo("server_stop").length;

function details(json: Record<string, unknown>): Record<string, unknown> {
  return Object(json.details);
}

function pathOf(url: unknown): string {
  return new URL(String(url)).pathname;
}

Deno.test("with CONFIRM=off nobody is asked, and the service says so", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });

  const answer = await callModern({ url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS });
  const home = await fetch(service.url).then((response) => response.json());

  assert.equal(answer.kind, "result");
  assert.equal(stops(service.sandbox), 1);
  assert.equal(home.confirm, "off");
  assert.match(home.confirm_note, /CONFIRM is off/);
});

Deno.test("with CONFIRM=elicit clients that can't show questions are refused, and there is no page", async () => {
  await using service = await startService({ env: { CONFIRM: "elicit" } });

  const refused = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);
  const byUrl = await callModern({ url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS, capabilities: URL_ONLY });
  const asked = await callModern({ url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS });
  const page = await fetch(`${service.url}/approve/${"0".repeat(32)}`);

  assert.equal(refused.json.code, "confirmation_required");
  assert.equal(refused.json.details, undefined);
  assert.equal(byUrl.kind === "result" && byUrl.answer.json.code, "confirmation_required");
  assert.equal(asked.kind, "question");
  assert.equal(page.status, 404);
  assert.equal((await page.json()).error, "not_found", "no page at all");
  assert.equal(stops(service.sandbox), 0);
});

Deno.test("without a public address there is no page, and the error says why", async () => {
  await using service = await startService({ env: { HOST: "0.0.0.0", ALLOWED_HOSTS: "127.0.0.1" } });

  const { json } = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

  assert.equal(json.code, "confirmation_required");
  assert.match(String(json.hint), /PUBLIC_URL/);
  assert.equal(stops(service.sandbox), 0);
});

Deno.test("on a public address, approving needs the code", async () => {
  await using service = await startService({
    env: { PUBLIC_URL: "https://mcp.example.com", ALLOWED_HOSTS: "127.0.0.1" },
  });
  const origin = "https://mcp.example.com";
  const withCode = { ...TOKEN_HEADERS, "x-mcp-approval-code": CODE };

  const without = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);
  const asked = await callTool(service.mcpUrl, STOP.name, STOP.args, withCode);
  const path = pathOf(details(asked.json).approval_url);
  await decide(service.url, path, { decision: "approve", code: "EXAMPLE-wrong" }, origin);
  const early = await callTool(service.mcpUrl, STOP.name, STOP.args, withCode);
  await decide(service.url, path, { decision: "approve", code: CODE }, origin);
  const done = await callTool(service.mcpUrl, STOP.name, STOP.args, withCode);

  assert.equal(without.json.code, "confirmation_required");
  assert.equal(without.json.details, undefined);
  assert.match(String(without.json.hint), /X-MCP-Approval-Code/);
  assert.equal(early.json.code, "approval_pending");
  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.equal(stops(service.sandbox), 1);
  assert.equal(service.logLines.some((line) => line.includes(CODE)), false);
});

Deno.test("an approval code that can't be typed, or comes twice, refuses the request", async () => {
  await using service = await startService();
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };

  for (const code of ["short", "x".repeat(65), "has a space", "eight-ch, eight-ch"]) {
    const response = await post(service.mcpUrl, list, { "x-mcp-approval-code": code });
    const { error } = await response.json();

    assert.equal(response.status, 400, code);
    assert.equal(error.code, -32600, code);
  }
});

Deno.test("X-MCP-Confirm is page, or refuses the request", async () => {
  await using service = await startService();
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };

  for (const value of ["Page", "form", "true", "", "page,page", "page, page", "page;"]) {
    const response = await post(service.mcpUrl, list, { "x-mcp-confirm": value });
    const { error } = await response.json();

    assert.equal(response.status, 400, value);
    assert.equal(error.code, -32600, value);
  }
  const fine = await post(service.mcpUrl, list, { "x-mcp-confirm": "page" });
  await fine.body?.cancel();
  const preflight = await fetch(service.mcpUrl, { method: "OPTIONS", headers: { origin: "http://localhost:3000" } });
  assert.equal(fine.status, 200);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /\bx-mcp-confirm\b/);
});

Deno.test("a 2026 client that can only show addresses leads to the page, and its own accept is not a yes", async () => {
  await using service = await startService();
  const call = { url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS, capabilities: URL_ONLY };

  const asked = await callModern(call);
  if (asked.kind !== "question") throw new Error(JSON.stringify(asked));
  const answered = { state: asked.state, reply: { action: "accept" } };
  const early = await callModern({ ...call, answered });
  await decide(service.url, pathOf(asked.url), { decision: "approve" });
  const done = await callModern({ ...call, answered });

  assert.equal(asked.mode, "url");
  assert.equal(early.kind === "result" && early.answer.json.code, "approval_pending");
  assert.equal(JSON.stringify(early).includes("/approve/"), false, "the model does not see the address");
  assert.equal(done.kind === "result" && !done.answer.isError, true, JSON.stringify(done));
  assert.equal(stops(service.sandbox), 1);
});

Deno.test("a no to the address closes its page", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock });
  const call = { url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS, capabilities: URL_ONLY };

  const asked = await callModern(call);
  if (asked.kind !== "question") throw new Error(JSON.stringify(asked));
  await clock.advance(MIN_THOUGHT_MS);
  const declined = await callModern({ ...call, answered: { state: asked.state, reply: { action: "decline" } } });
  await decide(service.url, pathOf(asked.url), { decision: "approve" });
  const again = await callModern(call);

  assert.equal(declined.kind === "result" && declined.answer.json.code, "confirmation_declined");
  assert.equal(again.kind === "result" && again.answer.json.code, "confirmation_declined");
  assert.equal(stops(service.sandbox), 0);
});

Deno.test("a 2025 client that can only show addresses leads to the page", async () => {
  await using service = await startService();
  const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS, capabilities: URL_ONLY });

  const first = await session.converse(STOP.name, STOP.args, () => ({ action: "accept" }));
  const params = first.questions[0]?.params ?? {};
  await decide(service.url, pathOf(params.url), { decision: "approve" });
  const second = await session.converse(STOP.name, STOP.args, () => ({ action: "accept" }));

  assert.equal(params.mode, "url");
  assert.equal(typeof params.elicitationId, "string");
  assert.equal(first.answer.json.code, "approval_pending");
  assert.equal(second.answer.isError, false, JSON.stringify(second.answer.json));
  assert.equal(stops(service.sandbox), 1);
});

Deno.test("revisions before 2025-11-25 are asked without a mode", async () => {
  await using service = await startService();

  for (
    const [protocolVersion, server_id, mode] of [["2025-06-18", 100001, undefined], ["2025-11-25", 100002, "form"]]
  ) {
    const options = { headers: TOKEN_HEADERS, protocolVersion: String(protocolVersion) };
    const session = await LegacySession.open([service.mcpUrl], options);
    const { questions } = await session.converse(STOP.name, { server_id }, () => ({ action: "cancel" }));

    assert.deepEqual(questions.map(({ params }) => params.mode), [mode], options.protocolVersion);
  }
});

Deno.test("nobody is asked about a call that is refused anyway", async () => {
  await using service = await startService();
  const wrong = [
    { name: "stop_server", args: { server_id: 999 } },
    { name: "stop_server", args: {} },
    { name: "update_whitelisted_ips", args: { server_id: 100001, list: "ssh", remove: ["203.0.113.250"] } },
    { name: "install_ssl_certificate", args: { app_id: 200001, certificate: "none", private_key: "none" } },
  ];

  for (const call of wrong) {
    const answer = await callModern({ url: service.mcpUrl, ...call, headers: TOKEN_HEADERS });

    assert.equal(answer.kind, "result", call.name);
    assert.ok(answer.kind === "result" && !String(answer.answer.json.code).startsWith("confirmation_"), call.name);
  }
});

Deno.test("a yes to a change of a whitelist holds for its entries in another spelling", async () => {
  await using service = await startService();
  const call = { url: service.mcpUrl, name: "update_whitelisted_ips", headers: TOKEN_HEADERS };
  const args = (...add: string[]) => ({ server_id: 100001, list: "ssh", add });
  const asked = await callModern({ ...call, args: args("192.0.2.9/32", "2001:DB8:0::/48") });
  if (asked.kind !== "question") throw new Error(JSON.stringify(asked));

  const answered = { state: asked.state, reply: YES };
  const done = await callModern({ ...call, args: args("192.0.2.9", "2001:db8::/48"), answered });

  assert.equal(done.kind === "result" && done.answer.isError, false, JSON.stringify(done));
  assert.equal(service.sandbox.requestsTo("security_update_whitelisted_ips").length, 1);
});

Deno.test("a yes sent with other arguments for the same server is not used, and a person is asked about those", async () => {
  await using service = await startService();
  const stop = (name: string) => ({
    url: service.mcpUrl,
    name: "change_service_state",
    args: { server_id: 100001, service: name, action: "stop" },
    headers: TOKEN_HEADERS,
  });
  const asked = await callModern(stop("mysql"));
  if (asked.kind !== "question") throw new Error(JSON.stringify(asked));

  const other = await callModern({ ...stop("nginx"), answered: { state: asked.state, reply: YES } });
  const spent = await callModern({ ...stop("mysql"), answered: { state: asked.state, reply: YES } });

  assert.match(other.kind === "question" ? other.message : "", /nginx/);
  assert.equal(spent.kind === "result" && spent.answer.json.code, "confirmation_required");
  assert.equal(service.sandbox.requests.filter(({ method }) => method !== "GET").length, 0);
});

Deno.test("each call of a batch is asked about on its own", async () => {
  await using service = await startService();
  const calls = [100001, 100002].map((server_id) => ({
    jsonrpc: "2.0",
    id: server_id,
    method: "tools/call",
    params: { name: "stop_server", arguments: { server_id } },
  }));

  const response = await post(service.mcpUrl, calls, TOKEN_HEADERS);
  const text = await response.text();

  const addresses = new Set(text.match(/\/approve\/[A-Za-z0-9_-]+/g));
  assert.equal(addresses.size, 2);
  assert.equal(stops(service.sandbox), 0);
});

Deno.test("without the store nothing that needs a yes is done", async () => {
  await using redis = await startRedis();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY };
  await using service = await startService({ env });
  const call = { url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS };
  const asked = await callModern(call);
  if (asked.kind !== "question") throw new Error(JSON.stringify(asked));
  await redis.kill();

  const answered = await callModern({ ...call, answered: { state: asked.state, reply: YES } });
  const plain = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

  assert.equal(answered.kind === "result" && answered.answer.isError, true);
  assert.equal(plain.isError, true);
  assert.equal(stops(service.sandbox), 0);
});

Deno.test("a yes of a client that has left is not used", async () => {
  await using service = await startService();
  const call = { url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS };
  const asked = await callModern(call);
  if (asked.kind !== "question") throw new Error(JSON.stringify(asked));
  const end = service.sandbox.addFault({ operationId: "server_list", kind: { delayMs: 300 } });
  const leaving = new AbortController();

  const gone = callModern({ ...call, answered: { state: asked.state, reply: YES }, signal: leaving.signal });
  await until(() => service.sandbox.requestsTo("server_list").length === 2);
  leaving.abort();
  await assert.rejects(gone);
  end();
  const later = await callModern({ ...call, answered: { state: asked.state, reply: YES } });

  assert.equal(later.kind === "result" && !later.answer.isError, true, JSON.stringify(later));
  assert.equal(stops(service.sandbox), 1);
});

Deno.test("passwords are shown only after a person's yes, and never in read-only mode", async () => {
  await using service = await startService();
  const reveal = { name: "get_app_credentials", args: { app_id: 200001, reveal: ["admin"], show: "answer" } };
  const call = { url: service.mcpUrl, ...reveal, headers: TOKEN_HEADERS };

  const readOnly = await callModern({ ...call, headers: { ...TOKEN_HEADERS, "x-mcp-readonly": "true" } });
  const plain = await callModern({ ...call, args: { app_id: 200001 } });
  const asked = await callModern(call);
  if (asked.kind !== "question") throw new Error(JSON.stringify(asked));
  const shown = await callModern({ ...call, answered: { state: asked.state, reply: YES } });

  assert.equal(readOnly.kind === "result" && readOnly.answer.json.code, "read_only");
  assert.equal(plain.kind === "result" && Object(plain.answer.json.main).app_password, "[hidden]");
  assert.match(asked.message, /^Show admin passwords of application 200001 to the assistant/);
  assert.match(shown.kind === "result" ? String(Object(shown.answer.json.main).app_password) : "", /^EXAMPLE-/);
});

Deno.test("the model learns where the person decides, and is never asked to go there", async () => {
  await using service = await startService();

  const { json } = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

  assert.match(String(json.message), /^Stop server 100001: 3 applications go offline\./);
  assert.match(String(json.hint), /never open it yourself/);
  assert.match(String(details(json).approval_url), /^http:\/\/127\.0\.0\.1:7000\/approve\//);
});

Deno.test("no log line carries an approval's address", async () => {
  await using service = await startService();

  const { json } = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);
  const path = pathOf(details(json).approval_url);
  await fetch(service.url + path).then((response) => response.body?.cancel());

  const id = path.split("/").at(-1) ?? "";
  assert.ok(id.length >= 22);
  assert.equal(service.logLines.some((line) => line.includes(id)), false);
  assert.equal(
    await fetch(`${service.url}/metrics`).then((response) => response.text()).then((text) => text.includes(id)),
    false,
  );
});

Deno.test("an unknown kind of answer of a 2025 client to a question is not a yes", async () => {
  await using service = await startService();
  const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS });

  const { answer, questions } = await session.converse(STOP.name, STOP.args, () => ({ action: "maybe" }));

  assert.equal(questions.length, 1);
  assert.match(String(answer.json.code), /^confirmation_/);
  assert.equal(stops(service.sandbox), 0);
});

Deno.test("a 2025 client without a session is not asked, whatever it sends as a session id", async () => {
  await using service = await startService();
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: STOP.name, arguments: STOP.args } };

  for (const id of ["", "x", "a.b.c", "v1.00000000.AAAA"]) {
    const response = await post(service.mcpUrl, message, { ...TOKEN_HEADERS, "mcp-session-id": id });
    const { result } = await readMessage(response);

    assert.match(JSON.stringify(result), /approval_url/, id);
  }
  assert.equal(stops(service.sandbox), 0);
});
