import { FairShares, type Owner } from "../async/fair_shares.ts";
import type { Limit } from "../errors.ts";

/** How many requests {@linkcode LoadLimit} admits. */
export interface LoadBounds {
  /** Requests at once, including those that wait for an operation or a person. */
  requests: number;
  /** Of them, requests with the same credentials. */
  requestsPerCustomer: number;
  /** Of them, requests of strangers, with or without credentials. */
  requestsOfStrangers: number;
}

/**
 * What a process of ordinary size carries; a waiting request costs some tens of kilobytes. After a restart all callers
 * are strangers, perhaps behind one proxy's address. Even an address with its full share leaves places to others.
 */
export const LOAD_BOUNDS: LoadBounds = {
  requests: 2048,
  requestsPerCustomer: 512,
  requestsOfStrangers: 1408,
};

/** The place of a request that was admitted. */
export class Admission {
  readonly #shares: FairShares;
  readonly #onLeave: () => void;
  /** Undefined once the place is lost or given back. */
  #holder: Owner | undefined;

  /**
   * @param holder Has taken a place of the shares.
   * @param onLeave Called once the place is free.
   */
  constructor(shares: FairShares, holder: Owner, onLeave: () => void) {
    this.#shares = shares;
    this.#holder = holder;
    this.#onLeave = onLeave;
  }

  /** Counts a stranger's request as a customer's from now on. False, and the place is lost, if they have too many. */
  claim(customer: string): boolean {
    if (this.#holder !== undefined) this.#shares.giveBack(this.#holder);
    const owner = { customer };
    const isTaken = this.#shares.take(owner);
    this.#holder = isTaken ? owner : undefined;
    if (!isTaken) this.#onLeave();
    return isTaken;
  }

  /** Gives the place back, when the answer's stream has ended. Calling it again does nothing. */
  leave(): void {
    if (this.#holder === undefined) return;
    this.#shares.giveBack(this.#holder);
    this.#holder = undefined;
    this.#onLeave();
  }
}

/**
 * Admits as many requests as the process can carry, and refuses the rest at once. No single owner can fill it: the more
 * places are taken, the smaller the share of one owner ({@linkcode FairShares}).
 */
export class LoadLimit {
  readonly #bounds: LoadBounds;
  readonly #shares: FairShares;
  #emptyListeners: (() => void)[] = [];

  constructor(bounds: LoadBounds = LOAD_BOUNDS) {
    this.#bounds = bounds;
    this.#shares = new FairShares({
      places: bounds.requests,
      perCustomer: bounds.requestsPerCustomer,
      strangers: bounds.requestsOfStrangers,
    });
  }

  /** How many requests are in progress. */
  get inside(): number {
    return this.#shares.held;
  }

  /** Admits a request, or returns the limit that refuses it. */
  enter(owner: Owner): Admission | Limit {
    return this.#shares.take(owner) ? new Admission(this.#shares, owner, this.#onLeave) : this.#limitOf(owner);
  }

  /** Resolves when no request is in progress. */
  empty(): Promise<void> {
    return new Promise((resolve) => this.inside === 0 ? resolve() : this.#emptyListeners.push(resolve));
  }

  #limitOf(owner: Owner): Limit {
    if (this.inside >= this.#bounds.requests) return "load";
    return "customer" in owner ? "load_customer" : "load_strangers";
  }

  /** Tells those who wait for it that no request is in progress. */
  readonly #onLeave = () => {
    if (this.inside > 0 || this.#emptyListeners.length === 0) return;
    const waiting = this.#emptyListeners;
    this.#emptyListeners = [];
    for (const resolve of waiting) resolve();
  };
}
