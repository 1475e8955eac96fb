/** One finished request to Cloudways: answered, or failed by an outage. */
export interface Attempt {
  /** All 64 hex digits of the customer id. */
  customer: string;
  operation: string;
  failed: boolean;
}

/** Counts of the attempts in a window. */
export interface AttemptCounts {
  attempts: number;
  failed: number;
  /** Customers with at least one attempt. */
  customers: number;
  /** Customers with at least one failed attempt. */
  failedCustomers: number;
  /** Operations with at least one failed attempt. */
  failedOperations: number;
}

const WINDOW_MS = 30_000;

/** The attempts of the last 30 seconds, or the newest of them if there are more than it keeps. */
export class AttemptWindow {
  readonly #max: number;
  /** Oldest first. */
  readonly #attempts = new Set<Attempt & { at: number }>();
  readonly #customers = new Tally();
  readonly #failedCustomers = new Tally();
  readonly #failedOperations = new Tally();
  #failed = 0;

  /** @param max The most attempts it keeps. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Adds an attempt that ended now, and returns the new counts. */
  add(now: number, attempt: Attempt): AttemptCounts {
    this.#forget(now);
    const added = { ...attempt, at: now };
    this.#attempts.add(added);
    this.#count(added, 1);
    return {
      attempts: this.#attempts.size,
      failed: this.#failed,
      customers: this.#customers.size,
      failedCustomers: this.#failedCustomers.size,
      failedOperations: this.#failedOperations.size,
    };
  }

  /** Drops attempts that are too old, too many, or in the future because the clock was set back. */
  #forget(now: number): void {
    for (const attempt of this.#attempts) {
      const isInside = attempt.at > now - WINDOW_MS && attempt.at <= now;
      if (isInside && this.#attempts.size < this.#max) return;
      this.#attempts.delete(attempt);
      this.#count(attempt, -1);
    }
  }

  #count({ customer, operation, failed }: Attempt, change: 1 | -1): void {
    this.#customers.count(customer, change);
    if (!failed) return;
    this.#failed += change;
    this.#failedCustomers.count(customer, change);
    this.#failedOperations.count(operation, change);
  }
}

/** Counts by name; a name whose count is 0 is dropped. */
class Tally {
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#counts.size;
  }

  count(name: string, change: 1 | -1): void {
    const count = (this.#counts.get(name) ?? 0) + change;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
  }
}
