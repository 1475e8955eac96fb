import type { Store, StoreKey } from "../store/store.ts";

const REMEMBERED_MS = 2 * 60_000;
/** Anything else in its place is no one's no. */
const NO = "no";

/** Remembers for two minutes which calls a person has said no to, so that nobody is asked again at once. */
export class Declines {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * @param customer All 64 hex digits of the customer id.
   * @param fingerprint What names the call: tool, arguments and target.
   */
  async remember(customer: string, fingerprint: string): Promise<void> {
    await this.#store.set(declineKey(customer, fingerprint), NO, { ttlMs: REMEMBERED_MS });
  }

  /** Whether a person has said no to this call within the last two minutes. */
  async isRemembered(customer: string, fingerprint: string): Promise<boolean> {
    return await this.#store.get(declineKey(customer, fingerprint)) === NO;
  }
}

function declineKey(customer: string, fingerprint: string): StoreKey {
  return { purpose: "declined", customer, name: fingerprint };
}
