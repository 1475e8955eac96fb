import type { Customer } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import { CustomerTable } from "../store/customer_table.ts";

/** Cloudways' own limit for one operation, as its last answer showed it. */
export interface UpstreamLimit {
  operation: string;
  limit: number | undefined;
  remaining: number | undefined;
  /** Milliseconds since the Unix epoch. */
  seenAt: number;
  /** When the pause that Cloudways asked for ends, in milliseconds since the Unix epoch; 0 if it never asked. */
  pausedUntil: number;
}

/** Remembers what Cloudways says about its limits, and which operations pause. */
export class UpstreamLimits {
  readonly #clock: Clock;
  readonly #onAllowance: ((remaining: number) => void) | undefined;
  readonly #byCustomer: CustomerTable<Map<string, UpstreamLimit>>;

  /**
   * @param isAccepted Whether Cloudways has accepted the credentials behind a customer id.
   * @param onAllowance Gets how many requests an answer said are left.
   */
  constructor(clock: Clock, isAccepted: (customer: string) => boolean, onAllowance?: (remaining: number) => void) {
    this.#clock = clock;
    this.#onAllowance = onAllowance;
    this.#byCustomer = new CustomerTable({ isAccepted, max: 5_000 });
  }

  /** Notes the `X-RateLimit-*` headers of an answer. */
  seen(customer: Customer, operation: string, headers: Headers): void {
    const limit = wholeNumber(headers.get("x-ratelimit-limit"));
    const remaining = wholeNumber(headers.get("x-ratelimit-remaining"));
    if (limit === undefined && remaining === undefined) return;
    if (remaining !== undefined) this.#onAllowance?.(remaining);
    const limits = this.#of(customer);
    const pausedUntil = limits.get(operation)?.pausedUntil ?? 0;
    limits.set(operation, { operation, limit, remaining, seenAt: this.#clock.now(), pausedUntil });
  }

  /** Notes a 429: this operation of this customer pauses. If two came at the same time, the longer pause counts. */
  pause(customer: Customer, operation: string, seconds: number): void {
    const now = this.#clock.now();
    const before = this.#of(customer).get(operation) ??
      { operation, limit: undefined, remaining: 0, seenAt: now, pausedUntil: 0 };
    const pausedUntil = Math.max(before.pausedUntil, now + seconds * 1000);
    this.#of(customer).set(operation, { ...before, pausedUntil });
  }

  /** Whole seconds for which this operation still pauses; 0 if it may be called. */
  pausedSeconds(customer: Customer, operation: string): number {
    const until = this.#byCustomer.get(customer.id)?.get(operation)?.pausedUntil ?? 0;
    return Math.max(0, Math.ceil((until - this.#clock.now()) / 1000));
  }

  /** The limits last seen for a customer, sorted by operation. */
  list(customer: Customer): UpstreamLimit[] {
    const limits = [...(this.#byCustomer.get(customer.id)?.values() ?? [])];
    return limits.sort((a, b) => a.operation < b.operation ? -1 : 1);
  }

  #of(customer: Customer): Map<string, UpstreamLimit> {
    return this.#byCustomer.getOrMake(customer.id, () => new Map());
  }
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
