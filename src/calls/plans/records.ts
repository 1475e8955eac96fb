/** Plans in the store. Every entry is sealed, and opens only for the customer and the bounds that it was made under. */
import * as z from "zod";
import type { Clock } from "../../async/clock.ts";
import { ERROR_CODES } from "../../errors.ts";
import type { SealedStore } from "../../store/sealed.ts";
import { Slots } from "../../store/slots.ts";
import type { Store, StoreKey } from "../../store/store.ts";
import { undoNote } from "../undo_note.ts";

/** How long a plan waits to be asked about, and how long its question stays open. */
export const PLAN_MS = 30 * 60_000;
/** How long a plan lasts at most: it is asked about in its last moment, and the question stays open its whole time. */
export const LONGEST_PLAN_MS = 2 * PLAN_MS;
/** How long an approved plan goes on under its yes. */
export const RUN_MS = 24 * 3600_000;
/** The mark of a step outlives the run: while the run can go on, no step loses its mark. */
const STEP_MS = RUN_MS + 3600_000;
/** Most plans of one customer that wait for a yes. */
export const MAX_PLANS = 20;

const stepSchema = z.object({
  tool: z.string(),
  /** The arguments as they were sent, with the server of a repeated step. */
  args: z.record(z.string(), z.json()),
  /** It was so already when the plan was made, so it is no part of the work. */
  alreadySo: z.literal(true).exactOptional(),
});

/** One step, as it is kept. */
export type KeptStep = z.output<typeof stepSchema>;

const planSchema = z.object({
  id: z.string(),
  /** What the caller was bound to; see `Caller.boundTo`. */
  boundTo: z.string(),
  steps: z.array(stepSchema),
  continueOnError: z.boolean(),
  /** The name of the place that it holds while it waits for a yes. */
  place: z.string(),
  /** Milliseconds since the Unix epoch. */
  madeAt: z.number(),
  /** Until when it can be approved, in milliseconds since the Unix epoch. */
  endsAt: z.number(),
});

/** A plan, as it is kept. */
export type KeptPlan = z.output<typeof planSchema>;

