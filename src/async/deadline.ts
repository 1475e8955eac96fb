/**
 * A signal that aborts after a time, like `AbortSignal.timeout`. Its timer begins when the signal is first asked for, and
 * ends with the work: work that needs no signal sets none, and quick work leaves none behind.
 */
export class Deadline implements Disposable {
  readonly #reason: () => Error;
  /** When the time is up, in milliseconds of `performance.now()`. */
  readonly #end: number;
  /** Made when the signal is first asked for. */
  #abort: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;

  /**
   * @param ms Milliseconds from now.
   * @param reason Makes the error that the signal aborts with. Defaults to the `TimeoutError` of `AbortSignal.timeout`.
   */
  constructor(ms: number, reason: () => Error = timeoutError) {
    this.#reason = reason;
    this.#end = performance.now() + ms;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (!this.#isDisposed) this.#start(this.#abort);
    }
    return this.#abort.signal;
  }

  /** Stops the timer: a signal that has not aborted yet never aborts. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  #start(abort: AbortController): void {
    this.#timer = setTimeout(() => abort.abort(this.#reason()), this.#end - performance.now());
  }
}

/** The reason of `AbortSignal.timeout`. */
export function timeoutError(): Error {
  return new DOMException("Signal timed out.", "TimeoutError");
}
