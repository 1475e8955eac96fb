/** The plans of one call: makes one for `plan_changes`, and opens one for `apply_plan`. */
import type { AccountSharing, CloudwaysAccount } from "../../cloudways/account.ts";
import type { Clock } from "../../async/clock.ts";
import type { Fingerprints } from "../../crypto/fingerprints.ts";
import type { Caller } from "../../identity/caller.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { JsonValue } from "../../text/clean.ts";
import type { AppliedPlan, MadePlan, OpenedPlan, Plans, StepWish } from "../../tools/define/plans.ts";
import type { ToolContext } from "../../tools/define/tool.ts";
import type { Catalogue } from "../catalogue.ts";
import type { CallAudit } from "../call_audit.ts";
import { recordedArguments } from "../shown_arguments.ts";
import { undoWords } from "../undo_note.ts";
import type { Undoing } from "../undoing.ts";
import { Allowance } from "./allowance.ts";
import {
  appliedBefore,
  appliedElsewhere,
  notChecked,
  nothingToDo,
  rowsOf,
  type ShownPlan,
  standingOf,
  tooManyPlans,
  unknownPlan,
  validUntil,
} from "./answers.ts";
import { checkAll, type Checked } from "./check_all.ts";
import { planQuestion } from "./question.ts";
import {
  type ApprovedStep,
  type KeptPlan,
  LONGEST_PLAN_MS,
  MAX_PLANS,
  type PlanRecords,
  type PlanRun,
  type StepState,
} from "./records.ts";
import { PlanRunner } from "./run.ts";
import { type CheckedStep, hitBy, type StepChecker } from "./step_check.ts";
import { readSteps } from "./steps.ts";

/** What the plans of all calls share. */
export interface PlanServices {
  records: PlanRecords;
  fingerprints: Fingerprints;
}

/** The call that makes or applies a plan. */
export interface PlanCall {
  caller: Caller;
  audit: CallAudit;
  log: Logger;
  progress: ToolContext["progress"];
  /** When it arrived, and when it must have ended; in milliseconds since the Unix epoch. */
  arrivedAt: number;
  endsAt: number;
  account: CloudwaysAccount;
  catalogue: Catalogue;
  undoing: Pick<Undoing, "noteOf">;
  clock: Clock;
  /** Milliseconds that a change may take. */
  writeTimeoutMs: number;
  /** Aborts when nothing is to begin any more: the client has left, the time is up, or this process ends. */
  stopWaiting: AbortSignal;
  /** The context of a step: of a call of its tool that arrives at that time. */
  contextOf: (tool: string, arrivedAt: number, sharing: AccountSharing) => ToolContext;
}

/** The part of the time for reading that is kept for the answer. */
const FOR_THE_ANSWER = 0.15;

/** Time for the records of a call that has ended: so much later no call carries its plan out any more. */
const GRACE_MS = 10_000;

/** The plans of one caller. */
export class CallPlans implements Plans {
  readonly #services: PlanServices;
  readonly #call: PlanCall;
  readonly #customer: string;
  readonly #checker: StepChecker;
  readonly #allowance: Allowance;

