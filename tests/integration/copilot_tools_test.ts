/** Copilot: its plans and prices, its insights, and its switch for each server. */
import assert from "node:assert/strict";
import { ask, refusedUnasked, writesTo } from "../support/asked.ts";
import { BOUND_HEADERS } from "../support/bound_pair.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";

const SERVER = { server_id: 100001 };
const REFUSED = { status: 403, body: { error: "forbidden", message: "Copilot needs a subscription." } };

function start(CONFIRM = "off"): Promise<Service> {
  return startService({ env: { CONFIRM, RATE_LIMIT_REQUESTS: "100000" } });
}

async function call(service: Service, tool: string, args: Record<string, unknown> = {}, headers = {}) {
  return (await callTool(service.mcpUrl, tool, args, { ...TOKEN_HEADERS, ...headers })).json;
}

Deno.test("the first line of a change of plan names its price and the plan, and the present one is shown", async () => {
  await using service = await start("ask");

  const { firstLine, message, approve } = await ask(service, "change_copilot_subscription", {
    action: "change",
    plan_id: 3,
  });
  const json = await approve();

  assert.match(firstLine, /bill.*`49\.99[^`]*`.*`Pro`/);
  assert.match(message, /\nSubscription now: `Basic`/);
  assert.deepEqual([json?.action, json?.plan], ["change", { id: 3, name: "Pro", price: "49.99" }]);
  assert.equal(Object(json?.subscription).data.plan_name, "Pro");
  assert.equal(service.sandbox.account().copilot.planId, 3);
});

Deno.test("a plan is ordered, and cancelled, each after a yes to just that", async () => {
  await using service = await start("ask");
  const { copilot } = service.sandbox.account();
  copilot.planId = null;

  const order = await ask(service, "change_copilot_subscription", { action: "order", plan_id: 2 });
  await order.approve();
  const ordered = copilot.planId;
  const cancel = await ask(service, "change_copilot_subscription", { action: "cancel" });
  await cancel.approve();

  assert.match(order.firstLine, /bill.*`19\.99[^`]*`/);
  assert.match(order.message, /\nSubscription now: `not told`/);
  assert.match(cancel.firstLine, /^Cancel.*bills/);
  assert.deepEqual([ordered, copilot.planId], [2, null]);
  assert.deepEqual(writesTo(service.sandbox), ["copilot_subscribe", "copilot_unsubscribe"]);
});

Deno.test("the first line says that no price is known where Cloudways gives none", async () => {
  await using service = await start("ask");
  for (const plan of service.sandbox.account().copilot.plans) plan.price = "";

  const { firstLine } = await ask(service, "change_copilot_subscription", { action: "change", plan_id: 3 });

  assert.match(firstLine, /not known here.*`Pro`/);
});

Deno.test("a yes to one price, or to cancelling one plan, is none to another", async () => {
  await using service = await start("ask");
  const { copilot } = service.sandbox.account();
  const change = await ask(service, "change_copilot_subscription", { action: "change", plan_id: 3 });
  const cancel = await ask(service, "change_copilot_subscription", { action: "cancel" });

  copilot.plans = copilot.plans.map((plan) => ({ ...plan, price: "99.00" }));
  const changed = await change.approve();
  copilot.planId = 2;
  const cancelled = await cancel.approve();

  assert.deepEqual([changed, cancelled], [undefined, undefined], "a person is asked once more");
  assert.deepEqual(writesTo(service.sandbox), []);
});

Deno.test("an unknown plan is refused with the known ones, and without prices nothing is ordered", async () => {
  await using service = await start("ask");
  const args = { action: "order", plan_id: 9 };

  const unknown = await refusedUnasked(service, "change_copilot_subscription", args);
  service.sandbox.addFault({ operationId: "copilot_plans_list", kind: REFUSED });
  const unread = await refusedUnasked(service, "change_copilot_subscription", { ...args, plan_id: 2 });

  assert.deepEqual([unknown.code, Object(unknown.details).known], ["invalid_arguments", ["1", "2", "3"]]);
  assert.equal(unread.code, "forbidden");
  assert.deepEqual(writesTo(service.sandbox), []);
});

Deno.test("what Cloudways refuses to show of the subscription is null, and the rest is shown", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: "copilot_billing_get", kind: REFUSED });

  const json = await call(service, "get_copilot_subscription");

  assert.equal(json.usage, null);
  assert.equal(Object(json.plans).data.length, 3);
  assert.equal(Object(json.subscription).data.plan_name, "Basic");
  assert.deepEqual(json.servers_off, { data: [] });
});

Deno.test("an outage is no refusal of the subscription", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: "copilot_billing_get", kind: { status: 500, body: {} } });

  const json = await call(service, "get_copilot_subscription");

  assert.equal(json.code, "upstream_error");
});

Deno.test("insights are shown as they came, with counts, and need a plan", async () => {
  await using service = await start();

  const all = await call(service, "list_insights");
  const one = await call(service, "get_insight", { insight_id: 12345 });
  const unknown = await call(service, "get_insight", { insight_id: 99 });
  service.sandbox.account().copilot.planId = null;
  const without = await call(service, "list_insights");

  assert.equal(Object(all.reply).insights[0].alert_id, 12345);
  assert.deepEqual(Object(all.counts).data, { total: 1, critical: 0, high: 1 });
  assert.deepEqual([one.insight_id, Object(one.reply).subject], [12345, "High load"]);
  assert.deepEqual([unknown.code, without.code], ["validation_failed", "forbidden"]);
});

Deno.test("insights are listed even where their counts are refused", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: "copilot_insights_summary_get", kind: REFUSED });

  const { reply, counts } = await call(service, "list_insights");

  assert.deepEqual([Object(reply).insights.length, counts], [1, null]);
});

Deno.test("insights of one server are switched off after a yes, and on without one", async () => {
  await using service = await start("ask");
  const { copilot } = service.sandbox.account();

  const { message, approve } = await ask(service, "set_server_insights", { ...SERVER, enabled: false });
  const off = await approve();
  const afterwards = [...copilot.off];
  const on = await call(service, "set_server_insights", { ...SERVER, enabled: true });

  assert.match(message, /\nInsights now: `on`/);
  assert.deepEqual([off?.enabled, afterwards, on.enabled, copilot.off], [false, [100001], true, []]);
});

Deno.test("a caller who is bound to one server gets no answer of Cloudways that names another", async () => {
  await using service = await start();
  const body = { status: true, data: [{ server_id: 100001 }, { server_id: 100002, server_label: "Foreign" }] };
  service.sandbox.addFault({ operationId: "copilot_server_settings_update", kind: { status: 200, body } });
  const args = { ...SERVER, enabled: true };

  const bound = await call(service, "set_server_insights", args, BOUND_HEADERS);
  const whole = await call(service, "set_server_insights", args);

  assert.deepEqual([bound.enabled, bound.reply], [true, null]);
  assert.doesNotMatch(JSON.stringify(bound), /Foreign|100002/);
  assert.deepEqual(whole.reply, body);
});
