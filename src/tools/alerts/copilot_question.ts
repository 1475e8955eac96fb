/** What is asked before the subscription of Copilot changes: what it costs is said first. */
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { memberOf } from "../../text/member.ts";
import { NOT_TOLD } from "../define/questions.ts";

/** A plan of Copilot. */
export interface CopilotPlan {
  id: number;
  name: string;
  /** As Cloudways writes it; empty if it gives none. */
  price: string;
}

/** What a call changes. */
interface SubscriptionChange {
  /** Null to cancel. */
  plan: CopilotPlan | null;
  /** What Cloudways says of the present subscription; its form is not known for sure. */
  present: unknown;
}

type Action = "order" | "change" | "cancel";

const CONSEQUENCES: Readonly<Record<Action, readonly string[]>> = {
  order: [
    "It is billed to the account until it is cancelled.",
    "It can be undone by cancelling it; what was billed until then is not known to come back.",
  ],
  change: [
    "The account pays the new price. A larger plan may begin at once, a smaller one with the next billing cycle.",
    "It can be undone by changing back; what was billed until then is not known to come back.",
  ],
  cancel: [
    "Copilot stops looking for problems on every server, and its insights may no longer be shown.",
    "It can be undone only by ordering a plan again, at the price of then.",
  ],
};

/** The question before the subscription changes. */
export function subscriptionQuestion({ plan, present }: SubscriptionChange, { action }: { action: Action }): Question {
  return {
    headline: headlineOf(action, plan),
    subject: { kind: "account" },
    consequences: CONSEQUENCES[action],
    facts: [
      ...priceFacts(plan),
      ...(plan === null ? [] : [{ name: "Plan", values: [plan.name], isFirst: true } as const]),
      { name: "Subscription now", values: [presentPlan(present) ?? NOT_TOLD] },
    ],
    target: { plan: plan === null ? null : { ...plan }, present: presentPlan(present) ?? null },
  };
}

function headlineOf(action: Action, plan: CopilotPlan | null): string {
  if (plan === null) return "Cancel Copilot for this Cloudways account, which Cloudways bills.";
  const bills = plan.price === ""
    ? "Cloudways will bill this; the price is not known here."
    : "Cloudways will bill this.";
  return action === "order"
    ? `Order Copilot plan ${plan.id} for this Cloudways account: ${bills}`
    : `Change Copilot of this Cloudways account to plan ${plan.id}: ${bills}`;
}

function priceFacts(plan: CopilotPlan | null): QuestionFact[] {
  if (plan === null || plan.price === "") return [];
  return [{ name: "Price", values: [`${plan.price} (currency and period not told)`], isFirst: true }];
}

/** The name of the present plan; undefined if Cloudways doesn't say, or has none. */
function presentPlan(present: unknown): string | undefined {
  const name = memberOf(memberOf(present, "data"), "plan_name");
  return typeof name === "string" && name !== "" ? name : undefined;
}
