/**
 * A signal that aborts after a time, like `AbortSignal.timeout`. Its timer begins when the signal is first asked for, and
 * ends with the work: work that needs no signal sets none, and quick work leaves none behind.
 */
export class Deadline implements Disposable {
  readonly #abort = new AbortController();
  readonly #reason: () => Error;
  readonly #at: number;
  readonly #outer: AbortSignal | undefined;
  readonly #abortWithOuter = () => this.#abort.abort(this.#outer?.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;

  /**
   * @param ms Milliseconds from now.
   * @param reason Makes the error that the signal aborts with. Defaults to the `TimeoutError` of `AbortSignal.timeout`.
   * @param outer Aborts the signal too, with its own reason: like `AbortSignal.any`, which costs more than all the rest.
   */
  constructor(ms: number, reason: () => Error = timeoutError, outer: AbortSignal | undefined = undefined) {
    this.#at = performance.now() + ms;
    this.#reason = reason;
    this.#outer = outer;
  }

  get signal(): AbortSignal {
    if (!this.#isDisposed && this.#timer === undefined) this.#start();
    return this.#abort.signal;
  }

  /** Stops the timer: a signal that has not aborted yet never aborts. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abortWithOuter);
  }

  #start(): void {
    this.#timer = setTimeout(() => this.#abort.abort(this.#reason()), this.#at - performance.now());
    this.#outer?.addEventListener("abort", this.#abortWithOuter, { once: true });
    if (this.#outer?.aborted) this.#abortWithOuter();
  }
}

function timeoutError(): Error {
  return new DOMException("Signal timed out.", "TimeoutError");
}
