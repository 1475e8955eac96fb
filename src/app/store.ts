import type { OpenStoreOptions } from "../store/open.ts";
import { MemoryStore } from "../store/memory/adapter.ts";
import type { Store } from "../store/store.ts";

/**
 * Opens the store that the configuration asks for. Redis' client takes a part of the start and of the memory, so only
 * processes that use Redis load it.
 *
 * @throws {StoreError} If Redis does not answer.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  if (options.redisUrl !== undefined) {
    const { openStore: openRedis } = await import("../store/open.ts");
    return await openRedis(options);
  }
  options.watch?.watchStore(() => ({ up: true, refuses: false }));
  return new MemoryStore({ clock: options.clock });
}