const approvedSchema = z.object({
  /** What the yes is bound to; null for a step that is no part of the work. 64 hex digits. */
  binding: z.string().regex(/^[0-9a-f]{64}$/).nullable(),
  /** What it does, in a sentence of ours. */
  does: z.string(),
  /** What it hits, as an answer names it. */
  hits: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** A step as it was approved. */
export type ApprovedStep = z.output<typeof approvedSchema>;

const runSchema = z.object({
  plan: planSchema,
  /** In the order of the plan's steps. */
  approved: z.array(approvedSchema),
  /** Until when its steps go on under the yes, in milliseconds since the Unix epoch. */
  endsAt: z.number(),
});

/** An approved plan. */
export type PlanRun = z.output<typeof runSchema>;

const failure = { code: z.enum(ERROR_CODES), message: z.string(), hint: z.string().exactOptional() };

const carriedOut = {
  /** What its answer says of taking it back. */
  undo: undoNote.exactOptional(),
};

const stateSchema = z.discriminatedUnion("state", [
  /** Taken by a call. Once no call carries the plan out any more, nobody knows what came of it. */
  z.object({ state: z.literal("begun") }),
  /** It started work at Cloudways that may still run. */
  z.object({ state: z.literal("started"), operation_id: z.string(), ...carriedOut }),
  z.object({ state: z.literal("done"), operation_id: z.string().exactOptional(), ...carriedOut }),
  z.object({ state: z.literal("already_so") }),
  /** Nothing was sent. */
  z.object({ state: z.literal("refused"), ...failure }),
  z.object({ state: z.literal("failed"), ...failure, operation_id: z.string().exactOptional() }),
  /** It may or may not have been done. */
  z.object({ state: z.literal("unknown"), ...failure }),
]);

/** How far a step has come; undefined stands for one that has not begun. */
export type StepState = z.output<typeof stateSchema>;

/** The right of one call to carry a plan out; `until` in milliseconds since the Unix epoch. */
const leaseSchema = z.object({ holder: z.string(), until: z.number() });

/** Writes and reads plans. */
export class PlanRecords {
  readonly #sealed: SealedStore;
  readonly #clock: Clock;
  readonly #places: Slots;

  constructor({ store, sealed, clock }: { store: Store; sealed: SealedStore; clock: Clock }) {
    this.#sealed = sealed;
    this.#clock = clock;
    this.#places = new Slots(store, "plan", MAX_PLANS);
  }

  /** Keeps a new plan. Undefined if the customer has too many. */
  async keep(
    customer: string,
    made: Omit<KeptPlan, "id" | "place" | "madeAt" | "endsAt">,
  ): Promise<KeptPlan | undefined> {
    const id = crypto.randomUUID();
    const place = await this.#places.take(customer, id, LONGEST_PLAN_MS);
    if (place === undefined) return undefined;
    const madeAt = this.#clock.now();
    const plan = { ...made, id, place: place.name, madeAt, endsAt: madeAt + PLAN_MS };
    await this.#sealed.write(planKey(customer, id), plan, PLAN_MS);
    return plan;
  }

  /** Keeps a plan while the question about it is open. */
  async hold(customer: string, plan: KeptPlan): Promise<KeptPlan> {
    const now = this.#clock.now();
    const endsAt = Math.min(now + PLAN_MS, plan.madeAt + LONGEST_PLAN_MS);
    if (endsAt <= plan.endsAt) return plan;
    const held = { ...plan, endsAt };
    await this.#sealed.write(planKey(customer, plan.id), held, endsAt - now);
    return held;
  }

  /** A plan that can still be approved. */
  async plan(customer: string, id: string, boundTo: string): Promise<KeptPlan | undefined> {
    const plan = await this.#sealed.read(planKey(customer, id), planSchema);
    return plan?.boundTo === boundTo && this.#clock.now() < plan.endsAt ? plan : undefined;
  }

  /** An approved plan that can still go on. */
  async run(customer: string, id: string, boundTo: string): Promise<PlanRun | undefined> {
    const run = await this.#sealed.read(runKey(customer, id), runSchema);
    return run?.plan.boundTo === boundTo && this.#clock.now() < run.endsAt ? run : undefined;
  }

  /** Begins a plan that was approved. Undefined if it was begun before. */
  async begin(customer: string, plan: KeptPlan, approved: ApprovedStep[]): Promise<PlanRun | undefined> {
    const run = { plan, approved, endsAt: this.#clock.now() + RUN_MS };
    if (!await this.#sealed.writeIfAbsent(runKey(customer, plan.id), run, RUN_MS)) return undefined;
    await this.#places.release({ purpose: "slot", customer, name: plan.place }, plan.id);
    return run;
  }

  /**
   * Takes the right to carry a plan out, until a time in milliseconds since the Unix epoch. Only one call on any replica
   * has it.
   *
   * @returns Gives it back; undefined if another call has it.
   */
  async lease(customer: string, id: string, until: number): Promise<(() => Promise<void>) | undefined> {
    const key = leaseKey(customer, id);
    const mine = { holder: crypto.randomUUID(), until };
    const take = () => this.#sealed.writeIfAbsent(key, mine, Math.max(1, until - this.#clock.now()));
    const isTaken = await take() || (await this.#dropEndedLease(key) && await take());
    return isTaken ? async () => void await this.#sealed.deleteIfEquals(key, mine) : undefined;
  }

  /** Whether a call carries a plan out now. */
  async isLeased(customer: string, id: string): Promise<boolean> {
    const lease = await this.#sealed.read(leaseKey(customer, id), leaseSchema);
    return lease !== undefined && this.#clock.now() < lease.until;
  }

  /** Removes the lease of a call that has ended without giving it back. False if it has not ended. */
  async #dropEndedLease(key: StoreKey): Promise<boolean> {
    const lease = await this.#sealed.read(key, leaseSchema);
    return lease !== undefined && this.#clock.now() >= lease.until && await this.#sealed.deleteIfEquals(key, lease);
  }

  /** How far each step of a plan has come. */
  async states(customer: string, { id, steps }: KeptPlan): Promise<(StepState | undefined)[]> {
    return await Promise.all(steps.map((_step, index) => this.state(customer, id, index)));
  }

  /** How far one step has come. */
  async state(customer: string, id: string, index: number): Promise<StepState | undefined> {
    return await this.#sealed.read(stepKey(customer, id, index), stateSchema);
  }

  /** Takes a step: only one call on any replica gets it. */
  async take(customer: string, id: string, index: number, state: StepState): Promise<boolean> {
    return await this.#sealed.writeIfAbsent(stepKey(customer, id, index), state, STEP_MS);
  }

  /** Notes how far a step has come that this call has taken. */
  async note(customer: string, id: string, index: number, state: StepState): Promise<void> {
    await this.#sealed.write(stepKey(customer, id, index), state, STEP_MS);
  }
}

function planKey(customer: string, id: string): StoreKey {
  return { purpose: "plan", customer, name: id };
}

function runKey(customer: string, id: string): StoreKey {
  return { purpose: "plan_run", customer, name: id };
}

function leaseKey(customer: string, id: string): StoreKey {
  return { purpose: "plan_run", customer, name: `${id}-lease` };
}

function stepKey(customer: string, id: string, index: number): StoreKey {
  return { purpose: "plan_step", customer, name: `${id}-${index}` };
}
