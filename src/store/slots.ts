import type { Store, StoreKey } from "./store.ts";

/** A bounded number of places of one kind for each customer, counted over all replicas. */
export class Slots {
  readonly #store: Store;
  readonly #kind: string;
  readonly #count: number;

  /**
   * @param kind Tells the places of one use from those of another: letters, digits, `_` and `-`.
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
   * @param holder Names who holds the place; nobody else can give it back.
   * @returns The place, or undefined where all are taken.
   */
  async take(customer: string, holder: string, ttlMs: number): Promise<StoreKey | undefined> {
    for (let place = 0; place < this.#count; place++) {
      const key: StoreKey = { purpose: "slot", customer, name: `${this.#kind}-${place}` };
      if (await this.#store.set(key, holder, { ttlMs, ifAbsent: true })) return key;
    }
    return undefined;
  }

  /** Gives a place back; nothing where it has run out meanwhile. */
  async release(place: StoreKey, holder: string): Promise<void> {
    await this.#store.deleteIfEquals(place, holder);
  }
}
