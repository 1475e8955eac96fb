/** Backups of an application, and restoring it. */
import { z } from "zod";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { record, reportedOutput, startedOutput } from "../define/outputs.ts";
import { ageInWords } from "../define/question_words.ts";
import { appFacts, onApp } from "../define/questions.ts";
import { reportAnswer } from "../define/report_answer.ts";
import { listRestorePoints } from "../define/restore_list.ts";
import { afterRestore, shownRestoreList } from "../define/restored.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { findRestorePoint } from "./restore_work.ts";

const backupApp = defineTool({
  name: "backup_app",
  title: "Back up an application",
  toolset: "apps",
  effect: "write",
  description: "Makes a backup of an application, files and database, now. Use it before a risky change; afterwards " +
    "get_app_restore_points lists it.",
  input: z.strictObject({ ...appInput, ...waitInput }),
  output: z.looseObject({ ...appOutput, ...startedOutput }),
  handler: async (input, context) =>
    await startOnApp(await context.account.app(input.app_id, input.server_id), input, context, {
      operation: "app_backup",
      path: path`/app/manage/takeBackup`,
    }),
});

const getAppRestorePoints = defineTool({
  name: "get_app_restore_points",
  title: "Restore points",
  toolset: "apps",
  effect: "read",
  description: "Lists the backups an application can be restored to: restore_point is what restore_app takes, beside " +
    "its time and age. Says whether the last restore can be rolled back (local_backup_exists). Starts work on the server.",
  input: z.strictObject({ ...appInput, ...waitInput }),
  output: z.looseObject({
    ...appOutput,
    ...reportedOutput,
    restore_points: z.array(record).optional(),
    local_backup_exists: z.boolean().nullable().optional(),
  }),
  handler: async (input, { account, clock, progress }) => {
    const found = await account.app(input.app_id, input.server_id);
    const report = await listRestorePoints(account, found, waitOptions(input.wait_seconds, progress));
    if (report.status === "running") return reportAnswer(namesOf(found), report);
    return reportAnswer(namesOf(found), { ...report, data: shownRestoreList(report.data, clock) });
  },
});

const restoreApp = defineAskingTool({
  name: "restore_app",
  title: "Restore an application",
  toolset: "apps",
  effect: "destructive",
  description: "Overwrites an application's files and database with a backup; newer orders, posts and files are " +
    "lost. A copy from before is kept for rollback_app_restore. A person has to approve it.",
  input: z.strictObject({
    ...appInput,
    time: z.string().regex(/\S/, "must be one of the restore points").max(100).meta(declare({ form: "spaced" }))
      .describe("A restore_point from get_app_restore_points, unchanged: 2026-08-05T23:19:06"),
    type: z.string().regex(/^[a-z_]{1,40}$/, "must be a word such as complete").default("complete")
      .describe("What to restore; only complete is known to work."),
    ...waitInput,
  }),
  output: z.looseObject({ ...appOutput, ...startedOutput, restore_point: z.string() }),
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
    target: { restore_point: point },
  }),
  handler: async ({ time: _asked, type, ...input }, context, { point, ...found }) => {
    const fields = { time: point, type };
    const work = { operation: "app_restore", path: path`/app/manage/restore`, fields };
    const started = await startOnApp(found, input, context, work);
    return { ...started, ...afterRestore(started), restore_point: point, restore_type: type };
  },
});

const rollbackAppRestore = defineAskingTool({
  name: "rollback_app_restore",
  title: "Undo a restore",
  toolset: "apps",
  effect: "destructive",
  description: "Puts an application back to its state before the last restore; changes made since are lost. Works " +
    "only while local_backup_exists (get_app_restore_points). A person has to approve it.",
  input: z.strictObject({ ...appInput, ...waitInput }),
  output: z.looseObject({ ...appOutput, ...startedOutput }),
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
