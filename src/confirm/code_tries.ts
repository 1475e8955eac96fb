import type { Clock } from "../async/clock.ts";
import { Slots } from "../store/slots.ts";
import type { Store, StoreKey } from "../store/store.ts";

/** How many wrong codes may be typed at a customer's approvals in ten minutes. */
export const MAX_WRONG_CODES = 5;

/** How long a wrong code counts, and how long approving is closed after too many. */
const WINDOW_MS = 10 * 60_000;

/**
 * The result of trying a code. `closing`: it was the last wrong code allowed. `closed`: too many wrong codes came
 * before, so this one was not checked.
 */
export type CodeTry = "right" | "wrong" | "closing" | "closed";

/**
 * Limits the codes that can be tried at all approvals of a customer together, over all replicas. Each try takes one of
 * five slots before its code is checked, and only a right code gives its slot back. So at most five tries can run at
 * the same time.
 */
export class CodeTries {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #places: Slots;

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#places = new Slots(options.store, "code", MAX_WRONG_CODES);
  }

  /** Checks a code, unless approving is closed. */
  async attempt(customer: string, isRight: () => Promise<boolean>): Promise<CodeTry> {
    if (await this.closedUntil(customer) !== undefined) return "closed";
    const holder = crypto.randomUUID();
    const place = await this.#places.take(customer, holder, WINDOW_MS);
    if (place === undefined) return "closed";
    if (await isRight()) {
      await this.#places.release(place, holder);
      return "right";
    }
    if (await this.left(customer) > 0) return "wrong";
    const until = String(this.#clock.now() + WINDOW_MS);
    const isFirst = await this.#store.set(closedKey(customer), until, { ttlMs: WINDOW_MS, ifAbsent: true });
    return isFirst ? "closing" : "closed";
  }

  /** How many more wrong codes may be typed. */
  async left(customer: string): Promise<number> {
    return MAX_WRONG_CODES - await this.#places.countTaken(customer);
  }

  /** When approving is possible again, in milliseconds since the epoch; undefined if it is possible now. */
  async closedUntil(customer: string): Promise<number | undefined> {
    const until = await this.#store.get(closedKey(customer));
    // Any value closes approving. If it is not a time, the longest possible time is shown.
    return until === undefined ? undefined : Number(until) || this.#clock.now() + WINDOW_MS;
  }
}

function closedKey(customer: string): StoreKey {
  return { purpose: "approving_closed", customer };
}
