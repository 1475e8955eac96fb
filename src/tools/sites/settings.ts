/** Switching settings of an application on and off. */
import * as z from "zod";
import type { StartedWork } from "../../cloudways/account.ts";
import type { Question } from "../../confirm/question.ts";
import { ToolError } from "../../errors.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { record, startedOutput, texts } from "../define/outputs.ts";
import { nothingToChange } from "../define/planned_change.ts";
import { type AppFacts, appFacts, inWords, onApp } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import type { ChangedState } from "../define/undo.ts";
import { type Flags, readFlags, SWITCH_NAMES, SWITCHES, type SwitchName } from "./flags.ts";

/** What a switch does when it is set: to on, and to off. */
const EFFECTS: Readonly<Record<SwitchName, { on: string; off: string }>> = {
  geo_ip_header: {
    on: "The code of the site gets the country of each visitor in a header.",
    off: "Code that reads the country of a visitor from the header gets none.",
  },
  xmlrpc: {
    on: "XML-RPC opens a way by which programs sign in, which attackers use to guess passwords.",
    off: "Apps and services that use XML-RPC no longer reach the site.",
  },
  device_detection: {
    on: "Phones and computers get cached pages of their own.",
    off: "Phones and computers share cached pages: visitors may get one made for the other.",
  },
  ignore_query_string: {
    on: "Addresses that differ in nothing but their query share a cached page: visitors may get the wrong one.",
    off: "Each query gets a cached page of its own: pages come slower.",
  },
  php_direct_execution: {
    on: "Visitors can run PHP files by their own addresses, uploaded ones too.",
    off: "PHP files that are called by their own addresses no longer run.",
  },
  webp: {
    on: "Browsers that know WebP get smaller images.",
    off: "Images are sent in their own formats, which takes longer.",
  },
};

/** What is asked about when it is switched on: it opens the site, or changes which page visitors get. */
const ASKED_ABOUT: ReadonlySet<SwitchName> = new Set(["xmlrpc", "php_direct_execution", "ignore_query_string"]);

/** A switch that has to be set. */
interface Change {
  name: SwitchName;
  now: boolean | null;
  wanted: boolean;
}

/** An application with what has to be set. */
interface SettingFacts extends AppFacts {
  flags: Flags;
  changes: Change[];
}

type Wanted = Partial<Record<SwitchName, boolean | undefined>>;

/** @throws {ToolError} Where nothing would change. */
async function planChanges(
  input: { app_id: number; server_id?: number | undefined } & Wanted,
  context: ToolContext,
): Promise<SettingFacts> {
  const facts = await appFacts(input, context);
  const flags = await readFlags(context.account, facts);
  const changes = SWITCH_NAMES.flatMap((name): Change[] => {
    const wanted = input[name];
    return wanted === undefined || wanted === flags[name] ? [] : [{ name, now: flags[name], wanted }];
  });
  if (changes.length === 0) throw nothingToChange("setting", settingsOf(flags));
  return { ...facts, flags, changes };
}

function settingsOf(flags: Flags): Record<string, boolean | null> {
  return Object.fromEntries(SWITCH_NAMES.map((name) => [name, flags[name]]));
}

const WORDS = ["on", "off"] as const;

function settingsQuestion({ changes, ...facts }: SettingFacts): Question | undefined {
  if (!changes.some(({ name, wanted }) => !wanted || ASKED_ABOUT.has(name))) return undefined;
  const on = changes.filter(({ wanted }) => wanted).length;
  return {
    headline: `Switch settings of application ${facts.app.id}: ${on} on, ${changes.length - on} off.`,
    ...onApp(facts),
    consequences: [
      ...changes.map(({ name, wanted }) => EFFECTS[name][wanted ? "on" : "off"]),
      "It can be undone by switching back.",
    ],
    facts: changes.map(({ name, now, wanted }) => (
      { name: SWITCHES[name].title, values: [`now ${inWords(now, WORDS)}, then ${inWords(wanted, WORDS)}`] }
    )),
    target: { now: Object.fromEntries(changes.map(({ name, now }) => [name, now])) },
  };
}

/** Switches that were set, and those that were not sent because Cloudways still works on one. */
interface Progress {
  last: StartedWork;
  done: Change[];
  left: Change[];
}

