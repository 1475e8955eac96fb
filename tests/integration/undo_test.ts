/** Taking changes back: what a receipt is bound to, what a person is asked, and what is recorded. */
import assert from "node:assert/strict";
import type { AppState, SandboxOptions } from "../sandbox/mod.ts";
import { FakeClock, type Sandbox } from "../sandbox/mod.ts";
import { MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";
import { memberOf } from "../../src/text/member.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { type Answer, KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern, type ModernAnswer } from "../support/rpc_2026.ts";
import { keptState, otherChanges, receiptOf, stateOf } from "../support/undo_cases.ts";
import { yesTo } from "../support/yes.ts";

const APP = { app_id: 200001 };
const CLOSE = { ...APP, enabled: false };
const DAY_MS = 24 * 3600_000;

interface Options {
  CONFIRM?: "off" | "ask";
  sandbox?: Sandbox | SandboxOptions;
  clock?: FakeClock;
}

function start({ CONFIRM = "off", sandbox, clock }: Options = {}): Promise<Service> {
  return startService({
    env: { CONFIRM, RATE_LIMIT_REQUESTS: "100000" },
    sandbox: sandbox ?? { pace: { polls: 1, seconds: 0 } },
    ...(clock && { clock }),
  });
}

function call(service: Service, name: string, args: Record<string, unknown>, headers: Record<string, string> = {}) {
  return callTool(service.mcpUrl, name, args, { ...TOKEN_HEADERS, ...headers });
}

async function receiptFor(
  service: Service,
  tool: string,
  args: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<string> {
  return receiptOf((await call(service, tool, args, headers)).json);
}

function shopOf({ sandbox }: Service): AppState {
  const app = sandbox.account().servers[0]?.apps[0];
  assert.ok(app !== undefined);
  return app;
}

const writes = ({ sandbox }: Service) => sandbox.requests.filter(({ method }) => method !== "GET").length;

Deno.test("a receipt says until when it is good, and is not found a day later", async () => {
  const clock = new FakeClock(Date.parse("2026-11-01T12:00:00Z"));
  await using service = await start({ clock });
  const { json } = await call(service, "set_app_state", CLOSE);
  const receipt = receiptOf(json);
  const sent = writes(service);

  assert.equal(memberOf(json.undo, "until"), "2026-11-02T12:00:00.000Z");
  await clock.advance(DAY_MS);
  const late = await call(service, "undo_change", { receipt });

  assert.equal(late.json.code, "not_found");
  assert.equal(writes(service), sent);
  assert.equal(shopOf(service).access, false);
});

Deno.test("a receipt is not there for another customer, nor for other bounds", async () => {
  await using service = await start();
  const bound = { "x-mcp-servers": "100001" };
  const whole = await receiptFor(service, "set_app_state", CLOSE);
  const narrow = await receiptFor(service, "set_app_ssh_access", CLOSE, bound);
  const sent = service.sandbox.requests.length;

  const unknown = await call(service, "undo_change", { receipt: "0".repeat(32) });
  const refused = await Promise.all([
    callTool(service.mcpUrl, "undo_change", { receipt: whole }, KEY_HEADERS),
    call(service, "undo_change", { receipt: whole }, bound),
    call(service, "undo_change", { receipt: narrow }),
    call(service, "undo_change", { receipt: narrow }, { "x-mcp-servers": "100001,100002" }),
    call(service, "undo_change", { receipt: whole }, { "x-mcp-tools": "undo_change" }),
    call(service, "undo_change", { receipt: whole }, { "x-mcp-exclude-tools": "set_app_state" }),
  ]);

  assert.equal(unknown.json.code, "not_found");
  const withoutId = ({ request_id: _, ...json }: Record<string, unknown>) => json;
  for (const { json } of refused) assert.deepEqual(withoutId(json), withoutId(unknown.json));
  assert.equal(service.sandbox.requests.length, sent, "nothing is asked of Cloudways");
  assert.equal((await call(service, "undo_change", { receipt: narrow }, bound)).isError, false);
  assert.equal((await call(service, "undo_change", { receipt: whole })).isError, false);
});

Deno.test("a caller who may only read takes nothing back, and one without undo_change gets no receipt", async () => {
  await using service = await start();
  const receipt = await receiptFor(service, "set_app_state", CLOSE);

  const read = await call(service, "undo_change", { receipt }, { "x-mcp-readonly": "true" });
  const without = await call(service, "set_app_ssh_access", CLOSE, { "x-mcp-exclude-tools": "undo_change" });
  const nobody = await callTool(service.mcpUrl, "undo_change", { receipt });

  assert.equal(read.json.code, "read_only");
  assert.equal(without.isError, false);
  assert.equal("undo" in without.json, false);
  assert.equal(nobody.json.code, "authentication_required");
  assert.equal(shopOf(service).access, false);
});

Deno.test("of many undos of one change at the same time, one is made", async () => {
  await using service = await start();
  const receipt = await receiptFor(service, "set_app_state", CLOSE);
  const sent = writes(service);

  const all = await Promise.all([1, 2, 3, 4].map(() => call(service, "undo_change", { receipt })));

  assert.equal(all.filter(({ isError }) => !isError).length, 1);
  assert.equal(writes(service), sent + 1);
  assert.equal(shopOf(service).access, true);
});

Deno.test("an undo that Cloudways refuses can be tried again", async () => {
  await using service = await start();
  const receipt = await receiptFor(service, "set_app_state", CLOSE);
  service.sandbox.addFault({
    operationId: "app_access_state_update",
    times: 1,
    kind: { status: 422, body: { state: [{ code: "in", message: "Invalid." }] } },
  });

  const refused = await call(service, "undo_change", { receipt });
  const done = await call(service, "undo_change", { receipt });

  assert.equal(refused.json.code, "validation_failed");
  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.equal(shopOf(service).access, true);
});

Deno.test("an undo of which nobody knows whether it was made uses its receipt up", async () => {
  await using service = await start();
  const receipt = await receiptFor(service, "set_app_state", CLOSE);
  service.sandbox.addFault({ operationId: "app_access_state_update", times: 1, kind: { status: 500, body: {} } });

  const unclear = await call(service, "undo_change", { receipt });
  const again = await call(service, "undo_change", { receipt });

  assert.equal(unclear.json.code, "upstream_error");
  assert.equal(again.json.code, "not_found");
});

Deno.test("nothing is taken back of what is gone, or is as before already", async () => {
  await using service = await start();
  const [reopened, gone] = [
    await receiptFor(service, "set_app_state", CLOSE),
    await receiptFor(service, "enforce_app_https", CLOSE),
  ];
  shopOf(service).access = true;
  const sent = writes(service);

  const same = await call(service, "undo_change", { receipt: reopened });
  service.sandbox.account().servers[0]?.apps.shift();
  const missing = await call(service, "undo_change", { receipt: gone });

  assert.equal(same.json.code, "validation_failed");
  assert.equal(missing.json.code, "not_found");
  assert.equal(writes(service), sent);
});

Deno.test("the record of an undo names the request of the change", async () => {
  await using service = await start();
  const receipt = await receiptFor(service, "set_app_state", CLOSE);

  await call(service, "undo_change", { receipt });

  const done = loggedRecords(service).filter(({ event }) => event === "outcome");
  const [change, undo] = done;
  assert.deepEqual(done.map(({ tool }) => tool), ["set_app_state", "set_app_state"]);
  assert.equal(memberOf(undo, "undoes"), memberOf(change, "request_id"));
  assert.equal(memberOf(change, "undoes"), undefined);
  const { json } = await call(service, "get_audit_log", {});
  const [newest, oldest] = Array.isArray(json.records) ? json.records : [];
  assert.equal(memberOf(newest, "undoes"), memberOf(oldest, "request_id"));
});

Deno.test("a person is asked as the reverse call asks, and the question shows no secret that the model did not send", async () => {
  await using first = await start();
  const secret = "env[DB_PASSWORD] = c4n4ry-Kx81mQz";
  shopOf(first).fpm_setting = secret;
  await using service = await start({ CONFIRM: "ask", sandbox: first.sandbox });
  const change = { ...APP, replace: "php_admin_value[memory_limit] = 512M" };
  const asking = { url: service.mcpUrl, name: "update_app_php_settings", args: change, headers: TOKEN_HEADERS };
  const asked = await callModern(asking);
  assert.ok(asked.kind === "question");
  const done = await callModern({ ...asking, answered: { state: asked.state, reply: yesTo(asked.message) } });
  assert.ok(done.kind === "result");
  const undo = { ...asking, name: "undo_change", args: { receipt: receiptOf(done.answer.json) } };
  const sent = writes(service);

  const question = await callModern(undo);
  assert.ok(question.kind === "question", JSON.stringify(question));
  assert.equal(writes(service), sent);
  assert.ok(!question.message.includes("c4n4ry"), question.message);
  const undone = await callModern({ ...undo, answered: { state: question.state, reply: yesTo(question.message) } });

  assert.ok(undone.kind === "result" && !undone.answer.isError, JSON.stringify(undone));
  assert.equal(shopOf(service).fpm_setting, secret);
  assert.ok(!service.logLines.join("\n").includes("c4n4ry"));
});

/** Makes a call, with a yes where one is asked for. */
async function approved(service: Service, name: string, args: Record<string, unknown>): Promise<Answer> {
  const asking = { url: service.mcpUrl, name, args, headers: TOKEN_HEADERS };
  const asked = await callModern(asking);
  if (asked.kind !== "question") return answerOf(asked);
  return answerOf(await callModern({ ...asking, answered: { state: asked.state, reply: yesTo(asked.message) } }));
}

function answerOf(answered: ModernAnswer): Answer {
  assert.ok(answered.kind === "result", JSON.stringify(answered));
  return answered.answer;
}

/** A service that asks, and another one on the same account that does not. */
async function startBoth({ setUp, clock }: { setUp?: (sandbox: Sandbox) => void; clock?: FakeClock } = {}) {
  const stack = new AsyncDisposableStack();
  const console = stack.use(await start());
  setUp?.(console.sandbox);
  const service = stack.use(await start({ CONFIRM: "ask", sandbox: console.sandbox, ...(clock && { clock }) }));
  return { service, console, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("a yes to the undo is none to the same call by itself, nor the other way round", async () => {
  await using both = await startBoth();
  const { service } = both;
  const receipt = receiptOf((await approved(service, "set_app_state", CLOSE)).json);
  const open = { url: service.mcpUrl, name: "set_app_state", args: { ...APP, enabled: true }, headers: TOKEN_HEADERS };
  const undo = { ...open, name: "undo_change", args: { receipt } };
  const sent = writes(service);

  for (const [one, other] of [[open, undo], [undo, open]] as const) {
    const asked = await callModern(one);
    assert.ok(asked.kind === "question");
    const answered = { state: asked.state, reply: yesTo(asked.message) };
    assert.equal((await callModern({ ...other, answered })).kind, "question");
  }

  assert.equal(writes(service), sent);
});

Deno.test("after a no the same undo is not asked about again, unless the user wants it", async () => {
  const clock = new FakeClock(Date.now());
  await using both = await startBoth({ clock });
  const { service } = both;
  const receipt = receiptOf((await approved(service, "set_app_state", CLOSE)).json);
  const undo = { url: service.mcpUrl, name: "undo_change", args: { receipt }, headers: TOKEN_HEADERS };
  const asked = await callModern(undo);
  assert.ok(asked.kind === "question");
  await clock.advance(MIN_THOUGHT_MS);

  const no = await callModern({ ...undo, answered: { state: asked.state, reply: { action: "decline" } } });
  const again = await callModern(undo);
  const wanted = await callModern({ ...undo, args: { receipt, again: true } });

  assert.equal(answerOf(no).json.code, "confirmation_declined");
  assert.equal(answerOf(again).json.code, "confirmation_declined");
  assert.equal(wanted.kind, "question");
});

for (const { tool, args, other, setUp } of otherChanges) {
  if (other === undefined) continue;
  Deno.test(`${tool}: what somebody changed since is shown, and replaced only with a yes`, async () => {
    await using both = await startBoth({ setUp });
    const { service, console } = both;
    const before = stateOf(service.sandbox);
    const receipt = receiptOf((await approved(service, tool, args)).json);
    const undo = { url: service.mcpUrl, name: "undo_change", args: { receipt }, headers: TOKEN_HEADERS };
    const { isError, json } = await call(console, other.tool, other.args);
    assert.equal(isError, false, JSON.stringify(json));
    const changed = stateOf(service.sandbox);
    const sent = writes(service);

    const asked = await callModern(undo);
    const left = stateOf(service.sandbox);
    assert.ok(asked.kind === "question", JSON.stringify(asked));
    const undone = await callModern({ ...undo, answered: { state: asked.state, reply: yesTo(asked.message) } });

    assert.deepEqual(left, changed, "nothing is written without a yes");
    assert.ok(asked.message.includes(other.shows), asked.message);
    assert.equal(answerOf(undone).isError, false, JSON.stringify(undone));
    assert.ok(writes(service) > sent);
    assert.deepEqual(stateOf(service.sandbox), before);
  });
}

for (const { tool, args, setUp } of otherChanges.filter(({ other }) => other === undefined)) {
  Deno.test(`${tool}: what somebody has put back already is left alone, and nobody is asked`, async () => {
    await using both = await startBoth({ setUp });
    const { service } = both;
    const kept = keptState(service.sandbox);
    const receipt = receiptOf((await approved(service, tool, args)).json);
    kept.restore();
    const sent = writes(service);

    const same = await callModern({
      url: service.mcpUrl,
      name: "undo_change",
      args: { receipt },
      headers: TOKEN_HEADERS,
    });

    assert.equal(answerOf(same).json.code, "validation_failed", JSON.stringify(same));
    assert.equal(writes(service), sent);
  });
}
