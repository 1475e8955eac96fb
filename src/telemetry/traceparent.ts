/** The place of a span in a trace, as a caller tells it. */
export interface RemoteSpan {
  traceId: string;
  spanId: string;
  traceFlags: number;
}

const FORM = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const LENGTH = 55;

/** Reads a W3C `traceparent` of version 00; undefined for anything else. It comes from outside. */
export function parseTraceparent(given: unknown): RemoteSpan | undefined {
  if (typeof given !== "string" || given.length !== LENGTH) return undefined;
  const [, traceId = "", spanId = "", flags = ""] = FORM.exec(given) ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}
