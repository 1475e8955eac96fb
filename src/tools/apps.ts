/** The tools for applications: copies, backups, caches, domains, and what their visitors and code cost. */
import { z } from "zod";
import type { CloudwaysAccount } from "../cloudways/account.ts";
import { doneReply, flagOrNull, idNumber, knownApps, listReply, looseList, looseText } from "../cloudways/models.ts";
import { startedReply } from "../cloudways/operations.ts";
import { type ApiPath, path } from "../cloudways/path.ts";
import { readReport } from "../cloudways/report_tables.ts";
import type { FoundApp } from "../cloudways/server_listing.ts";
import { ToolError } from "../errors.ts";
import { appOutput, idsOf, namesOf, startOnApp, startOnFound } from "./app_work.ts";
import { inputText } from "../confirm/input_text.ts";
import { appInput, reportedOutput, startedOutput, waitInput, waitOptions } from "./define/inputs.ts";
import { requireKnown } from "./define/known_values.ts";
import { reportAnswer } from "./define/operation_result.ts";
import { type AppFacts, appFacts, appFactsIf, NOT_TOLD, nullIfRefused, onApp } from "./questions.ts";
import { findRestorePoint, listRestorePoints, shownRestoreList } from "./restore_work.ts";
import { afterRestore } from "./restored.ts";
import { blocks } from "./server_work.ts";
import { ageInWords } from "./question_words.ts";
import { appVarnishOffQuestion, httpsOffQuestion, httpsOnQuestion, masterUserQuestion } from "./setting_questions.ts";
import { defineAskingTool, defineTool, type Tool, type ToolContext } from "./define/tool.ts";
import { domainName } from "./define/validators.ts";

const record = z.looseObject({});

/** What a report gives while it is not finished, beside the report itself. */
const reportOutput = { ...appOutput, ...reportedOutput };

const startInput = { ...appInput, ...waitInput };

const label = z.string().min(1).max(100);

const projectName = z.looseObject({ name: looseText });

const namedCopy = z.looseObject({ app_id: idNumber });

/** The id of the copy comes with the answer that starts the work; the copy itself is there when the work is done. */
const cloneReply = z.union([z.array(z.unknown()), z.looseObject({})]).transform((reply) => ({
  started: startedReply.parse(reply),
  newAppId: namedCopy.safeParse(reply).data?.app_id ?? null,
}));

/** A copy that the listing shows now and did not show before; null unless exactly one can be meant. */
async function findCopy(account: CloudwaysAccount, source: FoundApp, copyLabel: string): Promise<number | null> {
  const known = new Set(knownApps(source.server).map(({ id }) => id));
  try {
    const { server } = await account.currentApp(source.app.id, source.server.id);
    const copies = knownApps(server).filter((app) => !known.has(app.id) && app.label === copyLabel);
    return copies.length === 1 ? copies[0]?.id ?? null : null;
  } catch (error) {
    // The copy is made, whether or not it can be seen.
    if (error instanceof ToolError) return null;
    throw error;
  }
}

/** A project that is not there would be anybody's guess. */
async function requireProject(account: CloudwaysAccount, name: string): Promise<void> {
  const projects = await account.get("project_list", path`/project`, listReply("projects", projectName))
    .catch((error) => nullIfRefused(error));
  requireKnown(name, {
    argument: "project_name",
    what: "project of this account",
    known: projects?.map((project) => project.name) ?? [],
  });
}

