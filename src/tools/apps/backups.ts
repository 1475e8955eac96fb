/** Backups of an application, and restoring it. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { declare } from "../../confirm/declared_input.ts";
import { ToolError } from "../../errors.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { record, reportedOutput, startedOutput } from "../define/outputs.ts";
import { ageInWords } from "../define/question_words.ts";
import { appFacts, onApp } from "../define/questions.ts";
import { reportAnswer } from "../define/report_answer.ts";
import { listRestorePoints } from "../define/restore_list.ts";
import { pointMadeSince } from "../define/on_demand_backups.ts";
import { afterRestore, shownRestoreList } from "../define/restored.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool, type ToolContext } from "../define/tool.ts";
import { findRestorePoint } from "./restore_work.ts";

const backupApp = defineTool({
  name: "backup_app",
  title: "Back up an application",
  toolset: "apps",
  effect: "write",
  undo: { none: "it only adds a backup" },
  description: "Makes a backup of an application, files and database, now. Use it before a risky change. Gives the " +
    "time of the restore point it made, for restore_app.",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, time: z.string().nullable() }),
  handler: async (input, context) => {
    const { account, clock } = context;
    const found = await account.app(input.app_id, input.server_id);
    const begunAt = clock.now();
    const started = await startOnApp(found, input, context, {
      operation: "app_backup",
      path: path`/app/manage/takeBackup`,
    });
    if (started.status === "running") return { ...started, time: null };
    const time = await pointOfBackup(found, begunAt, input, context);
    return { ...started, time: time ?? null, ...(time === undefined && { next_step: LISTED_LATER }) };
  },
});

const LISTED_LATER = "The backup is made. Its restore point is not known yet: get_app_restore_points lists it.";

/** The restore point of a backup that was made; undefined if Cloudways doesn't list it in time. The backup stays made. */
async function pointOfBackup(
  found: FoundApp,
  begunAt: number,
  input: { wait_seconds: number },
  { account, progress }: ToolContext,
): Promise<string | undefined> {
  try {
    const report = await listRestorePoints(account, found, waitOptions(input.wait_seconds, progress));
    return report.status === "completed" ? pointMadeSince(report.data.restore_points, begunAt) : undefined;
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

const getAppRestorePoints = defineTool({
  name: "get_app_restore_points",
  title: "Restore points",
  toolset: "apps",
  effect: "read",
  description:
    "Lists the backups an application can be restored to, newest first: time is what restore_app takes, beside " +
    "its age. Says whether the last restore can be rolled back (local_backup_exists). Starts work on the server.",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () =>
    z.looseObject({
      ...appOutput,
      ...reportedOutput,
      restore_points: z.array(record).optional(),
      newest_automatic: record.nullable().optional()
        .describe("Not made through this service. Cloudways does not tell those made in its console."),
      local_backup_exists: z.boolean().nullable().optional(),
    }),
  handler: async (input, context) => {
    const { account, progress } = context;
    const found = await account.app(input.app_id, input.server_id);
    const report = await listRestorePoints(account, found, waitOptions(input.wait_seconds, progress));
    if (report.status === "running") return reportAnswer(namesOf(found), report);
    return reportAnswer(namesOf(found), { ...report, data: await shownRestoreList(report.data, found, context) });
  },
});

const restoreApp = defineAskingTool({
  name: "restore_app",
  title: "Restore an application",
  toolset: "apps",
  effect: "destructive",
  undo: { instead: "rollback_app_restore puts it back to its state before this restore, once." },
  description: "Overwrites an application's files and database with a backup; newer orders, posts and files are " +
    "lost. A copy from before is kept for rollback_app_restore. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...appInput,
      time: z.string().regex(/\S/, "must be one of the restore points").max(100).meta(declare({ form: "spaced" }))
        .describe("Of a restore point, as get_app_restore_points gives it: 2026-08-05T23:19:06"),
      type: z.string().regex(/^[a-z_]{1,40}$/, "must be a word such as complete").default("complete")
        .describe("What to restore; only complete is known to work."),
      ...waitInput,
    }),
  formerly: { restore_point: { name: "time" } },
  output: () => z.looseObject({ ...appOutput, ...startedOutput, time: z.string() }),
  facts: async (input, context) => {
    const { account, clock } = context;
    const found = await account.currentApp(input.app_id, input.server_id);
    // Where Cloudways doesn't show which there are, it decides.
    const point = await findRestorePoint(account, found, input.time) ?? input.time;
    return { ...found, backups: await account.lastBackups(found.server.id), point, now: clock.now() };
  },
  question: ({ point, now, ...facts }, { type }) => ({
    headline: `Overwrite application ${facts.app.id} with a backup of it ${ageInWords(point, now)}.`,
    ...onApp(facts),
    losesData: true,
    consequences: [
      "Orders, posts, uploads and every other change made after the backup are lost.",
      "Visitors may get no answer, or a broken one, while it runs.",
      "It can be undone once, by a rollback, for as long as Cloudways keeps the copy it makes before.",
    ],
    facts: [{ name: "Restore point", values: [point], isFirst: true }, { name: "What is restored", values: [type] }],
    target: { time: point },
  }),
  handler: async ({ time: _asked, type, ...input }, context, { point, ...found }) => {
    const fields = { time: point, type };
    const work = { operation: "app_restore", path: path`/app/manage/restore`, fields };
    const started = await startOnApp(found, input, context, work);
    return { ...started, ...afterRestore(started), time: point, restore_type: type };
  },
});

const rollbackAppRestore = defineAskingTool({
  name: "rollback_app_restore",
  title: "Undo a restore",
  toolset: "apps",
  effect: "destructive",
  undo: { none: "the one copy there was is used up" },
  description: "Puts an application back to its state before the last restore; changes made since are lost. Works " +
    "only while local_backup_exists (get_app_restore_points). A person has to approve it.",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput }),
  facts: appFacts,
  question: (facts) => ({
    headline: `Put application ${facts.app.id} back to its state before the last restore.`,
    ...onApp(facts),
    losesData: true,
    consequences: [
      "Orders, posts, uploads and every other change made since that restore are lost.",
      "Visitors may get no answer, or a broken one, while it runs.",
      "It can't be undone: the one copy there was is used up.",
    ],
  }),
  handler: async (input, context, found) => {
    const work = { operation: "app_restore_rollback", path: path`/app/manage/rollback` };
    const started = await startOnApp(found, input, context, work);
    return { ...started, ...afterRestore(started) };
  },
});

/** The tools of this file. */
export const backupsTools: readonly Tool[] = [backupApp, getAppRestorePoints, restoreApp, rollbackAppRestore];
