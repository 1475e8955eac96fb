/** Carries an approved plan out, step by step: each step at most once, on what the person saw, until the time is up. */
import { within } from "../../async/within.ts";
import type { Clock } from "../../async/clock.ts";
import { isPassing } from "../../cloudways/operations.ts";
import { leavesOpen, ToolError } from "../../errors.ts";
import { StoreError } from "../../store/store.ts";
import type { Logger } from "../../telemetry/log.ts";
import { NothingToChange } from "../../tools/define/planned_change.ts";
import type { AppliedPlan } from "../../tools/define/plans.ts";
import type { PlannedCall, ToolContext } from "../../tools/define/tool.ts";
import { toToolError } from "../failures.ts";
import type { Undoing } from "../undoing.ts";
import type { Allowance } from "./allowance.ts";
import { hasEnded, isBad, notAllDone, progressAnswer, standingOf } from "./answers.ts";
import type { PlanRecords, PlanRun, StepState } from "./records.ts";
import { type CheckedStep, checkStep, readStep, type StepChecker } from "./step_check.ts";

/** What {@linkcode PlanRunner} needs. */
export interface PlanRunnerOptions {
  run: PlanRun;
  /** How far the steps have come. Changes as they go on. */
  states: (StepState | undefined)[];
  records: PlanRecords;
  checker: StepChecker;
  undoing: Pick<Undoing, "noteOf">;
  allowance: Allowance;
  clock: Clock;
  log: Logger;
  progress: ToolContext["progress"];
  /** The last moment to begin a step, in milliseconds since the Unix epoch: it has the time for a change after it. */
  beginBy: number;
  /** Aborts when no step is to begin any more: the client has left, the time is up, or this process ends. */
  stopWaiting: AbortSignal;
}

/** Requests of a step besides those of its check: its servers read alone, a change, and reading it twice. */
const REQUESTS_TO_SEND = 4;
/** What a step may take whose check was never counted. */
const USUAL_REQUESTS = 2;

/** Carries out one call of `apply_plan`. */
export class PlanRunner {
  readonly #options: PlanRunnerOptions;

  constructor(options: PlanRunnerOptions) {
    this.#options = options;
  }

  /**
   * Goes on where the plan stands.
   *
   * @returns That all steps are done, or that there are more and the time was up.
   * @throws {ToolError} `operation_failed` if a step was not done; its details say how far each step came.
   */
  async go(): Promise<AppliedPlan> {
    const { run, states } = this.#options;
    await this.#goOn();
    const isDone = standingOf(run, states) !== "open";
    if (isDone && states.some(isBad)) throw notAllDone(run, states);
    return progressAnswer(run, states, isDone);
  }

