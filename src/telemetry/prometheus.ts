/**
 * Counters, gauges and histograms in Prometheus' text format, version 0.0.4. Counting only adds to numbers: labels
 * become text when a scrape asks for them.
 */
import type { Meter, Note, OpenSeries, Reading } from "./meter.ts";
import { type CheckedLabel, type LabelRule, SeriesTable, type Values } from "./series_table.ts";

/** One metric. */
export interface Metric {
  /** What a scrape shows of it, without a line break at the end. */
  render(): string;
  /** Also sends it by a meter from now on. Called before the first observation. */
  sendBy(meter: Meter): void;
}

/** What every metric has. */
export interface Definition<R extends readonly LabelRule[]> {
  /** The whole name. */
  name: string;
  /** One line for people. */
  help: string;
  /** Its labels, in the order of their values. */
  labels: R;
}

/** The content type of the text format. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A value that only goes up. */
export class Counter<R extends readonly LabelRule[]> implements Metric {
  readonly #definition: Definition<R>;
  readonly #series: SeriesTable<R, { count: number; note: Note | undefined }>;
  #open: OpenSeries | undefined;

  constructor(definition: Definition<R>) {
    this.#definition = definition;
    this.#series = new SeriesTable(definition.labels, (labels) => ({ count: 0, note: this.#open?.(labels) }));
  }

  /** Counts one, or as many as are given; 0 shows a series before its first event. */
  inc(values: Values<R>, count = 1): void {
    const cell = this.#series.at(values);
    cell.count += count;
    cell.note?.(count);
  }

  sendBy(meter: Meter): void {
    const open = meter.counter(this.#definition);
    this.#open = open;
    for (const { labels, cell } of this.#series.all) cell.note = open(labels);
  }

  render(): string {
    const { name } = this.#definition;
    const lines = this.#series.all.map(({ labels, cell }) => `${name}${labelText(labels)} ${cell.count}`);
    return [...header(this.#definition, "counter"), ...lines].join("\n");
  }
}

/** A value that is kept elsewhere and read at each scrape: one that goes up and down, or one that only goes up. */
export class Watched<R extends readonly LabelRule[]> implements Metric {
  readonly #definition: Definition<R>;
  readonly #type: "gauge" | "counter";
  readonly #series: SeriesTable<R, { read?: () => number | undefined }>;

  constructor(definition: Definition<R>, type: "gauge" | "counter") {
    this.#definition = definition;
    this.#type = type;
    this.#series = new SeriesTable(definition.labels, () => ({}));
  }

  /** Shows what `read` returns at each scrape; nothing while that is undefined or no number. */
  watch(values: Values<R>, read: () => number | undefined): void {
    this.#series.at(values).read = read;
  }

  render(): string {
    const { name } = this.#definition;
    const lines = this.#readings().map(({ labels, value }) => `${name}${labelText(labels)} ${value}`);
    return [...header(this.#definition, this.#type), ...lines].join("\n");
  }

  sendBy(meter: Meter): void {
    meter.watched(this.#definition, this.#type, () => this.#readings());
  }

  #readings(): Reading[] {
    return this.#series.all.flatMap(({ labels, cell }) => {
      const value = cell.read?.();
      return value === undefined || !Number.isFinite(value) ? [] : [{ labels, value }];
    });
  }
}

interface Distribution {
  /** Observations in each bucket alone; the last bucket holds those above every bound. */
  counts: number[];
  sum: number;
  note: Note | undefined;
}

/** Counts observations in buckets. */
export class Histogram<R extends readonly LabelRule[]> implements Metric {
  readonly #definition: Definition<R>;
  readonly #bounds: readonly number[];
  readonly #series: SeriesTable<R, Distribution>;
  #open: OpenSeries | undefined;

  /** @param bounds Upper bounds of the buckets, in rising order. */
  constructor(definition: Definition<R>, bounds: readonly number[]) {
    this.#definition = definition;
    this.#bounds = bounds;
    this.#series = new SeriesTable(definition.labels, (labels) => ({
      counts: Array.from({ length: bounds.length + 1 }, () => 0),
      sum: 0,
      note: this.#open?.(labels),
    }));
  }

  /** Counts one observation. A negative one comes from a clock that jumped and counts as zero; NaN is left out. */
  observe(values: Values<R>, value: number): void {
    if (!Number.isFinite(value)) return;
    const seen = Math.max(0, value);
    const series = this.#series.at(values);
    let bucket = 0;
    while (bucket < this.#bounds.length && seen > (this.#bounds[bucket] ?? Infinity)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seen;
    series.note?.(seen);
  }

  sendBy(meter: Meter): void {
    const open = meter.histogram(this.#definition, this.#bounds);
    this.#open = open;
    for (const { labels, cell } of this.#series.all) cell.note = open(labels);
  }

  render(): string {
    const lines = this.#series.all.flatMap(({ labels, cell }) => this.#renderSeries(labels, cell));
    return [...header(this.#definition, "histogram"), ...lines].join("\n");
  }

  /** Shows cumulative buckets: each includes the smaller ones. */
  #renderSeries(labels: readonly CheckedLabel[], { counts, sum }: Distribution): string[] {
    const { name } = this.#definition;
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      const le = String(this.#bounds[index] ?? "+Inf");
      return `${name}_bucket${labelText([...labels, { name: "le", value: le }])} ${total}`;
    });
    const own = labelText(labels);
    return [...buckets, `${name}_sum${own} ${sum}`, `${name}_count${own} ${total}`];
  }
}

function header({ name, help }: Definition<readonly LabelRule[]>, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labelText(labels: readonly CheckedLabel[]): string {
  if (labels.length === 0) return "";
  const escape = (value: string) => value.replace(/[\\"\n]/g, (sign) => sign === "\n" ? "\\n" : `\\${sign}`);
  return `{${labels.map(({ name, value }) => `${name}="${escape(value)}"`).join(",")}}`;
}
