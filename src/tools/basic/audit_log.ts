/** The tool that shows customers their audit records. */
import * as z from "zod";
import type { AuditReader, AuditRecord } from "../../audit/record.ts";
import { type Action, ACTION_RESULTS, shownAction, toActions } from "./audit_actions.ts";
import { fitting } from "../define/fitting.ts";
import { millisecondsOf, since } from "../define/moments.ts";
import { defineTool, type Tool } from "../define/tool.ts";

/** How many records are read in one step. */
const AT_ONCE = 100;

/** More records than are ever kept for a customer. Reading ends here even if the store has more. */
const MAX_READS = 50;

/** Reads records from the newest to the oldest that is asked for. */
export async function readRecords(audit: AuditReader, customer: string, since: number) {
  const records: AuditRecord[] = [];
  let faults = 0;
  let before: number | undefined;
  for (let read = 0; read < MAX_READS; read++) {
    const page = await audit.read(customer, { before, limit: AT_ONCE });
    records.push(...page.records);
    faults += page.faults;
    const oldest = page.records.at(-1);
    if (page.next === null || (oldest !== undefined && Date.parse(oldest.time) < since)) break;
    before = page.next;
  }
  return { records, faults };
}

/** What is wrong with the audit trail itself, in words. */
export function problemsOf(records: readonly AuditRecord[], faults: number): string[] {
  const missing = records.reduce((sum, record) => sum + (record.event === "gap" ? record.missing : 0), 0);
  return [
    ...(faults === 0 ? [] : [
      `At ${faults} ${faults === 1 ? "place" : "places"} here a record is missing, was changed or can't be read.`,
    ]),
    ...(missing === 0 ? [] : [
      `Up to ${missing} records are missing, since they could not be written; the operator's log may have them.`,
    ]),
  ];
}

/** Lists actions. */
const getAuditLog = defineTool({
  name: "get_audit_log",
  title: "What was done",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description:
    "Lists what was done through this service with the caller's credentials, newest first. One entry an action: " +
    "changes, shown passwords, connections made (tool: sign_in) or ended (sign_out), questions to a person (approval: " +
    "form or page) and refusals; outcome says why. For older ones call again with before as next_before says.",
  input: () =>
    z.strictObject({
      since,
      result: z.enum(ACTION_RESULTS).optional().describe("Only actions that ended so; waiting: not ended yet."),
      tool: z.string().regex(/^[a-z_]{1,60}$/, "must be a tool's name, such as restart_server").optional()
        .describe("Only calls of this tool: restart_server"),
      before: z.int().min(1).optional().describe("Only entries with a smaller number."),
      limit: z.int().min(1).max(100).default(20).describe("Most entries to list."),
    }),
  output: () =>
    z.looseObject({
      records: z.array(z.looseObject({})),
      next_before: z.number().nullable(),
      problem: z.string().optional(),
    }),
  handler: async ({ since, result, tool, before, limit }, { account, audit, clock, inputsOf }) => {
    await account.ensureAcceptedLately();
    const from = since === undefined ? -Infinity : millisecondsOf(since);
    const { records, faults } = await readRecords(audit, account.customer.id, from);
    const isWanted = (action: Action) =>
      (before === undefined || action.number < before) && Date.parse(action.time) >= from &&
      (result === undefined || action.result === result) && (tool === undefined || action.tool === tool);
    const wanted = toActions(records, clock.now(), inputsOf).filter(isWanted);
    const shown = fitting(wanted.slice(0, limit).map(shownAction));
    const problems = problemsOf(records, faults);
    return {
      records: shown,
      next_before: shown.length < wanted.length ? shown.at(-1)?.number ?? null : null,
      ...(problems.length > 0 && { problem: `${problems.join(" ")} Tell the user.` }),
    };
  },
});

/** The tools of this file. */
export const auditLogTools: readonly Tool[] = [getAuditLog];
