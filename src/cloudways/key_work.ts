import { ToolError } from "../errors.ts";
import { KeyedMutex } from "../async/keyed_mutex.ts";
import { Semaphore } from "../async/semaphore.ts";
import type { WorkCounts } from "../text/work_counts.ts";

/** How many keys this process decrypts at once: the work takes threads that others need too. */
const MAX_AT_ONCE = 2;

/** How many keys of one customer may be in work or waiting. */
const MAX_PER_CUSTOMER = 4;

/** Bounds how many encrypted keys are decrypted at once: one for each customer, and few overall. */
export class KeyWork {
  readonly #places = new Semaphore(MAX_AT_ONCE);
  readonly #turns = new KeyedMutex();
  readonly #waiting = new Map<string, number>();
  readonly #work: WorkCounts | undefined;

  constructor(work?: WorkCounts) {
    this.#work = work;
  }

  /**
   * Runs the work when it is this customer's turn and a place is free.
   *
   * @param signal Ends the wait, but not the work, which is short.
   * @throws {ToolError} `rate_limited` if too many keys of the customer are in work or waiting.
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
