/** Reads what a graph says about the time of the trouble, and about the time before it. */
import { z } from "zod";
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

/**
 * Since when all values have been below a threshold, up to now. Undefined if the newest value is not, or if the whole
 * graph is: then it began before the graph.
 */
export function belowSince({ points }: Line, threshold: number): number | undefined {
  const above = points.findLastIndex(({ value }) => value >= threshold);
  return above === -1 ? undefined : points[above + 1]?.at;
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
