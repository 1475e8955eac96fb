import type { Store, StoreKey } from "./store.ts";

/** One of the places of a customer. */
export type Place = StoreKey & { name: string };

/** A bounded number of places of one kind for each customer, counted over all replicas. */
export class Slots {
  readonly #store: Store;
  readonly #kind: string;
  readonly #count: number;

  /**
   * @param kind Names the use of the places: letters, digits, `_` and `-`.
   * @param count How many places each customer has.
   */
  constructor(store: Store, kind: string, count: number) {
    this.#store = store;
    this.#kind = kind;
    this.#count = count;
  }

  /**
   * Takes a place for at most `ttlMs` milliseconds.
   *
   * @param holder Id of the holder; only this holder can give the place back.
   * @returns The place, or undefined if all are taken.
   */
  async take(customer: string, holder: string, ttlMs: number): Promise<Place | undefined> {
    for (const key of this.#keys(customer)) {
      if (await this.#store.set(key, holder, { ttlMs, ifAbsent: true })) return key;
    }
    return undefined;
  }

  /** How many places of a customer are taken. */
  async countTaken(customer: string): Promise<number> {
    const holders = await Promise.all(this.#keys(customer).map((key) => this.#store.get(key)));
    return holders.filter((holder) => holder !== undefined).length;
  }

  /** Gives a place back. Does nothing if it has expired. */
  async release(place: Place, holder: string): Promise<void> {
    await this.#store.deleteIfEquals(place, holder);
  }

  #keys(customer: string): Place[] {
    return Array.from({ length: this.#count }, (_, place) => (
      { purpose: "slot", customer, name: `${this.#kind}-${place}` }
    ));
  }
}
