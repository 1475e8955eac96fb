import { z } from "zod";
import type { SealedStore } from "../store/sealed.ts";
import type { StoreKey } from "../store/store.ts";
import type { Session } from "./session.ts";

/** Longer than any operation runs. */
const TTL_MS = 24 * 3600_000;

/** Ids of servers. */
const boundSchema = z.array(z.number());

/**
 * Remembers for a day which operations callers that are bound to some servers have started, sealed. Cloudways does not
 * always say which server an operation belongs to. If the store fails, nothing is known, and nothing else fails.
 */
export class StartedOperations {
  readonly #sealed: SealedStore;

  constructor(sealed: SealedStore) {
    this.#sealed = sealed;
  }

  /** Notes an operation that was started by a caller who is bound to these servers. Never fails. */
  async note(session: Session, operationId: string, servers: ReadonlySet<number>): Promise<void> {
    try {
      await this.#sealed.write(keyOf(session, operationId), [...servers], TTL_MS);
    } catch (error) {
      session.log.debug("operation not noted", { error });
    }
  }

  /** Whether an operation was started by a caller who was bound to these servers, or to some of them. Never fails. */
  async isWithin(session: Session, operationId: string, servers: ReadonlySet<number>): Promise<boolean> {
    try {
      const bound = await this.#sealed.read(keyOf(session, operationId), boundSchema);
      return bound?.every((id) => servers.has(id)) ?? false;
    } catch (error) {
      session.log.debug("operation not known", { error });
      return false;
    }
  }
}

function keyOf(session: Session, operationId: string): StoreKey {
  return { purpose: "started_operation", customer: session.customer.id, name: operationId };
}
