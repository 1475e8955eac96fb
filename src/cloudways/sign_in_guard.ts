import { LRUCache } from "lru-cache";
import type { Customer } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import { ToolError } from "../errors.ts";
import { SingleFlight } from "../async/single_flight.ts";
import { atMost } from "../store/at_most.ts";
import type { CustomerRecords } from "./customer_records.ts";
import { WaitingRoom } from "./waiting_room.ts";

const WINDOW_MS = 60_000;
const MAX_REFUSED_PER_ADDRESS = 20;
const MAX_REFUSED_IN_ALL = 100;

/** How long new credentials are held up, and how many at once. */
const MAX_DELAY_MS = 5_000;
const MAX_WAITING = 50;

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
 * Keeps others from using us to guess credentials: after too many refused ones, from one address or in all, new ones are
 * held up for some seconds each, a bounded number at once. Wrong credentials of others shut no one out: right ones
 * get through, only later. Customers that Cloudways accepted before never notice.
 */
export class SignInGuard {
  readonly #clock: Clock;
  readonly #records: CustomerRecords;
  readonly #inAll = new RefusedCredentials(MAX_REFUSED_IN_ALL);
  readonly #byAddress = new LRUCache<string, RefusedCredentials>(atMost(10_000));
  readonly #waitingRoom = new WaitingRoom(MAX_WAITING);
  readonly #waits = new SingleFlight<boolean>();

  constructor(options: { clock: Clock; records: CustomerRecords }) {
    this.#clock = options.clock;
    this.#records = options.records;
  }

  /**
   * Holds credentials up that were not accepted before, where too many wrong ones came.
   *
   * @param signal Ends the wait: the call's deadline, or the client is gone.
   * @throws {ToolError} `rate_limited` where too many wait already. The signal's reason where it aborts.
   */
  async pass(customer: Customer, address: string, signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const blockedMs = Math.max(this.#inAll.blockedMs(now), this.#byAddress.get(address)?.blockedMs(now) ?? 0);
    if (blockedMs === 0 || await this.#records.isAccepted(customer)) return;
    const delayMs = Math.min(MAX_DELAY_MS, blockedMs);
    // Calls with the same credentials wait together, in one place.
    const hasWaited = await this.#waits.run(customer.id, (ended) => this.#wait(address, delayMs, ended), signal);
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
    this.#inAll.add(customer.id, now);
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
