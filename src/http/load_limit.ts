import { FairShares, type Owner } from "../async/fair_shares.ts";
import type { Limit } from "../errors.ts";

/** How much {@linkcode LoadLimit} lets in. */
export interface LoadBounds {
  /** Requests at once, those that wait for an operation or a person included. */
  requests: number;
  /** Of them, requests with the same credentials. */
  requestsPerCustomer: number;
  /** Of them, requests of callers that Cloudways has not accepted, whatever they send. */
  requestsOfStrangers: number;
}

/**
 * What a process of ordinary size carries; a waiting request costs some tens of kilobytes. After a restart
 * no customer is known yet, and all may come through one proxy: even one that has its full share leaves places to others.
 */
export const LOAD_BOUNDS: LoadBounds = {
  requests: 2048,
  requestsPerCustomer: 512,
  requestsOfStrangers: 1408,
};

/** The place of a request that was admitted. */
export interface Admission {
  /** Counts a stranger's request for a customer from now on; false where the customer has too many already. */
  claim(customer: string): boolean;
  /** The request has been answered, to the end of its stream. Calling it again does nothing. */
  leave(): void;
}

/**
 * Admits as much work as the process can carry, and refuses the rest at once. No single owner can fill it: the more is
 * taken, the smaller the share of one owner ({@linkcode FairShares}).
 */
export class LoadLimit {
  readonly #bounds: LoadBounds;
  readonly #shares: FairShares;
  #whenEmpty: (() => void)[] = [];

  constructor(bounds: LoadBounds = LOAD_BOUNDS) {
    this.#bounds = bounds;
    this.#shares = new FairShares({
      places: bounds.requests,
      perCustomer: bounds.requestsPerCustomer,
      strangers: bounds.requestsOfStrangers,
    });
  }

  /** How many requests are being worked on. */
  get inside(): number {
    return this.#shares.held;
  }

  /** Lets a request in, or says which limit keeps it out. */
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
        if (left) this.#tellIfEmpty();
        return taken;
      },
      leave: () => {
        if (left) return;
        left = true;
        this.#shares.giveBack(holder);
        this.#tellIfEmpty();
      },
    };
  }

  /** Resolves as soon as nothing is being worked on. */
  empty(): Promise<void> {
    return new Promise((resolve) => this.inside === 0 ? resolve() : this.#whenEmpty.push(resolve));
  }

  #limitOf(owner: Owner): Limit {
    if (this.inside >= this.#bounds.requests) return "load";
    return "customer" in owner ? "load_customer" : "load_strangers";
  }

  #tellIfEmpty(): void {
    if (this.inside > 0) return;
    const waiting = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiting) resolve();
  }
}
