/** Whether the processes that share a store use the same keys: with other keys each is blind to what the others write. */
import { z } from "zod";
import type { KeyNames } from "../crypto/key_ring.ts";
import { readJson } from "../text/read_json.ts";
import type { Store, StoreKey } from "./store.ts";

const KEY: StoreKey = { purpose: "keys", customer: "shared" };
const TTL_MS = 30 * 24 * 3600_000;

/** What an operator is told where the keys don't fit. */
export const OTHER_KEYS = "Redis was last used with other keys: give every replica the same ENCRYPTION_KEY and " +
  "CUSTOMER_ID_KEY, or approvals, tokens and records of one are lost to the others";

const namesSchema = z.object({ encryption: z.array(z.string()).max(100), customers: z.string() });

/**
 * Whether these keys fit those of the process that last started with this store. They fit where both encrypt with keys
 * that the other one has, so that keys can rotate, and where both name customers alike.
 *
 * @throws {StoreError} Where the store does not answer.
 */
export async function fitsSharedKeys(store: Pick<Store, "get">, own: KeyNames): Promise<boolean> {
  const text = await store.get(KEY);
  const others = text === undefined ? undefined : readJson(text, namesSchema);
  if (others === undefined) return true;
  return others.customers === own.customers && own.encryption.some((name) => others.encryption.includes(name));
}

/**
 * Says in the store which keys this process uses.
 *
 * @throws {StoreError} Where the store does not answer.
 */
export async function tellSharedKeys(store: Pick<Store, "set">, own: KeyNames): Promise<void> {
  await store.set(KEY, JSON.stringify(own), { ttlMs: TTL_MS });
}