const cloneApp = defineTool({
  name: "clone_app",
  title: "Copy an application",
  toolset: "apps",
  effect: "write",
  slow: true,
  description: "Makes a copy of an application, files and database, on the same server, and gives the copy's id. " +
    "Takes minutes; the copy is usable once the operation is completed.",
  input: z.strictObject({
    ...appInput,
    app_label: label.describe("Name of the copy: Shop copy"),
    project_name: label.optional().describe("Project to put the copy in, from list_projects."),
    ...waitInput,
  }),
  output: z.looseObject({ ...appOutput, ...startedOutput, new_app_id: z.number().nullable() }),
  handler: async ({ app_label, project_name, ...input }, { account, progress }) => {
    const source = await account.app(input.app_id, input.server_id);
    if (project_name !== undefined) await requireProject(account, project_name);
    const form = { ...idsOf(source), app_label, project_name };
    const request = { operation: "app_clone", method: "POST", path: path`/app/clone`, form } as const;
    const { started: begun, newAppId } = await account.write({ ...request, reply: cloneReply });
    const started = await account.follow(begun, waitOptions(input.wait_seconds, progress));
    const named = newAppId === source.app.id ? null : newAppId;
    const new_app_id = named === null && started.status === "completed"
      ? await findCopy(account, source, app_label)
      : named;
    const next_step = started.next_step ??
      (new_app_id === null ? "Find the copy by its label with find_resources." : undefined);
    const copy = { new_app_id, new_app_label: app_label, ...(next_step && { next_step }) };
    return { ...namesOf(source), ...started, ...blocks(source.server, started), ...copy };
  },
});

const backupApp = defineTool({
  name: "backup_app",
  title: "Back up an application",
  toolset: "apps",
  effect: "write",
  slow: true,
  description: "Makes a backup of an application, files and database, now. Use it before a risky change; afterwards " +
    "get_app_restore_points lists it.",
  input: z.strictObject(startInput),
  output: z.looseObject({ ...appOutput, ...startedOutput }),
  handler: (input, context) =>
    startOnApp(input, context, { operation: "app_backup", path: path`/app/manage/takeBackup` }),
});

