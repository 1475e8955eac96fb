/** How long work runs before it yields. */
const MAX_WORK_MS = 10;

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
