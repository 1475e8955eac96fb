/** Changing the Cloudflare settings of an application. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import type { Question } from "../../confirm/question.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { makeChange } from "../define/planned_change.ts";
import { count, NOT_TOLD, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import {
  becomesValues,
  changeFacts,
  changesOf,
  sameValues,
  unchangedFacts,
  type ValueChange,
  type Values,
  wholeOf,
} from "../define/values_change.ts";
import { type CloudflareFacts, cloudflareFacts, requireSome } from "./attached.ts";
import {
  IMAGE_MODES,
  isOff,
  readSettings,
  SETTING_NAMES,
  type SettingName,
  SETTINGS,
  shownValue,
} from "./setting_fields.ts";

const WHAT = "Cloudflare settings";

const flag = z.boolean().optional();
const settingInputs = {
  caching: flag.describe("Keep copies of files."),
  edge_caching: flag.describe("Full page caching at the edge; on asks first."),
  early_hints: flag.describe("Tell browsers early what to load."),
  image_optimization: z.enum(IMAGE_MODES).optional().describe("Smaller images (Polish)."),
  minification: flag.describe("Of JS, CSS and HTML together."),
  mobile_optimization: flag.describe("Image loading on mobiles (Mirage)."),
  scrape_shield: flag.describe("Protects e-mail addresses and images from scraping."),
};

type WantedSettings = { [N in SettingName]?: string | boolean | undefined };

/** A setting as it is sent; undefined where a call does not name it. */
function sentValue(name: SettingName, value: string | boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  return name === "early_hints" ? (value === true ? "on" : "off") : String(value);
}

/** An application with its settings before a change, what differs, and all that is sent. */
interface SettingsFacts extends CloudflareFacts {
  before: Values;
  changes: ValueChange<SettingName>[];
  whole: Record<string, string>;
}

/** @throws {ToolError} Where nothing would change, or what is to stay is not told. */
async function planChange(
  input: { app_id: number; server_id?: number | undefined } & WantedSettings,
  context: ToolContext,
): Promise<SettingsFacts> {
  const facts = await cloudflareFacts(input, context);
  requireSome(facts.domains);
  const { values: before } = await readSettings(context.account, facts);
  const wanted = Object.fromEntries(SETTING_NAMES.map((name) => [name, sentValue(name, input[name])]));
  const changes = changesOf(WHAT, SETTING_NAMES, before, wanted);
  // Whether settings that are left out keep their value is not known.
  return { ...facts, before, changes, whole: wholeOf(WHAT, SETTING_NAMES, before, wanted) };
}

/** Something that is off is switched on, and shows nothing to visitors that is not meant for them. */
function isHarmless({ name, before }: ValueChange<SettingName>): boolean {
  return isOff(before) && name !== "edge_caching";
}

function stateValue(name: SettingName, values: Values): string | boolean | null {
  return shownValue(name, values[name] ?? null);
}

function isTold(changes: readonly ValueChange<SettingName>[]): boolean {
  return changes.every(({ before }) => before !== null);
}

const labelOf = (name: SettingName) => SETTINGS[name].label;

function textOf(name: SettingName, value: string | null): string {
  const shown = shownValue(name, value);
  return shown === null ? NOT_TOLD : typeof shown === "string" ? shown : shown ? "on" : "off";
}

function settingsQuestion({ before, changes, whole, domains, ...facts }: SettingsFacts): Question | undefined {
  if (changes.every(isHarmless)) return undefined;
  return {
    headline: `Change ${count(changes.length, "Cloudflare setting")} of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      ...changes.map(({ name, after }) => SETTINGS[name][isOff(after) ? "off" : "on"]),
      "It can be undone by setting the values from before again.",
    ],
    facts: [
      ...changeFacts(changes, labelOf, textOf),
      ...unchangedFacts(SETTING_NAMES, whole, changes, labelOf, textOf),
      { name: "Domains on Cloudflare", values: domains.map(({ domain }) => domain) },
    ],
    target: { settings: { ...before } },
  };
}

const changeView = ({ name, before, after }: ValueChange<SettingName>) => ({
  name,
  before: shownValue(name, before),
  after: shownValue(name, after),
});

const updateCloudflareSettings = defineAskingTool({
  name: "update_cloudflare_settings",
  title: "Cloudflare settings",
  toolset: "cloudflare",
  effect: "destructive",
  description: "Changes Cloudflare settings of an application: caching, images, minification, Scrape Shield. What is " +
    "not named stays. Asks where something is switched off, or pages are cached. Under attack mode and the WAF can " +
    "only be set in the Cloudways console.",
  input: () =>
    z.strictObject({ ...appInput, ...settingInputs, ...waitInput })
      .refine((input) => SETTING_NAMES.some((name) => input[name] !== undefined), {
        path: ["caching"],
        error: "or another setting is needed",
      }),
  output: () =>
    z.looseObject({ ...appOutput, ...startedOutput, changes: z.array(z.looseObject({ name: z.string() })) }),
  facts: planChange,
  question: settingsQuestion,
  handler: async ({ wait_seconds }, context, { before, changes, whole, ...found }) => {
    const read = async () => (await readSettings(context.account, found)).values;
    const { written } = await makeChange({
      what: WHAT,
      before,
      wanted: whole,
      read,
      write: () =>
        startOnApp(found, { wait_seconds }, context, {
          operation: "cloudflare_update_settings",
          path: path`/app/cloudflareCdn/appSetting`,
          fields: Object.fromEntries(SETTING_NAMES.map((name) => [SETTINGS[name].sent, whole[name]])),
        }),
      isSame: (a: Values, b: Values) => sameValues(a, b),
      becomes: becomesValues,
      hasEnded: ({ status }) => status === "completed",
    });
    return { ...written, changes: changes.map(changeView) };
  },
  undo: {
    state: ({ before }) => Object.fromEntries(SETTING_NAMES.map((name) => [labelOf(name), stateValue(name, before)])),
    about: onApp,
    reverse: (_before, { app, before, changes, whole }) => ({
      after: Object.fromEntries(changes.map(({ name }) => [labelOf(name), stateValue(name, whole)])),
      arguments: isTold(changes)
        ? { app_id: app.id, ...Object.fromEntries(changes.map(({ name }) => [name, stateValue(name, before)])) }
        : undefined,
    }),
  },
});

/** The tools of this file. */
export const settingsTools: readonly Tool[] = [updateCloudflareSettings];
