import { hideSecrets, safeText } from "../redaction.ts";
import { cleanDeep, cleanText, type JsonValue } from "../text.ts";
import type { AuditApproval, AuditEntry } from "./audit.ts";

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
const DECISIONS: ReadonlySet<string | null> = new Set(["approved", "denied", "withdrawn"]);

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
/** Most code points of one text inside arguments or target. */
const MAX_TEXT = 300;
/** Most entries of one list inside them; how many more there are is said. */
const MAX_ITEMS = 30;
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
  const short = shortened(hideSecrets(cleanDeep(value)));
  const json = JSON.stringify(short);
  return json.length <= MAX_JSON ? short : cleanText(json, { maxLength: MAX_JSON });
}

function shortened(value: JsonValue): JsonValue {
  if (typeof value === "string") return cleanText(value, { maxLength: MAX_TEXT });
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_ITEMS).map(shortened);
    return value.length <= MAX_ITEMS ? shown : [...shown, `… ${value.length - MAX_ITEMS} more`];
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, shortened(inner)]));
}
