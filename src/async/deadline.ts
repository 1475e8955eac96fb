/**
 * A signal that aborts after a time, like `AbortSignal.timeout`. Its timer ends with the work, so that a quick call leaves
 * no timer behind.
 */
export class Deadline implements Disposable {
  readonly #abort = new AbortController();
  readonly #timer;
  readonly #outer: AbortSignal | undefined;
  readonly #abortWithOuter = () => this.#abort.abort(this.#outer?.reason);

  /**
   * @param ms Milliseconds from now.
   * @param reason Makes the error that the signal aborts with. Defaults to the `TimeoutError` of `AbortSignal.timeout`.
   * @param outer Aborts the signal too, with its own reason: like `AbortSignal.any`, which costs more than all the rest.
   */
  constructor(ms: number, reason: () => Error = timeoutError, outer: AbortSignal | undefined = undefined) {
    this.#timer = setTimeout(() => this.#abort.abort(reason()), ms);
    this.#outer = outer;
    outer?.addEventListener("abort", this.#abortWithOuter, { once: true });
    if (outer?.aborted) this.#abortWithOuter();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Stops the timer: a signal that has not aborted yet never aborts. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abortWithOuter);
  }
}

function timeoutError(): Error {
  return new DOMException("Signal timed out.", "TimeoutError");
}
