/** How long work runs before it yields. */
const MAX_WORK_MS = 10;

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

  /** Await this before the next part. Undefined while the work has not run for long: then there is nothing to await. */
  next(): Promise<void> | undefined {
    return performance.now() - this.#startedAt < MAX_WORK_MS ? undefined : this.#yield();
  }

  async #yield(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#startedAt = performance.now();
  }
}
