/**
 * Metrics by OpenTelemetry, through the exporter that the runtime has built in. Where they are off, nothing is loaded and
 * nothing is done.
 */
import type * as Otel from "@opentelemetry/api";
import { VERSION } from "../version.ts";
import type { CheckedLabel } from "./series_table.ts";

/** What a metric is called, and what it means. */
export interface Described {
  /** The whole name, as in `/metrics`. Its end names the unit. */
  name: string;
  /** One line for people. */
  help: string;
}

/** Notes a value of one series: an increase of a counter, an observation of a histogram. */
export type Note = (value: number) => void;

/** Begins a series. */
export type OpenSeries = (labels: readonly CheckedLabel[]) => Note;

/** The present value of one series. */
export interface Reading {
  labels: readonly CheckedLabel[];
  value: number;
}

/** Sends metrics. */
export interface Meter {
  /** Sends a counter. A series is sent from its beginning, with 0. */
  counter(metric: Described): OpenSeries;
  /** Sends a histogram with these upper bounds. */
  histogram(metric: Described, bounds: readonly number[]): OpenSeries;
  /** Sends what `read` returns, whenever metrics are collected. */
  watched(metric: Described, type: "gauge" | "counter", read: () => readonly Reading[]): void;
}

/**
 * Makes the meter of the process.
 *
 * @param options `isOneOfMany`: other workers of this process count in the same metrics. Counters and histograms of all
 * workers are added up. What is watched would be that of any one of them, so it is not sent.
 */
export async function openMeter({ isOneOfMany }: { isOneOfMany: boolean }): Promise<Meter> {
  const { metrics } = await import("@opentelemetry/api");
  return new OtelMeter(metrics.getMeter("cloudways-mcp", VERSION), isOneOfMany);
}

class OtelMeter implements Meter {
  readonly #meter: Otel.Meter;
  readonly #isOneOfMany: boolean;

  constructor(meter: Otel.Meter, isOneOfMany: boolean) {
    this.#meter = meter;
    this.#isOneOfMany = isOneOfMany;
  }

  counter(metric: Described): OpenSeries {
    const counter = this.#meter.createCounter(metric.name, optionsOf(metric));
    return (labels) => {
      const attributes = attributesOf(labels);
      counter.add(0, attributes);
      return (value) => counter.add(value, attributes);
    };
  }

  histogram(metric: Described, bounds: readonly number[]): OpenSeries {
    const advice = { explicitBucketBoundaries: [...bounds] };
    const histogram = this.#meter.createHistogram(metric.name, { ...optionsOf(metric), advice });
    return (labels) => {
      const attributes = attributesOf(labels);
      return (value) => histogram.record(value, attributes);
    };
  }

  watched(metric: Described, type: "gauge" | "counter", read: () => readonly Reading[]): void {
    if (this.#isOneOfMany) return;
    const instrument = type === "gauge"
      ? this.#meter.createObservableGauge(metric.name, optionsOf(metric))
      : this.#meter.createObservableCounter(metric.name, optionsOf(metric));
    instrument.addCallback((result) => {
      for (const { labels, value } of read()) result.observe(value, attributesOf(labels));
    });
  }
}

/** The description, and the unit where the name ends with one. */
function optionsOf({ name, help }: Described): Otel.MetricOptions {
  const [, unit = ""] = /_(seconds|bytes)(?:_total)?$/.exec(name) ?? [];
  return { description: help, unit: { seconds: "s", bytes: "By" }[unit] ?? "" };
}

function attributesOf(labels: readonly CheckedLabel[]): Otel.Attributes {
  return Object.fromEntries(labels.map(({ name, value }) => [name, value]));
}
