/** How long work goes on before others have their turn. */
const MAX_WORK_MS = 10;

/** Gives the event loop a turn between the parts of a long work, so that nobody else waits for the end of it. */
export class Turns {
  #since = performance.now();

  /** What to wait for before the work goes on: others, where it has gone on for long. */
  next(): Promise<void> | undefined {
    return performance.now() - this.#since < MAX_WORK_MS ? undefined : this.#others();
  }

  async #others(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#since = performance.now();
  }
}
