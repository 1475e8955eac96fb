/** How much {@linkcode LoadLimit} lets in. */
export interface LoadBounds {
  /** Requests at once, those that wait for an operation or a person included. */
  requests: number;
  /** Of them, requests of one customer. */
  requestsPerCustomer: number;
}

/** What a process of ordinary size carries; a waiting request costs some tens of kilobytes. */
export const LOAD_BOUNDS: LoadBounds = {
  requests: 2048,
  requestsPerCustomer: 512,
};

/** A request that was let in. */
export interface Admission {
  /** Counts the request for a customer from now on; false where he has too many already. */
  claim(customer: string): boolean;
  /** The request has been answered, to the end of its stream. Calling it again does nothing. */
  leave(): void;
}

/** Lets in as much work as the process can carry, and refuses the rest at once. */
export class LoadLimit {
  readonly #bounds: LoadBounds;
  readonly #perCustomer = new Map<string, number>();
  #inside = 0;
  #whenEmpty: (() => void)[] = [];

  constructor(bounds: LoadBounds = LOAD_BOUNDS) {
    this.#bounds = bounds;
  }

  /** How many requests are being worked on. */
  get inside(): number {
    return this.#inside;
  }

  /** Lets a request in; undefined where there is no room. */
  enter(): Admission | undefined {
    if (this.#inside >= this.#bounds.requests) return undefined;
    this.#inside++;
    let owner: string | undefined;
    let left = false;
    return {
      claim: (customer) => {
        if ((this.#perCustomer.get(customer) ?? 0) >= this.#bounds.requestsPerCustomer) return false;
        owner = customer;
        this.#count(customer, 1);
        return true;
      },
      leave: () => {
        if (left) return;
        left = true;
        if (owner !== undefined) this.#count(owner, -1);
        this.#left();
      },
    };
  }

  /** Resolves as soon as nothing is being worked on. */
  empty(): Promise<void> {
    return new Promise((resolve) => this.#inside === 0 ? resolve() : this.#whenEmpty.push(resolve));
  }

  #left(): void {
    this.#inside--;
    if (this.#inside > 0) return;
    const waiting = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiting) resolve();
  }

  #count(customer: string, change: 1 | -1): void {
    const count = (this.#perCustomer.get(customer) ?? 0) + change;
    if (count === 0) this.#perCustomer.delete(customer);
    else this.#perCustomer.set(customer, count);
  }
}
