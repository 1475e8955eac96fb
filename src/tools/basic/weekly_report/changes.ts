/** What was done through this server, from the audit records. */
import * as z from "zod";
import type { ToolContext } from "../../define/tool.ts";
import { type Action, shownAction, toActions } from "../audit_actions.ts";
import { problemsOf, readRecords } from "../audit_log.ts";
import type { Names } from "./names.ts";

/** How an action ended, for a report. What was refused as wrong changed nothing and is left out. */
type Ending = "done" | "runs" | "did_not_work" | "unknown" | "declined" | "waits_for_a_person" | "not_answered";

/** Equal actions on one thing. */
export type Change = {
  what: string;
  about: string;
  ending: Ending;
  /** Whether a person was asked, and where. */
  approval: "form" | "page" | "questions_off" | "not_needed";
  times_count: number;
  last_at: string;
};

/** The changes of a period. */
export interface Changes {
  /** Newest first. */
  list: Change[];
  /** What is wrong with the record itself, in words. */
  problems: string[];
  /** The tool and time of each action that was done, newest first. */
  done: { tool: string; about: string; at: string }[];
}

/** More records are never kept. */
const MAX_KEPT = 1_000;

const NO_ANSWER: ReadonlySet<string> = new Set(["not_answered", "approved_not_used"]);

function endingOf({ result, outcome }: Action): Ending | undefined {
  if (result === "done") return "done";
  if (result === "denied") return "declined";
  if (result === "waiting") return outcome === "running" ? "runs" : "waits_for_a_person";
  if (result === "invalid") return undefined;
  if (NO_ANSWER.has(outcome)) return "not_answered";
  return outcome === "unknown" ? "unknown" : "did_not_work";
}

const target = z.looseObject({
  server_id: z.int().optional().catch(undefined),
  server_label: z.string().optional().catch(undefined),
  app_id: z.int().optional().catch(undefined),
  app_ids: z.array(z.int()).optional().catch(undefined),
  domain: z.string().optional().catch(undefined),
});

/** What an action was done to: a server, where the tool is not about one application. */
function targetOf(action: Action, names: Names, inputsOf: ToolContext["inputsOf"]): string {
  const { server_id, server_label, app_id, app_ids = [], domain } = target.parse(shownAction(action));
  const apps = app_ids.length > 0 ? app_ids : app_id === undefined ? [] : [app_id];
  if (apps.length > 0 && inputsOf(action.tool).has("app_id")) return apps.map((id) => names.app(id)).join(", ");
  if (server_id !== undefined) return names.server(server_id, server_label);
  return domain === undefined ? "the account" : names.shown(domain);
}

/** What no tool's title says: passwords are shown by a tool that otherwise reads, and people sign in without one. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  get_app_credentials: "Login details shown",
  sign_in: "Program connected",
  sign_out: "Connection ended",
};

function approvalOf({ approval }: Action): Change["approval"] {
  return approval === "confirm_off" ? "questions_off" : approval ?? "not_needed";
}

/**
 * Reads the changes of a customer since a moment, in milliseconds since the Unix epoch.
 *
 * @throws {StoreError} If the store does not answer.
 */
export async function readChanges(
  { audit, clock, inputsOf, titleOf }: Pick<ToolContext, "audit" | "clock" | "inputsOf" | "titleOf">,
  { customer, names, since }: { customer: string; names: Names; since: number },
): Promise<Changes> {
  const { records, faults } = await readRecords(audit, customer, since);
  const actions = toActions(records, clock.now(), inputsOf).filter(({ time }) => Date.parse(time) >= since);
  const found = actions.flatMap((action) => {
    const ending = endingOf(action);
    if (ending === undefined) return [];
    const what = OWN_WORDS[action.tool] ?? titleOf(action.tool) ?? action.tool;
    return [{ action, what, about: targetOf(action, names, inputsOf), ending, approval: approvalOf(action) }];
  });
  const groups = Map.groupBy(
    found,
    ({ what, about, ending, approval }) => JSON.stringify([what, about, ending, approval]),
  );
  const list = [...groups.values()].flatMap((group) => {
    const [newest] = group;
    if (newest === undefined) return [];
    const { action, ...change } = newest;
    const times = group.reduce((sum, { action: { count = 1 } }) => sum + count, 0);
    return [{ ...change, times_count: times, last_at: action.time }];
  });
  const done = found.filter(({ ending }) => ending === "done")
    .map(({ action, about }) => ({ tool: action.tool, about, at: action.time }));
  return { list, done, problems: [...problemsOf(records, faults), ...cutOff(records, since)] };
}

/** Where the kept records begin, if older ones of the period are gone. */
function cutOff(records: readonly { time: string }[], since: number): string[] {
  const oldest = records.at(-1)?.time;
  if (records.length < MAX_KEPT || oldest === undefined || Date.parse(oldest) <= since) return [];
  return [`The record goes back only to ${oldest}.`];
}
