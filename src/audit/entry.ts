import { safeText, safeValue } from "../text/safe.ts";
import { cleanText, type JsonValue } from "../text/clean.ts";
import type { AuditApproval, AuditEntry } from "./record.ts";

/** An entry as it is kept: cleaned, bounded, with its time, and without the customer. Every member is JSON. */
export type StampedEntry = {
  time: string;
  event: AuditEntry["event"];
  tool: string;
  target: JsonValue;
  arguments: JsonValue;
  approval: AuditApproval | null;
  outcome: string | null;
  operation_id: string | null;
  request_id: string;
  client: string | null;
  mark?: string;
  count?: number;
};

/** What a person decides on the approval page at most once for each approval. */
const DECISIONS: ReadonlySet<string | null> = new Set([
  "approved",
  "denied",
  "withdrawn",
  "no_taken_back",
]);

/**
 * Whether an entry tells of something that was done or decided, and so stands by itself. Everything else changed nothing,
 * and can be as many as somebody wants: refusals, questions, and the wrong codes that anybody with the address of a page
 * can type.
 */
export function isDeed({ event, outcome }: Pick<StampedEntry, "event" | "outcome">): boolean {
  return event === "intent" || event === "outcome" || (event === "decided" && DECISIONS.has(outcome));
}

/** Most code points of a name: of a tool, a client, a request. */
const MAX_NAME = 100;
/** How much of arguments and target is kept. */
const BOUNDS = { text: 300, items: 30, total: 10_000 };
/** Most characters of arguments, and of the target, as JSON. */
const MAX_JSON = 2_000;

/**
 * Makes an entry fit to be kept. Whoever recorded it has cleaned it, hidden the caller's secrets and cut it; here it is
 * made sure that nothing which looks like a secret is kept for months, and that no entry is large.
 */
export function stamp(entry: AuditEntry, now: number): StampedEntry {
  return {
    time: new Date(now).toISOString(),
    event: entry.event,
    tool: name(entry.tool),
    target: bounded(entry.target),
    arguments: bounded(entry.arguments),
    approval: entry.approval,
    outcome: entry.outcome === null ? null : name(entry.outcome),
    operation_id: entry.operation_id === null ? null : name(entry.operation_id),
    request_id: name(entry.request_id),
    client: entry.client === undefined ? null : name(entry.client),
    ...(entry.mark !== undefined && { mark: entry.mark }),
  };
}

function name(text: string): string {
  return safeText(text, { maxLength: MAX_NAME });
}

function bounded(value: JsonValue): JsonValue {
  const short = safeValue(value, BOUNDS);
  const json = JSON.stringify(short);
  return json.length <= MAX_JSON ? short : cleanText(json, { maxLength: MAX_JSON });
}
