/** The ids in the addresses of pages, and the bound on trying such addresses. */
import type { BucketLimit, Store, StoreKey } from "../store/store.ts";

/** A new id: 128 bits as 32 hex digits, which no mail or chat program breaks. */
export function newPageId(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** Whether a text has the form of an id. */
export function isPageId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** What the store knows a page by: the SHA-256 of its id, 64 hex digits. */
export async function hashOf(id: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id))).toHex();
}

const UNKNOWN_TRIES: BucketLimit = { capacity: 60, windowSeconds: 60 };
const UNKNOWN_KEY: StoreKey = { purpose: "bucket", customer: "shared", name: "approval-unknown" };

/** Counts tries at addresses of pages that don't exist: for the whole server, and never at the cost of those that do. */
export class UnknownPages {
  readonly #store: Pick<Store, "takeTokens">;

  constructor(store: Pick<Store, "takeTokens">) {
    this.#store = store;
  }

  /** Counts one try. Returns the seconds to wait where there were too many, else undefined. */
  async count(): Promise<number | undefined> {
    const { allowed, retryAfterSeconds } = await this.#store.takeTokens(UNKNOWN_KEY, UNKNOWN_TRIES, 1);
    return allowed ? undefined : Math.ceil(retryAfterSeconds);
  }
}
