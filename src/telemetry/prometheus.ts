/**
 * Counters, gauges and histograms in Prometheus' text format, version 0.0.4. We don't use the usual library, because
 * `deno compile` overflows its stack on one of its dependencies.
 */

/** The labels of one series, by name. */
export type Labels = Readonly<Record<string, string>>;

/** What a scrape shows of one metric. */
export interface Metric {
  /** Its lines, without a line break at the end. */
  render(): string;
}

/** The content type of the text format. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A value that only goes up. */
export class Counter implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #series = new Map<string, number>();

  /**
   * @param labelled Whether it has labels; one without starts at 0, so that a scrape sees it before the first event.
   */
  constructor(name: string, help: string, labelled: boolean) {
    this.#name = name;
    this.#help = help;
    if (!labelled) this.#series.set("", 0);
  }

  /** Counts one, or as many as are given; 0 shows a series before its first event. */
  inc(labels: Labels = {}, count = 1): void {
    const key = renderLabels(labels);
    this.#series.set(key, (this.#series.get(key) ?? 0) + count);
  }

  render(): string {
    const lines = [...this.#series].map(([labels, value]) => `${this.#name}${labels} ${value}`);
    return [...header(this.#name, this.#help, "counter"), ...lines].join("\n");
  }
}

/** A value that goes up and down; read at each scrape. */
export class Gauge implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #labels: Labels;
  readonly #read: () => number;

  constructor(name: string, help: string, read: () => number, labels: Labels = {}) {
    this.#name = name;
    this.#help = help;
    this.#labels = labels;
    this.#read = read;
  }

  render(): string {
    const line = `${this.#name}${renderLabels(this.#labels)} ${this.#read()}`;
    return [...header(this.#name, this.#help, "gauge"), line].join("\n");
  }
}

/** A value that only goes up and is counted elsewhere; read at each scrape. */
export class WatchedCounter implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #read: () => number;

  constructor(name: string, help: string, read: () => number) {
    this.#name = name;
    this.#help = help;
    this.#read = read;
  }

  render(): string {
    return [...header(this.#name, this.#help, "counter"), `${this.#name} ${this.#read()}`].join("\n");
  }
}

interface Distribution {
  labels: Labels;
  /** Observations in each bucket alone; the last bucket holds those above every bound. */
  counts: number[];
  sum: number;
}

/** Counts observations in buckets. */
export class Histogram implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Distribution>();

  /** @param bounds Upper bounds of the buckets, in rising order. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
  }

  /** Counts one observation. */
  observe(labels: Labels, value: number): void {
    const key = renderLabels(labels);
    const series = this.#series.get(key) ?? { labels, counts: new Array(this.#bounds.length + 1).fill(0), sum: 0 };
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const bucket = found === -1 ? this.#bounds.length : found;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
    this.#series.set(key, series);
  }

  render(): string {
    const lines = [...this.#series.values()].flatMap((series) => this.#renderSeries(series));
    return [...header(this.#name, this.#help, "histogram"), ...lines].join("\n");
  }

  /** Shows cumulative buckets: each includes the smaller ones. */
  #renderSeries({ labels, counts, sum }: Distribution): string[] {
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      const le = String(this.#bounds[index] ?? "+Inf");
      return `${this.#name}_bucket${renderLabels({ ...labels, le })} ${total}`;
    });
    const own = renderLabels(labels);
    return [...buckets, `${this.#name}_sum${own} ${sum}`, `${this.#name}_count${own} ${total}`];
  }
}

function header(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function renderLabels(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return "";
  const escape = (value: string) => value.replace(/[\\"\n]/g, (sign) => sign === "\n" ? "\\n" : `\\${sign}`);
  return `{${entries.map(([name, value]) => `${name}="${escape(value)}"`).join(",")}}`;
}
