/** The cron jobs of an application as Cloudways keeps them. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseList, looseObject, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import type { EntryKey } from "../define/list_edits.ts";
import { anyReply } from "../define/outputs.ts";
import { idsOf } from "../define/targets.ts";

/** Two halves of which Cloudways doesn't say how they belong together. */
export interface CronList {
  /** Lines of the crontab. */
  lines: string[];
  /** Jobs made with the form of the Cloudways console, a line each: when, of which kind, and what. */
  formJobs: string[];
  /** Whether the answer contains the list; if not, it is empty by guess only. */
  stated: boolean;
}

const formJob = z.object({
  cmd_type: looseText,
  command: looseText,
  minutes: looseText,
  hours: looseText,
  days: looseText,
  months: looseText,
  weekdays: looseText,
});

const cronReply = looseObject({
  basic: looseList(formJob),
  script: z.union([z.string(), z.array(z.string())]).nullish(),
}).transform((reply): CronList => ({
  lines: [reply.script ?? []].flat().flatMap((text) => text.split(/\r?\n/)).filter((line) => line.trim() !== ""),
  formJobs: reply.basic.map(inOneLine),
  stated: reply.script !== undefined,
}));

function inOneLine(job: z.output<typeof formJob>): string {
  const { minutes, hours, days, months, weekdays, cmd_type, command } = job;
  return [minutes, hours, days, months, weekdays, cmd_type, command].filter((part) => part !== "").join(" ");
}

/** Equal for two lines that differ in nothing but spaces. */
export const cronKey: EntryKey = (line) => line.trim().replaceAll(/\s+/g, " ");

/**
 * Reads both halves.
 *
 * @param options.whole With the secrets in it: for writing it back, never for showing it.
 */
export function readCronList(
  account: CloudwaysAccount,
  found: FoundApp,
  options: { whole?: true } = {},
): Promise<CronList> {
  return account.read({
    operation: "app_cron_list_get",
    path: path`/app/manage/cronList`,
    reply: cronReply,
    query: idsOf(found),
    ...(options.whole && { reveal: true }),
  });
}

/** Replaces the lines of the crontab. */
export async function writeCronLines(
  account: CloudwaysAccount,
  found: FoundApp,
  lines: readonly string[],
): Promise<void> {
  await account.write({
    operation: "app_cron_list_update",
    method: "POST",
    path: path`/app/manage/cronList`,
    // The one client that is known to have written a list sends it so.
    form: { ...idsOf(found), crons: JSON.stringify(lines), is_script: "True" },
    reply: anyReply,
  });
}
