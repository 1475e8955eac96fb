/** Plans and undo: a plan says what can be taken back, and each step that was carried out has a receipt of its own. */
import assert from "node:assert/strict";
import { memberOf } from "../../src/text/member.ts";
import { FakeClock, type SandboxOptions, startSandbox } from "../sandbox/mod.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { type Answer, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { plan, planId, statesOf, writesOf } from "../support/plans.ts";
import { callTool } from "../support/rpc.ts";
import { receiptOf, stateOf } from "../support/undo_cases.ts";

const SHOP = { app_id: 200001 };
const CLOSE = { tool: "set_app_state", arguments: { ...SHOP, enabled: false } };
const SHUT_OUT = { tool: "set_app_ssh_access", arguments: { ...SHOP, enabled: false } };
const PURGE = { tool: "clear_app_cache", arguments: SHOP };

const env = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
const sandboxOptions: SandboxOptions = { rateLimitPerMinute: 100_000, pace: { polls: 1, seconds: 0 } };

function start(): Promise<Service> {
  return startService({ env, sandbox: sandboxOptions });
}

function call({ mcpUrl }: Service, name: string, args: Record<string, unknown>, headers: Record<string, string> = {}) {
  return callTool(mcpUrl, name, args, { ...TOKEN_HEADERS, ...headers });
}

/** The steps in an answer or an error. */
function stepsOf({ json, isError }: Answer): Record<string, unknown>[] {
  return Array.from(Object(isError ? json.details : json).steps, Object);
}

Deno.test("a step of a plan is taken back by its receipt, and the others stay", async () => {
  await using service = await start();
  const before = stateOf(service.sandbox);
  const plan_id = await planId(service, [CLOSE, SHUT_OUT]);

  const applied = await call(service, "apply_plan", { plan_id });
  const [first = {}, second = {}] = stepsOf(applied);
  const undone = await call(service, "undo_change", { receipt: receiptOf(first) });
  const oneBack = stateOf(service.sandbox);
  const replayed = await call(service, "undo_change", { receipt: receiptOf(first) });
  const rest = await call(service, "undo_change", { receipt: receiptOf(second) });
  const bothBack = stateOf(service.sandbox);
  await call(service, SHUT_OUT.tool, SHUT_OUT.arguments);

  assert.deepEqual(statesOf(applied), ["done", "done"], JSON.stringify(applied.json));
  assert.equal(undone.isError, false, JSON.stringify(undone.json));
  assert.equal(replayed.json.code, "not_found");
  assert.equal(rest.isError, false, JSON.stringify(rest.json));
  assert.deepEqual(bothBack, before);
  assert.deepEqual(oneBack, stateOf(service.sandbox), "as if the other step had been made alone");
});

Deno.test("a plan says of each step whether it can be taken back", async () => {
  await using service = await start();
  const updates = { tool: "set_app_updates", arguments: { ...SHOP, enabled: true } };

  const made = await plan(service, [CLOSE, updates, PURGE]);

  assert.deepEqual(stepsOf(made).map(({ undo }) => undo), ["by receipt", "in another way", "no"]);
});

Deno.test("what a plan did before it stopped has its receipts, and each is told again", async () => {
  await using service = await start();
  const before = stateOf(service.sandbox);
  const plan_id = await planId(service, [CLOSE, SHUT_OUT]);
  service.sandbox.addFault({
    operationId: "app_ssh_access_update",
    times: 1,
    kind: { status: 422, body: { error: "No" } },
  });

  const stopped = await call(service, "apply_plan", { plan_id });
  const again = await call(service, "apply_plan", { plan_id });
  const [done = {}, failed = {}] = stepsOf(stopped);
  const undone = await call(service, "undo_change", { receipt: receiptOf(done) });

  assert.deepEqual(statesOf(stopped), ["done", "failed"]);
  assert.equal("undo" in failed, false);
  assert.deepEqual(stepsOf(again), stepsOf(stopped));
  assert.equal(undone.isError, false, JSON.stringify(undone.json));
  assert.deepEqual(stateOf(service.sandbox), before);
});

Deno.test("a step that starts work has its receipt in the call that sees its end", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ ...sandboxOptions, clock, pace: { polls: 1_000, seconds: 60 } });
  await using service = await startService({ env, clock, sandbox });
  const step = { tool: "update_app_cname", arguments: { ...SHOP, cname: "new.example.com", wait_seconds: 0 } };
  const plan_id = await planId(service, [step]);
  const next = () => clock.runUntil(call(service, "apply_plan", { plan_id, wait_seconds: 0 }));

  const begun = await next();
  await clock.advance(60_000);
  const ended = await next();

  const [started = {}] = stepsOf(begun);
  const [done = {}] = stepsOf(ended);
  assert.deepEqual([statesOf(begun), statesOf(ended)], [["started"], ["done"]]);
  assert.equal(receiptOf(done), receiptOf(started));
});

Deno.test("the receipt of a step is bound as the plan is, and its undo names the plan's request", async () => {
  await using service = await start();
  const bound = { "x-mcp-servers": "100001" };
  const headers = { ...TOKEN_HEADERS, ...bound };
  const plan_id = await planId(service, [CLOSE], { headers });
  const [step = {}] = stepsOf(await call(service, "apply_plan", { plan_id }, bound));
  const sent = service.sandbox.requests.length;

  const other = await call(service, "undo_change", { receipt: receiptOf(step) });
  const sentForOther = service.sandbox.requests.length - sent;
  const own = await call(service, "undo_change", { receipt: receiptOf(step) }, bound);

  assert.equal(other.json.code, "not_found");
  assert.equal(sentForOther, 0);
  assert.equal(own.isError, false, JSON.stringify(own.json));
  const ended = loggedRecords(service).filter(({ event }) => event === "outcome");
  assert.deepEqual(ended.map(({ tool, outcome }) => [tool, outcome]), [["apply_plan", "ok"], ["set_app_state", "ok"]]);
  const [applied, undone] = ended;
  assert.equal(memberOf(undone, "undoes"), memberOf(applied, "request_id"));
});

Deno.test("undo_change is no step of a plan, and its receipt stays good", async () => {
  await using service = await start();
  const { json } = await call(service, CLOSE.tool, CLOSE.arguments);
  const receipt = receiptOf(json);
  const sent = writesOf(service.sandbox).length;

  const refused = await plan(service, [{ tool: "undo_change", arguments: { receipt } }]);
  const sentForPlan = writesOf(service.sandbox).length - sent;
  const undone = await call(service, "undo_change", { receipt });

  assert.equal(refused.json.code, "invalid_arguments");
  assert.equal(memberOf(refused.json.details, "step"), 1);
  assert.match(String(refused.json.message), /call it by itself/);
  assert.equal(sentForPlan, 0);
  assert.equal(undone.isError, false, JSON.stringify(undone.json));
});