const getAppRestorePoints = defineTool({
  name: "get_app_restore_points",
  title: "Restore points",
  toolset: "apps",
  effect: "read",
  slow: true,
  description: "Lists the backups an application can be restored to: restore_point is what restore_app takes, beside " +
    "its time and age. Says whether the last restore can be rolled back (local_backup_exists). Starts work on the server.",
  input: z.strictObject(startInput),
  output: z.looseObject({
    ...reportOutput,
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
  slow: true,
  description: "Overwrites an application's files and database with a backup; newer orders, posts and files are " +
    "lost. A copy from before is kept for rollback_app_restore. A person has to approve it.",
  input: z.strictObject({
    ...appInput,
    time: z.string().regex(/\S/, "must be one of the restore points").max(100).meta(inputText({ form: "spaced" }))
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
    const started = await startOnFound(found, input, context, work);
    return { ...started, ...afterRestore(started), restore_point: point, restore_type: type };
  },
});

const rollbackAppRestore = defineAskingTool({
  name: "rollback_app_restore",
  title: "Undo a restore",
  toolset: "apps",
  effect: "destructive",
  slow: true,
  description: "Puts an application back to its state before the last restore; changes made since are lost. Works " +
    "only while local_backup_exists (get_app_restore_points). A person has to approve it.",
  input: z.strictObject(startInput),
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
    const started = await startOnFound(found, input, context, work);
    return { ...started, ...afterRestore(started) };
  },
});

/** What a busy server says of the work that runs there. */
const busyWith = z.looseObject({
  operation: z.looseObject({
    operation_id: z.string().min(1),
    type: z.string(),
    server_id: idNumber.nullish().catch(null),
    app_id: idNumber.nullish().catch(null),
  }),
});

/**
 * The purge that keeps this application's server busy, where there is one. The purge of another application, if it says
 * that it is one, leaves this one's cache as it is and so can't stand for it.
 */
function runningPurge(error: unknown, { app, server }: FoundApp): string | undefined {
  if (!(error instanceof ToolError) || error.code !== "upstream_busy") return undefined;
  const running = busyWith.safeParse(error.details).data?.operation;
  if (running === undefined || running.type !== "purge_app_cache") return undefined;
  const onServer = (running.server_id ?? server.id) === server.id;
  return onServer && (running.app_id || app.id) === app.id ? running.operation_id : undefined;
}

const clearAppCache = defineTool({
  name: "clear_app_cache",
  title: "Clear an application's caches",
  toolset: "apps",
  effect: "write",
  slow: true,
  idempotent: true,
  description: "Clears every cache of an application. Use it when visitors see old content. Where a purge is already " +
    "running, it waits for that one (joined: true).",
  input: z.strictObject(startInput),
  output: z.looseObject({ ...appOutput, ...startedOutput, joined: z.boolean() }),
  handler: async (input, { account, progress }) => {
    const found = await account.app(input.app_id, input.server_id);
    const options = waitOptions(input.wait_seconds, progress);
    const request = { operation: "app_purge_cache", method: "POST", path: path`/app/cache/purge` } as const;
    try {
      const started = await account.start({ ...request, form: idsOf(found) }, options);
      return { ...namesOf(found), ...started, ...blocks(found.server, started), joined: false };
    } catch (error) {
      const running = runningPurge(error, found);
      if (running === undefined) throw error;
      const joined = await account.follow({ operationId: running, said: "" }, options);
      return { ...namesOf(found), ...joined, ...blocks(found.server, joined), joined: true };
    }
  },
});

const varnishReply = z.looseObject({
  response: z.looseObject({
    varnish_app_enabled: flagOrNull,
    varnish_enabled: flagOrNull,
    vcl_list: looseList(record),
  }),
});

const getAppVarnishSettings = defineTool({
  name: "get_app_varnish_settings",
  title: "Varnish of an application",
  toolset: "apps",
  effect: "read",
  description: "Shows whether the Varnish cache is on for an application (varnish_app_enabled) and which URLs and " +
    "cookies are left out of it (vcl_list).",
  input: z.strictObject(appInput),
  output: z.looseObject({
    ...appOutput,
    varnish_app_enabled: z.boolean().nullable(),
    varnish_enabled: z.boolean().nullable(),
    vcl_list: z.array(record),
  }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const { response } = await account.get(
      "app_varnish_settings_get",
      path`/app/manage/varnish_setting`,
      varnishReply,
      idsOf(found),
    );
    return { ...response, ...namesOf(found) };
  },
});

const manageAppVarnish = defineAskingTool({
  name: "manage_app_varnish",
  title: "Switch an application's Varnish",
  toolset: "apps",
  effect: "destructive",
  idempotent: true,
  description:
    "Turns the Varnish cache of one application on or off, or purges it. Works at once. Off asks first. To " +
    "clear every cache use clear_app_cache; for the whole server manage_server_varnish.",
  input: z.strictObject({ ...appInput, action: z.enum(["enable", "disable", "purge"]).describe("What to do.") }),
  output: z.looseObject({ ...appOutput, action: z.string(), message: z.string() }),
  facts: (input, context) => appFactsIf(input.action === "disable", input, context),
  question: (facts, { action }) => action === "disable" ? appVarnishOffQuestion(facts) : undefined,
  handler: async ({ action }, { account }, found) => {
    const form = { ...idsOf(found), action };
    const request = { operation: "varnish_app_manage", method: "POST", path: path`/service/appVarnish`, form } as const;
    await account.write({ ...request, reply: doneReply });
    const message = action === "purge" ? "Done. It blocks nothing; pages are slower until the cache fills." : "Done.";
    return { ...namesOf(found), action, message };
  },
});

const resetAppFilePermissions = defineAskingTool({
  name: "reset_app_file_permissions",
  title: "Reset file permissions",
  toolset: "apps",
  effect: "destructive",
  slow: true,
  idempotent: true,
  description: "Sets owner and modes of all files of an application to Cloudways' defaults. Use it when uploads, " +
    "updates or deployments fail for lack of permission. master_user asks first.",
  input: z.strictObject({
    ...appInput,
    ownership: z.enum(["sys_user", "master_user"])
      .describe("Who shall own the files: the application's own user or the server's."),
    ...waitInput,
  }),
  output: z.looseObject({ ...appOutput, ...startedOutput, ownership: z.string() }),
  // That the application's own user owns its files is how every application begins.
  facts: (input, context) => appFactsIf(input.ownership !== "sys_user", input, context),
  question: (facts, { ownership }) => ownership === "sys_user" ? undefined : masterUserQuestion(facts),
  handler: async ({ ownership, ...input }, context, found) => {
    const fields = { ownership };
    const work = { operation: "app_reset_permissions", path: path`/app/manage/reset_permissions`, fields };
    return { ...await startOnFound(found, input, context, work), ownership };
  },
});

const enforceAppHttps = defineAskingTool({
  name: "enforce_app_https",
  title: "Redirect to HTTPS",
  toolset: "apps",
  effect: "destructive",
  slow: true,
  idempotent: true,
  description: "Turns the redirection of an application's visitors from HTTP to HTTPS on or off. Off asks first, and " +
    "so does on unless a certificate is known for every domain.",
  input: z.strictObject({
    ...appInput,
    enabled: z.boolean().describe("true redirects every visitor."),
    ...waitInput,
  }),
  formerly: { status: { name: "enabled", values: { enable: true, disable: false } } },
  output: z.looseObject({ ...appOutput, ...startedOutput, enforce_https: z.boolean() }),
  facts: appFacts,
  question: (facts, { enabled }) => enabled ? httpsOnQuestion(facts) : httpsOffQuestion(facts),
  handler: async ({ enabled, ...input }, context, found) => {
    const fields = { status: enabled ? "enable" : "disable" };
    const work = { operation: "app_enforce_https_update", path: path`/app/manage/enforce_https`, fields };
    return { ...await startOnFound(found, input, context, work), enforce_https: enabled };
  },
});

const cnameOutput = z.looseObject({
  ...appOutput,
  ...startedOutput,
  old_cname: z.string().nullable(),
  new_cname: z.string().nullable(),
});

/** Sets or removes the primary domain, and says what it was. */
async function changeCname(
  found: FoundApp,
  input: { wait_seconds: number; cname?: string },
  context: ToolContext,
  work: { operation: string; method: "POST" | "DELETE" },
) {
  const { cname } = input;
  const started = await startOnFound(found, input, context, {
    ...work,
    path: path`/app/manage/cname`,
    fields: { cname },
  });
  return { ...started, old_cname: found.app.cname || null, new_cname: cname ?? null };
}

/** The primary domain before a change and, where there is one, after it. */
function cnameFacts({ app }: AppFacts, cname?: string) {
  const now = { name: "Primary domain now", values: [app.cname ?? NOT_TOLD].filter((domain) => domain !== "") };
  const facts = cname === undefined ? [now] : [now, { name: "New primary domain", values: [cname] }];
  return { facts, target: { cname: app.cname } };
}

/**
 * Nobody is asked to remove what is not there.
 *
 * @throws {ToolError} `not_found` where Cloudways says that there is no primary domain.
 */
function requireCname(facts: AppFacts): AppFacts {
  if (facts.app.cname !== "") return facts;
  throw new ToolError("not_found", `Application ${facts.app.id} has no primary domain.`, {
    hint: "Nothing was done, and nobody was asked: there is nothing to remove.",
    done: "nothing",
  });
}

const updateAppCname = defineAskingTool({
  name: "update_app_cname",
  title: "Set the primary domain",
  toolset: "apps",
  effect: "destructive",
  slow: true,
  idempotent: true,
  description: "Sets the primary domain of an application. Its DNS must point to the server. Where a primary domain " +
    "exists, or may exist, it is replaced, and a person is asked first.",
  input: z.strictObject({ ...appInput, cname: domainName.describe("Domain alone: shop.example.com"), ...waitInput }),
  output: cnameOutput,
  facts: appFacts,
  question(facts, { cname }) {
    if (facts.app.cname === "") return undefined;
    return {
      headline: `Replace the primary domain of application ${facts.app.id}.`,
      ...onApp(facts),
      consequences: [
        "Visitors who come by the present primary domain no longer reach the application, unless it is an alias too.",
        "The certificate may not be for the new domain; visitors see warnings then.",
        "It can be undone by setting the former domain again.",
      ],
      ...cnameFacts(facts, cname),
    };
  },
  handler: (input, context, found) =>
    changeCname(found, input, context, { operation: "app_cname_update", method: "POST" }),
});

const deleteAppCname = defineAskingTool({
  name: "delete_app_cname",
  title: "Remove the primary domain",
  toolset: "apps",
  effect: "destructive",
  slow: true,
  idempotent: true,
  description: "Removes the primary domain of an application, which then answers only under the address Cloudways " +
    "gave it and its aliases. A person has to approve it.",
  input: z.strictObject(startInput),
  output: cnameOutput,
  facts: async (input, context) => requireCname(await appFacts(input, context)),
  question: (facts) => ({
    headline: `Remove the primary domain of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Visitors reach the application only by its aliases and by the address that Cloudways gave it.",
      "It can be undone by setting the domain again.",
    ],
    ...cnameFacts(facts),
  }),
  handler: (input, context, found) =>
    changeCname(found, input, context, { operation: "app_cname_delete", method: "DELETE" }),
});

/** One of the three kinds of analytics, which differ in what there is to ask for. */
interface Analytics {
  name: string;
  title: string;
  description: string;
  operation: string;
  path: ApiPath;
  resources: readonly string[];
  /** The report holds queries, whose string literals are hidden unless they are asked for. */
  queries?: true;
}

const literals = z.boolean().default(false).describe("true shows the texts inside queries.");

function analyticsTool({ name, title, description, operation, path, resources, queries }: Analytics): Tool {
  return defineTool({
    name,
    title,
    toolset: "apps",
    effect: "read",
    slow: true,
    description,
    input: z.strictObject({
      ...appInput,
      duration: z.enum(["15m", "30m", "1h", "1d"]).describe("How far to look back."),
      resource: z.enum(resources).describe("Which report."),
      ...(queries && { literals }),
      ...waitInput,
    }),
    output: z.looseObject({ ...reportOutput, duration: z.string(), resource: z.string(), report: record.optional() }),
    showsLiterals: (input) => input.literals === true,
    handler: async ({ duration, resource, ...input }, { account, progress }) => {
      const options = { showLiterals: input.literals === true };
      const found = await account.app(input.app_id, input.server_id);
      const report = await account.report({
        operation,
        path,
        query: { ...idsOf(found), duration, resource },
        inline: z.record(z.string(), z.unknown()).refine((reply) => resource in reply)
          .transform((reply) => ({ report: readReport(reply, options) })),
        finished: (result) => ({ report: readReport(result, options) }),
      }, waitOptions(input.wait_seconds, progress));
      return { ...reportAnswer(namesOf(found), report), duration, resource };
    },
  });
}

const getAppAnalyticsTraffic = analyticsTool({
  name: "get_app_analytics_traffic",
  title: "Traffic report",
  description: "Reports the visitors of an application: top IP addresses, bots, URLs or HTTP statuses, with counts. " +
    "Starts work on the server; Cloudways allows some 20 of these in 90 seconds.",
  operation: "analytics_app_traffic",
  path: path`/app/analytics/traffic`,
  resources: ["top_ips", "top_bots", "top_urls", "top_statuses"],
});

const getAppAnalyticsPhp = analyticsTool({
  name: "get_app_analytics_php",
  title: "PHP report",
  description: "Reports what PHP does in an application: time by URL, its processes, or its slow pages. Use it to " +
    "find out why a site is slow. Starts work on the server.",
  operation: "analytics_app_php",
  path: path`/app/analytics/php`,
  resources: ["url_durations", "processes", "slow_pages"],
});

const getAppAnalyticsMysql = analyticsTool({
  name: "get_app_analytics_mysql",
  title: "MySQL report",
  description: "Reports the running or the slow database queries of an application, with the texts inside them " +
    "hidden. Use it when the database is the bottleneck. Starts work on the server.",
  operation: "analytics_app_mysql",
  path: path`/app/analytics/mysql`,
  resources: ["running_queries", "slow_queries"],
  queries: true,
});

/** In the order in which they are listed here; the catalogue sorts. */
export const appsTools: readonly Tool[] = [
  cloneApp,
  backupApp,
  getAppRestorePoints,
  restoreApp,
  rollbackAppRestore,
  clearAppCache,
  getAppVarnishSettings,
  manageAppVarnish,
  resetAppFilePermissions,
  enforceAppHttps,
  updateAppCname,
  deleteAppCname,
  getAppAnalyticsTraffic,
  getAppAnalyticsPhp,
  getAppAnalyticsMysql,
];
