/** Making a live application and its staging copy alike: push to live, pull from live. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { path } from "../../cloudways/path.ts";
import { momentOf } from "../../cloudways/restore_points.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { currentRestorePoints } from "../define/restore_list.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import { deployPath } from "../define/validators.ts";
import { currentPair, type StagingPair } from "./pairs.ts";
import { pullQuestion, pushQuestion, type SyncParts } from "./sync_questions.ts";

const DAY_MS = 24 * 3600_000;

const tableName = z.string().regex(/^[\w$-]{1,64}$/, "must be the name of a table, such as wp_options");

const syncInput = {
  ...appInput,
  files: z.boolean().default(false).describe("Copy the files."),
  exclude_paths: z.array(deployPath.min(1)).max(100).optional()
    .describe("Folders left out of the files: wp-content/cache"),
  database: z.boolean().default(false).describe("Copy the database: users, orders and passwords too."),
  tables: z.array(tableName).min(1).max(500).optional()
    .describe("Only these tables of the database, from list_staging_tables."),
  ...waitInput,
};

/** A part without what it is a part of would copy something else than was meant. */
const PARTS: readonly [problem: string, holds: (parts: SyncParts) => boolean][] = [
  ["at least one of files, database must be true", ({ files, database }) => files || database],
  ["tables needs database: true", ({ tables, database }) => tables === undefined || database],
  ["exclude_paths needs files: true", ({ exclude_paths = [], files }) => exclude_paths.length === 0 || files],
];

function checkParts(input: SyncParts, context: z.core.$RefinementCtx<SyncParts>): void {
  for (const [message, holds] of PARTS) if (!holds(input)) context.addIssue({ code: "custom", message });
}

const syncOutput = () =>
  z.looseObject({
    ...appOutput,
    ...startedOutput,
    live_app_id: z.number(),
    live_app_label: z.string(),
    backup_first: z.boolean(),
  });

/**
 * `app_id` is the copy and `source_app_id` the live application, in both directions and never the other way round. Flags
 * are sent only where they are on: text that says false may be read as on.
 */
async function sync(
  action: "push" | "pull",
  { copy, live }: StagingPair,
  input: SyncParts & { wait_seconds: number; backup: boolean },
  context: ToolContext,
) {
  const { files, exclude_paths, database, tables, backup } = input;
  const fields = {
    source_server_id: live.server.id,
    source_app_id: live.app.id,
    action,
    appFiles: files || undefined,
    excludePath: exclude_paths,
    dbFiles: database || undefined,
    table: tables === undefined ? undefined : true,
    tableSelected: tables,
    backup: backup || undefined,
  };
  const started = await startOnApp(copy, input, context, {
    operation: "staging_sync_code",
    path: path`/sync/app`,
    fields,
  });
  return { ...started, live_app_id: live.app.id, live_app_label: live.app.label, backup_first: backup };
}

const pushStagingApp = defineAskingTool({
  name: "push_staging_app",
  title: "Push staging to live",
  toolset: "staging",
  effect: "destructive",
  undo: { instead: "restore_app of the live application, to its newest restore point from before." },
  description: "Overwrites the live application with its staging copy: files, database, or chosen tables. app_id is " +
    "the staging application. Newer orders and users of the live site are lost with the database. Back up the live " +
    "application before. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...syncInput,
      backup: z.boolean().default(true).describe("Have Cloudways back up the live site first."),
    }).superRefine(checkParts),
  output: syncOutput,
  facts: async (input, context) => {
    const pair = await currentPair(input, context);
    const backups = await context.account.lastBackups(pair.live.server.id);
    return { ...pair, backups, now: context.clock.now() };
  },
  question: (facts, input) => pushQuestion(facts, input, input.backup),
  handler: (input, context, pair) => sync("push", pair, input, context),
});

/** Which side a pull overwrites is not certain, so that both have to be safe. */
async function requireFreshBackup(account: CloudwaysAccount, found: FoundApp, now: number): Promise<void> {
  const isFresh = (point: string) => Math.abs(now - (momentOf(point) ?? Infinity)) <= DAY_MS;
  if ((await account.notedRestorePoints(found)).some(isFresh)) return;
  const points = await currentRestorePoints(account, found);
  if (points?.some(isFresh)) return;
  const { id } = found.app;
  throw new ToolError("validation_failed", `Application ${id} has no known backup from the last 24 hours.`, {
    hint: "Nothing was done, and nobody was asked: a pull needs one of both sides. Make it with backup_app, " +
      `app_id ${id}, then call again.`,
    details: { app_id: id, restore_points: points === null ? "not told" : points.slice(0, 20) },
    done: "nothing",
  });
}

const pullStagingApp = defineAskingTool({
  name: "pull_staging_app",
  title: "Pull live to staging",
  toolset: "staging",
  effect: "destructive",
  undo: { instead: "restore_app of what was overwritten, to its newest restore point from before." },
  description: "Overwrites the staging application with the present state of the live one: files, database, or " +
    "chosen tables. app_id is the staging application. Needs a backup of both from the last 24 hours (backup_app), " +
    "and has Cloudways make another. A person has to approve it.",
  input: () => z.strictObject(syncInput).superRefine(checkParts),
  output: syncOutput,
  facts: async (input, context) => {
    const { account, clock } = context;
    const pair = await currentPair(input, context);
    const now = clock.now();
    for (const side of [pair.copy, pair.live]) await requireFreshBackup(account, side, now);
    return { ...pair, backups: await account.lastBackups(pair.copy.server.id), now };
  },
  question: (facts, input) => pullQuestion(facts, input),
  handler: (input, context, pair) => sync("pull", pair, { ...input, backup: true }, context),
});

/** The tools of this file. */
export const syncTools: readonly Tool[] = [pushStagingApp, pullStagingApp];
