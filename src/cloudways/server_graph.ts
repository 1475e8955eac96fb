/** Reads a server's monitoring graphs: `GET /server/monitor/detail`. */
import * as z from "zod";
import { isoTimeOfSeconds, looseList, looseText, numberOrNull } from "./models.ts";

/** What Cloudways measures on servers, for all cloud providers: `GET /monitor_targets`. */
export const GRAPH_TARGETS = [
  "Idle CPU",
  "Free memory",
  "Free Disk",
  "Free Disk (Data)",
  "Free Disk (DB)",
  "Reads per second",
  "Writes per second",
  "Incoming network traffic",
  "Outgoing network traffic",
  "Monthly Bandwidth",
  "Memcached Fill Ratio",
  "Memcached Hit Rate",
  "Varnish Hit Rate",
  "Varnish Nuked",
  "Auto-healing Restarts",
  "MySQL Connections",
] as const;

/** Cloud providers whose servers have one disk for data and one for the database. */
const SPLIT_DISKS: ReadonlySet<string> = new Set(["amazon", "gce"]);

/** The {@linkcode GRAPH_TARGETS} that a server may have, by its cloud provider. */
export function targetsOf({ cloud }: { cloud: string }): string[] {
  const isSplit = SPLIT_DISKS.has(cloud);
  return GRAPH_TARGETS.filter((target) => !target.startsWith("Free Disk") || (target === "Free Disk") !== isSplit);
}

/** One measurement. */
export interface GraphPoint {
  /** ISO 8601; null if the time is missing. */
  at: string | null;
  /** Null if nothing was measured. */
  value: number | null;
}

const members = z.record(z.string(), z.unknown());
/** `[value, unix seconds]`; either may be missing, or a number as text. */
const datapoint = z.array(z.unknown()).transform(([value, seconds]): GraphPoint => {
  const time = numberOrNull(seconds);
  return { at: time === null ? null : isoTimeOfSeconds(time), value: numberOrNull(value) };
});
const seriesList = z.array(z.looseObject({ target: looseText, datapoints: looseList(datapoint) }));

/** The lines of a graph. */
export type GraphSeries = z.output<typeof seriesList>;

/**
 * Reads a graph: a list of lines, the same as JSON text, or either inside `content` (as Cloudways sends it) or
 * `contents` (as Cloudways documents it). Undefined for anything else.
 */
export function readGraph(value: unknown): GraphSeries | undefined {
  if (typeof value === "string") return readGraphText(value);
  if (Array.isArray(value)) return seriesList.safeParse(value).data;
  const inner = members.safeParse(value).data;
  return inner === undefined ? undefined : readGraph(inner.content ?? inner.contents);
}

/** An answer that contains the graph itself. */
export const graphReply = z.unknown().transform((reply, context) => {
  const graph = readGraph(reply);
  if (graph !== undefined) return graph;
  context.addIssue({ code: "custom", message: "no graph in content or contents" });
  return z.NEVER;
});

/** The most points of all lines together; more would not fit into one answer. */
const MAX_POINTS = 800;

/** All points; or if there are too many, evenly spaced ones up to the newest, and how to get the others. */
function shownPoints(points: readonly GraphPoint[], most: number) {
  const step = Math.ceil(points.length / most);
  if (step <= 1) return { points };
  const shown = points.filter((_, index) => (points.length - 1 - index) % step === 0);
  return {
    points: shown,
    points_left_out: points.length - shown.length,
    how_to_get_them: "min, mean, max, last and gaps count all points. A shorter duration shows the newest ones whole.",
  };
}

/** A graph as it is shown: each line with its unit, its extremes and its points. Missing values count as gaps. */
export function describeGraph(graph: GraphSeries): Record<string, unknown>[] {
  const most = Math.max(1, Math.floor(MAX_POINTS / graph.length));
  return graph.map(({ target, datapoints: points, ...more }) => {
    const values = points.map(({ value }) => value).filter((value) => value !== null);
    const last = points.findLast(({ value }) => value !== null);
    return {
      ...more,
      target,
      unit: unitOf(target),
      min: values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b)),
      mean: values.length === 0 ? null : rounded(values.reduce((a, b) => a + b) / values.length),
      max: values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b)),
      last: last?.value ?? null,
      last_at: last?.at ?? null,
      gaps: points.length - values.length,
      ...shownPoints(points, most),
    };
  });
}

function readGraphText(text: string): GraphSeries | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return readGraph(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The unit of a target, as observed: Cloudways names none. Null if unknown, as for Memcached's hit rate. */
function unitOf(target: string): string | null {
  if (target === "Memcached Hit Rate") return null;
  if (target === "Idle CPU" || /\b(Ratio|Rate)$/.test(target)) return "percent";
  if (/^Free disk/i.test(target) || target === "Monthly Bandwidth") return "GB";
  if (target === "Free memory") return "bytes";
  if (target === "Reads per second" || target === "Writes per second") return "per second";
  return /network traffic$/.test(target) ? "Mbps" : null;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
