/**
 * A signal that aborts after a time, as that of `AbortSignal.timeout` does. Its timer ends with the work, so that nothing
 * of a call that was quick stays until the time it had is over.
 */
export class Deadline implements Disposable {
  readonly #abort = new AbortController();
  readonly #timer;

  /**
   * @param ms Milliseconds from now.
   * @param reason Makes what the signal aborts with. Defaults to the `TimeoutError` of `AbortSignal.timeout`.
   */
  constructor(ms: number, reason: () => Error = timeoutError) {
    this.#timer = setTimeout(() => this.#abort.abort(reason()), ms);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The work is done: the signal never aborts from now on, unless it has. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

function timeoutError(): Error {
  return new DOMException("Signal timed out.", "TimeoutError");
}
