/** The cron jobs of an application, and what runs WordPress' own. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { ToolError } from "../../errors.ts";
import type { Question } from "../../confirm/question.ts";
import { refuseHidden } from "../define/hidden_entries.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { switchedBack } from "../define/put_back.ts";
import {
  canonicalEntries,
  checkEdit,
  differenceFacts,
  type EditedList,
  editList,
  type ListEdit,
  sameEntries,
} from "../define/list_edits.ts";
import { startedOutput, texts } from "../define/outputs.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";
import { type AppFacts, appFacts, count, NOT_TOLD, nullIfNotRead, nullIfRefused, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, defineWriteTool, type Tool, type ToolContext } from "../define/tool.ts";
import type { ChangedState } from "../define/undo.ts";
import { cronKey, type CronList, readCronList, writeCronLines } from "./cron_list.ts";
import { readFlags } from "./flags.ts";

const listAppCronJobs = defineTool({
  name: "list_app_cron_jobs",
  title: "Cron jobs",
  toolset: "sites",
  effect: "read",
  description:
    "Lists the cron jobs of an application: the lines of its crontab, the jobs made with the console's form, " +
    "and whether its cron optimizer is on (null: not told). One job may stand in both.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, lines: texts, form_jobs: texts, cron_optimizer: z.boolean().nullable() }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const [{ lines, formJobs }, flags] = await Promise.all([
      readCronList(account, found),
      readFlags(account, found).catch(nullIfRefused),
    ]);
    return { ...namesOf(found), lines, form_jobs: formJobs, cron_optimizer: flags?.cron_optimizer ?? null };
  },
});

/** An application with an edit of its crontab. */
interface CronFacts extends AppFacts {
  before: CronList;
  edited: EditedList;
}

/** @throws {ToolError} Where the list can't be edited, or would not change. */
async function planEdit(
  input: { app_id: number; server_id?: number | undefined } & ListEdit,
  context: ToolContext,
): Promise<CronFacts> {
  const facts = await appFacts(input, context);
  const before = await readCronList(context.account, facts, { whole: true });
  if (!before.stated && input.replace === undefined) {
    throw new ToolError("upstream_error", "Cloudways' answer does not hold the cron jobs, so they can't be edited.", {
      hint: "Nothing was changed. To set the whole list whatever it holds, call with replace.",
      done: "nothing",
    });
  }
  const edited = editList(before.lines, input, cronKey);
  refuseHidden("list of cron jobs", edited.after);
  if (edited.added.length + edited.removed.length === 0) throw nothingToChange("list of cron jobs", before.lines);
  return { ...facts, before, edited };
}

function cronQuestion(facts: CronFacts): Question {
  const { app, before: { lines, formJobs, stated }, edited } = facts;
  const { added, removed } = edited;
  const formJobCount = count(formJobs.length, "job");
  const consequences = [
    stated ? "" : "Cloudways doesn't tell the present list: whatever it holds is replaced.",
    added.length > 0 ? "An added line runs its command on the server, again and again, as the application's user." : "",
    removed.length > 0 ? "A removed job no longer runs." : "",
    formJobs.length > 0
      ? `Cloudways may drop the ${formJobCount} made with its form, as it replaces the whole list.`
      : "",
    "It can be undone by changing the list back.",
  ];
  return {
    headline: `Change the cron jobs of application ${app.id}: ${added.length} added, ${removed.length} removed.`,
    ...onApp(facts),
    consequences: consequences.filter((sentence) => sentence !== ""),
    facts: [
      ...differenceFacts(stated ? lines : [NOT_TOLD], edited),
      { name: "Jobs of the console's form now", values: formJobs },
    ],
    target: { lines: canonicalEntries(lines, cronKey), formJobs: canonicalEntries(formJobs), stated },
  };
}

const NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat";
const FIELD = `(?:[\\d*/,-]|${NAMES})+`;
const WORD = "@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)";
/** When, in five fields or a word, and then a command. */
const CRON_LINE = new RegExp(`^\\s*(?:${WORD}|${FIELD}(?:\\s+${FIELD}){4})\\s+\\S`, "i");

const spaced = declare({ form: "spaced" });
const newLines = z.array(
  z.string().max(1000).refine((line) => CRON_LINE.test(line), "must be a line such as */5 * * * * php cron.php"),
).max(200);

