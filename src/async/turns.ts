/** How long work runs before it yields. */
const MAX_WORK_MS = 10;

/** After parts that took less than this, up to so many are begun without a look at the clock, which takes as long. */
const QUICK_MS = 0.1;
const MAX_PARTS = 8;

/** The results of work for each item, one after the other. Other work gets its turn in between. */
export async function mapInTurns<T, R>(items: Iterable<T>, work: (item: T) => R): Promise<R[]> {
  const turns = new Turns();
  const results: R[] = [];
  for (const item of items) {
    await turns.next();
    results.push(work(item));
  }
  return results;
}

/** Yields to the event loop between the parts of long work, so that other work does not wait for its end. */
export class Turns {
  #startedAt = performance.now();
  #lookedAt = this.#startedAt;
  /** How many parts are begun with one look at the clock, and how many of them are left. */
  #parts = 1;
  #left = 0;

  /** Await this before the next part. Undefined while the work has not run for long: then there is nothing to await. */
  next(): Promise<void> | undefined {
    if (this.#left > 0) {
      this.#left--;
      return undefined;
    }
    const now = performance.now();
    if (now - this.#startedAt >= MAX_WORK_MS) return this.#yield();
    this.#parts = now - this.#lookedAt < QUICK_MS ? Math.min(2 * this.#parts, MAX_PARTS) : 1;
    this.#left = this.#parts - 1;
    this.#lookedAt = now;
    return undefined;
  }

  async #yield(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#startedAt = this.#lookedAt = performance.now();
  }
}
