/**
 * A signal that aborts after a time, as that of `AbortSignal.timeout` does, with the same reason. Its timer ends with
 * the work, so that nothing of a call that was quick stays until the time it had is over.
 */
export class Deadline implements Disposable {
  readonly #abort = new AbortController();
  readonly #timer;

  /** @param ms Milliseconds from now. */
  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#abort.abort(new DOMException("Signal timed out.", "TimeoutError")), ms);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The work is done: the signal never aborts from now on, unless it has. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
