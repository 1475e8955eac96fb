import type { PoolState } from "../async/fair_semaphore.ts";
import type { StoreState, StoreWatch } from "../store/watch.ts";
import type { Metrics } from "./metrics.ts";
import type { Tracer } from "./tracing.ts";

/** Counts, times and traces what the store does. */
export class StoreTelemetry implements StoreWatch {
  readonly #metrics: Metrics;
  readonly #tracer: Tracer;

  constructor(metrics: Metrics, tracer: Tracer) {
    this.#metrics = metrics;
    this.#tracer = tracer;
  }

  command<T>(command: string, run: () => Promise<T>): Promise<T> {
    const facts = { "db.system.name": "redis", "db.operation.name": command };
    return this.#tracer.span({ name: `redis ${command}`, kind: "client", facts }, () => this.#timed(command, run));
  }

  async #timed<T>(command: string, run: () => Promise<T>): Promise<T> {
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
