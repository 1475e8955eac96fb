/** The ids in the addresses of pages, and the limit on guessing them. */
import type { BucketLimit, Store, StoreKey } from "../store/store.ts";

/** A new id: 128 bits as 32 hex digits. No mail or chat program breaks a link with it. */
export function newPageId(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** Whether a text has the form of an id. */
export function isPageId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** The key of a page in the store: the SHA-256 of its id, 64 hex digits. */
export async function hashOf(id: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id))).toHex();
}

const UNKNOWN_TRIES: BucketLimit = { capacity: 60, windowSeconds: 60 };
const UNKNOWN_KEY: StoreKey = { purpose: "bucket", customer: "shared", name: "approval-unknown" };

/** Limits requests for pages that don't exist, for the whole server. Pages that exist are not affected. */
export class UnknownPages {
  readonly #store: Pick<Store, "takeTokens">;

  constructor(store: Pick<Store, "takeTokens">) {
    this.#store = store;
  }

  /** Counts one request. Returns the seconds to wait if there were too many, else undefined. */
  async count(): Promise<number | undefined> {
    const { allowed, retryAfterSeconds } = await this.#store.takeTokens(UNKNOWN_KEY, UNKNOWN_TRIES, 1);
    return allowed ? undefined : Math.ceil(retryAfterSeconds);
  }
}
