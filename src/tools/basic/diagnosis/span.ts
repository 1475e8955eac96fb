/** Which time a diagnosis is about. */
import { ToolError } from "../../../errors.ts";
import type { WantedAnalytics } from "../../define/analytics_report.ts";
import { millisecondsOf } from "../../define/moments.ts";
import { MINUTES } from "./thresholds.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The time that is looked at, in milliseconds since the Unix epoch. */
export interface Span {
  now: number;
  /** When the trouble began, as the caller says; null if they don't. */
  since: number | null;
  /** From when on figures count as those of the trouble. */
  from: number;
  /** How far the graphs look back: further than `from`, to compare with. */
  graph: "12 Hours" | "7 Days" | "1 Month";
  /** How far the analytics reports look back: as far as they can without leaving the time of the trouble. */
  report: WantedAnalytics["duration"];
  /** The same in minutes. */
  reportMinutes: number;
}

const LOOK_BACKS = [["15m", 15], ["30m", 30], ["1h", 60], ["1d", 1440]] as const;

/** @throws {ToolError} `invalid_arguments` for a time that is not in the last thirty days. */
export function spanOf(since: string | undefined, now: number): Span {
  const began = since === undefined ? null : millisecondsOf(since);
  if (began !== null && (began > now || began < now - 30 * DAY_MS)) throw outsideThirtyDays();
  const from = began ?? now - MINUTES.recent * MINUTE_MS;
  const age = now - from;
  const [report, reportMinutes] = LOOK_BACKS.findLast(([, minutes]) => minutes * MINUTE_MS <= age) ?? LOOK_BACKS[0];
  return { now, since: began, from, graph: graphFor(age), report, reportMinutes };
}

function graphFor(age: number): Span["graph"] {
  if (age <= 10 * 60 * MINUTE_MS) return "12 Hours";
  return age <= 6 * DAY_MS ? "7 Days" : "1 Month";
}

function outsideThirtyDays(): ToolError {
  const problem = "must be a time in the last thirty days";
  return new ToolError("invalid_arguments", `since: ${problem}.`, {
    hint: "Cloudways' graphs go back a month. Call again with a later time, or without since.",
    details: { problems: [{ argument: "since", problem }] },
    done: "nothing",
  });
}

/** A time as ISO 8601. */
export function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
