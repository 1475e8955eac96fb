/** One request to Cloudways that has ended, by an answer or by an outage. */
export interface Attempt {
  /** All 64 hex digits of the customer id. */
  customer: string;
  operation: string;
  failed: boolean;
}

/** What is in a window. */
export interface AttemptCounts {
  attempts: number;
  failed: number;
  /** Customers with any attempt. */
  customers: number;
  /** Customers with a failed one. */
  failedCustomers: number;
  /** Operations with a failed attempt. */
  failedOperations: number;
}

const WINDOW_MS = 30_000;

/** The attempts of the last half minute, exactly, as long as they are not more than it keeps. */
export class AttemptWindow {
  readonly #max: number;
  /** The oldest first. */
  readonly #attempts = new Set<Attempt & { at: number }>();
  readonly #customers = new Tally();
  readonly #failedCustomers = new Tally();
  readonly #failedOperations = new Tally();
  #failed = 0;

  /** @param max How many attempts it keeps, the newest ones. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Adds an attempt that ended now; gives all that are in the window. */
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

  /** Drops what is too old or too much, and what a clock that was set back has left in the future. */
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

/** Counts by name; names without a count are forgotten. */
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
