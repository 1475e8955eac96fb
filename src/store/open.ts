import { MemoryStore } from "./memory/adapter.ts";
import { openRedis, type OpenRedisOptions } from "./open_redis.ts";
import type { Store } from "./store.ts";

/** What {@linkcode openStore} needs. */
export interface OpenStoreOptions extends OpenRedisOptions {
  /** The address of Redis; undefined for the embedded store. */
  redisUrl: string | undefined;
}

/**
 * Opens the store that the configuration asks for.
 *
 * @throws {StoreError} If Redis does not answer.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { redisUrl, clock, watch } = options;
  if (redisUrl !== undefined) return await openRedis(redisUrl, options);
  watch?.watchStore(() => ({ up: true, refuses: false }));
  return new MemoryStore({ clock });
}