  /** Does one step after the other, until one can't be done now or the plan stops. */
  async #goOn(): Promise<void> {
    const { run, states, log } = this.#options;
    for (const [index, { binding }] of run.approved.entries()) {
      if (binding === null || hasEnded(states[index])) continue;
      if (standingOf(run, states) !== "open") return;
      try {
        states[index] = await this.#step(index, binding, states[index]);
      } catch (error) {
        // What was done is told all the same. The next call finds the store, or says that it is away.
        if (!(error instanceof StoreError)) throw error;
        log.warn("a plan can't go on: its steps can't be kept", { error });
        return;
      }
      if (!hasEnded(states[index])) return;
    }
  }

  async #step(index: number, binding: string, before: StepState | undefined): Promise<StepState | undefined> {
    const { run: { plan, approved }, progress } = this.#options;
    progress(`Step ${index + 1} of ${plan.steps.length}: ${approved[index]?.does ?? ""}`, index, plan.steps.length);
    if (before?.state === "begun") return await this.#note(index, NOBODY_KNOWS);
    const state = before ?? await this.#perform(index, binding);
    return state?.state === "started" ? await this.#awaitEnd(index, state) : state;
  }

  /** Checks a step, takes it and sends it. Undefined if there is no time or there are no requests left for it. */
  async #perform(index: number, binding: string): Promise<StepState | undefined> {
    const checked = await this.#check(index);
    if (checked === undefined || "state" in checked) return checked && await this.#takeEnded(index, checked);
    if (checked.binding !== binding) return await this.#takeEnded(index, DRIFTED);
    const { records, stopWaiting } = this.#options;
    const [customer, id] = this.#place;
    if (stopWaiting.aborted) return undefined;
    const taken = await records.take(customer, id, index, { state: "begun" });
    if (!taken) return await records.state(customer, id, index);
    return await this.#note(index, await this.#send(checked));
  }

  /** A step as it is now, how it has ended without being sent, or undefined if it can't be checked in time. */
  async #check(index: number): Promise<CheckedStep | StepState | undefined> {
    const { run: { plan }, checker, allowance, clock, log, beginBy, stopWaiting } = this.#options;
    const step = plan.steps[index];
    if (step === undefined) throw new Error(`the plan has no step ${index}`);
    for (;;) {
      const needed = USUAL_REQUESTS + REQUESTS_TO_SEND;
      if (stopWaiting.aborted || clock.now() >= beginBy || !await allowance.has(needed, beginBy)) return undefined;
      try {
        const checking = checkStep(readStep(step, checker), checker, clock.now());
        return await within(Math.max(0, beginBy - clock.now()), checking, () => undefined);
      } catch (error) {
        if (error instanceof NothingToChange) return { state: "already_so" };
        if (stopWaiting.aborted || error instanceof StoreError) return undefined;
        const shown = toToolError(error, { gone: { signal: stopWaiting }, log }, "read");
        if (shown.retryAfter === undefined || !isPassing(shown)) return { state: "refused", ...failureOf(shown) };
        if (!await allowance.pause(shown.retryAfter * 1000, beginBy)) return undefined;
      }
    }
  }

  async #send({ entry, planned }: CheckedStep): Promise<StepState> {
    const { checker: { caller }, undoing, log } = this.#options;
    const state = await this.#carryOut(planned);
    if (state.state !== "done" && state.state !== "started") return state;
    const note = await undoing.noteOf(entry, planned, { caller, log });
    return note === undefined ? state : { ...state, undo: note };
  }

  async #carryOut(planned: PlannedCall): Promise<StepState> {
    const { log, stopWaiting } = this.#options;
    try {
      return stateOf(await planned.run());
    } catch (error) {
      const never = new AbortController().signal;
      const shown = toToolError(error, { gone: { signal: never }, log }, "write");
      if (stopWaiting.aborted) log.info("a step of a plan ended after its call", { code: shown.code });
      return { state: leavesOpen(shown) ? "unknown" : "failed", ...failureOf(shown) };
    }
  }

  /** Waits for the end of the work that a step started, as long as there is time. */
  async #awaitEnd(index: number, state: StepState & { state: "started" }): Promise<StepState> {
    const { run: { plan }, checker, clock, progress, beginBy, log, stopWaiting } = this.#options;
    const { operation_id } = state;
    const { account } = checker.contextOf(plan.steps[index]?.tool ?? "", clock.now(), {});
    const seconds = Math.max(0, Math.floor((beginBy - clock.now()) / 1000));
    const onProgress = () => progress(`Step ${index + 1} still runs at Cloudways.`, index, plan.steps.length);
    try {
      const { status } = await account.waitForOperation(operation_id, { seconds, onProgress }, "work");
      return status === "completed" ? await this.#note(index, { ...state, state: "done" }) : state;
    } catch (error) {
      const shown = toToolError(error, { gone: { signal: stopWaiting }, log }, "read");
      if (isPassing(shown) || stopWaiting.aborted) return state;
      if (shown.code === "operation_failed") {
        return await this.#note(index, { state: "failed", ...failureOf(shown), operation_id });
      }
      return await this.#note(index, { state: "unknown", ...failureOf(shown) });
    }
  }

  get #place(): [customer: string, id: string] {
    return [this.#options.checker.customer, this.#options.run.plan.id];
  }

  /** Notes how a step has ended that was not sent, unless another call has taken it meanwhile. */
  async #takeEnded(index: number, state: StepState): Promise<StepState | undefined> {
    const { records } = this.#options;
    const [customer, id] = this.#place;
    return await records.take(customer, id, index, state) ? state : await records.state(customer, id, index);
  }

  /** Notes how far a step has come. It was sent, so a store that fails now changes nothing about it. */
  async #note(index: number, state: StepState): Promise<StepState> {
    const [customer, id] = this.#place;
    await this.#options.records.note(customer, id, index, state).catch((error) => {
      this.#options.log.warn("the end of a plan's step was not kept", { error });
    });
    return state;
  }
}

/** The call that began it has ended, or its process has died, without a word about the step. */
const NOBODY_KNOWS: StepState = {
  state: "unknown",
  code: "internal_error",
  message: "The call that carried this step out was cut off. It may or may not have been done.",
  hint: "Look at the present state. It is never sent again by this plan.",
};

const DRIFTED: StepState = {
  state: "refused",
  code: "confirmation_required",
  message: "What it changes is no longer as the person saw it, so it was not done.",
  hint: "An earlier step of the plan or somebody else changed it. Plan it again, so that the person sees it as it is.",
};

/** How far a step has come by the answer of its tool. */
function stateOf(
  { operation_id, status }: Readonly<Record<string, unknown>>,
): StepState & { state: "done" | "started" } {
  if (typeof operation_id !== "string") return { state: "done" };
  return status === "running" ? { state: "started", operation_id } : { state: "done", operation_id };
}

function failureOf({ code, message, hint }: ToolError) {
  return { code, message, ...(hint !== undefined && { hint }) };
}
