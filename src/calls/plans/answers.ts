/** What the model is told of a plan: each step and how far it came, and what to do next. */
import { ToolError } from "../../errors.ts";
import type { AppliedPlan } from "../../tools/define/plans.ts";
import type { ApprovedStep, KeptPlan, PlanRun, StepState } from "./records.ts";

/** One step in an answer, and in the audit trail. */
export type StepRow = { number: number; tool: string; state: string } & Record<string, unknown>;

/** A plan with its approved steps, whether or not it was begun. */
export type ShownPlan = Pick<PlanRun, "plan" | "approved">;

/** How a plan as a whole stands. */
export type Standing =
  /** Every step has ended. */
  | "ended"
  /** A step was not done, and the plan does not go on after that. */
  | "stopped"
  /** There is more to do. */
  | "open";

/** Whether a step has ended without being done. */
export function isBad(state: StepState | undefined): boolean {
  return state?.state === "failed" || state?.state === "refused" || state?.state === "unknown";
}

/** Whether a step has ended, in whatever way. */
export function hasEnded(state: StepState | undefined): boolean {
  return isBad(state) || state?.state === "done" || state?.state === "already_so";
}

/** How a plan stands by how far its steps have come. */
export function standingOf({ plan, approved }: ShownPlan, states: readonly (StepState | undefined)[]): Standing {
  for (const [index, { binding }] of approved.entries()) {
    const state = states[index];
    if (binding === null) continue;
    if (isBad(state) && !plan.continueOnError) return "stopped";
    if (!hasEnded(state)) return "open";
  }
  return "ended";
}

/** The steps of a plan as an answer shows them. */
export function rowsOf({ plan, approved }: ShownPlan, states: readonly (StepState | undefined)[]): StepRow[] {
  return plan.steps.map(({ tool }, index) => rowOf(index, tool, approved[index], states[index]));
}

function rowOf(index: number, tool: string, approved: ApprovedStep | undefined, state: StepState | undefined): StepRow {
  const { does = tool, hits = {}, binding = null } = approved ?? {};
  const row = { number: index + 1, tool, does, ...hits };
  if (binding === null) return { ...row, state: "already_so" };
  if (state === undefined) return { ...row, state: "not_begun" };
  return { ...row, ...state };
}

/** How many steps are in each state: `2 done, 1 not_begun`. */
function summaryOf(rows: readonly StepRow[]): string {
  return [...Map.groupBy(rows, ({ state }) => state)].map(([state, { length }]) => `${length} ${state}`).join(", ");
}

/** The answer for a plan that is done, or goes on with another call. */
export function progressAnswer(run: PlanRun, states: readonly (StepState | undefined)[], isDone: boolean): AppliedPlan {
  const rows = rowsOf(run, states);
  return {
    plan_id: run.plan.id,
    status: isDone ? "completed" : "running",
    summary: summaryOf(rows),
    ...(!isDone && {
      next_step:
        "Not all steps are done yet. Call apply_plan with the same plan_id to go on: nobody is asked again, and " +
        `no step is done twice. It goes on until ${new Date(run.endsAt).toISOString()}.`,
    }),
    steps: rows,
  };
}

/** The error of a plan of which not every step was done. */
export function notAllDone(run: PlanRun, states: readonly (StepState | undefined)[]): ToolError {
  const rows = rowsOf(run, states);
  const bad = rows.filter((_row, index) => isBad(states[index]));
  const isUnknown = bad.some(({ state }) => state === "unknown");
  const [first] = bad;
  const message = run.plan.continueOnError
    ? `${bad.length} of ${rows.length} steps were not done, or nobody knows whether they were.`
    : `The plan stopped at step ${first?.number} of ${rows.length}. ${first?.message ?? ""}`;
  return new ToolError("operation_failed", message.trim(), {
    hint:
      "Tell the user what is done and what is not, by the state of each step: not_begun, refused and failed are not " +
      `done. ${isUnknown ? "Of an unknown step, look at the present state before anything is repeated. " : ""}` +
      "What is done stays done; undo_change takes back a step that has a receipt. For the rest make another plan with plan_changes.",
    details: { plan_id: run.plan.id, status: "stopped", summary: summaryOf(rows), steps: rows },
    ...(isUnknown && { done: "unknown" }),
  });
}

/** The refusal of a plan that has ended: it is applied once. */
export function appliedBefore(run: PlanRun, states: readonly (StepState | undefined)[]): ToolError {
  const rows = rowsOf(run, states);
  return new ToolError("validation_failed", "This plan was applied already, and is applied once. Nothing was sent.", {
    hint: "details says what came of each step. To do something once more, make another plan with plan_changes.",
    details: { plan_id: run.plan.id, summary: summaryOf(rows), steps: rows },
    done: "nothing",
  });
}

/** When to look again at a plan that another call carries out. */
const ELSEWHERE_SECONDS = 10;

/** The refusal of a plan that another call carries out at this moment. */
export function appliedElsewhere(run: PlanRun, states: readonly (StepState | undefined)[]): ToolError {
  return new ToolError("upstream_busy", "Another call of apply_plan carries this plan out, or was cut off in it.", {
    hint:
      "No step is done twice. Wait for the answer of the other call; else call apply_plan with the same plan_id again.",
    retryAfter: ELSEWHERE_SECONDS,
    details: { plan_id: run.plan.id, steps: rowsOf(run, states) },
    done: "nothing",
  });
}

/** There is no such plan for the caller: it never existed, is another's, or is too old. */
export function unknownPlan(): ToolError {
  return new ToolError("not_found", "There is no such plan.", {
    hint:
      "Nothing was done. A plan is asked about for thirty minutes after it was made, for the connection that made it. " +
      "Make another one with plan_changes.",
    done: "nothing",
  });
}

/** The customer has too many plans. */
export function tooManyPlans(most: number, retryAfter: number): ToolError {
  return new ToolError("rate_limited", `${most} plans of this account wait for a yes already.`, {
    hint: "No plan was made. Apply the open ones; each one ends by itself within an hour.",
    retryAfter,
    done: "nothing",
  });
}

/** Every step of a plan is so already. */
export function nothingToDo(rows: readonly Record<string, unknown>[]): ToolError {
  return new ToolError("validation_failed", "Nothing would change: every step is so already. No plan was made.", {
    hint: "Nothing is to be done. Tell the user.",
    details: { steps: rows },
    done: "nothing",
  });
}

/** Not every step could be checked in time, so nobody can be asked about all of them. */
export function notChecked(steps: number, left: number, retryAfter: number): ToolError {
  const message = `${left} of ${steps} steps could not be checked in time, so nobody was asked and nothing was done.`;
  return new ToolError("rate_limited", message, {
    hint: `Call apply_plan with the same plan_id again in ${retryAfter} s.`,
    retryAfter,
    details: { not_checked: left },
    limitedBy: "bucket",
    done: "nothing",
  });
}

/** Until when a plan can be approved, as answers say it. */
export function validUntil({ endsAt }: Pick<KeptPlan, "endsAt">): string {
  return new Date(endsAt).toISOString();
}
