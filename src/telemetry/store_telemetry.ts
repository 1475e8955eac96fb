import type { PoolState } from "../async/fair_semaphore.ts";
import type { StoreState, StoreWatch } from "../store/watch.ts";
import type { Metrics } from "./metrics.ts";

/** Counts and times what the store does. */
export class StoreTelemetry implements StoreWatch {
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  async command<T>(command: string, run: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let outcome: "ok" | "failed" = "failed";
    try {
      const value = await run();
      outcome = "ok";
      return value;
    } finally {
      this.#metrics.commandFinished({ command, outcome, seconds: (performance.now() - startedAt) / 1000 });
    }
  }

  watchPool(read: () => PoolState): void {
    this.#metrics.watchPool("redis", read);
  }

  watchStore(read: () => StoreState): void {
    this.#metrics.watchStore(read);
  }
}
