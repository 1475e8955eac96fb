/** The record of what was done, as a reader wants it: one entry for each action, whatever was recorded of it. */
import { z } from "zod";
import { type DeclaredInputs, PLAIN_INPUT } from "../../confirm/declared_input.ts";
import { canonicalJson } from "../../crypto/canonical_json.ts";
import type { AuditCallRecord, AuditRecord } from "../../audit/record.ts";
import type { JsonValue } from "../../text/clean.ts";
import type { ToolContext } from "../define/tool.ts";

/** What came of an action. `waiting`: a person is asked, or it is being carried out. */
export const ACTION_RESULTS = ["done", "failed", "waiting", "denied", "invalid"] as const;

/** One of {@linkcode ACTION_RESULTS}. */
export type ActionResult = typeof ACTION_RESULTS[number];

/** One action. */
export interface Action {
  /** That of its newest record. */
  number: number;
  /** When the newest of it was recorded; ISO 8601. */
  time: string;
  tool: string;
  result: ActionResult;
  /** Why, in a word: `ok`, a code, or what a person said. */
  outcome: string;
  /** Where a person was asked, or why nobody was. Left out where it was refused before that. */
  approval?: "form" | "page" | "confirm_off" | "not_needed";
  /** How many refusals of one kind it stands for; left out where it is one. */
  count?: number;
  /** Its newest record. */
  record: AuditCallRecord;
}

/** After this long a question is closed, and a yes that was not used is worth nothing. */
const OPEN_MS = 10 * 60_000;
/** Longer than any call takes. */
const CALL_MS = 7 * 60_000;

const ASKED_ON_PAGE: ReadonlySet<string | null> = new Set(["confirmation_required", "approval_pending"]);
const NOES: ReadonlySet<string | null> = new Set(["denied", "withdrawn", "locked"]);
const INVALID: ReadonlySet<string | null> = new Set([
  "invalid_arguments",
  "not_found",
  "validation_failed",
  "read_only",
]);
/** What a record says of its action. */
type Part = "carried out" | "about to be" | "question" | "no" | "refusal" | "opening";

function partOf({ event, outcome }: AuditCallRecord): Part {
  if (event === "outcome") return "carried out";
  if (event === "intent") return "about to be";
  if (event === "asked" || (event === "refused" && ASKED_ON_PAGE.has(outcome))) return "question";
  if (event === "revealed") return "opening";
  if (event === "decided") return NOES.has(outcome) ? "no" : "question";
  return outcome === "confirmation_declined" ? "no" : "refusal";
}

/** An action that older records may belong to. */
interface OpenAction {
  action: Action;
  part: Part;
  /** Undefined where its arguments were not recorded as they were called. */
  args: string | undefined;
  /** Whether the record from before it was carried out is still to come. */
  awaitsIntent: boolean;
}

/**
 * Turns records, newest first, into actions, newest first.
 *
 * @param now Milliseconds since the Unix epoch.
 * @param inputsOf What the inputs of a tool declare: records of one action have the same content.
 */
export function toActions(
  records: readonly AuditRecord[],
  now: number,
  inputsOf: ToolContext["inputsOf"],
): Action[] {
  const actions: Action[] = [];
  const open = new Map<string, OpenAction[]>();
  for (const record of records) {
    if (record.event === "gap") continue;
    const part = partOf(record);
    if (part === "opening") {
      actions.push(toAction(record, part, now));
      continue;
    }
    const args = comparedArguments(record, inputsOf(record.tool));
    const about = `${record.tool} ${canonicalJson(comparedTarget(record.target))}`;
    const ofThis = open.get(about) ?? [];
    const found = ofThis.find((candidate) => belongsTo(record, part, args, candidate));
    if (found !== undefined) {
      take(found, record, args);
      continue;
    }
    const action = toAction(record, part, now);
    actions.push(action);
    // What was asked before this call belongs to this one, or to none.
    const others = ofThis.filter((other) => other.awaitsIntent || !isSame(other.args, args));
    open.set(about, [{ action, part, args, awaitsIntent: part === "carried out" }, ...others]);
  }
  return actions;
}

function belongsTo(record: AuditCallRecord, part: Part, args: string | undefined, open: OpenAction): boolean {
  const { action, part: later, args: laterArgs, awaitsIntent } = open;
  if (!isSame(args, laterArgs)) return false;
  if (part === "about to be") return awaitsIntent && record.request_id === action.record.request_id;
  if (part === "question") return later === "no" || later === "question" || wasAsked(action);
  return part === "no" && later === "no";
}

