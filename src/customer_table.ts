import { LRUCache } from "lru-cache";

/** What {@linkcode CustomerTable} needs. */
export interface CustomerTableOptions {
  /** Whether Cloudways has accepted the credentials behind this customer id, as far as this process knows. */
  isAccepted: (customer: string) => boolean;
  /** How many accepted customers it keeps. */
  max: number;
  /** How many others. Defaults to a tenth. */
  maxStrangers?: number;
}

/**
 * Something about each customer, for the customers that were seen last. Credentials that Cloudways has not accepted
 * have a part of their own: however many somebody makes up, they push out no accepted customer.
 */
export class CustomerTable<V extends object> {
  readonly #isAccepted: (customer: string) => boolean;
  readonly #accepted: LRUCache<string, V>;
  readonly #strangers: LRUCache<string, V>;

  constructor({ isAccepted, max, maxStrangers = Math.ceil(max / 10) }: CustomerTableOptions) {
    this.#isAccepted = isAccepted;
    this.#accepted = new LRUCache({ max });
    this.#strangers = new LRUCache({ max: maxStrangers });
  }

  get(customer: string): V | undefined {
    return this.#accepted.get(customer) ?? this.#strangers.get(customer);
  }

  set(customer: string, value: V): void {
    const isAccepted = this.#accepted.has(customer) || this.#isAccepted(customer);
    if (isAccepted) this.#strangers.delete(customer);
    (isAccepted ? this.#accepted : this.#strangers).set(customer, value);
  }

  /** What is there, or what `make` makes. Credentials that were accepted since take what they have along. */
  getOrMake(customer: string, make: () => V): V {
    const accepted = this.#accepted.get(customer);
    if (accepted !== undefined) return accepted;
    const value = this.#strangers.get(customer) ?? make();
    this.set(customer, value);
    return value;
  }

  delete(customer: string): void {
    this.#accepted.delete(customer);
    this.#strangers.delete(customer);
  }

  clear(): void {
    this.#accepted.clear();
    this.#strangers.clear();
  }
}
