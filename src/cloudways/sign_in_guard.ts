import { LRUCache } from "lru-cache";
import type { Customer } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import { ToolError } from "../errors.ts";
import { SingleFlight } from "../async/single_flight.ts";
import { atMost } from "../store/at_most.ts";
import type { CustomerRecords } from "./customer_records.ts";
import type { SentFor } from "./request_end.ts";
import { WaitingRoom } from "./waiting_room.ts";

const WINDOW_MS = 60_000;
const MAX_REFUSED_PER_ADDRESS = 20;
const MAX_REFUSED_OVERALL = 100;

/** How long new credentials are delayed, and how many at once. */
const MAX_DELAY_MS = 5_000;
const MAX_WAITING = 50;

/** Counts different credentials refused in the last minute, and blocks new ones for a minute after too many. */
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
 * Keeps callers from guessing credentials through this server. After too many refused credentials, from one address or
 * overall, new credentials are delayed by some seconds each, a bounded number at once. Right credentials still get
 * through, only later. Customers that Cloudways accepted before are never delayed.
 */
export class SignInGuard {
  readonly #clock: Clock;
  readonly #records: CustomerRecords;
  readonly #overall = new RefusedCredentials(MAX_REFUSED_OVERALL);
  readonly #byAddress = new LRUCache<string, RefusedCredentials>(atMost(10_000));
  readonly #waitingRoom = new WaitingRoom(MAX_WAITING);
  readonly #waits = new SingleFlight<boolean>();

  constructor(options: { clock: Clock; records: CustomerRecords }) {
    this.#clock = options.clock;
    this.#records = options.records;
  }

  /**
   * Delays credentials that were not accepted before, if too many wrong ones came.
   *
   * @param sentFor Ends the wait, at the call's deadline or when the client leaves.
   * @throws {ToolError} `rate_limited` if too many wait already. If the signal aborts, its reason.
   */
  async pass(customer: Customer, address: string, sentFor: SentFor): Promise<void> {
    const now = this.#clock.now();
    const blockedMs = Math.max(this.#overall.blockedMs(now), this.#byAddress.get(address)?.blockedMs(now) ?? 0);
    if (blockedMs === 0 || await this.#records.isAccepted(customer)) return;
    const delayMs = Math.min(MAX_DELAY_MS, blockedMs);
    // Calls with the same credentials share one wait and one place.
    const hasWaited = await this.#waits.run(
      customer.id,
      (ended) => this.#wait(address, delayMs, ended),
      sentFor.signal,
    );
    if (!hasWaited) throw tooManyWait();
  }

  #wait(address: string, delayMs: number, ended: AbortSignal): Promise<boolean> {
    return this.#waitingRoom.stay(address, async (turnedAway) => {
      await this.#clock.sleep(delayMs, AbortSignal.any([ended, turnedAway]));
    });
  }

  /** Counts credentials that Cloudways just refused. */
  refused(customer: Customer, address: string): void {
    const now = this.#clock.now();
    this.#overall.add(customer.id, now);
    const here = this.#byAddress.get(address) ?? new RefusedCredentials(MAX_REFUSED_PER_ADDRESS);
    here.add(customer.id, now);
    this.#byAddress.set(address, here);
  }
}

function tooManyWait(): ToolError {
  const seconds = MAX_DELAY_MS / 1000;
  return new ToolError(
    "rate_limited",
    "Too many wrong credentials came in the last minute, and too many new ones wait to be tried. Nothing was done.",
    {
      hint: `Try again in ${seconds} seconds with credentials that are right.`,
      retryAfter: seconds,
      limitedBy: "sign_in",
    },
  );
}
