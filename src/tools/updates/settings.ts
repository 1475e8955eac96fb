/** Automatic updates: whether they are on, when they run, what they cover, what they did. */
import * as z from "zod";
import { isoTime, listReply, looseNumber, looseText, statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { appInput } from "../define/inputs.ts";
import { record, records } from "../define/outputs.ts";
import { safeUpdates } from "../define/pending_updates.ts";
import { NothingToChange } from "../define/planned_change.ts";
import { appFacts, inWords, nullIfRefused, onApp } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { anyReply, AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { pick } from "../define/undo.ts";
import { emailAddress } from "../define/validators.ts";
import { availableView, readSettings, readStatus, type UpdateSettings } from "./safe_updates.ts";
import { DAYS, differences, fieldsOf, scheduleOf, WINDOWS, withChanges } from "./schedule.ts";
import { labelOf, scheduleState } from "./schedule_state.ts";
import { settingsQuestion } from "./settings_question.ts";

const counts = z.looseObject({ selected: looseNumber, updated: looseNumber }).catch({ selected: null, updated: null });
const updateCounts = z.looseObject({ core: looseText.catch(""), themes: counts, plugins: counts });

function countsView({ core, themes, plugins }: z.output<typeof updateCounts>) {
  return {
    core,
    plugins_selected_count: plugins.selected,
    plugins_updated_count: plugins.updated,
    themes_selected_count: themes.selected,
    themes_updated_count: themes.updated,
  };
}

function settingsView(settings: UpdateSettings) {
  const { update_list, update_day, update_slot, notification_email } = settings;
  return {
    schedule: { day: update_day, window: update_slot, zone: "UTC, as far as is known" },
    selected: {
      core: update_list.core,
      plugins: update_list.plugin,
      themes: update_list.theme,
      empty_means: "everything, new ones too",
    },
    notifications: {
      email: notification_email,
      before: settings.pre_notification,
      success: settings.successful_updates,
      failure: settings.failed_updates,
    },
    available: availableView(settings),
  };
}

const getUpdateSettings = defineTool({
  name: "get_update_settings",
  title: "Update settings",
  toolset: "updates",
  effect: "read",
  description: "Shows whether automatic updates (SafeUpdates) of an application are on, their schedule, what they " +
    "select, the updates that wait, and the next run. Null is what Cloudways does not tell, as it may while they are " +
    "off.",
  input: () => z.strictObject(appInput),
  output: () =>
    z.looseObject({
      ...appOutput,
      enabled: z.boolean().nullable(),
      settings: record.nullable(),
      next_run: record.nullable(),
    }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const enabled = await readStatus(account, found);
    const settings = await readSettings(account, found).catch((error) => nullIfRefused(error));
    const next = await account.read({
      operation: "safe_update_schedule_get",
      path: path`/app/safeupdates/${found.app.id}/schedule`,
      query: { server_id: found.server.id },
      reply: z.looseObject({ updates_list: updateCounts }),
    }).catch((error) => nullIfRefused(error));
    return {
      ...namesOf(found),
      enabled,
      settings: settings === null ? null : settingsView(settings),
      next_run: next === null ? null : countsView(next.updates_list),
    };
  },
});

const setAppUpdates = defineAskingTool({
  name: "set_app_updates",
  title: "Switch automatic updates",
  toolset: "updates",
  effect: "destructive",
  undo: { instead: "Call it again the other way; on sets a default schedule and selection." },
  idempotent: true,
  description: "Switches the automatic updates (SafeUpdates) of an application on or off. On sets a default schedule " +
    `and covers every plugin and theme, new ones too. A person has to approve it. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({ ...appInput, enabled: z.boolean().describe("true has Cloudways update it from then on.") }),
  output: () => z.looseObject({ ...appOutput, enabled: z.boolean().nullable(), ...replyOutput }),
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    return { ...facts, isOn: await readStatus(context.account, facts) };
  },
  question: ({ isOn, ...facts }, { enabled }) => ({
    headline: enabled
      ? `Have Cloudways update WordPress of application ${facts.app.id} by itself from now on.`
      : `Stop the automatic updates of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: enabled
      ? [
        "Every plugin and theme is updated on a default schedule, new ones too, unless the selection is changed.",
        "An update can break the site; Cloudways tests it on a copy first and backs the site up.",
        "It can be undone by switching them off; updates that were made stay.",
      ]
      : [
        "Nobody updates the application unless somebody does it by hand; known holes stay open.",
        "It can be undone by switching them on again, which sets a default schedule.",
      ],
    facts: [{ name: "Automatic updates now", values: [inWords(isOn, ["on", "off"])] }],
    target: { on: isOn },
  }),
  handler: async ({ enabled }, { account }, found) => {
    const reply = await safeUpdates(account.write({
      operation: "safe_update_status_update",
      method: "POST",
      path: path`/app/safeupdates/status`,
      form: { ...idsOf(found), enable: enabled ? "1" : "0" },
      reply: anyReply,
    }));
    const isOn = await readStatus(account, found).catch((error) => nullIfRefused(error, "any"));
    if (isOn === !enabled) throw notAsWanted({ wanted: { enabled }, found: { enabled: isOn } });
    return { ...namesOf(found), enabled: isOn, reply };
  },
});

