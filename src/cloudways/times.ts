/** Times in records of Cloudways' that are given on as they came: as ISO 8601 with a zone, wherever they stand. */
import { isoTime, isoTimeOfSeconds } from "./models.ts";

/** The last word of a name that says when something was or will be. */
const TIME_WORD = /(?:^|[_\W])(?:at|on|time|timestamp|date|datetime|since|from|until|till|expires|expiry)$/i;
/** The same in names such as `createdAt`. */
const CAPITAL_TIME_WORD = /[a-z](?:At|On|Time|Timestamp|Date|Since|From|Until|Till|Expires|Expiry)$/;
const DATE_AND_TIME = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?: ?[+-]\d{2}:?\d{2})?$/;
/** Seconds since the Unix epoch, of the years from 2001 to 2033. */
const SECONDS = /^1\d{9}$/;

/**
 * A record with the times in it, at any depth, as ISO 8601. Only a text that is nothing else, or a number of seconds,
 * under a name that speaks of a time counts as one; an empty text there is null.
 */
export function withIsoTimes(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, saysWhen(name) ? readTime(value) : isoTimesIn(value)]),
  );
}

/** Like {@linkcode withIsoTimes}, for whatever may be no record. */
export function isoTimesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(isoTimesIn);
  return typeof value === "object" && value !== null ? withIsoTimes({ ...value }) : value;
}

function saysWhen(name: string): boolean {
  return TIME_WORD.test(name) || CAPITAL_TIME_WORD.test(name);
}

function readTime(value: unknown): unknown {
  if (value === "") return null;
  if (typeof value === "string" && DATE_AND_TIME.test(value)) return isoTime(value);
  if ((typeof value === "number" || typeof value === "string") && SECONDS.test(String(value))) {
    return isoTimeOfSeconds(Number(value));
  }
  return isoTimesIn(value);
}
