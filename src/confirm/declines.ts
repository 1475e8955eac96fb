import type { Clock } from "../async/clock.ts";
import type { Store, StoreKey } from "../store/store.ts";

const REMEMBERED_MS = 2 * 60_000;
/** The stored form of a no. Any other text does not count. */
const NO = /^no until (\d{1,15})$/;

/** A call that a person may have said no to, and the client that made it. */
export interface DeclinedCall {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** Identifies tool, arguments and client: `noOf` of the call. */
  no: string;
}

/** Remembers for two minutes which calls a person said no to, so that they are not asked again at once. */
export class Declines {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Remembers a no. Returns until when, in milliseconds since the Unix epoch. */
  async remember(call: DeclinedCall): Promise<number> {
    const until = this.#clock.now() + REMEMBERED_MS;
    await this.#store.set(declineKey(call), `no until ${until}`, { ttlMs: REMEMBERED_MS });
    return until;
  }

  /**
   * Until when a person's no to this call counts, in milliseconds since the Unix epoch; undefined if nobody said no.
   */
  async until(call: DeclinedCall): Promise<number | undefined> {
    return this.#read(await this.#store.get(declineKey(call)));
  }

  /** Takes a no back. False if nobody said no: each no is taken back once. */
  async takeBack(call: DeclinedCall): Promise<boolean> {
    return this.#read(await this.#store.take(declineKey(call))) !== undefined;
  }

  #read(text: string | undefined): number | undefined {
    const until = Number(NO.exec(text ?? "")?.[1] ?? 0);
    return this.#clock.now() < until ? until : undefined;
  }
}

function declineKey({ customer, no }: DeclinedCall): StoreKey {
  return { purpose: "declined", customer, name: no };
}
