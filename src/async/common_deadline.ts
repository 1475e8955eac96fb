/** Work that is waited for. */
interface Waiting {
  /** When it is late, in milliseconds of `performance.now()`. */
  until: number;
  giveUp(): void;
}

/**
 * Waits for many pieces of work, for each the same time at most. They share one timer, which goes on when none is left:
 * a timer for each costs more than a quick piece of work.
 */
export class CommonDeadline implements Disposable {
  readonly #ms: number;
  readonly #lateError: () => Error;
  /** In the order of their ends. */
  readonly #waiting = new Set<Waiting>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param ms Milliseconds that each piece of work may take.
   * @param lateError Makes the error of one that takes longer.
   */
  constructor(ms: number, lateError: () => Error) {
    this.#ms = ms;
    this.#lateError = lateError;
  }

  /**
   * Waits for one piece of work. Late work goes on; its result or error is ignored.
   *
   * @throws What the work throws, or the error of late work.
   */
  wait<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = { until: performance.now() + this.#ms, giveUp: () => reject(this.#lateError()) };
      this.#waiting.add(waiting);
      this.#timer ??= setTimeout(() => this.#giveUpLate(), this.#ms);
      work.then(resolve, reject).finally(() => this.#waiting.delete(waiting));
    });
  }

  /** Stops the timer. What is still waited for is waited for without end. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #giveUpLate(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.until > now) {
        this.#timer = setTimeout(() => this.#giveUpLate(), waiting.until - now);
        return;
      }
      this.#waiting.delete(waiting);
      waiting.giveUp();
    }
  }
}
