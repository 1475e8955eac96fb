/** Reads what a graph says about the time of the trouble, and about the time before it. */
import * as z from "zod";
import type { ReportRequest } from "../../../cloudways/account.ts";
import type { ServerRecord } from "../../../cloudways/models.ts";
import { path } from "../../../cloudways/path.ts";
import { graphReply, type GraphSeries } from "../../../cloudways/server_graph.ts";
import type { Span } from "./span.ts";

/** One measured value. */
interface Point {
  /** In milliseconds since the Unix epoch. */
  at: number;
  value: number;
}

/** The measured values of one figure, oldest first; at least one. */
export interface Line {
  target: string;
  points: readonly Point[];
  last: Point;
  /** Milliseconds between two measurements. */
  stepMs: number;
}

/** The request for one graph of a server. */
export function graphRequest(server: ServerRecord, target: string, span: Span): ReportRequest<Line | null> {
  const read = (graph: GraphSeries) => toLine(graph, target);
  return {
    operation: "monitoring_server_graph",
    path: path`/server/monitor/detail`,
    query: { server_id: server.id, target, duration: span.graph, timezone: "UTC", output_format: "json" },
    inline: graphReply.transform(read),
    finished: (result) => read(graphReply.catch([]).parse(result)),
  };
}

const timed = z.object({ at: z.string().transform((text) => Date.parse(text)), value: z.number().nullable() });

/** Null if nothing was measured. */
function toLine([series]: GraphSeries, target: string): Line | null {
  const rows = (series?.datapoints ?? []).map((point) => timed.safeParse(point).data).filter((row) => row !== undefined)
    .toSorted((a, b) => a.at - b.at);
  const points = rows.flatMap(({ at, value }) => value === null ? [] : [{ at, value }]);
  const last = points.at(-1);
  if (last === undefined) return null;
  const [older, newest] = rows.slice(-2);
  return { target, points, last, stepMs: newest === undefined || older === undefined ? 0 : newest.at - older.at };
}

/** Whether the newest value is at most two steps old. Older values say nothing about now. */
export function isFresh({ last, stepMs }: Line, { now }: Span): boolean {
  return now - last.at <= 2 * stepMs + 1000;
}

/** Fewer values than these are no mean. */
const FEWEST = 3;

/** The means of the time of the trouble, and of the time before it; null where nothing was measured. */
export function meansOf({ points }: Line, { from }: Span): { recent: number; before: number | null } {
  const recent = points.filter(({ at }) => at >= from);
  const counted = recent.length < FEWEST ? points.slice(-FEWEST) : recent;
  const before = points.slice(0, points.length - counted.length);
  return { recent: mean(counted), before: before.length === 0 ? null : mean(before) };
}

/** A time in which a figure was below a threshold, up to now. */
export interface Fall {
  /** The mean while it was below. */
  mean: number;
  /** The mean before; null where nothing was measured. */
  before: number | null;
  /** Since when; undefined if that was before the graph. */
  since: number | undefined;
}

/**
 * Whether a figure is below a threshold now, or was in the time of the trouble: by the mean of the newest values, or of
 * that whole time. One value that is not below does not end the fall.
 */
export function fallOf(line: Line, threshold: number, span: Span): Fall | undefined {
  const { points } = line;
  const { recent, before } = meansOf(line, span);
  const newest = mean(points.slice(-FEWEST));
  if (newest >= threshold) return recent >= threshold ? undefined : { mean: recent, before, since: undefined };
  const above = points.findLastIndex(({ value }, index) => value >= threshold && !isAlone(points, index, threshold));
  const since = points[above + 1];
  if (above === -1 || since === undefined) return { mean: mean(points), before: null, since: undefined };
  return { mean: mean(points.slice(above + 1)), before: mean(points.slice(0, above + 1)), since: since.at };
}

/** Whether the values beside a value are below the threshold. */
function isAlone(points: readonly Point[], index: number, threshold: number): boolean {
  const [left, right] = [points[index - 1], points[index + 1]];
  return left !== undefined && left.value < threshold && (right === undefined || right.value < threshold);
}

/** Where a count rose. */
export function risesOf({ points }: Line): Point[] {
  return points.filter(({ value }, index) => {
    const before = points[index - 1];
    return before !== undefined && value >= before.value + 1;
  });
}

/** To one digit after the point. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function mean(points: readonly Point[]): number {
  return points.reduce((sum, { value }) => sum + value, 0) / points.length;
}