/** Only where a person was asked may older questions be about this call. */
function wasAsked({ approval }: Action): boolean {
  return approval === "form" || approval === "page";
}

function take(open: OpenAction, record: AuditCallRecord, args: string | undefined): void {
  open.args ??= args;
  if (record.event === "intent") open.awaitsIntent = false;
  const approval = record.event === "decided" ? "page" : open.action.approval ?? approvalOf(record);
  if (approval !== undefined) open.action.approval = approval;
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

/** The page knows what a call hits, and not what else its yes is bound to. */
function comparedTarget(target: JsonValue): JsonValue {
  if (typeof target !== "object" || target === null || Array.isArray(target)) return target;
  const { also: _also, ...subject } = target;
  return subject;
}

/** The page records arguments as they were understood, and what is folded has several. */
function comparedArguments(
  { event, arguments: args }: AuditCallRecord,
  declared: DeclaredInputs,
): string | undefined {
  if (event === "decided" || typeof args !== "object" || args === null || Array.isArray(args)) return undefined;
  return canonicalJson(Object.fromEntries(Object.entries(args).filter(([name]) => isContent(declared.get(name)))));
}

/** How to wait changes nothing of what is done, and the target is compared as it was found. */
function isContent({ role } = PLAIN_INPUT): boolean {
  return role === "content";
}

function toAction(record: AuditCallRecord, part: Part, now: number): Action {
  const { number, time, tool, count } = record;
  const approval = approvalOf(record);
  return {
    number,
    time,
    tool,
    ...endOf(record, part, now - Date.parse(time)),
    ...(approval !== undefined && { approval }),
    ...(count !== undefined && { count }),
    record,
  };
}

function endOf({ event, outcome }: AuditCallRecord, part: Part, ageMs: number): Pick<Action, "result" | "outcome"> {
  const said = outcome ?? "asked";
  if (part === "carried out") return { result: said === "ok" ? "done" : "failed", outcome: said };
  if (part === "about to be") {
    return ageMs < CALL_MS ? { result: "waiting", outcome: "running" } : { result: "failed", outcome: "unknown" };
  }
  if (part === "opening") {
    return { result: said === "ok" ? "done" : "failed", outcome: said === "ok" ? "revealed" : said };
  }
  if (part === "no") return { result: "denied", outcome: said };
  if (part === "refusal") return { result: INVALID.has(outcome) ? "invalid" : "failed", outcome: said };
  const isApproved = event === "decided" && outcome === "approved";
  if (ageMs < OPEN_MS) return { result: "waiting", outcome: isApproved ? "approved" : "asked" };
  return { result: "failed", outcome: isApproved ? "approved_not_used" : "not_answered" };
}

function approvalOf({ event, approval, outcome }: AuditCallRecord): Action["approval"] {
  if (approval === "elicitation" || event === "asked") return "form";
  if (approval !== null) return approval;
  return ASKED_ON_PAGE.has(outcome) ? "page" : undefined;
}

/** The inputs that name what a call hits, or the part of a question's subject that does. */
const ids = z.looseObject({ account: z.unknown().optional(), also: z.unknown().optional() })
  .transform(({ account: _account, also: _also, ...ids }) => ids);
const named = z.looseObject({
  server: z.looseObject({ id: z.int(), label: z.string() }),
  apps: z.array(z.looseObject({ id: z.int() })).nullish(),
});

/** Most applications that an entry names. */
const MAX_APPS = 10;

/** An action in few words. */
export function shownAction({ record, ...action }: Action) {
  const { operation_id, client, request_id, arguments: args } = record;
  return {
    ...action,
    ...targetOf(record.target),
    ...(args !== null && { arguments: args }),
    ...(operation_id !== null && { operation_id }),
    ...(client !== undefined && { client }),
    request_id,
  };
}

function targetOf(target: unknown) {
  const hit = named.safeParse(target).data;
  if (hit === undefined) return ids.safeParse(target).data ?? {};
  const { server, apps } = hit;
  const app_ids = apps?.slice(0, MAX_APPS).map(({ id }) => id) ?? [];
  const left = (apps?.length ?? 0) - app_ids.length;
  return {
    server_id: server.id,
    server_label: server.label,
    ...(app_ids.length > 0 && { app_ids }),
    ...(left > 0 && { app_ids_left_out: left }),
  };
}
