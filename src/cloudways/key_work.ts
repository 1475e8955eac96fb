import { ToolError } from "../errors.ts";
import { KeyedMutex } from "../async/keyed_mutex.ts";
import { Semaphore } from "../async/semaphore.ts";
import type { WorkCounts } from "../text/work_counts.ts";

/** How many keys are opened at once in this process: the work takes threads that others need too. */
const MAX_AT_ONCE = 2;

/** How many keys of one customer may be open or wait for their turn. */
const MAX_PER_CUSTOMER = 4;

/** Bounds how many encrypted keys are opened at once: one of each customer, and few in all. */
export class KeyWork {
  readonly #places = new Semaphore(MAX_AT_ONCE);
  readonly #turns = new KeyedMutex();
  readonly #waiting = new Map<string, number>();
  readonly #work: WorkCounts | undefined;

  constructor(work?: WorkCounts) {
    this.#work = work;
  }

  /**
   * Does the work when it is this customer's turn, and a place is free.
   *
   * @param signal Ends the wait; the work itself is not long.
   * @throws {ToolError} `rate_limited` where too many keys of the customer wait already.
   */
  async run<T>(customer: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(customer) ?? 0;
    if (waiting === MAX_PER_CUSTOMER) throw tooManyKeys();
    this.#waiting.set(customer, waiting + 1);
    try {
      return await this.#turns.run(customer, () => this.#inPlace(signal, work));
    } finally {
      const left = (this.#waiting.get(customer) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(customer);
      else this.#waiting.set(customer, left);
    }
  }

  async #inPlace<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const release = await this.#places.acquire(signal);
    try {
      if (this.#work !== undefined) this.#work.openedKeys++;
      return await work();
    } finally {
      release();
    }
  }
}

function tooManyKeys(): ToolError {
  return new ToolError("rate_limited", "Too many encrypted private keys of this customer are being opened.", {
    hint: "Nothing was sent. Wait a few seconds and send one certificate at a time.",
    retryAfter: 2,
  });
}
