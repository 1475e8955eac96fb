/** What the process itself uses: time, memory, and how late its event loop is. Needs no permission. */
import { cpuUsage } from "node:process";
import type { Histogram } from "./prometheus.ts";
import type { Registry } from "./registry.ts";

/** Upper bounds in seconds. A call that blocks the process for a quarter of a second is felt by all others. */
const LAG_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Pause between two looks at the event loop. */
const LOOK_EVERY_MS = 1000;

/** Adds the metrics of the process. */
export class ProcessMetrics {
  readonly #lag: Histogram<readonly []>;

  constructor(registry: Registry, version: string) {
    const startedAt = performance.now();
    registry.gauge("process_uptime_seconds", "Time since the start.")
      .watch([], () => (performance.now() - startedAt) / 1000);
    registry.watchedCounter("process_cpu_seconds_total", "CPU time used by all threads of the process.")
      .watch([], cpuSeconds);
    registry.gauge("process_resident_memory_bytes", "Memory held by the process.")
      .watch([], () => Deno.memoryUsage().rss);
    registry.gauge("process_heap_used_bytes", "JavaScript heap in use.").watch([], () => Deno.memoryUsage().heapUsed);
    registry.gauge("build_info", "Always 1; the label tells the version.", { name: "version", form: /^[\w.+-]{1,40}$/ })
      .watch([version], () => 1);
    this.#lag = registry.histogram(
      "event_loop_lag_seconds",
      "How late a timer ran, looked at once a second.",
      LAG_BUCKETS,
    );
  }

  /**
   * Looks once a second how late the event loop is, until disposed. Does not keep the process alive.
   */
  watchEventLoop(): Disposable {
    let dueAt = performance.now() + LOOK_EVERY_MS;
    const timer = setInterval(() => {
      const now = performance.now();
      this.eventLoopLate((now - dueAt) / 1000);
      dueAt = now + LOOK_EVERY_MS;
    }, LOOK_EVERY_MS);
    Deno.unrefTimer(timer);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  /** Notes how many seconds late a timer ran. */
  eventLoopLate(seconds: number): void {
    this.#lag.observe([], seconds);
  }
}

function cpuSeconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1_000_000;
}