function nothingChanges(): ToolError {
  return new NothingToChange("settings are", {
    hint: "Nothing was sent, and nobody was asked. get_update_settings shows them.",
  });
}

/** The failure of a change that Cloudways took and that does not show. */
function notAsWanted(details: { wanted: unknown; found: unknown }): ToolError {
  return new ToolError("upstream_error", "Cloudways took the change, but reads back something else.", {
    hint: "Compare details.wanted with details.found, and look again with get_update_settings.",
    details,
    done: "unknown",
  });
}

const slugs = z.array(z.string().min(1).max(100)).min(1).max(200).optional();
const flag = (what: string) => z.boolean().optional().describe(what);

const CHANGES = {
  day: z.enum(DAYS).optional().describe("Day of the run."),
  window: z.enum(WINDOWS).optional().describe("When it starts, in UTC as far as is known."),
  core: flag("Whether WordPress itself is updated."),
  plugins: slugs.describe("Slugs of the only plugins to update: breeze"),
  themes: slugs.describe("Slugs of the only themes to update: storefront"),
  email: emailAddress.optional().describe("Who is told: owner@example.com"),
  notify_before: flag("Tell before a run."),
  notify_success: flag("Tell after a good run."),
  notify_failure: flag("Tell after a failed run."),
};

const updateUpdateSettings = defineAskingTool({
  name: "update_update_settings",
  title: "Change update settings",
  toolset: "updates",
  effect: "destructive",
  idempotent: true,
  description: "Sets the schedule, selection and e-mails of an application's automatic updates; what is left out " +
    "stays. Asks where the selection or who is told changes. Switching them on or off: set_app_updates. " + AS_IT_CAME,
  input: () =>
    z.strictObject({ ...appInput, ...CHANGES }).refine(
      (input) => Object.entries(input).some(([name, value]) => name in CHANGES && value !== undefined),
      `at least one of ${Object.keys(CHANGES).join(", ")} must be given`,
    ),
  output: () => z.looseObject({ ...appOutput, settings: record, changed: z.array(z.string()), ...replyOutput }),
  facts: async ({ app_id, server_id, ...changes }, context) => {
    const facts = await appFacts({ app_id, server_id }, context);
    const before = scheduleOf(await readSettings(context.account, facts));
    const after = withChanges(before, changes);
    if (differences(before, after).length === 0) throw nothingChanges();
    return { ...facts, before, after };
  },
  question: settingsQuestion,
  handler: async (_input, { account }, { before, after, ...found }) => {
    const reply = await safeUpdates(account.write({
      operation: "safe_update_settings_update",
      method: "POST",
      path: path`/app/safeupdates/settings`,
      form: { ...idsOf(found), ...fieldsOf(after) },
      reply: anyReply,
    }));
    const now = scheduleOf(await readSettings(account, found));
    if (differences(now, after).length > 0) throw notAsWanted({ wanted: after, found: now });
    return { ...namesOf(found), settings: { ...now }, changed: differences(before, now), reply };
  },
  undo: {
    state: ({ before }) => scheduleState(before),
    about: onApp,
    reverse: (_before, { app, before, after }) => {
      const changed = differences(before, after);
      // Settings that are empty can't be sent, and their inputs refuse them.
      const back = Object.fromEntries(changed.map((name) => [name, before[name]]));
      return { after: pick(scheduleState(after), changed.map(labelOf)), arguments: { app_id: app.id, ...back } };
    },
  },
});

const pastRun = z.looseObject({
  id: looseText,
  message: looseText,
  status: statedFlag,
  type: looseText,
  created_at: looseText,
  update_date: looseText,
  reason: looseText,
  updates: updateCounts.catch(updateCounts.parse({})),
});

const getUpdateHistory = defineTool({
  name: "get_update_history",
  title: "Update history",
  toolset: "updates",
  effect: "read",
  description: "Lists past update runs of an application and how each ended.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, runs: records }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const history = await safeUpdates(account.read({
      operation: "safe_update_history_list",
      path: path`/app/safeupdates/${found.app.id}/history`,
      query: { server_id: found.server.id },
      reply: listReply("history", pastRun),
    }));
    const runs = history.map(({ id, message, status, type, created_at, update_date, reason, updates }) => ({
      id,
      message,
      succeeded: status,
      ...(type === "0" && { on_demand: true }),
      created_at: isoTime(created_at),
      updated_at: isoTime(update_date),
      reason,
      ...countsView(updates),
    }));
    return { ...namesOf(found), runs };
  },
});

/** The tools of this file. */
export const settingsTools: readonly Tool[] = [
  getUpdateSettings,
  setAppUpdates,
  updateUpdateSettings,
  getUpdateHistory,
];
