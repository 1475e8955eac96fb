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
export interface Admission {
  /** Counts a stranger's request as a customer's from now on. False, and the place is lost, if they have too many. */
  claim(customer: string): boolean;
  /** Gives the place back, when the answer's stream has ended. Calling it again does nothing. */
  leave(): void;
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
    if (!this.#shares.take(owner)) return this.#limitOf(owner);
    let holder = owner;
    let left = false;
    return {
      claim: (customer) => {
        this.#shares.giveBack(holder);
        const taken = this.#shares.take({ customer });
        if (taken) holder = { customer };
        else left = true;
        if (left) this.#notifyIfEmpty();
        return taken;
      },
      leave: () => {
        if (left) return;
        left = true;
        this.#shares.giveBack(holder);
        this.#notifyIfEmpty();
      },
    };
  }

  /** Resolves when no request is in progress. */
  empty(): Promise<void> {
    return new Promise((resolve) => this.inside === 0 ? resolve() : this.#emptyListeners.push(resolve));
  }

  #limitOf(owner: Owner): Limit {
    if (this.inside >= this.#bounds.requests) return "load";
    return "customer" in owner ? "load_customer" : "load_strangers";
  }

  #notifyIfEmpty(): void {
    if (this.inside > 0) return;
    const waiting = this.#emptyListeners;
    this.#emptyListeners = [];
    for (const resolve of waiting) resolve();
  }
}
