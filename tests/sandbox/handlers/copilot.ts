import { type Call, type Handlers, isOn, number } from "../call.ts";
import { notFound, Refusal } from "../refusals.ts";
import type { InsightState } from "../state.ts";

/** Copilot: its insights, its plans, and its switch for each server. Members of replies are those of one client. */
export const copilotHandlers: Handlers = {
  copilot_insights_list: (call) => ({ insights: insights(call).map((one) => shown(call, one)), pagination: {} }),
  copilot_insights_summary_get(call) {
    const all = insights(call);
    const count = (wanted: string) => all.filter(({ severity }) => severity === wanted).length;
    return { data: { total: all.length, critical: count("critical"), high: count("high") } };
  },
  copilot_insight_get(call) {
    const found = insights(call).find(({ id }) => id === number(call, "alert_id"));
    if (found === undefined) throw notFound("alert_id");
    return shown(call, found);
  },
  copilot_plans_list: ({ account: { copilot } }) => ({
    data: copilot.plans,
    prev_plans: [],
    pending_downgrade_request: copilot.pendingPlanId === null ? null : { plan_id: copilot.pendingPlanId },
  }),
  copilot_subscription_status({ account: { copilot } }) {
    const plan = copilot.plans.find(({ id }) => id === copilot.planId);
    if (plan === undefined) return { data: { status: "inactive" } };
    return { data: { plan_name: plan.name, status: "active", expires_at: "2026-12-01" } };
  },
  copilot_subscribe(call) {
    const { copilot } = call.account;
    if (copilot.planId !== null) throw new Refusal(400, { message: "There is a subscription already." });
    copilot.planId = thePlan(call);
    return { status: true, data: {} };
  },
  copilot_unsubscribe({ account: { copilot } }) {
    if (copilot.planId === null) throw new Refusal(400, { message: "There is no subscription." });
    Object.assign(copilot, { planId: null, pendingPlanId: null });
    return { status: true, data: {} };
  },
  // A smaller plan waits for the end of the cycle.
  copilot_plan_change(call) {
    const { copilot } = call.account;
    if (copilot.planId === null) throw new Refusal(400, { message: "There is no subscription." });
    const wanted = thePlan(call);
    if (wanted < copilot.planId) copilot.pendingPlanId = wanted;
    else Object.assign(copilot, { planId: wanted, pendingPlanId: null });
    return { status: true, data: {} };
  },
  copilot_billing_get(call) {
    const given = call.fields.billing_cycle;
    const cycle = typeof given === "string" ? given : new Date(call.clock.now()).toISOString().slice(0, 7);
    return { data: { cycle_start: `${cycle}-01`, cycle_end: `${cycle}-28`, credits_used: 0 } };
  },
  // Only servers that were switched off are listed here.
  copilot_server_settings_get: ({ account: { copilot } }) => ({
    data: copilot.off.map((server_id) => ({ server_id, insights_enabled: false })),
  }),
  copilot_server_settings_update(call) {
    const { copilot } = call.account;
    const others = copilot.off.filter((id) => id !== call.server.id);
    copilot.off = isOn(call, "insights_enabled") ? others : [...others, call.server.id];
    return { status: true, data: {} };
  },
};

/** Without a plan the calls are most likely refused. */
function insights({ account }: Call): InsightState[] {
  if (account.copilot.planId === null) throw new Refusal(403, { message: "Copilot needs a subscription." });
  return account.insights.filter(({ server_id }) => !account.copilot.off.includes(server_id));
}

function shown({ account }: Call, { id, ...insight }: InsightState): unknown {
  const server_label = account.servers.find((one) => one.id === insight.server_id)?.label ?? "";
  const states = { type: "security", status: "open", fix_status: "pending" };
  return { alert_id: id, user_id: account.userId, server_label, ...states, ...insight };
}

function thePlan(call: Call): number {
  const plan = call.account.copilot.plans.find(({ id }) => id === number(call, "plan_id"));
  if (plan === undefined) throw notFound("plan_id");
  return plan.id;
}
