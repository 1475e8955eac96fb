import type { Meter } from "./meter.ts";
import { Counter, Histogram, type Metric, Watched } from "./prometheus.ts";
import type { LabelRule } from "./series_table.ts";

const PREFIX = "cloudways_mcp_";

/** Holds the metrics of one process, and gives each the prefix of its name. */
export class Registry {
  readonly #all: Metric[] = [];

  /** Adds a counter. */
  counter<const R extends readonly LabelRule[]>(name: string, help: string, ...labels: R): Counter<R> {
    return this.#add(new Counter({ name: PREFIX + name, help, labels }));
  }

  /** Adds a histogram with these upper bounds. */
  histogram<const R extends readonly LabelRule[]>(
    name: string,
    help: string,
    bounds: readonly number[],
    ...labels: R
  ): Histogram<R> {
    return this.#add(new Histogram({ name: PREFIX + name, help, labels }, bounds));
  }

  /** Adds a gauge whose values are read at each scrape. */
  gauge<const R extends readonly LabelRule[]>(name: string, help: string, ...labels: R): Watched<R> {
    return this.#add(new Watched({ name: PREFIX + name, help, labels }, "gauge"));
  }

  /** Adds a counter that is kept elsewhere and read at each scrape. */
  watchedCounter<const R extends readonly LabelRule[]>(name: string, help: string, ...labels: R): Watched<R> {
    return this.#add(new Watched({ name: PREFIX + name, help, labels }, "counter"));
  }

  /** Everything in Prometheus' text format. */
  text(): string {
    return this.#all.map((metric) => metric.render() + "\n").join("");
  }

  /** Also sends all metrics by a meter from now on. */
  sendBy(meter: Meter): void {
    for (const metric of this.#all) metric.sendBy(meter);
  }

  #add<T extends Metric>(metric: T): T {
    this.#all.push(metric);
    return metric;
  }
}
