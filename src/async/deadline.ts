/**
 * A signal that aborts after a time, like `AbortSignal.timeout`. Its timer ends with the work, so that a quick call leaves
 * no timer behind.
 */
export class Deadline implements Disposable {
  readonly #abort = new AbortController();
  readonly #timer;

  /**
   * @param ms Milliseconds from now.
   * @param reason Makes the error that the signal aborts with. Defaults to the `TimeoutError` of `AbortSignal.timeout`.
   */
  constructor(ms: number, reason: () => Error = timeoutError) {
    this.#timer = setTimeout(() => this.#abort.abort(reason()), ms);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Stops the timer: a signal that has not aborted yet never aborts. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

function timeoutError(): Error {
  return new DOMException("Signal timed out.", "TimeoutError");
}
