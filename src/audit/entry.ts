import { safeText, safeValue } from "../text/safe.ts";
import { cleanText, type JsonValue } from "../text/clean.ts";
import type { AuditApproval, AuditEntry } from "./record.ts";

/** An entry in its stored form: cleaned, bounded, with its time, and without the customer. Every member is JSON. */
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
  steps?: JsonValue;
  client: string | null;
  connection?: string;
  bound_to?: string;
  undoes?: string;
  mark?: string;
  count?: number;
};

/** Events after which something is different, whatever their outcome. */
const ALWAYS_DONE: ReadonlySet<AuditEntry["event"]> = new Set(["intent", "outcome", "connected", "disconnected"]);

/** Decisions on the approval page. Each happens at most once for an approval. */
const DECISIONS: ReadonlySet<string | null> = new Set([
  "approved",
  "denied",
  "withdrawn",
  "no_taken_back",
]);

/**
 * Whether an entry records something that was done or decided. All other entries changed nothing, and callers can cause
 * any number of them: refusals, questions, and wrong codes, which anyone with the address of a page can type.
 */
export function isDoneOrDecided({ event, outcome }: Pick<StampedEntry, "event" | "outcome">): boolean {
  if (event === "revealed") return outcome === "ok";
  return ALWAYS_DONE.has(event) || (event === "decided" && DECISIONS.has(outcome));
}

/** Most code points of a name, such as that of a tool, a client or a request. */
const MAX_NAME = 100;
/** How much of arguments and target is kept; see {@linkcode safeValue}. */
const BOUNDS = { text: 300, items: 30, total: 10_000 };
/** Most characters of the arguments as JSON, and of the target. */
const MAX_JSON = 2_000;
/** The same for the steps of a plan, as many as it may have, and for the arguments of one of them. */
const STEP_BOUNDS = { text: 300, items: 3_000, total: 40_000 };
const MAX_STEPS_JSON = 30_000;
const MAX_STEP_ARGUMENTS = 300;

/**
 * Makes the stored form of an entry. Its author has cleaned it, hidden the caller's secrets and cut it already. This makes
 * sure that nothing that looks like a secret is kept for months, and that no entry is large.
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
    ...(entry.steps !== undefined && { steps: boundedSteps(entry.steps) }),
    client: entry.client === undefined ? null : name(entry.client),
    ...(entry.connection !== undefined && { connection: name(entry.connection) }),
    ...(entry.bound_to !== undefined && { bound_to: entry.bound_to }),
    ...(entry.undoes !== undefined && { undoes: name(entry.undoes) }),
    ...(entry.mark !== undefined && { mark: entry.mark }),
  };
}

function name(text: string): string {
  return safeText(text, { maxLength: MAX_NAME });
}

function bounded(value: JsonValue): JsonValue {
  return cutTo(MAX_JSON, safeValue(value, BOUNDS));
}

/** Of a long step, its arguments are cut first: what it hits, and how far it came, must stay readable. */
function boundedSteps(steps: JsonValue): JsonValue {
  const short = safeValue(steps, STEP_BOUNDS);
  const cut = Array.isArray(short) ? short.map(withShortArguments) : short;
  return cutTo(MAX_STEPS_JSON, cut);
}

function withShortArguments(step: JsonValue): JsonValue {
  if (typeof step !== "object" || step === null || Array.isArray(step) || step.arguments === undefined) return step;
  return { ...step, arguments: cutTo(MAX_STEP_ARGUMENTS, step.arguments) };
}

function cutTo(maxLength: number, value: JsonValue): JsonValue {
  const json = JSON.stringify(value);
  return json.length <= maxLength ? value : cleanText(json, { maxLength });
}
