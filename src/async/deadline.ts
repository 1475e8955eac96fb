/**
 * A signal that aborts after a time, like `AbortSignal.timeout`. Its timer begins when the signal is first asked for, and
 * ends with the work: work that needs no signal sets none, and quick work leaves none behind.
 */
export class Deadline implements Disposable {
  readonly #abort = new AbortController();
  readonly #reason: () => Error;
  readonly #at: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;

  /**
   * @param ms Milliseconds from now.
   * @param reason Makes the error that the signal aborts with. Defaults to the `TimeoutError` of `AbortSignal.timeout`.
   */
  constructor(ms: number, reason: () => Error = timeoutError) {
    this.#at = performance.now() + ms;
    this.#reason = reason;
  }

  get signal(): AbortSignal {
    if (!this.#isDisposed) {
      this.#timer ??= setTimeout(() => this.#abort.abort(this.#reason()), this.#at - performance.now());
    }
    return this.#abort.signal;
  }

  /** Stops the timer: a signal that has not aborted yet never aborts. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }
}

function timeoutError(): Error {
  return new DOMException("Signal timed out.", "TimeoutError");
}
