/** Compares the keys of the processes that share a store: with different keys, none can read what the others write. */
import * as z from "zod";
import type { KeyNames } from "../crypto/key_ring.ts";
import { readJson } from "../text/read_json.ts";
import type { Store, StoreKey } from "./store.ts";

const KEY: StoreKey = { purpose: "keys", customer: "shared" };
const TTL_MS = 30 * 24 * 3600_000;

/** The warning for the operator if the keys don't match. */
export const DIFFERENT_KEYS = "Redis was last used with other keys: give every replica the same ENCRYPTION_KEY and " +
  "CUSTOMER_ID_KEY, or approvals, tokens and records of one are lost to the others";

const namesSchema = z.object({ encryption: z.array(z.string()).max(100), customers: z.string() });

/**
 * Whether these keys match those of the process that last started with this store. They match if one encryption key is in
 * both lists, so that keys can rotate, and if the keys for customer ids are the same.
 *
 * @throws {StoreError} If the store does not answer.
 */
export async function matchesSharedKeys(store: Pick<Store, "get">, own: KeyNames): Promise<boolean> {
  const text = await store.get(KEY);
  const others = text === undefined ? undefined : readJson(text, namesSchema);
  if (others === undefined) return true;
  return others.customers === own.customers && own.encryption.some((name) => others.encryption.includes(name));
}

/**
 * Writes the names of this process's keys to the store.
 *
 * @throws {StoreError} If the store does not answer.
 */
export async function writeSharedKeys(store: Pick<Store, "set">, own: KeyNames): Promise<void> {
  await store.set(KEY, JSON.stringify(own), { ttlMs: TTL_MS });
}
