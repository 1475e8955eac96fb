/** How long a value counts, at least. */
const KEPT_MS = 60_000;

/** The lowest of the values seen within the last one to two minutes. */
export class RecentLow {
  readonly #now: () => number;
  #startedAt: number;
  #current: number | undefined;
  #previous: number | undefined;

  /** @param now Milliseconds of a clock that never steps back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedAt = now();
  }

  /** Notes a value. */
  seen(value: number): void {
    this.#forgetOld();
    this.#current = Math.min(value, this.#current ?? value);
  }

  /** The lowest value; undefined if none was seen lately. */
  get lowest(): number | undefined {
    this.#forgetOld();
    if (this.#current === undefined || this.#previous === undefined) return this.#current ?? this.#previous;
    return Math.min(this.#current, this.#previous);
  }

  #forgetOld(): void {
    const minutes = Math.floor((this.#now() - this.#startedAt) / KEPT_MS);
    if (minutes <= 0) return;
    this.#previous = minutes === 1 ? this.#current : undefined;
    this.#current = undefined;
    this.#startedAt += minutes * KEPT_MS;
  }
}
