/** Times that a caller names. */
import { z } from "zod";

const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** A time in ISO 8601; without a zone it is UTC. */
export const moment = z.string().max(40).refine(
  (text) => !Number.isNaN(millisecondsOf(text)),
  "must be a time such as 2026-08-01T14:00:00Z",
);

/** A {@linkcode moment} in milliseconds since the Unix epoch; NaN for any other text. */
export function millisecondsOf(text: string): number {
  const [, zone] = TIME.exec(text) ?? [, null];
  return zone === null ? NaN : Date.parse(zone === undefined ? `${text.replace(" ", "T")}Z` : text.replace(" ", "T"));
}
