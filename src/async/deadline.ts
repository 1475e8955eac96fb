import type { CommonDeadline } from "./common_deadline.ts";

/**
 * A signal that aborts after a time, like `AbortSignal.timeout`. Its timer begins when the signal is first asked for, and
 * ends with the work: work that needs no signal sets none, and quick work leaves none behind. Deadlines of many pieces of
 * work that may take the same time can share the timer of a {@linkcode CommonDeadline}.
 */
export class Deadline implements Disposable {
  readonly #reason: () => Error;
  /** When the time is up, in milliseconds of `performance.now()`; or what calls then. */
  readonly #end: number | Disposable;
  readonly #outer: AbortSignal | undefined;
  readonly #abortWithOuter = () => this.#abort?.abort(this.#outer?.reason);
  /** Made when the signal is first asked for. */
  #abort: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isUp = false;
  #isDisposed = false;

  /**
   * @param time Milliseconds from now, or what has a timer for that time.
   * @param reason Makes the error that the signal aborts with. Defaults to the `TimeoutError` of `AbortSignal.timeout`.
   * @param outer Aborts the signal too, with its own reason: like `AbortSignal.any`, which costs more than all the rest.
   */
  constructor(
    time: number | CommonDeadline,
    reason: () => Error = timeoutError,
    outer: AbortSignal | undefined = undefined,
  ) {
    this.#reason = reason;
    this.#outer = outer;
    this.#end = typeof time === "number" ? performance.now() + time : time.begin(() => this.#giveUp());
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#isUp || !this.#isDisposed) this.#start(this.#abort);
    }
    return this.#abort.signal;
  }

  /** Stops the timer: a signal that has not aborted yet never aborts. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    if (typeof this.#end !== "number") this.#end[Symbol.dispose]();
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abortWithOuter);
  }

  #start(abort: AbortController): void {
    if (this.#isUp) return abort.abort(this.#reason());
    if (typeof this.#end === "number") this.#timer = setTimeout(() => this.#giveUp(), this.#end - performance.now());
    this.#outer?.addEventListener("abort", this.#abortWithOuter, { once: true });
    if (this.#outer?.aborted) this.#abortWithOuter();
  }

  #giveUp(): void {
    this.#isUp = true;
    this.#abort?.abort(this.#reason());
  }
}

function timeoutError(): Error {
  return new DOMException("Signal timed out.", "TimeoutError");
}
