/** The PHP settings of one application: the text of its PHP-FPM pool. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { flagOrNull } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { declare } from "../../confirm/declared_input.ts";
import type { Question } from "../../confirm/question.ts";
import { refuseHidden } from "../define/hidden_entries.ts";
import { appInput } from "../define/inputs.ts";
import { checkEdit } from "../define/list_edits.ts";
import { anyReply, texts } from "../define/outputs.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";
import { type AppFacts, appFacts, count, onApp } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool, type ToolContext } from "../define/tool.ts";
import { type EditedText, editText, linesOf, sameText, settingOf, type TextEdit } from "./settings_text.ts";

const settingsReply = z.looseObject({ response: z.looseObject({ fpm_enabled: flagOrNull, settings: z.string() }) });

/** @param options.whole With the secrets in it: for writing it back, never for showing it. */
async function readSettings(account: CloudwaysAccount, found: FoundApp, options: { whole?: true } = {}) {
  const { response } = await account.read({
    operation: "app_fpm_settings_get",
    path: path`/app/manage/fpm_setting`,
    reply: settingsReply,
    query: idsOf(found),
    ...(options.whole && { reveal: true }),
  });
  return response;
}

/** The one client that is known to have written such a text to this version of the API sends it in base64. */
function inBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}

const getAppPhpSettings = defineTool({
  name: "get_app_php_settings",
  title: "PHP settings of an application",
  toolset: "sites",
  effect: "read",
  description:
    "Shows the PHP-FPM settings text of an application, line by line, with its own limits. A line that begins with a " +
    "semicolon counts for nothing; what is not set follows get_server_settings.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, fpm_enabled: z.boolean().nullable(), lines: texts }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const { fpm_enabled, settings } = await readSettings(account, found);
    return { ...namesOf(found), fpm_enabled, lines: linesOf(settings) };
  },
});

/** An application with an edit of its settings. */
interface SettingsFacts extends AppFacts {
  before: string;
  edited: EditedText;
}

/** @throws {ToolError} Where the text can't be read, or would not change. */
async function planEdit(
  input: { app_id: number; server_id?: number | undefined } & TextEdit,
  context: ToolContext,
): Promise<SettingsFacts> {
  const facts = await appFacts(input, context);
  const { settings: before } = await readSettings(context.account, facts, { whole: true });
  const edited = editText(before, input);
  refuseHidden("text of PHP settings", edited.after);
  if (sameText(before, edited.after.join("\n"))) throw nothingToChange("text of PHP settings", linesOf(before));
  return { ...facts, before, edited };
}

const spaced = declare({ form: "spaced" });
const settingLine = z.string().max(500).refine(
  (line) => settingOf(line) !== undefined,
  "must be a line such as php_admin_value[memory_limit] = 512M",
);

const updateAppPhpSettings = defineAskingTool({
  name: "update_app_php_settings",
  title: "Change an application's PHP settings",
  toolset: "sites",
  effect: "destructive",
  description: "Edits the PHP-FPM settings text of one application, such as its memory limit, upload size and " +
    "execution time: sets and removes single settings, or replaces the text. For the whole server use " +
    "update_server_settings. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...appInput,
      add: z.array(settingLine).min(1).max(50).meta(spaced).optional()
        .describe("Lines; each replaces what sets the same: php_admin_value[memory_limit] = 512M"),
      remove: z.array(z.string().min(1).max(500)).min(1).max(50).meta(spaced).optional()
        .describe("Settings to take out, by name or whole line: memory_limit"),
      replace: z.string().max(20_000).meta(declare({ form: "lines" })).optional()
        .describe("The whole new text, instead of add and remove."),
    }).superRefine(({ replace, ...edit }, context) =>
      checkEdit({ ...edit, ...(replace !== undefined && { replace: linesOf(replace) }) }, context, nameOf)
    ),
  output: () =>
    z.looseObject({
      ...appOutput,
      before: texts,
      after: texts,
      added: texts,
      removed: texts,
      not_there: texts,
    }),
  facts: planEdit,
  question(facts): Question {
    const { app, before, edited: { after, added, removed } } = facts;
    return {
      headline: `Change the PHP settings of application ${app.id}: ${count(added.length, "line")} added, ` +
        `${removed.length} removed.`,
      ...onApp(facts),
      consequences: [
        "A wrong setting can take the site down, or make it fail for some visitors.",
        "Cloudways replaces the whole text; lines that are not named here stay as they are.",
        "It can be undone by setting the former lines again.",
      ],
      facts: [
        { name: "Added", values: added },
        { name: "Removed", values: removed },
        { name: "Before", values: linesOf(before) },
        { name: "After", values: after },
      ],
      target: { before: linesOf(before) },
    };
  },
  handler: async (_input, { account }, facts) => {
    const { before, edited: { after, added, removed, missing } } = facts;
    const wanted = after.join("\n");
    await makeChange({
      what: "text of PHP settings",
      before,
      wanted,
      read: async () => (await readSettings(account, facts, { whole: true })).settings,
      write: () =>
        account.write({
          operation: "app_fpm_settings_update",
          method: "POST",
          path: path`/app/manage/fpm_setting`,
          form: { ...idsOf(facts), fpm_setting: inBase64(wanted) },
          reply: anyReply,
        }),
      isSame: sameText,
      show: linesOf,
    });
    return { ...namesOf(facts), before: linesOf(before), after, added, removed, not_there: missing };
  },
  undo: {
    state: ({ before }) => ({ "PHP settings": linesOf(before) }),
    about: onApp,
    reverse: (_before, { app, before, edited }) => ({
      after: { "PHP settings": edited.after },
      arguments: { app_id: app.id, replace: linesOf(before).join("\n") },
    }),
  },
});

/** Equal for two lines, or names, of the same setting. */
function nameOf(entry: string): string {
  return settingOf(entry) ?? settingOf(`${entry} =`) ?? entry;
}

/** The tools of this file. */
export const phpSettingsTools: readonly Tool[] = [getAppPhpSettings, updateAppPhpSettings];
