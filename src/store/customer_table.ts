import { LRUCache } from "lru-cache";
import { atMost } from "./at_most.ts";

/** What {@linkcode CustomerTable} needs. */
export interface CustomerTableOptions<V> {
  /** Whether the entry belongs to a customer that Cloudways has accepted, as far as is known. */
  isAccepted: (key: string, value: V) => boolean;
  /** Most entries of accepted customers. */
  max: number;
  /** Most entries of strangers. Defaults to a tenth. */
  maxStrangers?: number;
}

/**
 * Entries about customers, usually by customer id. The least recently used ones go first. Strangers have their own part:
 * no number of made-up credentials pushes out an accepted customer.
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

  /** Whether it has no entry. To ask this costs less than a look-up by a text that was just put together. */
  get isEmpty(): boolean {
    return this.#accepted.size === 0 && this.#strangers.size === 0;
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

  /** The entry, made by `make` if there is none. A stranger that has been accepted since keeps its entry. */
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

  /** All entries. */
  entries(): [string, V][] {
    return [...this.#accepted.entries(), ...this.#strangers.entries()];
  }

  clear(): void {
    this.#accepted.clear();
    this.#strangers.clear();
  }
}