const updateAppCronJobs = defineAskingTool({
  name: "update_app_cron_jobs",
  title: "Change cron jobs",
  toolset: "sites",
  effect: "destructive",
  description: "Edits the cron jobs (scheduled commands) of an application: add and remove lines of its crontab, or " +
    "replace all. All others stay. Times are the server's. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...appInput,
      add: newLines.min(1).meta(spaced).optional().describe("To add: 0 2 * * * php /path/script.php"),
      remove: z.array(z.string().min(1).max(1000)).min(1).max(200).meta(spaced).optional()
        .describe("Lines to take off, as list_app_cron_jobs shows them."),
      replace: newLines.meta(spaced).optional().describe("All lines, instead of add and remove."),
    }).superRefine((input, context) => checkEdit(input, context, cronKey)),
  output: () =>
    z.looseObject({
      ...appOutput,
      before: texts,
      after: texts,
      added: texts,
      removed: texts,
      not_there: texts,
      form_jobs_before: texts,
      form_jobs_after: texts,
      warnings: texts,
    }),
  facts: planEdit,
  question: cronQuestion,
  handler: async (_input, { account }, facts) => {
    const { before, edited: { after, added, removed, missing } } = facts;
    const { written, found } = await makeChange({
      what: "list of cron jobs",
      before,
      wanted: { ...before, lines: after },
      read: () => readCronList(account, facts, { whole: true }),
      write: () => writeCronLines(account, facts, after).then((): string[] => []),
      isSame: (a, b) => sameLines(a, b) && sameEntries(a.formJobs, b.formJobs),
      becomes: sameLines,
      show: ({ lines, formJobs }) => ({ lines, form_jobs: formJobs }),
      // One source saw errors of a similar path.
      afterError: ["Cloudways answered with an error, and made the change all the same."],
    });
    const formJobs = found?.formJobs ?? [];
    const lost = before.formJobs.filter((job) => !formJobs.includes(job)).length;
    return {
      ...namesOf(facts),
      before: before.lines,
      after: found?.lines ?? after,
      added,
      removed,
      not_there: missing,
      form_jobs_before: before.formJobs,
      form_jobs_after: formJobs,
      warnings: [
        ...(lost > 0
          ? [`Cloudways lists ${count(lost, "job")} made with its form no longer: see form_jobs_before.`]
          : []),
        ...written,
      ],
    };
  },
  undo: {
    state: ({ before }) => cronState(before.lines, before.formJobs),
    about: onApp,
    reverse: (_before, { app, before, edited }, _input, { form_jobs_after }) => ({
      after: cronState(edited.after, form_jobs_after),
      arguments: before.stated && sameEntries(before.formJobs, form_jobs_after)
        ? { app_id: app.id, replace: before.lines }
        : undefined,
    }),
  },
});

function cronState(lines: readonly string[], formJobs: readonly string[]): ChangedState {
  return {
    "Cron jobs": canonicalEntries(lines, cronKey),
    "Jobs of the console's form": canonicalEntries(formJobs),
  };
}

function sameLines(a: CronList, b: CronList): boolean {
  return sameEntries(a.lines, b.lines, cronKey);
}

const setAppCronOptimizer = defineWriteTool({
  name: "set_app_cron_optimizer",
  title: "WordPress cron optimizer",
  toolset: "sites",
  effect: "write",
  idempotent: true,
  description: "Switches the cron optimizer of a WordPress application on or off: on, a real cron job runs its " +
    "scheduled tasks; off, visits of pages do (wp-cron).",
  input: () => z.strictObject({ ...appInput, enabled: z.boolean().describe("true: a real cron job."), ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, cron_optimizer: z.boolean() }),
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    const flags = await readFlags(context.account, facts).catch(nullIfNotRead);
    return { ...facts, isOn: flags?.cron_optimizer ?? null };
  },
  handler: async ({ enabled, ...input }, context, found) => {
    const fields = { status: enabled ? "enable" : "disable" };
    const work = { operation: "app_cron_optimizer_update", path: path`/app/manage/cron_setting`, fields };
    return { ...await startOnApp(found, input, context, work), cron_optimizer: enabled };
  },
  undo: {
    state: ({ isOn }) => ({ "Cron optimizer": isOn }),
    about: onApp,
    reverse: switchedBack("Cron optimizer"),
  },
});

/** The tools of this file. */
export const cronJobsTools: readonly Tool[] = [listAppCronJobs, updateAppCronJobs, setAppCronOptimizer];
