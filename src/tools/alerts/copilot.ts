/** The subscription of Copilot. Cloudways bills it. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import type { Fields } from "../../cloudways/http.ts";
import { idNumber, looseList, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { ApiPath } from "../../cloudways/path.ts";
import { notKnown } from "../define/known_values.ts";
import { nullIfRefused } from "../define/questions.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { anyReply, AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { type CopilotPlan, subscriptionQuestion } from "./copilot_question.ts";

const PLANS = { operation: "copilot_plans_list", path: path`/copilot/plans` } as const;
const STATUS = { operation: "copilot_subscription_status", path: path`/copilot/plans/status` } as const;

/** What the API says of one thing, as it came; null where Cloudways refuses to show it, as it may without a plan. */
async function readAsItCame(
  account: CloudwaysAccount,
  request: { operation: string; path: ApiPath; query?: Fields },
): Promise<unknown> {
  return await account.read({ ...request, reply: anyReply }).catch((error) => nullIfRefused(error));
}

const getCopilotSubscription = defineTool({
  name: "get_copilot_subscription",
  title: "Copilot subscription",
  toolset: "alerts",
  effect: "read",
  description:
    "Shows the Copilot plans with prices, the subscribed plan, its usage in a month, and the servers for which " +
    `insights are off. Null is what Cloudways refuses to show. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      month: z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, "must be a year and a month, such as 2026-01").optional()
        .describe("Usage of this month: 2026-01. Left out: now."),
    }),
  output: () =>
    z.looseObject({
      plans: z.unknown(),
      subscription: z.unknown(),
      usage: z.unknown(),
      servers_off: z.unknown(),
    }),
  handler: async ({ month }, { account }) => {
    const query = { billing_cycle: month };
    const [plans, subscription, usage, servers_off] = await Promise.all([
      readAsItCame(account, PLANS),
      readAsItCame(account, STATUS),
      readAsItCame(account, { operation: "copilot_billing_get", path: path`/copilot/billing/real-time`, query }),
      readAsItCame(account, { operation: "copilot_server_settings_get", path: path`/copilot/server-settings` }),
    ]);
    return { plans, subscription, usage, servers_off };
  },
});

const plansReply = z.looseObject({
  data: looseList(z.looseObject({ id: idNumber, name: looseText, price: looseText })),
});

/** @throws {ToolError} `invalid_arguments`, with the ids of the plans. */
async function findPlan(account: CloudwaysAccount, id: number): Promise<CopilotPlan> {
  const { data } = await account.read({ ...PLANS, reply: plansReply });
  const found = data.find((plan) => plan.id === id);
  if (found !== undefined) return { id, name: found.name, price: found.price };
  throw notKnown({ argument: "plan_id", what: "Copilot plan", known: data.map(({ id }) => String(id)) });
}

const WRITES = {
  order: { operation: "copilot_subscribe", method: "POST", path: path`/copilot/plans/subscribe` },
  change: { operation: "copilot_plan_change", method: "POST", path: path`/copilot/plans/change` },
  cancel: { operation: "copilot_unsubscribe", method: "DELETE", path: path`/copilot/plans/subscribe` },
} as const;

const changeCopilotSubscription = defineAskingTool({
  name: "change_copilot_subscription",
  title: "Change the Copilot subscription",
  toolset: "alerts",
  effect: "destructive",
  undo: { instead: "Call it again: cancel, order or change back; what was billed is not known to come back." },
  description:
    "Orders a Copilot plan, changes to another, or cancels Copilot. Cloudways bills it. A smaller plan may begin " +
    `with the next billing cycle. A person has to approve it. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      action: z.enum(["order", "change", "cancel"]).describe("order is the first subscription."),
      plan_id: z.int().min(1).optional().describe("Plan of get_copilot_subscription; left out to cancel."),
    }).superRefine(({ action, plan_id }, context) => {
      if ((action === "cancel") === (plan_id === undefined)) return;
      const message = action === "cancel" ? "must be left out to cancel" : "is needed to order or change";
      context.addIssue({ code: "custom", path: ["plan_id"], message });
    }),
  output: () =>
    z.looseObject({
      action: z.string(),
      plan: z.looseObject({}).nullable(),
      subscription: z.unknown(),
      ...replyOutput,
    }),
  facts: async ({ plan_id }, { account }) => ({
    plan: plan_id === undefined ? null : await findPlan(account, plan_id),
    present: await readAsItCame(account, STATUS),
  }),
  question: subscriptionQuestion,
  handler: async ({ action }, { account }, { plan }) => {
    const reply = await account.write({
      ...WRITES[action],
      ...(plan !== null && { form: { plan_id: plan.id } }),
      reply: anyReply,
      mayBeEmpty: true,
    });
    const subscription = await account.read({ ...STATUS, reply: anyReply })
      .catch((error) => nullIfRefused(error, "any"));
    return { action, plan: plan === null ? null : { ...plan }, subscription, reply };
  },
});

/** The tools of this file. */
export const copilotTools: readonly Tool[] = [getCopilotSubscription, changeCopilotSubscription];