  constructor(services: PlanServices, call: PlanCall) {
    this.#services = services;
    this.#call = call;
    const { account: { client, customer }, catalogue, caller, clock, contextOf, stopWaiting: signal } = call;
    this.#customer = customer.id;
    this.#checker = {
      catalogue,
      caller,
      customer: customer.id,
      fingerprints: services.fingerprints,
      contextOf,
    };
    this.#allowance = new Allowance({ client, customer, clock, signal });
  }

  async make(wishes: readonly StepWish[], { continueOnError }: { continueOnError: boolean }): Promise<MadePlan> {
    const { catalogue, caller, account, arrivedAt, endsAt } = this.#call;
    const servers = async () => (await account.servers()).map(({ id }) => id);
    const steps = await readSteps(wishes, { catalogue, bounds: caller, servers });
    const until = endsAt - (endsAt - arrivedAt) * FOR_THE_ANSWER;
    const checked = await this.#checkAll(steps, until, false);
    const rows = checked.map(plannedRow);
    if (checked.every(({ kind }) => kind === "already_so")) throw nothingToDo(rows);
    await account.ensureAccepted();
    const plan = await this.#services.records.keep(this.#customer, {
      boundTo: caller.boundTo,
      steps: checked.map(({ kind, step }) => kind === "already_so" ? { ...step, alreadySo: true } : step),
      continueOnError,
    });
    if (plan === undefined) throw tooManyPlans(MAX_PLANS, LONGEST_PLAN_MS / 1000);
    return {
      plan_id: plan.id,
      valid_until: validUntil(plan),
      to_do_count: checked.filter(({ kind }) => kind !== "already_so").length,
      request_count: requestsFor(checked),
      next_step:
        "Nothing is changed yet. Show the user the steps. To have them done, call apply_plan with plan_id: a " +
        "person is asked once, about all of them.",
      steps: rows,
    };
  }

  async open(planId: string): Promise<OpenedPlan> {
    const { records } = this.#services;
    const { boundTo } = this.#call.caller;
    const run = await records.run(this.#customer, planId, boundTo);
    if (run !== undefined) return await this.#reopen(run);
    const plan = await records.plan(this.#customer, planId, boundTo);
    if (plan === undefined) throw unknownPlan();
    const { ready, approved } = await this.#approvable(plan);
    this.#recordSteps({ plan, approved }, []);
    const held = await records.hold(this.#customer, plan);
    return {
      question: await planQuestion(ready, held, this.#services.fingerprints),
      carryOut: () => this.#begin(held, approved),
    };
  }

  /** An approved plan that goes on. */
  async #reopen(run: PlanRun): Promise<OpenedPlan> {
    const { records } = this.#services;
    const isElsewhere = await records.isLeased(this.#customer, run.plan.id);
    const states = await records.states(this.#customer, run.plan);
    if (standingOf(run, states) !== "open") throw appliedBefore(run, states);
    if (isElsewhere) throw appliedElsewhere(run, states);
    this.#recordSteps(run, states);
    return { question: undefined, carryOut: () => this.#carryOut(run) };
  }

  /** The steps that a person is asked about, and all steps as a yes approves them. */
  async #approvable(plan: KeptPlan): Promise<{ ready: CheckedStep[]; approved: ApprovedStep[] }> {
    const checked = await this.#checkAll(plan.steps, this.#beginBy, true);
    const left = checked.filter(({ kind }) => kind === "not_checked").length;
    const { capacity, windowSeconds } = this.#call.account.client.bucketLimit;
    if (left > 0) throw notChecked(checked.length, left, Math.ceil(Math.min(1, left * 2 / capacity) * windowSeconds));
    const ready = checked.filter((one) => one.kind === "ready");
    if (ready.length === 0) throw nothingToDo(checked.map(plannedRow));
    const approved = checked.map((one) => {
      if (one.kind !== "ready") return { binding: null, does: one.kind, hits: idsIn(one) };
      const { binding, question } = one;
      return { binding, does: question.headline, hits: hitBy(question.subject) };
    });
    return { ready, approved };
  }

  async #checkAll(steps: KeptPlan["steps"], until: number, waits: boolean): Promise<Checked[]> {
    const { clock } = this.#call;
    return await checkAll(steps, { checker: this.#checker, allowance: this.#allowance, clock, until, waits });
  }

  /** Begins a plan that was approved just now. */
  async #begin(plan: KeptPlan, approved: ApprovedStep[]): Promise<AppliedPlan> {
    const { records } = this.#services;
    const run = await records.begin(this.#customer, plan, approved);
    if (run !== undefined) return await this.#carryOut(run);
    const other = await records.run(this.#customer, plan.id, plan.boundTo);
    if (other === undefined) throw unknownPlan();
    throw appliedElsewhere(other, await records.states(this.#customer, plan));
  }

  /** Carries a plan out, unless another call does. */
  async #carryOut(run: PlanRun): Promise<AppliedPlan> {
    const { records } = this.#services;
    const release = await records.lease(this.#customer, run.plan.id, this.#call.endsAt + GRACE_MS);
    const states = await records.states(this.#customer, run.plan);
    if (release === undefined) throw appliedElsewhere(run, states);
    try {
      if (standingOf(run, states) !== "open") throw appliedBefore(run, states);
      return await this.#carryOutAlone(run, states);
    } finally {
      this.#recordSteps(run, states);
      await release().catch((error) => this.#call.log.debug("a plan is held until its time is up", { error }));
    }
  }

  async #carryOutAlone(run: PlanRun, states: (StepState | undefined)[]): Promise<AppliedPlan> {
    const { clock, log, progress, stopWaiting, undoing } = this.#call;
    const runner = new PlanRunner({
      run,
      states,
      records: this.#services.records,
      checker: this.#checker,
      undoing,
      allowance: this.#allowance,
      clock,
      log,
      progress,
      beginBy: this.#beginBy,
      stopWaiting,
    });
    return await runner.go();
  }

  /** The last moment for reading: after it, a change still has its whole time. */
  get #beginBy(): number {
    const { arrivedAt, endsAt, writeTimeoutMs } = this.#call;
    const readMs = endsAt - writeTimeoutMs - arrivedAt;
    return arrivedAt + readMs * (1 - FOR_THE_ANSWER);
  }

  /** Puts the steps into the records of this call, as far as they have come. */
  #recordSteps(run: ShownPlan, states: readonly (StepState | undefined)[]): void {
    const { audit, catalogue, caller } = this.#call;
    const rows = rowsOf(run, states);
    audit.contains(rows.map(({ number, tool, state, server_id, app_id, domain, code, operation_id }, index) => {
      const args = recordedArguments(run.plan.steps[index]?.args ?? {}, catalogue.inputsOf(tool), caller.secrets);
      const known = { server_id, app_id, domain, code, operation_id };
      const told = Object.entries(known).filter((entry): entry is [string, string | number] =>
        typeof entry[1] === "string" || typeof entry[1] === "number"
      );
      return { number, tool, arguments: args, ...Object.fromEntries(told), state } satisfies JsonValue;
    }));
  }
}

/** A step as `plan_changes` shows it. */
function plannedRow(checked: Checked, index: number): Record<string, unknown> {
  const { step: { tool }, kind } = checked;
  const row = { number: index + 1, tool };
  if (kind !== "ready") return { ...row, ...idsIn(checked), state: kind, note: checked.message };
  const { question, entry } = checked;
  return { ...row, does: question.headline, ...hitBy(question.subject), undo: undoWords(entry.tool.undo) };
}

/** The ids that a step names itself. */
function idsIn({ step: { args } }: Pick<Checked, "step">): Record<string, number> {
  const { server_id, app_id } = args;
  return {
    ...(typeof server_id === "number" && { server_id }),
    ...(typeof app_id === "number" && { app_id }),
  };
}

/** Requests to send, read before and read back, besides those of the check. */
const REQUESTS_TO_SEND = 4;

/** About how many requests applying the plan takes: each step is checked twice, and sent. */
function requestsFor(checked: readonly Checked[]): number {
  const each = checked.map((one) => one.kind === "ready" ? 2 * one.requests + REQUESTS_TO_SEND : 0);
  return each.reduce((sum, requests) => sum + requests, 1);
}
