/** Changing the settings of a server. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { doneReply, type ServerRecord } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { SETTING_VALUES } from "../../cloudways/reference_data.ts";
import { readServerSettings } from "../../cloudways/server_settings.ts";
import { ToolError } from "../../errors.ts";
import { serverInput } from "../define/inputs.ts";
import { requireKnown } from "../define/known_values.ts";
import { nullIfRefused, onServer, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import {
  codesIn,
  inputValue,
  presentValue,
  sentValue,
  SETTING_FIELDS,
  SETTING_NAMES,
  settingInputs,
  type SettingName,
  type WantedSettings,
} from "./setting_fields.ts";
import { settingsQuestion } from "./setting_questions.ts";
import { argumentsBack, stateAfter, stateOf } from "./values_back.ts";
import { changesOf, changesOutput, changeValues, type Values, type Wanted } from "../define/values_change.ts";

const WHAT = "settings";

/** The settings that a call names, as they are sent. */
function wantedValues(wanted: WantedSettings, server: ServerRecord): Wanted<SettingName> {
  return Object.fromEntries(SETTING_NAMES.flatMap((name) => {
    const value = name === "default_app_id" ? userOf(wanted.default_app_id, server) : wanted[name];
    return value === undefined ? [] : [[name, sentValue(name, value)]];
  }));
}

/** Cloudways names an application here by its Unix user. */
function userOf(appId: number | undefined, { id, apps }: ServerRecord): string | undefined {
  if (appId === undefined) return undefined;
  const app = apps?.find((one) => one.id === appId);
  if (app !== undefined && app.sys_user !== "") return app.sys_user;
  throw new ToolError("not_found", `Application ${appId} is not known to be on server ${id}.`, {
    hint: "Nothing was done, and nobody was asked. get_server_details lists the applications of a server.",
    done: "nothing",
  });
}

/** @throws {ToolError} Where Cloudways lists the values of a setting, and not this one. */
async function requireListed(account: CloudwaysAccount, wanted: Wanted<SettingName>): Promise<void> {
  const chosen = SETTING_NAMES.flatMap((name) => {
    const { group, form } = SETTING_FIELDS[name];
    const value = wanted[name];
    return value === undefined || group === undefined || form !== undefined ? [] : [{ name, group, value }];
  });
  if (chosen.length === 0) return;
  const { operation, path, reply } = SETTING_VALUES;
  const lists = await account.read({ operation, path, reply }).catch((error) => nullIfRefused(error));
  for (const { name, group, value } of chosen) {
    const known = codesIn(lists?.settings[group]);
    requireKnown(value, { argument: name, what: "value of this setting", known });
  }
}

/** The named settings as they are; null for all where Cloudways doesn't show them. */
async function readValues(account: CloudwaysAccount, serverId: number, names: readonly SettingName[]): Promise<Values> {
  const settings = await readServerSettings(account, serverId).catch((error) => nullIfRefused(error));
  return Object.fromEntries(names.map((name) => [name, presentValue(name, settings ?? {})]));
}

const updateServerSettings = defineAskingTool({
  name: "update_server_settings",
  title: "Change server settings",
  toolset: "server_config",
  effect: "destructive",
  idempotent: true,
  description:
    "Changes settings of a server for all its applications: PHP limits (execution time, upload size, memory), " +
    "MySQL, time zone, TLS versions, error display. Only what is named changes; services restart. A person has to approve " +
    "it.",
  input: () =>
    z.strictObject({ ...serverInput, ...settingInputs })
      .refine((input) => SETTING_NAMES.some((name) => input[name] !== undefined), {
        path: ["memory_limit"],
        error: "or another setting is needed",
      }),
  output: () => z.looseObject({ ...serverOutput, ...changesOutput }),
  facts: async (input, context) => {
    const { account } = context;
    const facts = await serverFacts(input, context);
    const wanted = wantedValues(input, facts.server);
    await requireListed(account, wanted);
    const before = await readValues(
      account,
      facts.server.id,
      SETTING_NAMES.filter((name) => wanted[name] !== undefined),
    );
    const changes = changesOf(WHAT, SETTING_NAMES, before, wanted);
    return { ...facts, before, changes };
  },
  question: (facts) => settingsQuestion(facts, facts.changes),
  handler: async (_input, { account }, { server, changes }) => {
    const names = changes.map(({ name }) => name);
    const made = await changeValues({
      what: WHAT,
      before: Object.fromEntries(changes.map(({ name, before }) => [name, before])),
      changes,
      read: () => readValues(account, server.id, names),
      write: () =>
        account.write({
          operation: "server_settings_update",
          method: "POST",
          path: path`/server/manage/settings`,
          form: {
            server_id: server.id,
            ...Object.fromEntries(changes.map(({ name, after }) => [SETTING_FIELDS[name].sent, after])),
          },
          reply: doneReply,
        }),
    });
    return { ...namesOfServer(server), ...made };
  },
  undo: {
    state: ({ before }) => stateOf(before, SETTING_NAMES, labelOf),
    about: onServer,
    reverse: (_before, { server, changes }) => ({
      after: stateAfter(changes, labelOf),
      arguments: argumentsBack(changes, inputValue, { server_id: server.id }),
    }),
  },
});

const labelOf = (name: SettingName) => SETTING_FIELDS[name].label;

/** The tools of this file. */
export const settingsTools: readonly Tool[] = [updateServerSettings];
