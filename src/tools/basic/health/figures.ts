/** Disk, memory and CPU of a server, from the graphs of the last hour. */
import { crossed, HEALTH_MEASURES, type HealthThresholds, isBad } from "../../../config/health_thresholds.ts";
import type { GraphPoint, GraphSeries } from "../../../cloudways/server_graph.ts";
import { type Checked, found, NOTHING, unknown } from "./finding.ts";

/** What of a server is measured. */
export const FIGURES = ["disk", "memory", "cpu"] as const;
/** One of {@linkcode FIGURES}. */
export type Figure = typeof FIGURES[number];

const MINUTE = 60_000;

/** How each figure is measured: how often, under which threshold, and by what Cloudways' value is divided. */
const MEASURED = {
  disk: { kind: "disk_low", measure: "disk_free_gb", stepMs: 30 * MINUTE, divisor: 1 },
  memory: { kind: "memory_low", measure: "free_memory_mb", stepMs: 5 * MINUTE, divisor: 1_000_000 },
  cpu: { kind: "cpu_busy", measure: "idle_cpu_percent", stepMs: 5 * MINUTE, divisor: 1 },
} as const;

/** A graph's name of a figure. Some cloud providers have a disk of its own for the data. */
export function targetOf(figure: Figure, { cloud }: { cloud: string }): string {
  if (figure === "memory") return "Free memory";
  if (figure === "cpu") return "Idle CPU";
  return cloud === "amazon" || cloud === "gce" ? "Free Disk (Data)" : "Free Disk";
}

/** What figures are judged by. */
export interface Judging {
  serverId: number;
  thresholds: HealthThresholds;
  /** Milliseconds since the Unix epoch. */
  now: number;
}

interface Sample {
  at: string;
  value: number;
}

/** Judges the newest value of a graph. One that is older than two steps says nothing of now. */
export function figureOf(figure: Figure, graph: GraphSeries, { serverId, thresholds, now }: Judging): Checked {
  const { kind, measure, stepMs, divisor } = MEASURED[figure];
  const samples = samplesOf(graph.flatMap(({ datapoints }) => datapoints), divisor);
  const newest = samples.at(-1);
  if (newest === undefined) return unknown(figure, "no_figure", "Its graph has no value.");
  if (now - Date.parse(newest.at) > 2 * stepMs) {
    return unknown(figure, "stale", `The newest value is of ${newest.at}.`);
  }
  const over = crossed(measure, newest.value, thresholds);
  if (over === undefined) return NOTHING;
  const since = crossedAt(samples, (value) => isBad(measure, value, over.threshold));
  return found({
    severity: over.severity,
    kind,
    figure: Math.round(newest.value * 100) / 100,
    unit: HEALTH_MEASURES[measure].unit,
    threshold: over.threshold,
    measured_at: newest.at,
    ...(since === undefined ? {} : { since }),
    arguments: { server_id: serverId },
  });
}

/** The points with a value and a time, oldest first. */
function samplesOf(points: readonly GraphPoint[], divisor: number): Sample[] {
  return points
    .flatMap(({ at, value }) => at === null || value === null ? [] : [{ at, value: value / divisor }])
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** The time of the first bad sample after the last good one; undefined where the graph shows no good one. */
function crossedAt(samples: readonly Sample[], isBadValue: (value: number) => boolean): string | undefined {
  const lastGood = samples.findLastIndex(({ value }) => !isBadValue(value));
  return lastGood === -1 ? undefined : samples[lastGood + 1]?.at;
}
