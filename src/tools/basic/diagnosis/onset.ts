/** When the trouble began, as far as that is known, and what came just before it. */
import type { Evidence } from "./causes.ts";
import type { Facts } from "./facts.ts";
import { fallOf, isFresh, type Line, risesOf, rounded } from "./graph_lines.ts";
import { isoOf } from "./span.ts";
import { MINUTES, THRESHOLDS } from "./thresholds.ts";

const MINUTE_MS = 60_000;
const MEGABYTE = 1_000_000;

/** When the trouble began. */
export interface Onset {
  /** In milliseconds since the Unix epoch. */
  at: number;
  /** How it is known. */
  figure: string;
  source: string;
  /** How exact it is, in milliseconds. */
  stepMs: number;
}

/** The tool that shows graphs. */
export const GRAPH_TOOL = "get_server_monitoring_detail";

/** A figure of a server that is below its threshold, or was in the time of the trouble. */
export interface Low {
  line: Line;
  figure: string;
  unit: string;
  threshold: number;
  mean: number;
  before: number | null;
  /** Since when; undefined if that is not known. */
  since: number | undefined;
}

/** The CPU, if the server is short of it. */
export function lowCpu({ cpu, span }: Facts): Low | undefined {
  return low(cpu, span, { figure: "idle CPU", unit: "percent", threshold: THRESHOLDS.idleCpuPercent, scale: 1 });
}

/** The memory, if the server is short of it. */
export function lowMemory({ memory, span }: Facts): Low | undefined {
  const threshold = THRESHOLDS.freeMemoryMb;
  return low(memory, span, { figure: "free memory", unit: "MB", threshold, scale: MEGABYTE });
}

interface Measure {
  figure: string;
  unit: string;
  threshold: number;
  /** What the graph counts in, in units of the figure. */
  scale: number;
}

function low(line: Line | null | undefined, span: Facts["span"], measure: Measure): Low | undefined {
  if (line === null || line === undefined || !isFresh(line, span)) return undefined;
  const { figure, unit, threshold, scale } = measure;
  const fall = fallOf(line, threshold * scale, span);
  if (fall === undefined) return undefined;
  return {
    line,
    figure,
    unit,
    threshold,
    mean: rounded(fall.mean / scale),
    before: fall.before === null ? null : rounded(fall.before / scale),
    since: fall.since,
  };
}

/** A low figure, as evidence. */
export function lowEvidence({ line, figure, unit, threshold, mean, before, since }: Low): Evidence {
  return {
    figure: since === undefined ? figure : `${figure}, below ${threshold} ${unit} since then`,
    value: mean,
    unit,
    threshold,
    ...(before !== null && { before }),
    at: isoOf(since ?? line.last.at),
    source: GRAPH_TOOL,
  };
}

/** The restarts by self-healing since the trouble began, or just before it. */
export function restartsNow({ restarts, span }: Facts): { at: number; value: number }[] {
  if (restarts === null || restarts === undefined) return [];
  return risesOf(restarts).filter(({ at }) => at >= span.from - MINUTES.before * MINUTE_MS);
}

/**
 * When the trouble began: when a figure of the server fell below its threshold or the first service was restarted, but
 * not long before the time that the caller gave. Without such a figure it is that time; null without either.
 */
export function onsetOf(facts: Facts): Onset | null {
  const { since, from } = facts.span;
  const falls = [lowCpu(facts), lowMemory(facts)].filter((one) => one !== undefined).flatMap(beginningOf);
  const [restart] = restartsNow(facts);
  const restarted = restart === undefined ? [] : [{
    at: restart.at,
    figure: "a service was restarted automatically",
    source: GRAPH_TOOL,
    stepMs: facts.restarts?.stepMs ?? 0,
  }];
  const earliest = [...falls, ...restarted].filter(({ at }) => since === null || at >= from - MINUTES.early * MINUTE_MS)
    .toSorted((a, b) => a.at - b.at)[0];
  if (earliest !== undefined) return earliest;
  return since === null ? null : { at: since, figure: "the time that was given", source: "since", stepMs: 0 };
}

function beginningOf({ since, figure, threshold, unit, line }: Low): Onset[] {
  if (since === undefined) return [];
  return [{ at: since, figure: `${figure} fell below ${threshold} ${unit}`, source: GRAPH_TOOL, stepMs: line.stepMs }];
}

/** Whether something happened so shortly before the trouble, or at its beginning, that it may have caused it. */
export function isJustBefore(at: number, { at: began, stepMs }: Onset): boolean {
  const before = Math.max(MINUTES.before * MINUTE_MS, stepMs);
  const after = Math.max(MINUTES.after * MINUTE_MS, stepMs);
  return at >= began - before && at <= began + after;
}

/** The beginning of the trouble, as evidence for something that came just before it. */
export function onsetEvidence({ at, figure, source }: Onset): Evidence {
  return { figure: `the trouble began: ${figure}`, unit: null, at: isoOf(at), source };
}

/** The load of the server, where it is short of CPU: then what takes much of it is the likelier cause. */
export function loadEvidence(facts: Facts): Evidence[] {
  const cpu = lowCpu(facts);
  return cpu === undefined ? [] : [lowEvidence(cpu)];
}
