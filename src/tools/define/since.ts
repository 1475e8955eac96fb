/** The input that says from when on to look. */
import { z } from "zod";

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** Milliseconds since the Unix epoch; without a zone it is UTC. */
export function sinceMs(since: string): number {
  return Date.parse(/T[\d:.]+$/.test(since) ? `${since}Z` : since);
}

function isMoment(text: string): boolean {
  return ISO.test(text) && !Number.isNaN(sinceMs(text));
}

/** A date or a time. */
export const since = z.string().max(40)
  .refine(isMoment, "must be a date or time such as 2026-11-20 or 2026-11-20T09:00:00Z").optional()
  .describe("Only from this date or time on: 2026-11-20T09:00:00Z");
