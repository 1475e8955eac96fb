/** Making a plan: what it shows, what it refuses, and that it changes nothing. */
import assert from "node:assert/strict";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { type Service, startService } from "../support/harness.ts";
import {
  allowOffice,
  apply,
  applyWithYes,
  askToApply,
  OFFICE,
  plan,
  planId,
  questionOf,
  statesOf,
  whitelisted,
  writesOf,
} from "../support/plans.ts";
import { callTool } from "../support/rpc.ts";
import { approvalOf } from "../support/yes.ts";
import { toolRows } from "../tool_rows/mod.ts";
import { DEMO_ACCOUNT, FakeClock, type SandboxOptions } from "../sandbox/mod.ts";

const SERVERS = [100001, 100002];
const BOTH = SERVERS.map((id) => allowOffice(id));
const PUBLIC_URL = "http://127.0.0.1:7000";

/** A service whose limits are no subject here. */
function start(env: Record<string, string> = {}, sandbox: SandboxOptions = {}): Promise<Service> {
  return startService({
    env: { RATE_LIMIT_REQUESTS: "100000", PUBLIC_URL, ...env },
    sandbox: { rateLimitPerMinute: 100_000, pace: { polls: 1, seconds: 0 }, ...sandbox },
  });
}

Deno.test("the office address on 25 servers takes three calls and one yes", async () => {
  await using service = await start({}, { accounts: [{ ...DEMO_ACCOUNT, servers: 25 }] });
  const args = { list: "ssh", add: [OFFICE] };

  const made = await plan(service, [{ tool: "update_whitelisted_ips", arguments: args, all_servers: true }]);
  const plan_id = String(made.json.plan_id);
  const asked = await callTool(service.mcpUrl, "apply_plan", { plan_id }, TOKEN_HEADERS);
  const path = new URL(String(Object(asked.json.details).approval_url)).pathname;
  const page = await (await fetch(service.url + path)).text();
  const sentBefore = writesOf(service.sandbox).length;
  assert.equal(await decide(service.url, path, approvalOf(String(asked.json.message))), 303);
  const done = await callTool(service.mcpUrl, "apply_plan", { plan_id }, TOKEN_HEADERS);

  const { servers } = service.sandbox.account();
  assert.equal(sentBefore, 0);
  assert.equal(done.json.status, "completed", JSON.stringify(done.json));
  assert.deepEqual(whitelisted(service.sandbox), servers.map(({ id }) => id));
  assert.ok(servers.every(({ whitelist }) => whitelist.sftp.ips.includes(OFFICE)));
  for (const { id, label, apps } of servers) {
    assert.ok(page.includes(`${id} `) && page.includes(label), `the page shows server ${id}`);
    assert.ok(apps.every((app) => page.includes(`${app.id} `)), `the page shows the applications of server ${id}`);
  }
});

Deno.test("a plan shows each step, what it hits and what it takes, and sends no change", async () => {
  await using service = await start();

  const { json, isError } = await plan(service, [...BOTH, { tool: "clear_app_cache", arguments: { app_id: 200001 } }]);

  const [first, second, third] = Array.from(Object(json.steps), Object);
  assert.equal(isError, false, JSON.stringify(json));
  assert.deepEqual([first.number, first.tool, first.server_id], [1, "update_whitelisted_ips", 100001]);
  assert.deepEqual([second.number, second.server_id, typeof second.server_label], [2, 100002, "string"]);
  assert.deepEqual([third.number, third.app_id, third.server_id], [3, 200001, 100001]);
  assert.match(String(first.does), /server 100001/);
  assert.ok(Number(json.request_count) > 0);
  assert.deepEqual(writesOf(service.sandbox), []);
});

Deno.test("all steps of a plan share one reading of the servers", async () => {
  await using service = await start();

  await planId(service, [...BOTH, { tool: "clear_app_cache", arguments: { app_id: 200001 } }]);

  assert.equal(service.sandbox.requestsTo("server_list").length, 1);
  assert.equal(service.sandbox.requestsTo("security_get_whitelisted_ips").length, 2);
});

