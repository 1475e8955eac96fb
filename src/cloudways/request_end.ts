import type { CommonDeadline } from "../async/common_deadline.ts";
import { timeoutError } from "../async/deadline.ts";

/** What a request is sent for, as far as it ends the request. */
export interface SentFor {
  /** Ends the request. A call makes it when it is first asked for, which takes longer than most of the rest. */
  readonly signal: AbortSignal;
  /** Whether it may be asked for a little later; by default it is asked for at once. */
  readonly mayWatchLater?: boolean;
}

/**
 * The end of one request under way: its own timeout, or the end of what it is sent for. Like `AbortSignal.any` with a
 * timeout, which costs more than all the rest.
 */
export class RequestEnd implements Disposable {
  readonly #abort = new AbortController();
  readonly #timeout: Disposable;
  readonly #sentFor: SentFor;
  #watching: Disposable | undefined;

  /**
   * @param timeout The time that the request may take.
   * @param later When a request that takes long begins to watch what it is sent for, if it may do so later.
   */
  constructor(timeout: CommonDeadline, sentFor: SentFor, later: CommonDeadline) {
    this.#sentFor = sentFor;
    this.#timeout = timeout.begin(() => this.#abort.abort(timeoutError()));
    if (sentFor.mayWatchLater === true) this.#watching = later.begin(() => this.#watch());
    else this.#watch();
  }

  /** Aborts the request. Never aborts once this is disposed. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Stops the timers. */
  [Symbol.dispose](): void {
    this.#timeout[Symbol.dispose]();
    this.#watching?.[Symbol.dispose]();
  }

  #watch(): void {
    const { signal } = this.#sentFor;
    if (signal.aborted) return this.#abort.abort(signal.reason);
    const end = () => this.#abort.abort(signal.reason);
    signal.addEventListener("abort", end, { once: true });
    this.#watching = { [Symbol.dispose]: () => signal.removeEventListener("abort", end) };
  }
}
