/** Converts the times in Cloudways' records to ISO 8601 with a zone, for records that are passed on unparsed. */
import { isoTime, isoTimeOfSeconds } from "./models.ts";

/** The last word of a name such as `created_at` that says its value is a time. */
const TIME_WORD = /(?:^|[_\W])(?:at|on|time|timestamp|date|datetime|since|from|until|till|expires|expiry|created)$/i;
/** The same for names such as `createdAt`. */
const CAPITAL_TIME_WORD = /[a-z](?:At|On|Time|Timestamp|Date|Since|From|Until|Till|Expires|Expiry)$/;
const DATE_AND_TIME = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?: ?[+-]\d{2}:?\d{2})?$/;
/** Seconds since the Unix epoch, in the years 2001 to 2033. */
const SECONDS = /^1\d{9}$/;

/**
 * Converts the times in a record, at any depth. A value counts as a time if its name says so and the whole value is a
 * date and time or a number of seconds. Empty text under such a name becomes null.
 */
export function withIsoTimes(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, saysWhen(name) ? readTime(value) : isoTimesIn(value)]),
  );
}

/** Like {@linkcode withIsoTimes}, for any value. */
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
