/** Checks all steps of a plan: side by side, one at a time on each server, within the caller's requests and time. */
import { KeyedMutex } from "../../async/keyed_mutex.ts";
import { Semaphore } from "../../async/semaphore.ts";
import { within } from "../../async/within.ts";
import type { Clock } from "../../async/clock.ts";
import { SharedListing } from "../../cloudways/account.ts";
import type { ServerRecord } from "../../cloudways/models.ts";
import { isPassing } from "../../cloudways/operations.ts";
import { ToolError } from "../../errors.ts";
import { NothingToChange } from "../../tools/define/planned_change.ts";
import type { Allowance } from "./allowance.ts";
import type { KeptStep } from "./records.ts";
import { type CheckedStep, checkStep, type ReadStep, readStep, type StepChecker } from "./step_check.ts";
import { inStep } from "./steps.ts";

/** A step after its check. */
export type Checked =
  | { kind: "ready" } & CheckedStep
  /** What it asks for is so already. */
  | { kind: "already_so"; step: KeptStep; message: string }
  /** There was not enough time, or there were not enough requests. */
  | { kind: "not_checked"; step: KeptStep; message: string };

/** How the steps are checked. */
export interface CheckOptions {
  checker: StepChecker;
  allowance: Allowance;
  clock: Clock;
  /** When checking ends, in milliseconds since the Unix epoch. */
  until: number;
  /** Waits for requests where they are used up. Otherwise it leaves some to other calls, and steps unchecked. */
  waits: boolean;
}

/** How many steps are checked at the same time. */
const SIDE_BY_SIDE = 6;
/** About as many requests as most checks take. */
const USUAL_REQUESTS = 2;

/**
 * Checks all steps. Their present servers are read once.
 *
 * @throws {ToolError} What the first step is refused with that is refused. Its message names the step.
 */
export async function checkAll(steps: readonly KeptStep[], options: CheckOptions): Promise<Checked[]> {
  const read = steps.map((step, index) => step.alreadySo ? step : attempt(step, index, options.checker));
  const current = new SharedListing();
  const serverOf = await findServers(current, options);
  const places = new Semaphore(SIDE_BY_SIDE);
  const turns = new KeyedMutex();
  const results = await Promise.allSettled(read.map(async (one, index) => {
    if (!("entry" in one)) return alreadySo(one, "It was so already when the plan was made.");
    return await turns.run(serverOf(one), () => inPlace(places, () => check(one, index, current, options)));
  }));
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

function attempt(step: KeptStep, index: number, checker: StepChecker): ReadStep {
  try {
    return readStep(step, checker);
  } catch (error) {
    throw error instanceof ToolError ? inStep(error, index + 1, step.tool) : error;
  }
}

/** Reads the present servers. Returns what tells the server of a step; steps of unknown ones share a turn. */
async function findServers(current: SharedListing, { checker, clock }: CheckOptions) {
  const { account } = checker.contextOf("plan_changes", clock.now(), { current });
  const servers: readonly ServerRecord[] = await account.currentServers();
  const ofApp = new Map(servers.flatMap(({ id, apps }) => (apps ?? []).map((app) => [app.id, id] as const)));
  return ({ prepared: { input } }: ReadStep): string => {
    const { app_id, server_id } = input;
    return String(typeof app_id === "number" ? ofApp.get(app_id) : server_id);
  };
}

async function inPlace<T>(places: Semaphore, work: () => Promise<T>): Promise<T> {
  const release = await places.acquire();
  try {
    return await work();
  } finally {
    release();
  }
}

async function check(
  read: ReadStep,
  index: number,
  current: SharedListing,
  { checker, allowance, clock, until, waits }: CheckOptions,
): Promise<Checked> {
  const { step } = read;
  for (;;) {
    const mayRead = waits ? await allowance.has(USUAL_REQUESTS, until) : await allowance.spares(USUAL_REQUESTS);
    if (!mayRead) return notChecked(step, "too few requests to Cloudways were left");
    const checking = checkStep(read, checker, clock.now(), { current });
    try {
      const msLeft = Math.max(0, until - clock.now());
      const checked = await within(msLeft, checking, () => undefined);
      return checked === undefined ? notChecked(step, "the time was up") : { kind: "ready", ...checked };
    } catch (error) {
      if (error instanceof NothingToChange) return alreadySo(step, error.message);
      if (!(error instanceof ToolError)) throw error;
      const { retryAfter } = error;
      if (waits && retryAfter !== undefined && await allowance.pause(retryAfter * 1000, until)) continue;
      if (!waits && isPassing(error)) return notChecked(step, error.message);
      throw inStep(error, index + 1, step.tool);
    }
  }
}

function alreadySo(step: KeptStep, message: string): Checked {
  return { kind: "already_so", step, message };
}

function notChecked(step: KeptStep, reason: string): Checked {
  return { kind: "not_checked", step, message: `Not checked yet, since ${reason}. apply_plan checks it.` };
}
