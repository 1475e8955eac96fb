import { LRUCache } from "lru-cache";
import { atMost } from "./at_most.ts";

/** What {@linkcode CustomerTable} needs. */
export interface CustomerTableOptions<V> {
  /** Whether Cloudways has accepted the credentials of the customer whose entry this is, as far as is known. */
  isAccepted: (key: string, value: V) => boolean;
  /** How many entries of accepted customers it keeps. */
  max: number;
  /** How many others. Defaults to a tenth. */
  maxStrangers?: number;
}

/**
 * Something about customers, most often by their id; what was used least recently goes first. Credentials that Cloudways
 * has not accepted have a part of their own: however many somebody makes up, they push out no accepted customer.
 */
export class CustomerTable<V extends object> {
  readonly #isAccepted: (key: string, value: V) => boolean;
  readonly #accepted: LRUCache<string, V>;
  readonly #strangers: LRUCache<string, V>;

  constructor({ isAccepted, max, maxStrangers = Math.ceil(max / 10) }: CustomerTableOptions<V>) {
    this.#isAccepted = isAccepted;
    this.#accepted = new LRUCache(atMost(max));
    this.#strangers = new LRUCache(atMost(maxStrangers));
  }

  get(key: string): V | undefined {
    return this.#accepted.get(key) ?? this.#strangers.get(key);
  }

  has(key: string): boolean {
    return this.#accepted.has(key) || this.#strangers.has(key);
  }

  set(key: string, value: V): void {
    const isAccepted = this.#accepted.has(key) || this.#isAccepted(key, value);
    if (isAccepted) this.#strangers.delete(key);
    (isAccepted ? this.#accepted : this.#strangers).set(key, value);
  }

  /** What is there, or what `make` makes. Credentials that were accepted since take what they have along. */
  getOrMake(key: string, make: () => V): V {
    const accepted = this.#accepted.get(key);
    if (accepted !== undefined) return accepted;
    const value = this.#strangers.get(key) ?? make();
    this.set(key, value);
    return value;
  }

  delete(key: string): void {
    this.#accepted.delete(key);
    this.#strangers.delete(key);
  }

  /** All that is there now. */
  entries(): [string, V][] {
    return [...this.#accepted.entries(), ...this.#strangers.entries()];
  }

  clear(): void {
    this.#accepted.clear();
    this.#strangers.clear();
  }
}
