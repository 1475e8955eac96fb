/** Turns audit records into actions: one entry for each action, however many records it has. */
import * as z from "zod";
import { MAX_OPEN_MS, OPEN_MS } from "../../confirm/approval_records.ts";
import { type DeclaredInputs, PLAIN_INPUT } from "../../confirm/declared_input.ts";
import { canonicalJson } from "../../crypto/canonical_json.ts";
import type { AuditCallRecord, AuditRecord } from "../../audit/record.ts";
import type { JsonValue } from "../../text/clean.ts";
import type { ToolContext } from "../define/tool.ts";

/** The result of an action. `waiting`: a person is being asked, or it is being carried out. */
export const ACTION_RESULTS = ["done", "failed", "waiting", "denied", "invalid"] as const;

/** One of {@linkcode ACTION_RESULTS}. */
export type ActionResult = typeof ACTION_RESULTS[number];

/** One action. */
export interface Action {
  /** That of its newest record. */
  number: number;
  /** When its newest record was made; ISO 8601. */
  time: string;
  tool: string;
  result: ActionResult;
  /** The reason: `ok`, an error code, or what a person said. */
  outcome: string;
  /** Where a person was asked, or why nobody was. Left out if it was refused before that. */
  approval?: "form" | "page" | "confirm_off" | "not_needed";
  /** How many equal refusals the entry stands for; left out if it is one. */
  count?: number;
  /** Its newest record. */
  record: AuditCallRecord;
}

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
/** The part of an action that a record describes. */
type Part = "carried out" | "about to be" | "question" | "no" | "refusal" | "opening" | "sign-in";

function partOf({ event, outcome }: AuditCallRecord): Part {
  if (event === "outcome") return "carried out";
  if (event === "intent") return "about to be";
  if (event === "asked" || (event === "refused" && ASKED_ON_PAGE.has(outcome))) return "question";
  if (event === "revealed") return "opening";
  if (event === "connected" || event === "disconnected") return "sign-in";
  if (event === "decided") return NOES.has(outcome) ? "no" : "question";
  return outcome === "confirmation_declined" ? "no" : "refusal";
}

/** An action to which older records may belong. */
interface OpenAction {
  action: Action;
  part: Part;
  /** Undefined if its arguments were not recorded as the call had them. */
  args: string | undefined;
  /** Whether the record made before it was carried out has not been read yet. */
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
    if (part === "opening" || part === "sign-in") {
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
    // Questions from before this call belong to this call or to no call.
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

/** Whether a person was asked. Only then can older questions be about this call. */
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

/** The target without `also`, because records of the page do not contain it. */
function comparedTarget(target: JsonValue): JsonValue {
  if (typeof target !== "object" || target === null || Array.isArray(target)) return target;
  const { also: _also, ...subject } = target;
  return subject;
}

/**
 * The arguments to compare; undefined if the record has other ones: pages record parsed arguments, groups have several.
 */
function comparedArguments(
  { event, arguments: args }: AuditCallRecord,
  declared: DeclaredInputs,
): string | undefined {
  if (event === "decided" || typeof args !== "object" || args === null || Array.isArray(args)) return undefined;
  return canonicalJson(Object.fromEntries(Object.entries(args).filter(([name]) => isContent(declared.get(name)))));
}

/** Whether an input is content. How to wait does not change the action, and the target is compared separately. */
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

function endOf(
  { event, tool, outcome }: AuditCallRecord,
  part: Part,
  ageMs: number,
): Pick<Action, "result" | "outcome"> {
  const said = outcome ?? "asked";
  if (part === "carried out") return { result: said === "ok" ? "done" : "failed", outcome: said };
  if (part === "about to be") {
    return ageMs < CALL_MS ? { result: "waiting", outcome: "running" } : { result: "failed", outcome: "unknown" };
  }
  if (part === "opening") {
    return { result: said === "ok" ? "done" : "failed", outcome: said === "ok" ? "revealed" : said };
  }
  if (part === "sign-in") return { result: "done", outcome: event === "connected" ? "connected" : said };
  if (part === "no") return { result: "denied", outcome: said };
  if (part === "refusal") return { result: INVALID.has(outcome) ? "invalid" : "failed", outcome: said };
  const isApproved = event === "decided" && outcome === "approved";
  // After that the question is closed, and an unused yes has expired.
  if (ageMs < (tool === "apply_plan" ? MAX_OPEN_MS : OPEN_MS)) {
    return { result: "waiting", outcome: isApproved ? "approved" : "asked" };
  }
  return { result: "failed", outcome: isApproved ? "approved_not_used" : "not_answered" };
}

function approvalOf({ event, approval, outcome }: AuditCallRecord): Action["approval"] {
  if (approval === "elicitation" || event === "asked") return "form";
  if (approval !== null) return approval;
  return ASKED_ON_PAGE.has(outcome) ? "page" : undefined;
}

/** The inputs, or the part of a question's subject, that name the target. */
const ids = z.looseObject({}).transform(({ account: _account, also: _also, ...ids }) => ids);
const named = z.looseObject({
  server: z.looseObject({ id: z.int(), label: z.string() }),
  apps: z.array(z.looseObject({ id: z.int() })).nullish(),
});

/** Most applications that an entry lists. */
const MAX_APPS = 10;

/** An action in short. */
export function shownAction({ record, ...action }: Action) {
  const { operation_id, client, connection, request_id, undoes, arguments: args, steps } = record;
  return {
    ...action,
    ...targetOf(record.target),
    ...(args !== null && { arguments: args }),
    ...(steps !== undefined && { steps }),
    ...(operation_id !== null && { operation_id }),
    ...(client !== undefined && { client }),
    ...(connection !== undefined && { connection }),
    request_id,
    ...(undoes !== undefined && { undoes }),
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