Deno.test("a form gives counts first and every step, as long as they fit; more steps go to the page", async () => {
  await using service = await start();
  const few = await questionOf(service, await planId(service, BOTH));
  const restarts = Array.from({ length: 11 }, () => ({ tool: "restart_server", arguments: { server_id: 100001 } }));

  const many = await askToApply(service, await planId(service, restarts));

  const [line = ""] = few.message.split("\n");
  assert.match(line, /^Carry out a plan of 2 steps: /);
  for (const id of SERVERS) assert.ok(few.message.includes(`Server: ${id} `), few.message);
  assert.equal(
    few.message.split(OFFICE).length - 1,
    6,
    "each step: the argument, the address added, and the list after",
  );
  assert.ok(many.kind === "result" && many.answer.json.code === "confirmation_required", JSON.stringify(many));
  assert.match(String(Object(many.answer.json.details).approval_url), /\/approve\//);
});

/** What no plan may hold: the steps, the number of the wrong one, and words of the refusal. */
const REFUSED: Record<string, { steps: unknown[]; step: number; code?: string; says: RegExp }> = {
  "a tool that only reads": { steps: [BOTH[0], { tool: "list_servers" }], step: 2, says: /only reads/ },
  "a tool that does not exist": { steps: [{ tool: "delete_everything" }], step: 1, says: /no such tool/ },
  "a tool that calls another one": {
    steps: [{ tool: "call_tool", arguments: { name: "restart_server" } }],
    step: 1,
    says: /the tool itself/,
  },
  "a plan": {
    steps: [BOTH[0], { tool: "apply_plan", arguments: { plan_id: crypto.randomUUID() } }],
    step: 2,
    says: /a step of a plan/,
  },
  "what is gone for good": {
    steps: [{ tool: "remove_team_member", arguments: { member_id: 600001 } }],
    step: 1,
    says: /gone for good/,
  },
  "what sets a password": {
    steps: [{ tool: "reset_master_password", arguments: { server_id: 100001 } }],
    step: 1,
    says: /secret/,
  },
  "wrong arguments": { steps: [BOTH[0], allowOffice(100002, { list: "ftp" })], step: 2, says: /list/ },
  "arguments that are not JSON": { steps: [{ tool: "restart_server", arguments: "{" }], step: 1, says: /JSON/ },
  "a server that is not there": { steps: [BOTH[0], allowOffice(999999)], step: 2, code: "not_found", says: /Step 2/ },
  "a server among several that is not there": {
    steps: [{ tool: "restart_server", server_ids: [100001, 999999] }],
    step: 2,
    code: "not_found",
    says: /Step 2/,
  },
  "all servers for a tool about applications": {
    steps: [{ tool: "clear_app_cache", all_servers: true }],
    step: 1,
    says: /one server each/,
  },
  "all servers and one of them": {
    steps: [{ tool: "restart_server", arguments: { server_id: 100001 }, all_servers: true }],
    step: 1,
    says: /contradicts/,
  },
  "all servers and some of them": {
    steps: [{ tool: "restart_server", server_ids: [100001], all_servers: true }],
    step: 1,
    says: /exclude each other/,
  },
};

for (const [what, { steps, step, code = "invalid_arguments", says }] of Object.entries(REFUSED)) {
  Deno.test(`a plan is refused for ${what}, by the number of the step, and none is kept`, async () => {
    await using service = await start();

    const { json } = await plan(service, steps);

    assert.equal(json.code, code, JSON.stringify(json));
    assert.match(String(json.message), new RegExp(`^Step ${step} \\(`));
    assert.match(String(json.message), says);
    assert.equal(json.plan_id, undefined);
    assert.deepEqual(writesOf(service.sandbox), []);
  });
}

Deno.test("a plan of more than fifty steps is refused, also where they come from one", async () => {
  await using service = await start({}, { accounts: [{ ...DEMO_ACCOUNT, servers: 26 }] });
  const everywhere = { tool: "restart_server", all_servers: true };

  const { json } = await plan(service, [everywhere, everywhere]);

  assert.equal(json.code, "invalid_arguments");
  assert.match(String(json.message), /52 steps/);
});

Deno.test("a private key in a plan is in no answer, log or record, and is shown by its fingerprint", async () => {
  await using service = await start();
  const row = toolRows.find(({ tool }) => tool === "install_ssl_certificate");
  const step = { tool: "install_ssl_certificate", arguments: row?.minimal };

  const made = await plan(service, [step]);
  const plan_id = String(made.json.plan_id);
  const asked = await questionOf(service, plan_id);
  const done = await applyWithYes(service, plan_id, asked);
  const records = await callTool(service.mcpUrl, "get_audit_log", {}, TOKEN_HEADERS);

  const body = String(row?.minimal.private_key).split("\n")[1] ?? "";
  const told = JSON.stringify([made.json, asked, done.json, records.json, service.logLines]);
  assert.ok(body.length > 40 && JSON.stringify(writesOf(service.sandbox)).includes(body));
  assert.ok(!told.includes(body));
  assert.match(asked.message, /private_key: `⟨\d+ characters, fingerprint/);
});

Deno.test("what is so already is told, and no part of the work", async () => {
  await using service = await start();
  const [server] = service.sandbox.account().servers;
  server?.whitelist.sftp.ips.push(OFFICE);

  const made = await plan(service, BOTH);
  const done = await apply(service, String(made.json.plan_id));
  const nothing = await plan(service, BOTH);

  assert.equal(made.json.to_do_count, 1, JSON.stringify(made.json));
  assert.equal(Object(made.json.steps)[0].state, "already_so");
  assert.deepEqual(statesOf(done), ["already_so", "done"]);
  assert.deepEqual(whitelisted(service.sandbox), [100002]);
  assert.equal(nothing.json.code, "validation_failed");
});

Deno.test("arguments may come as an object, as text, and by former names of the tool", async () => {
  await using service = await start();
  const [step] = BOTH;
  const asText = { ...step, arguments: JSON.stringify(step?.arguments) };

  const made = await Promise.all([plan(service, [step]), plan(service, [asText])]);

  for (const { json } of made) assert.equal(Object(json.steps)[0].server_id, 100001, JSON.stringify(json));
});

Deno.test("a plan that reads more than its share leaves the rest unchecked, and says so", async () => {
  const clock = new FakeClock();
  await using service = await startService({
    env: { RATE_LIMIT_REQUESTS: "12", CONFIRM: "off" },
    clock,
    sandbox: { clock, accounts: [{ ...DEMO_ACCOUNT, servers: 12 }], rateLimitPerMinute: 100_000 },
  });

  const made = await plan(service, [{
    tool: "update_whitelisted_ips",
    arguments: { list: "ssh", add: [OFFICE] },
    all_servers: true,
  }]);

  const states = Array.from(Object(made.json.steps), (step) => Object(step).state);
  assert.equal(made.isError, false, JSON.stringify(made.json));
  assert.ok(states.includes("not_checked") && states.includes(undefined), JSON.stringify(states));
  assert.ok(service.sandbox.requests.length <= 12 - 4);
});

Deno.test("a plan is the customer's and the connection's that made it: to others it never existed", async () => {
  await using service = await start();
  const bound = { ...TOKEN_HEADERS, "x-mcp-servers": "100001,100002" };
  const plan_id = await planId(service, BOTH);
  const boundId = await planId(service, BOTH, { headers: bound });
  const ask = (id: string, headers: Record<string, string>) =>
    callTool(service.mcpUrl, "apply_plan", { plan_id: id }, headers);

  const answers = await Promise.all([
    ask(crypto.randomUUID(), TOKEN_HEADERS),
    ask(plan_id, KEY_HEADERS),
    ask(plan_id, bound),
    ask(boundId, TOKEN_HEADERS),
    ask(boundId, { ...TOKEN_HEADERS, "x-mcp-servers": "100001" }),
  ]);

  const told = answers.map(({ json: { request_id: _, ...rest } }) => rest);
  assert.equal(told[0]?.code, "not_found");
  for (const other of told) assert.deepEqual(other, told[0]);
});

Deno.test("the servers of a plan are those within the caller's bounds", async () => {
  await using service = await start();
  const headers = { ...TOKEN_HEADERS, "x-mcp-servers": "100002" };

  const everywhere = await plan(service, [{ tool: "restart_server", all_servers: true }], { headers });
  const elsewhere = await plan(service, [{ tool: "restart_server", arguments: { server_id: 100001 } }], { headers });

  assert.deepEqual(Array.from(Object(everywhere.json.steps), (step) => Object(step).server_id), [100002]);
  assert.equal(elsewhere.json.code, "not_found");
});

Deno.test("a caller who may only read can't plan what they could not do, and has no apply_plan", async () => {
  await using service = await start();
  const headers = { ...TOKEN_HEADERS, "x-mcp-readonly": "true" };
  const plan_id = await planId(service, BOTH);

  const planned = await plan(service, BOTH, { headers });
  const applied = await callTool(service.mcpUrl, "apply_plan", { plan_id }, headers);

  assert.equal(planned.json.code, "read_only");
  assert.equal(applied.json.code, "read_only");
});

Deno.test("call_read_tool makes a plan, and call_tool applies it", async () => {
  await using service = await start({ CONFIRM: "off" });
  const made = await callTool(
    service.mcpUrl,
    "call_read_tool",
    { name: "plan_changes", arguments: JSON.stringify({ steps: BOTH }) },
    TOKEN_HEADERS,
  );

  const { plan_id } = made.json;
  const done = await callTool(
    service.mcpUrl,
    "call_tool",
    { name: "apply_plan", arguments: { plan_id } },
    TOKEN_HEADERS,
  );

  assert.deepEqual(statesOf(done), ["done", "done"]);
});

const MINUTE_MS = 60_000;

Deno.test("a plan is asked about for thirty minutes, and no later", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  const plan_id = await planId(service, BOTH);
  await clock.advance(30 * MINUTE_MS);

  const late = await askToApply(service, plan_id);

  assert.ok(late.kind === "result");
  assert.equal(late.answer.json.code, "not_found");
});

for (const [place, decideLater] of Object.entries({ form: approveInForm, page: approveOnPage })) {
  Deno.test(`a ${place} about a plan, asked in its last minute, holds a yes for thirty minutes, for one use`, async () => {
    const clock = new FakeClock();
    await using service = await startService({ clock, env: { PUBLIC_URL }, sandbox: { clock } });
    const plan_id = await planId(service, BOTH);
    await clock.advance(29 * MINUTE_MS);
    const applyLater = await decideLater(service, plan_id, () => clock.advance(29 * MINUTE_MS));

    const done = await applyLater();
    const again = await applyLater();

    assert.deepEqual(statesOf(done), ["done", "done"]);
    assert.equal(again.isError, true, JSON.stringify(again.json));
    assert.deepEqual(whitelisted(service.sandbox), SERVERS);
  });

  Deno.test(`a yes to a plan, given in a ${place}, ends thirty minutes after the question`, async () => {
    const clock = new FakeClock();
    await using service = await startService({ clock, env: { PUBLIC_URL }, sandbox: { clock } });
    const plan_id = await planId(service, BOTH);
    const applyLater = await decideLater(service, plan_id, () => clock.advance(29 * MINUTE_MS));
    await clock.advance(MINUTE_MS);

    const late = await applyLater();

    assert.equal(late.isError, true, JSON.stringify(late.json));
    assert.deepEqual(writesOf(service.sandbox), []);
  });
}

/** Asks by a form, and returns how to apply the plan with its yes once `wait` is over. */
async function approveInForm(service: Service, plan_id: string, wait: () => Promise<void>) {
  const asked = await questionOf(service, plan_id);
  await wait();
  return () => applyWithYes(service, plan_id, asked);
}

/** Approves on the page once `wait` is over, and returns how to apply the plan. */
async function approveOnPage(service: Service, plan_id: string, wait: () => Promise<void>) {
  const call = () => callTool(service.mcpUrl, "apply_plan", { plan_id }, TOKEN_HEADERS);
  const asked = await call();
  await wait();
  const path = new URL(String(Object(asked.json.details).approval_url)).pathname;
  assert.equal(await decide(service.url, path, approvalOf(String(asked.json.message))), 303);
  return call;
}
