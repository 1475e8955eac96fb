/** What happened to the account lately, for somebody who does not run servers. */
import * as z from "zod";
import type { ListedServers } from "../../../cloudways/server_listing.ts";
import { ToolError } from "../../../errors.ts";
import { StoreError } from "../../../store/store.ts";
import { record, records, texts } from "../../define/outputs.ts";
import { defineTool, type Tool, type ToolContext } from "../../define/tool.ts";
import { type Reading, WideReading } from "../../define/wide_reading.ts";
import { type PeriodAlerts, readAlerts } from "./alerts.ts";
import { type Changes, readChanges } from "./changes.ts";
import { Names } from "./names.ts";
import { type Done, type Findings, type NotIncluded, reportOf } from "./report.ts";
import { knownBackups, listedSites, pendingUpdates } from "./sites.ts";
import { reportInWords } from "./words.ts";

/** How much one report reads. */
const LIMITS = { requests: 10, ms: 20_000 };
/** Most characters of a report. */
const MAX_CHARACTERS = 8_000;
/** How many entries a list may have, tried in this order until the report is short enough. */
const LENGTHS = [12, 10, 8, 6, 5, 4, 3, 2, 1] as const;
const DAY_MS = 24 * 3600_000;

const BACKUP_TOOLS: ReadonlySet<string> = new Set(["backup_app", "backup_server"]);
const UPDATE_TOOLS: ReadonlySet<string> = new Set(["run_app_updates"]);

/** Reads the listing. An account whose credentials Cloudways refuses gets nothing that is kept of it either. */
async function readServers({ account }: ToolContext, reading: WideReading): Promise<Reading<ListedServers>> {
  const listed = await reading.read({ operations: ["server_list"] }, () => account.listed());
  if (!listed.read) await account.ensureAcceptedLately();
  return listed;
}

/** The record of changes; null while the store is away. */
async function changesIfThere(context: ToolContext, names: Names, since: number): Promise<Changes | null> {
  const { customer } = context.account;
  return await readChanges(context, { customer: customer.id, names, since }).catch((error) => {
    if (error instanceof StoreError) return null;
    throw error;
  });
}

/** What was done with some tools, by what it was done to, newest first. */
function doneWith(tools: ReadonlySet<string>, changes: Changes | null): Done[] {
  const done = changes?.done.filter(({ tool }) => tools.has(tool)) ?? [];
  return [...Map.groupBy(done, ({ about }) => about)].flatMap(([about, group]) =>
    group[0] === undefined ? [] : [{ about, times_count: group.length, last_at: group[0].at }]
  );
}

function notIncluded(what: string, reason: string, in_words: string, next_step: string): NotIncluded {
  return { what, reason, in_words, next_step };
}

const LATER = "Call get_weekly_report again in a minute.";

/** What is missing of the alerts, if anything. */
function missingAlerts({ notRead }: PeriodAlerts): NotIncluded[] {
  if (notRead === undefined) return [];
  const { reason, beforeId } = notRead;
  const next_step = beforeId === undefined ? LATER : `Call get_alerts with before_id ${beforeId}.`;
  const words = beforeId === undefined ? "The messages from Cloudways." : "Some older messages from Cloudways.";
  return [notIncluded("alerts", reason, words, next_step)];
}

/** Reads everything, side by side. */
async function findOut(context: ToolContext, days: number): Promise<Findings> {
  const { account, clock } = context;
  const until = clock.now();
  const since = until - days * DAY_MS;
  const reading = await WideReading.begin({ account, clock }, LIMITS);
  const listed = await readServers(context, reading);
  const { names, certificates } = listed.read
    ? listedSites.of(listed.value)
    : { names: new Names([]), certificates: null };
  const [changes, alerts, waiting, known] = await Promise.all([
    changesIfThere(context, names, since),
    readAlerts(account, reading, names, since),
    reading.read({ operations: ["safe_update_list"] }, () => pendingUpdates(account, names)),
    knownBackups(account, listed.read ? listed.value.servers : [], names),
  ]);
  const nothingRead = alerts.notRead !== undefined && alerts.notRead.beforeId === undefined;
  return {
    period: { days_count: days, from: new Date(since).toISOString(), until: new Date(until).toISOString() },
    changes,
    alerts: nothingRead ? null : alerts,
    backups: { started: doneWith(BACKUP_TOOLS, changes), known },
    certificates,
    updates: { carriedOut: doneWith(UPDATE_TOOLS, changes), waiting: waiting.read ? waiting.value : null },
    notIncluded: [
      ...(listed.read ? [] : [notIncluded("certificates", listed.reason, "The certificates.", LATER)]),
      ...(changes !== null ? [] : [notIncluded("changes", "store_unavailable", "What was done.", LATER)]),
      ...missingAlerts(alerts),
      ...(waiting.read ? [] : [
        notIncluded(
          "updates",
          waiting.reason,
          "Which updates wait.",
          "Call list_app_updates, or see the Cloudways console.",
        ),
      ]),
    ],
  };
}

/** The longest report that is short enough. */
function shortEnough(findings: Findings) {
  for (const most of LENGTHS) {
    const report = reportOf(findings, most);
    const answer = { ...report, markdown: reportInWords(report) };
    if (JSON.stringify(answer).length <= MAX_CHARACTERS) return answer;
  }
  throw new ToolError("internal_error", "The report can't be made short enough.");
}

const getWeeklyReport = defineTool({
  name: "get_weekly_report",
  title: "Report for a client",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: "Reports the last days for a client, as data and as lines of markdown in plain words: changes made " +
    "through this service, alerts, backups, certificates, updates. not_included names what is missing.",
  input: () => z.strictObject({ days: z.int().min(1).max(31).default(7).describe("How far to look back.") }),
  output: () =>
    z.looseObject({
      period: record,
      changes: record.nullable(),
      alerts: record.nullable(),
      backups: record,
      certificates: record.nullable(),
      updates: record,
      not_included: records,
      markdown: texts,
    }),
  handler: async ({ days }, context) => shortEnough(await findOut(context, days)),
});

/** The tools of this file. */
export const weeklyReportTools: readonly Tool[] = [getWeeklyReport];
