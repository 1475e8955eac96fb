/** The requests that a caller may still send, used with care by plans of many steps. */
import type { Clock } from "../../async/clock.ts";
import type { CloudwaysClient } from "../../cloudways/client.ts";
import type { Customer } from "../../identity/caller.ts";

/** What {@linkcode Allowance} needs. */
export interface AllowanceOptions {
  client: Pick<CloudwaysClient, "bucket" | "bucketLimit">;
  customer: Customer;
  clock: Clock;
  /** Ends waiting. */
  signal: AbortSignal;
}

/** The share of all requests that making a plan leaves to other calls. */
const LEFT_TO_OTHERS = 1 / 3;

/** Looks at the customer's token bucket, and waits until there is enough in it. */
export class Allowance {
  readonly #options: AllowanceOptions;

  constructor(options: AllowanceOptions) {
    this.#options = options;
  }

  /** Whether so many requests may be sent now, with a third of all left to other calls. */
  async spares(requests: number): Promise<boolean> {
    const { client, customer } = this.#options;
    const { remaining } = await client.bucket(customer);
    return remaining - requests >= Math.floor(client.bucketLimit.capacity * LEFT_TO_OTHERS);
  }

  /**
   * Waits until so many requests may be sent, or as many as ever may.
   *
   * @param until Milliseconds since the Unix epoch.
   * @returns False if they may not until then, or waiting has ended.
   */
  async has(requests: number, until: number): Promise<boolean> {
    const { client, customer } = this.#options;
    const { capacity, windowSeconds } = client.bucketLimit;
    const needed = Math.min(requests, capacity);
    for (;;) {
      const { remaining } = await client.bucket(customer);
      if (remaining >= needed) return true;
      const waitMs = Math.ceil((needed - remaining) / capacity * windowSeconds * 1000);
      if (!await this.pause(waitMs, until)) return false;
    }
  }

  /** Waits for so many milliseconds. False if that takes longer than `until`, or waiting has ended. */
  async pause(ms: number, until: number): Promise<boolean> {
    const { clock, signal } = this.#options;
    if (clock.now() + ms >= until) return false;
    return await clock.sleep(ms, signal).then(() => true, () => false);
  }
}
