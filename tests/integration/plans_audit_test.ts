/** What the audit trail holds of a plan: one record with all its steps, before and after. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { allowOffice, planId } from "../support/plans.ts";
import { callTool } from "../support/rpc.ts";
import { DEMO_ACCOUNT, FakeClock, startSandbox } from "../sandbox/mod.ts";

const SERVERS = [100001, 100002, 100003];
const STEPS = SERVERS.map((id) => allowOffice(id));
const WRITE = "security_update_whitelisted_ips";
const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
const SANDBOX = { accounts: [{ ...DEMO_ACCOUNT, servers: 3 }], rateLimitPerMinute: 100_000 };

function applyOnce({ mcpUrl }: Service, plan_id: string, headers = TOKEN_HEADERS) {
  return callTool(mcpUrl, "apply_plan", { plan_id }, headers);
}

/** The records of applied plans that are logged so far, as event, outcome and the states of the steps. */
function recorded({ logLines }: Service) {
  const lines = logLines.filter((line) => line.includes('"message":"audit"')).map((line) => JSON.parse(line).audit);
  return lines.filter(({ tool }) => tool === "apply_plan").map(({ event, outcome, steps }) => ({
    event,
    outcome,
    states: Array.from(steps ?? [], (step) => Object(step).state),
    servers: Array.from(steps ?? [], (step) => Object(step).server_id),
  }));
}

/** The actions that a caller is shown. */
async function actionsOf({ mcpUrl }: Service, headers: Record<string, string> = TOKEN_HEADERS) {
  const { json } = await callTool(mcpUrl, "get_audit_log", { tool: "apply_plan" }, headers);
  assert.ok(Array.isArray(json.records), JSON.stringify(json));
  return json.records.map(Object);
}

Deno.test("a plan is one record with its steps: intended before the first is sent, ended after the last", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ ...SANDBOX, clock });
  await using service = await startService({ env: ENV, sandbox });
  const plan_id = await planId(service, STEPS);
  sandbox.addFault({ operationId: WRITE, times: 1, kind: { delayMs: 1_000 } });

  const applying = applyOnce(service, plan_id);
  await clock.untilSleeping();
  const before = recorded(service);
  await clock.advance(1_000);
  await applying;

  const intent = { event: "intent", outcome: null, states: SERVERS.map(() => "not_begun"), servers: SERVERS };
  const outcome = { event: "outcome", outcome: "ok", states: SERVERS.map(() => "done"), servers: SERVERS };
  assert.deepEqual(before, [intent]);
  assert.deepEqual(recorded(service), [intent, outcome]);
});

Deno.test("the record of a plan that stopped says how far each step came", async () => {
  for (const [status, outcome, state] of [[422, "operation_failed", "failed"], [503, "unknown", "unknown"]] as const) {
    await using service = await startService({ env: ENV, sandbox: SANDBOX });
    const plan_id = await planId(service, STEPS);
    service.sandbox.addFault({ operationId: WRITE, times: 1, kind: { delayMs: 0 } });
    service.sandbox.addFault({ operationId: WRITE, times: 1, kind: { status, body: { message: "No" } } });

    await applyOnce(service, plan_id);

    const [, ended] = recorded(service);
    assert.deepEqual([ended?.outcome, ended?.states], [outcome, ["done", state, "not_begun"]]);
  }
});

Deno.test("get_audit_log shows a plan as one action with its steps and their arguments", async () => {
  await using service = await startService({ env: ENV, sandbox: SANDBOX });

  await applyOnce(service, await planId(service, STEPS));

  const [action, ...others] = await actionsOf(service);
  assert.deepEqual(others, []);
  assert.equal(action.result, "done");
  assert.deepEqual(Array.from(action.steps, (step) => Object(step).arguments), STEPS.map((step) => step.arguments));
});

Deno.test("a plan of fifty steps with long arguments keeps in its record what each step hits", async () => {
  await using service = await startService({
    env: ENV,
    sandbox: { ...SANDBOX, accounts: [{ ...DEMO_ACCOUNT, servers: 50 }] },
  });
  const add = Array.from({ length: 40 }, (_, n) => `203.0.113.${n + 1}`);
  const everywhere = { tool: "update_whitelisted_ips", arguments: { list: "ssh", add }, all_servers: true };

  await applyOnce(service, await planId(service, [everywhere]));

  const [action] = await actionsOf(service);
  const ids = service.sandbox.account().servers.map(({ id }) => id);
  assert.deepEqual(Array.from(action.steps, (step) => Object(step).server_id), ids);
  assert.ok(JSON.stringify(action.steps).length < 30_000);
});

Deno.test("a caller who is bound to some servers sees the plans whose steps are all on them", async () => {
  await using service = await startService({ env: ENV, sandbox: SANDBOX });
  const bound = { ...TOKEN_HEADERS, "x-mcp-servers": "100001" };
  await applyOnce(service, await planId(service, STEPS.slice(0, 2)));
  const own = await planId(service, [{ tool: "clear_app_cache", arguments: { app_id: 200001 } }]);
  await applyOnce(service, own);

  const seen = await actionsOf(service, bound);

  assert.deepEqual(seen.map(({ arguments: args }) => args.plan_id), [own]);
  assert.doesNotMatch(JSON.stringify(seen), /100002/);
});
