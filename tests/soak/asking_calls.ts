/** Calls that need a person's yes, and the person's answers in a form or on the approval page. */
import type { Caller, CallPlan, Outcome } from "./caller.ts";
import { failureText } from "./failures.ts";
import type { WireCall } from "./messages.ts";
import type { Replica } from "./replicas.ts";

/** A destructive call with a label that identifies it at Cloudways. */
export function planDestructive(caller: Caller, era: WireCall["era"], kind: string): CallPlan & { label: string } {
  const label = caller.newLabel();
  const wait_seconds = caller.random.between(0, 2);
  const { id: app_id } = caller.app;
  if (caller.chance(0.5)) {
    const args = { app_id, cname: `${label}.example.com`, wait_seconds };
    return { kind, era, name: "update_app_cname", args, label };
  }
  const git_url = "git@git.example.com:shop/shop.git";
  const args = { app_id, git_url, branch: "main", deploy_path: label, wait_seconds };
  return { kind, era, name: "git_clone", args, label };
}

/** Answers a form of 2026 with yes, no or nothing; a yes sometimes twice concurrently. */
export async function askByForm(caller: Caller): Promise<void> {
  const plan = planDestructive(caller, "2026", "asked by form");
  const asked = await caller.call(plan);
  if (asked.kind !== "question" || caller.chance(0.15)) return;
  const yes = caller.chance(0.7);
  if (yes) caller.ledger.approved.add(plan.label);
  const answered = { ...plan, kind: yes ? "form: yes" : "form: no", answered: { state: asked.state, yes } };
  const replies = yes && caller.chance(0.3) ? [answered, answered] : [answered];
  const outcomes = await Promise.all(replies.map((reply) => caller.call(reply)));
  if (outcomes.filter(({ kind }) => kind === "ok").length > 1) {
    caller.ledger.breach("yes", `one yes, two: ${plan.label}`);
  }
  if (!yes) expectNothingDone(caller, plan, outcomes);
}

/** Answers on the approval page with yes, no or nothing; then makes the call twice more. */
export async function askByPage(caller: Caller): Promise<void> {
  const plan = planDestructive(caller, "2025", "asked by page");
  const url = approvalUrl(await caller.call(plan));
  if (url === undefined) return;
  const decision = caller.random.pick(["approve", "approve", "deny", "none"]);
  if (decision === "approve") caller.ledger.approved.add(plan.label);
  if (decision !== "none") await decide(caller, url, decision);
  const again = { ...plan, kind: `page: ${decision}` };
  const first = await caller.call(again);
  if (decision !== "approve") return expectNothingDone(caller, plan, [first]);
  const second = await caller.call({ ...again, kind: "page: same yes again" });
  if (first.kind === "ok" && second.kind === "ok") caller.ledger.breach("yes", `one yes, two: ${plan.label}`);
}

function expectNothingDone(caller: Caller, { label }: CallPlan, outcomes: readonly Outcome[]): void {
  if (outcomes.some(({ kind }) => kind === "ok")) caller.ledger.breach("yes", `done without a yes: ${label}`);
}

function approvalUrl(outcome: Outcome): string | undefined {
  if (outcome.kind !== "error" || outcome.code !== "confirmation_required") return undefined;
  const { details } = outcome.json;
  if (typeof details !== "object" || details === null || !("approval_url" in details)) return undefined;
  return typeof details.approval_url === "string" ? details.approval_url : undefined;
}

/** Opens the page at the next replica, and presses a button. */
async function decide(caller: Caller, url: string, decision: string): Promise<void> {
  const askedAt = Date.now();
  const { ledger, wire } = caller;
  for (let tries = 0; tries < 20; tries++) {
    const replica = wire.next();
    try {
      const status = await press(caller, replica, new URL(url).pathname, decision);
      ledger.count("approval page", String(status));
      if (status === 503) ledger.missedRedis(askedAt);
      // A flushed or killed Redis has lost its entries.
      else if (status !== 303 && !ledger.redisTrouble.meets(askedAt - 10_000, Date.now(), 2_000)) {
        ledger.breach("code", `approval page: ${status}`);
      }
      return;
    } catch (error) {
      const now = Date.now();
      if (!ledger.restarts.meets(now, now, 1_000)) ledger.breach("connection", `approval page: ${failureText(error)}`);
      ledger.refusedConnections++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function press(caller: Caller, replica: Replica, page: string, decision: string): Promise<number> {
  const signal = AbortSignal.timeout(30_000);
  const shown = await replica.fetch(page, { signal });
  caller.judgeText(await shown.text());
  if (shown.status !== 200) return shown.status;
  const response = await replica.fetch(page, {
    method: "POST",
    headers: { origin: replica.url, "content-type": "application/x-www-form-urlencoded" },
    body: `decision=${decision}`,
    redirect: "manual",
    signal,
  });
  await response.body?.cancel();
  return response.status;
}
