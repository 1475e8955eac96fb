/** Plans: several calls that a person says yes to at once. What they are made of lies in `src/calls/plans/`. */
import type { Question } from "../../confirm/question.ts";

/** One step as it was asked for. */
export interface StepWish {
  /** The tool's name. */
  tool: string;
  /** Its arguments: a JSON object as text; left out or empty for none. */
  arguments?: string | undefined;
  /** Repeats the step on every server that there is for the caller. */
  all_servers?: boolean | undefined;
  /** Repeats the step on these servers. */
  server_ids?: readonly number[] | undefined;
}

/** A plan that was made. */
export type MadePlan = {
  plan_id: string;
  /** Until when it can be approved; ISO 8601. */
  valid_until: string;
  /** About how many requests to Cloudways it takes to apply it. */
  request_count: number;
  steps: Record<string, unknown>[];
} & Record<string, unknown>;

/** A plan that was applied, wholly or in part. */
export type AppliedPlan = {
  plan_id: string;
  status: "completed" | "running";
  steps: Record<string, unknown>[];
} & Record<string, unknown>;

/** A plan that is about to be applied. */
export interface OpenedPlan {
  /** What a person has to approve first; undefined for a plan that a person approved before, and that goes on. */
  question: Question | undefined;
  /** Carries out as many steps as there is time for. */
  carryOut: () => Promise<AppliedPlan>;
}

/** Makes and applies the plans of one caller. */
export interface Plans {
  /**
   * Checks each step as if it were called, and keeps the plan. Changes nothing.
   *
   * @throws {ToolError} If a step would be refused; the error names the step.
   */
  make(wishes: readonly StepWish[], options: { continueOnError: boolean }): Promise<MadePlan>;
  /**
   * Opens a plan to apply it: checks each step once more, on what is there now.
   *
   * @throws {ToolError} `not_found` for a plan that is not this caller's, or is too old; what a step would be refused
   * with; `validation_failed` for a plan that has ended.
   */
  open(planId: string): Promise<OpenedPlan>;
}

/** The plans of a step. No tool that makes or applies one can be a step. */
export const NO_PLANS: Plans = {
  make: () => Promise.reject(new Error("a plan was made within a plan")),
  open: () => Promise.reject(new Error("a plan was applied within a plan")),
};
