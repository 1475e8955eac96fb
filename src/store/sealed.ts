import type { Box } from "../crypto/box.ts";
import type { SetOptions, Store, StoreKey } from "./store.ts";

/**
 * The store, with everything sealed: what belongs to a customer leaves this process only as ciphertext bound to that
 * customer and purpose. What does not open counts as absent.
 */
export class SealedStore {
  readonly #store: Store;
  readonly #box: Box;

  constructor(store: Store, box: Box) {
    this.#store = store;
    this.#box = box;
  }

  /** The text of an entry, or undefined. */
  async read(key: StoreKey): Promise<string | undefined> {
    const sealed = await this.#store.get(key);
    return sealed === undefined ? undefined : await this.#box.open(sealed, key);
  }

  /** Writes an entry that is gone after `ttlMs` milliseconds. */
  async write(key: StoreKey, text: string, ttlMs: number): Promise<void> {
    await this.set(key, text, { ttlMs });
  }

  /** Writes an entry. False only where `ifAbsent` found one, whether or not that opens. */
  async set(key: StoreKey, text: string, options: SetOptions): Promise<boolean> {
    return await this.#store.set(key, await this.#box.seal(text, key), options);
  }

  /** Reads and removes an entry in one atomic step: of many callers exactly one gets the text. */
  async take(key: StoreKey): Promise<string | undefined> {
    const sealed = await this.#store.take(key);
    return sealed === undefined ? undefined : await this.#box.open(sealed, key);
  }

  /** Removes an entry only if its text is still the one given; a change in between is left alone. */
  async deleteIfEquals(key: StoreKey, text: string): Promise<boolean> {
    const sealed = await this.#store.get(key);
    if (sealed === undefined || await this.#box.open(sealed, key) !== text) return false;
    return await this.#store.deleteIfEquals(key, sealed);
  }
}