/** Sets one switch after the other: the server takes no second change while it works on one. */
async function setAll(
  facts: SettingFacts,
  wait_seconds: number,
  { account, progress }: ToolContext,
): Promise<Progress> {
  const [first, ...others] = facts.changes;
  if (first === undefined) throw new Error("nothing to set");
  const send = ({ name, wanted }: Change) =>
    account.start({
      operation: SWITCHES[name].operation,
      method: "POST",
      path: SWITCHES[name].path,
      form: { ...idsOf(facts), status: wanted ? "enable" : "disable" },
    }, waitOptions(wait_seconds, progress));
  let last = await send(first);
  const done = [first];
  for (const [index, change] of others.entries()) {
    if (last.status === "running") return { last, done, left: others.slice(index) };
    last = await send(change).catch((error) => {
      throw error instanceof ToolError ? onlyInPart(error, done, others.slice(index)) : error;
    });
    done.push(change);
  }
  return { last, done, left: [] };
}

/** The failure of a switch after others were set. */
function onlyInPart(error: ToolError, done: readonly Change[], left: readonly Change[]): ToolError {
  const names = (changes: readonly Change[]) => changes.map(({ name }) => name);
  return new ToolError(error.code, `Some settings were switched, and then one failed: ${error.message}`, {
    hint: "Look with get_app_settings before you call again, with those that are left.",
    details: {
      ...error.details,
      switched: names(done),
      failed: names(left.slice(0, 1)),
      not_sent: names(left.slice(1)),
    },
    done: "unknown",
  });
}

const flag = z.boolean().optional();

const updateAppSettings = defineAskingTool({
  name: "update_app_settings",
  title: "Change an application's settings",
  toolset: "sites",
  effect: "destructive",
  description: "Switches settings of an application on or off; sends only those that differ. Asks where something is " +
    "opened or switched off. get_app_settings shows them.",
  input: () =>
    z.strictObject({
      ...appInput,
      geo_ip_header: flag.describe("Gives the visitor's country to the code."),
      xmlrpc: flag.describe("XML-RPC of WordPress; on asks first."),
      device_detection: flag.describe("Caches phones and computers apart."),
      ignore_query_string: flag.describe("Caches pages whatever their query; on asks first."),
      php_direct_execution: flag.describe("Lets visitors run PHP files by address; on asks first."),
      webp: flag.describe("Serves images as WebP."),
      ...waitInput,
    }).superRefine((input, context) => {
      if (SWITCH_NAMES.some((name) => input[name] !== undefined)) return;
      context.addIssue({ code: "custom", path: ["webp"], message: "or another setting is needed" });
    }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, changed: record, not_sent: texts }),
  facts: planChanges,
  question: settingsQuestion,
  handler: async ({ wait_seconds }, context, facts) => {
    const { last, done, left } = await setAll(facts, wait_seconds, context);
    if (last.status === "completed") await checkSettings(facts, context);
    const next_step = left.length === 0 ? last.next_step : `${last.next_step} Then call again for those not sent.`;
    return {
      ...namesOf(facts),
      ...last,
      ...(next_step && { next_step }),
      ...blocks(facts.server, last),
      changed: Object.fromEntries(done.map(({ name, now, wanted }) => [name, { before: now, after: wanted }])),
      not_sent: left.map(({ name }) => name),
    };
  },
  undo: {
    state: ({ flags }) => titled(SWITCH_NAMES.map((name) => [name, flags[name]])),
    about: onApp,
    reverse: (_before, { app, changes }, _input, { changed }) => {
      const sent = changes.filter(({ name }) => name in changed);
      const before = sent.map(({ name, now }): [SwitchName, boolean | null] => [name, now]);
      return {
        after: titled(sent.map(({ name, wanted }) => [name, wanted])),
        arguments: before.some(([, flag]) => flag === null)
          ? undefined
          : { app_id: app.id, ...Object.fromEntries(before) },
      };
    },
  },
});

function titled(flags: readonly [name: SwitchName, flag: boolean | null][]): ChangedState {
  return Object.fromEntries(flags.map(([name, flag]) => [SWITCHES[name].title, flag]));
}

/** @throws {ToolError} Where Cloudways shows something else than what was set. What it doesn't show is no difference. */
async function checkSettings({ changes, ...found }: SettingFacts, { account }: ToolContext): Promise<void> {
  const flags = await readFlags(account, found);
  const differing = changes.filter(({ name, wanted }) => flags[name] !== null && flags[name] !== wanted);
  if (differing.length === 0) return;
  throw new ToolError("upstream_error", "Cloudways accepted the settings, but shows others.", {
    hint: "Tell the user, and look with get_app_settings before you change anything again.",
    details: {
      wanted: Object.fromEntries(differing.map(({ name, wanted }) => [name, wanted])),
      found: Object.fromEntries(differing.map(({ name }) => [name, flags[name]])),
    },
  });
}

/** The tools of this file. */
export const settingsTools: readonly Tool[] = [updateAppSettings];
