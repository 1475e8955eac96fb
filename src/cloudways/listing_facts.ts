import type { ServerRecord } from "./models.ts";
import type { ListedServers } from "./server_listing.ts";

/**
 * What follows from the servers of an account alone. It is worked out once, and kept as long as these servers are. Calls
 * share it, so nobody changes it.
 */
export class ListingFacts<T extends object> {
  readonly #kept = new WeakMap<ListedServers, T>();
  readonly #workOut: (servers: readonly ServerRecord[]) => T;

  constructor(workOut: (servers: readonly ServerRecord[]) => T) {
    this.#workOut = workOut;
  }

  /** The facts about these servers. */
  of(listed: ListedServers): T {
    const kept = this.#kept.get(listed);
    if (kept !== undefined) return kept;
    const facts = this.#workOut(listed.servers);
    this.#kept.set(listed, facts);
    return facts;
  }
}
