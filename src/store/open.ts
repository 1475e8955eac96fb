import { MemoryStore } from "./memory/adapter.ts";
import type { OpenRedisOptions } from "./open_redis.ts";
import type { Store } from "./store.ts";

/** What {@linkcode openStore} needs. */
export interface OpenStoreOptions extends OpenRedisOptions {
  /** The address of Redis; undefined for the embedded store. */
  redisUrl: string | undefined;
}

/**
 * Opens the store that the configuration asks for. Redis' client takes a part of the start and of the memory, so only
 * processes that use Redis load it.
 *
 * @throws {StoreError} If Redis does not answer.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { redisUrl, clock, watch } = options;
  if (redisUrl !== undefined) {
    const { openRedis } = await import("./open_redis.ts");
    return await openRedis(redisUrl, options);
  }
  watch?.watchStore(() => ({ up: true, refuses: false }));
  return new MemoryStore({ clock });
}
