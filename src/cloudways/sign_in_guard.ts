import { LRUCache } from "lru-cache";
import type { Customer } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { ToolError } from "../errors.ts";
import type { CustomerRecords } from "./customer_records.ts";

const WINDOW_MS = 60_000;
const MAX_REFUSED_PER_ADDRESS = 20;
const MAX_REFUSED_IN_ALL = 100;

/** Credentials refused in the last minute, each counted once, and whether they were too many. */
class RefusedCredentials {
  readonly #limit: number;
  readonly #refusedAt = new Map<string, number>();
  #blockedUntil = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(customerId: string, now: number): void {
    for (const [id, at] of this.#refusedAt) if (at <= now - WINDOW_MS) this.#refusedAt.delete(id);
    this.#refusedAt.set(customerId, now);
    if (this.#refusedAt.size < this.#limit) return;
    this.#blockedUntil = now + WINDOW_MS;
    this.#refusedAt.clear();
  }

  blockedMs(now: number): number {
    return Math.max(0, this.#blockedUntil - now);
  }
}

/**
 * Keeps others from using us to guess credentials: after too many refused ones, from one address or in all, new ones
 * wait a minute and Cloudways is not asked. Customers that Cloudways accepted before never notice.
 */
export class SignInGuard {
  readonly #clock: Clock;
  readonly #records: CustomerRecords;
  readonly #inAll = new RefusedCredentials(MAX_REFUSED_IN_ALL);
  readonly #byAddress = new LRUCache<string, RefusedCredentials>({ max: 10_000 });

  constructor(options: { clock: Clock; records: CustomerRecords }) {
    this.#clock = options.clock;
    this.#records = options.records;
  }

  /** @throws {ToolError} `rate_limited` where these credentials have to wait. */
  async check(customer: Customer, address: string): Promise<void> {
    const now = this.#clock.now();
    const blockedMs = Math.max(this.#inAll.blockedMs(now), this.#byAddress.get(address)?.blockedMs(now) ?? 0);
    if (blockedMs === 0 || await this.#records.isAccepted(customer)) return;
    const seconds = Math.ceil(blockedMs / 1000);
    throw new ToolError(
      "rate_limited",
      "Too many wrong credentials came in the last minute, so new ones have to wait.",
      {
        hint: `Try again in ${seconds} seconds with credentials that are right.`,
        retryAfter: seconds,
      },
    );
  }

  /** Counts credentials that Cloudways just refused. */
  refused(customer: Customer, address: string): void {
    const now = this.#clock.now();
    this.#inAll.add(customer.id, now);
    const here = this.#byAddress.get(address) ?? new RefusedCredentials(MAX_REFUSED_PER_ADDRESS);
    here.add(customer.id, now);
    this.#byAddress.set(address, here);
  }
}
