import type { z } from "zod";
import type { Box } from "../crypto/box.ts";
import { readJson } from "../text/read_json.ts";
import type { Store, StoreKey } from "./store.ts";

/** The value of an entry. It must survive conversion to JSON and back. */
export type SealedValue = object | string | number;

/**
 * The store with sealed values. A value leaves this process only as ciphertext, which opens only for its customer, purpose
 * and name. An entry that does not open, or does not match the schema, counts as absent.
 */
export class SealedStore {
  readonly #store: Store;
  readonly #box: Box;

  constructor(store: Store, box: Box) {
    this.#store = store;
    this.#box = box;
  }

  /** The value of an entry, or undefined. */
  async read<T>(key: StoreKey, schema: z.ZodType<T>): Promise<T | undefined> {
    return await this.#open(key, schema, await this.#store.get(key));
  }

  /** Writes an entry that expires after `ttlMs` milliseconds. */
  async write(key: StoreKey, value: SealedValue, ttlMs: number): Promise<void> {
    await this.#store.set(key, await this.#seal(key, value), { ttlMs });
  }

  /** Writes an entry if there is none. False if there is one, even if it does not open. */
  async writeIfAbsent(key: StoreKey, value: SealedValue, ttlMs: number): Promise<boolean> {
    return await this.#store.set(key, await this.#seal(key, value), { ttlMs, ifAbsent: true });
  }

  /** Reads and removes an entry in one atomic step: exactly one of many callers gets the value. */
  async take<T>(key: StoreKey, schema: z.ZodType<T>): Promise<T | undefined> {
    return await this.#open(key, schema, await this.#store.take(key));
  }

  /** Removes an entry only if it still has this value. A value written meanwhile stays. */
  async deleteIfEquals(key: StoreKey, value: SealedValue): Promise<boolean> {
    const sealed = await this.#store.get(key);
    if (sealed === undefined || await this.#box.open(sealed, key) !== textOf(key, value)) return false;
    return await this.#store.deleteIfEquals(key, sealed);
  }

  #seal(key: StoreKey, value: SealedValue): Promise<string> {
    return this.#box.seal(textOf(key, value), key);
  }

  async #open<T>(key: StoreKey, schema: z.ZodType<T>, sealed: string | undefined): Promise<T | undefined> {
    const text = sealed === undefined ? undefined : await this.#box.open(sealed, key);
    const prefix = namePrefix(key);
    return text?.startsWith(prefix) === true ? readJson(text.slice(prefix.length), schema) : undefined;
  }
}

function textOf(key: StoreKey, value: SealedValue): string {
  return namePrefix(key) + JSON.stringify(value);
}

/** A box is bound to customer and purpose. The name is sealed inside, so that an entry under another name is absent. */
function namePrefix({ name }: StoreKey): string {
  return name === undefined ? "" : `${name} `;
}
