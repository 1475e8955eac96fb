import type * as z from "zod";
import type { Box } from "../crypto/box.ts";
import { readJson } from "../text/read_json.ts";
import { type AppendOptions, type ListHead, type Store, StoreError, type StoreKey } from "./store.ts";

/** The value of an entry. It must survive conversion to JSON and back. */
export type SealedValue = object | string | number;

/** Each failed try means that another process has appended. So many in a row mean that something is wrong. */
const MAX_TRIES = 50;

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
    return await this.#openIfAny(key, schema, await this.#store.get(key));
  }

  /** The value of an entry's sealed text, which was read from the store. */
  async open<T>(key: StoreKey, schema: z.ZodType<T>, sealed: string): Promise<T | undefined> {
    const text = await this.#box.open(sealed, key);
    const prefix = namePrefix(key);
    return text?.startsWith(prefix) === true ? readJson(text.slice(prefix.length), schema) : undefined;
  }

  /** Writes an entry that expires after `ttlMs` milliseconds, and returns its sealed text. */
  async write(key: StoreKey, value: SealedValue, ttlMs: number): Promise<string> {
    const sealed = await this.#seal(key, value);
    await this.#store.set(key, sealed, { ttlMs });
    return sealed;
  }

  /** Writes an entry if there is none. False if there is one, even if it does not open. */
  async writeIfAbsent(key: StoreKey, value: SealedValue, ttlMs: number): Promise<boolean> {
    return await this.#store.set(key, await this.#seal(key, value), { ttlMs, ifAbsent: true });
  }

  /** Reads and removes an entry in one atomic step: exactly one of many callers gets the value. */
  async take<T>(key: StoreKey, schema: z.ZodType<T>): Promise<T | undefined> {
    return await this.#openIfAny(key, schema, await this.#store.take(key));
  }

  /** Removes an entry only if it still has this value. A value written meanwhile stays. */
  async deleteIfEquals(key: StoreKey, value: SealedValue): Promise<boolean> {
    const sealed = await this.#store.get(key);
    if (sealed === undefined || await this.#box.open(sealed, key) !== textOf(key, value)) return false;
    return await this.#store.deleteIfEquals(key, sealed);
  }

  /**
   * Appends to a list, after whatever others append at the same time.
   *
   * @throws {StoreError} If the store does not answer, or if others append first every time.
   */
  async append(key: StoreKey, value: SealedValue, options: Omit<AppendOptions, "after">): Promise<void> {
    const entry = { mark: crypto.randomUUID(), value: await this.#seal(key, value) };
    let after: ListHead | undefined;
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const answer = await this.#store.append(key, entry, { ...options, after });
      if (answer.appended) return;
      after = answer.head;
    }
    throw new StoreError(`Others appended first, ${MAX_TRIES} times in a row.`);
  }

  /** The newest entries of a list, newest first. Those that don't open or don't match the schema are left out. */
  async entries<T>(key: StoreKey, schema: z.ZodType<T>, limit: number): Promise<T[]> {
    const entries = await this.#store.entries(key, { limit });
    const values = await Promise.all(entries.map(({ value }) => this.open(key, schema, value)));
    return values.filter((value) => value !== undefined);
  }

  #seal(key: StoreKey, value: SealedValue): Promise<string> {
    return this.#box.seal(textOf(key, value), key);
  }

  async #openIfAny<T>(key: StoreKey, schema: z.ZodType<T>, sealed: string | undefined): Promise<T | undefined> {
    return sealed === undefined ? undefined : await this.open(key, schema, sealed);
  }
}

function textOf(key: StoreKey, value: SealedValue): string {
  return namePrefix(key) + JSON.stringify(value);
}

/** A box is bound to customer and purpose. The name is sealed inside, so that an entry under another name is absent. */
function namePrefix({ name }: StoreKey): string {
  return name === undefined ? "" : `${name} `;
}
