/** Gives a place back. Calling it again does nothing. */
export type Release = () => void;

/** At most `limit` holders at a time. Waiting callers are served in the order they came. */
export class Semaphore {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #held = 0;

  /** Throws a RangeError unless `limit` is a positive integer. */
  constructor(limit: number) {
    if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`limit must be a positive integer: ${limit}`);
    this.#limit = limit;
  }

  /** How many places are held now. */
  get held(): number {
    return this.#held;
  }

  /** How many callers wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes a place if one is free now. */
  tryAcquire(): Release | undefined {
    if (this.#held === this.#limit) return undefined;
    this.#held++;
    return this.#release();
  }

  /** Resolves once a place is free; rejects with the signal's reason when `signal` aborts first. */
  acquire(signal?: AbortSignal): Promise<Release> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const release = this.tryAcquire();
    return release === undefined ? this.#wait(signal) : Promise.resolve(release);
  }

  #wait(signal: AbortSignal | undefined): Promise<Release> {
    return new Promise((resolve, reject) => {
      const grant = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve(this.#release());
      };
      const giveUp = () => {
        this.#waiting.delete(grant);
        reject(signal?.reason);
      };
      this.#waiting.add(grant);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  #release(): Release {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#grantNext();
    };
  }

  /** Hands the place to the longest waiting caller, so that no later caller gets in between. */
  #grantNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#held--;
    } else {
      this.#waiting.delete(next);
      next();
    }
  }
}
