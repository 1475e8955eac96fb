/** Times that a caller names. */
import * as z from "zod";

const FORM = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
/** The length of a date without a time. */
const DATE = 10;

/** A date or a time in ISO 8601; without a zone it is UTC. */
export const moment = z.string().max(40).refine(
  (text) => !Number.isNaN(millisecondsOf(text)),
  "must be a date or time such as 2026-11-20 or 2026-11-20T09:00:00Z",
);

/** A {@linkcode moment} in milliseconds since the Unix epoch; NaN for any other text. */
export function millisecondsOf(text: string): number {
  const [whole, zone] = FORM.exec(text) ?? [];
  if (whole === undefined) return NaN;
  return Date.parse(whole.replace(" ", "T") + (zone === undefined && whole.length > DATE ? "Z" : ""));
}

/** The input that says from when on to look. */
export const since = moment.optional().describe("Only from this date or time on: 2026-11-20T09:00:00Z");
