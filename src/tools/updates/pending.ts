/** Updates that wait, and carrying them out. */
import * as z from "zod";
import { knownApps } from "../../cloudways/models.ts";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { declare } from "../../confirm/declared_input.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { notKnown } from "../define/known_values.ts";
import { record, records, startedOutput } from "../define/outputs.ts";
import { readPendingUpdates, safeUpdates } from "../define/pending_updates.ts";
import { newestBackupInWords } from "../define/question_words.ts";
import { type AppFacts, appFacts, count, nullIfRefused, onApp } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf, namesOfServer } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, startUndocumented, undocumentedOutput } from "../define/undocumented.ts";
import { availableView, readSettings, type UpdateSettings } from "./safe_updates.ts";

const listAppUpdates = defineTool({
  name: "list_app_updates",
  title: "Pending updates",
  toolset: "updates",
  effect: "read",
  accountWide: false,
  description: "Lists the pending WordPress updates of all applications, as counts: core, plugins and themes; those " +
    "with most first. get_update_settings names those of one application.",
  input: () =>
    z.strictObject({
      server_id: z.int().min(1).meta(
        declare({ role: "target", shorter: "Ask for one server at a time, by server_id." }),
      )
        .optional()
        .describe("Only applications on this server."),
    }),
  output: () => z.looseObject({ apps: records }),
  handler: async ({ server_id }, { account }) => {
    const servers = server_id === undefined ? await account.servers() : [await account.server(server_id)];
    const byId = await readPendingUpdates(account);
    const apps = servers.flatMap((server) =>
      knownApps(server).flatMap((app) => {
        const row = byId.get(app.id);
        if (row === undefined) return [];
        return [{
          id: app.id,
          label: app.label,
          ...namesOfServer(server),
          automatic_updates: row.is_enable,
          core: row.core,
          plugins_count: row.plugins.require,
          themes_count: row.theme.require,
        }];
      })
    );
    const sum = ({ plugins_count, themes_count }: typeof apps[number]) => (plugins_count ?? 0) + (themes_count ?? 0);
    return { apps: apps.toSorted((a, b) => sum(b) - sum(a)) };
  },
});

const checkAppUpdates = defineTool({
  name: "check_app_updates",
  title: "Look for updates",
  toolset: "updates",
  effect: "read",
  description: "Has Cloudways look for new WordPress core, plugin and theme updates of an application now, and names " +
    "them. Starts work on the server.",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () =>
    z.looseObject({
      ...appOutput,
      ...startedOutput,
      available: record.nullable().optional().describe("null: Cloudways does not tell."),
    }),
  handler: async (input, { account, progress }) => {
    const found = await account.app(input.app_id, input.server_id);
    // It starts work although it is a GET.
    const begun = await safeUpdates(account.read({
      operation: "safe_update_available_get",
      path: path`/app/safeupdates`,
      query: idsOf(found),
      once: true,
      reply: startedReply,
    }));
    const work = await account.follow(begun, idsOf(found), waitOptions(input.wait_seconds, progress));
    const answer = { ...namesOf(found), ...work, ...blocks(found.server, work) };
    if (work.status === "running") return answer;
    const settings = await readSettings(account, found).catch((error) => nullIfRefused(error, "any"));
    return { ...answer, available: settings === null ? null : availableView(settings) };
  },
});

const slugs = z.array(z.string().min(1).max(100)).min(1).max(200).optional();

/** What a run updates; lists that are left out are not sent. */
interface Chosen {
  core: boolean;
  plugins?: string[] | undefined;
  themes?: string[] | undefined;
}

/** @throws {ToolError} `invalid_arguments` where something is no update that waits. */
function requireAvailable(chosen: Chosen, settings: UpdateSettings): void {
  const { core, plugin, theme } = settings.available_update_list;
  if (chosen.core && (core === "" || core === "no")) throw noCoreUpdate();
  const kinds = [["plugins", chosen.plugins, plugin], ["themes", chosen.themes, theme]] as const;
  for (const [argument, wanted = [], known] of kinds) {
    // A name that Cloudways doesn't know may leave a selection empty, which means everything.
    if (!wanted.every((slug) => known.includes(slug))) {
      throw notKnown({ argument, what: "update that waits for this application", known });
    }
  }
}

function noCoreUpdate(): ToolError {
  const problem = "no update of WordPress itself waits";
  return new ToolError("invalid_arguments", `core: ${problem}.`, {
    hint: "Nothing was done, and nobody was asked. check_app_updates looks for new ones.",
    details: { problems: [{ argument: "core", problem }] },
    done: "nothing",
  });
}

function chosenInWords({ core, plugins, themes }: Chosen): string {
  return [
    ...(core ? ["WordPress itself"] : []),
    ...(plugins === undefined ? [] : [count(plugins.length, "plugin")]),
    ...(themes === undefined ? [] : [count(themes.length, "theme")]),
  ].join(", ");
}

function runQuestion({ now, coreVersion, ...facts }: AppFacts & { now: number; coreVersion: string }, chosen: Chosen) {
  const { plugins, themes } = chosen;
  return {
    headline: `Update application ${facts.app.id}: ${chosenInWords(chosen)}.`,
    ...onApp(facts),
    losesData: true,
    consequences: [
      "Cloudways backs the application up, tries the updates on a temporary copy and then updates the live site.",
      "An update can break the site all the same. While it runs, other changes to the server are refused.",
      "Only what is named here is sent. Whether a run takes a kind of which nothing is named for all of it is not " +
      "documented.",
      newestBackupInWords(facts.backups, facts.app.id, now),
      "It can be undone by restoring a backup.",
    ],
    facts: [
      ...(chosen.core ? [{ name: "WordPress to", values: [coreVersion] }] : []),
      ...(plugins === undefined ? [] : [{ name: "Plugins", values: plugins }]),
      ...(themes === undefined ? [] : [{ name: "Themes", values: themes }]),
    ],
    target: { core: chosen.core ? coreVersion : null },
  } as const;
}

const runAppUpdates = defineAskingTool({
  name: "run_app_updates",
  title: "Update WordPress",
  toolset: "updates",
  effect: "destructive",
  undo: { instead: "restore_app to the newest restore point from before." },
  description: "Updates WordPress core, plugins and themes of an application by name, tested on a temporary copy " +
    "(SafeUpdates). Takes only updates that get_update_settings or check_app_updates names. Takes long. A person has " +
    `to approve it. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      ...appInput,
      core: z.boolean().default(false).describe("Update WordPress itself to the version that waits."),
      plugins: slugs.describe("Slugs of plugins: breeze"),
      themes: slugs.describe("Slugs of themes: storefront"),
      ...waitInput,
    }).refine(
      ({ core, plugins, themes }) => core || plugins !== undefined || themes !== undefined,
      "at least one of core, plugins, themes must be given",
    ),
  output: () => z.looseObject({ ...appOutput, ...undocumentedOutput }),
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    const settings = await readSettings(context.account, facts);
    requireAvailable(input, settings);
    return { ...facts, now: context.clock.now(), coreVersion: settings.available_update_list.core };
  },
  question: runQuestion,
  handler: async ({ core, plugins, themes, ...input }, context, { coreVersion, ...found }) => {
    const fields = { core: core ? coreVersion : "no", plugin: plugins, theme: themes };
    return await safeUpdates(startUndocumented(found, input, context, {
      operation: "safe_update_run",
      method: "PUT",
      path: path`/app/safeupdates/${found.app.id}`,
      fields,
    }));
  },
});

/** The tools of this file. */
export const pendingTools: readonly Tool[] = [listAppUpdates, checkAppUpdates, runAppUpdates];
