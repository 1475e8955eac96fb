/** The values that settings, packages and graphs can take: what other tools of this toolset need to be called right. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { packagesFor } from "../../cloudways/packages.ts";
import {
  BACKUP_FREQUENCIES,
  COUNTRIES,
  MONITOR_DURATIONS,
  MONITOR_TARGETS,
  PACKAGES,
  SETTING_VALUES,
} from "../../cloudways/reference_data.ts";
import { installedPackages, readServerSettings } from "../../cloudways/server_settings.ts";
import { serverInput } from "../define/inputs.ts";
import { records } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { codesIn, settingsOfGroup } from "./setting_fields.ts";

const KINDS = [
  "settings",
  "packages",
  "backup_frequencies",
  "countries",
  "graph_targets",
  "graph_durations",
] as const;

type Values = Record<string, unknown>[];

/** The lists that are the same for every server. */
async function valuesOf(
  kind: Exclude<typeof KINDS[number], "packages">,
  account: CloudwaysAccount,
  cloud: string | undefined,
): Promise<Values> {
  switch (kind) {
    case "settings": {
      const { settings } = await account.reference(SETTING_VALUES);
      return Object.entries(settings)
        .map(([group, listed]) => ({ group, settings: settingsOfGroup(group), values: codesIn(listed) }));
    }
    case "backup_frequencies": {
      const { frequencies } = await account.reference(BACKUP_FREQUENCIES);
      return frequencies.map(({ id, label }) => ({ value: id, label }));
    }
    case "countries": {
      const { countries } = await account.reference(COUNTRIES);
      return countries.map(({ iso, name }) => ({ value: iso, label: name }));
    }
    case "graph_targets": {
      const { targets } = await account.reference(MONITOR_TARGETS);
      const ofProvider = Object.entries(targets).filter(([provider]) => cloud === undefined || provider === cloud);
      return ofProvider.map(([provider, values]) => ({ provider, values }));
    }
    case "graph_durations":
      return (await account.reference(MONITOR_DURATIONS)).durations.map((value) => ({ value }));
  }
}

async function packageValues(account: CloudwaysAccount, server: { id: number; platform: string }): Promise<Values> {
  const [{ packages }, settings] = await Promise.all([
    account.reference(PACKAGES),
    readServerSettings(account, server.id).catch((error) => nullIfRefused(error)),
  ]);
  const installed = settings === null ? null : installedPackages(settings);
  return packagesFor(packages, server.platform, installed).map((choice) => ({ ...choice }));
}

const listSettingValues = defineTool({
  name: "list_setting_values",
  title: "Possible values",
  toolset: "server_config",
  effect: "read",
  accountWide: false,
  description:
    "Lists the values that server settings, packages, backup frequencies, countries and graphs can take, as " +
    "other tools need them. packages shows, for one server, the version each package has and those it can go to.",
  input: () =>
    z.strictObject({
      kind: z.enum(KINDS).describe("Which values; packages needs server_id."),
      server_id: serverInput.server_id.optional().describe("For packages; graph_targets lists its provider's alone."),
    }).refine(({ kind, server_id }) => kind !== "packages" || server_id !== undefined, {
      path: ["server_id"],
      error: "is needed for packages",
    }),
  output: () =>
    z.looseObject({
      server_id: z.number().optional(),
      server_label: z.string().optional(),
      kind: z.string(),
      values: records,
    }),
  handler: async ({ kind, server_id }, { account }) => {
    const server = server_id === undefined ? undefined : await account.server(server_id);
    const names = server && { server_id: server.id, server_label: server.label };
    const values = kind === "packages"
      ? server === undefined ? [] : await packageValues(account, server)
      : await valuesOf(kind, account, server?.cloud);
    return { ...names, kind, values };
  },
});

/** The tools of this file. */
export const settingValuesTools: readonly Tool[] = [listSettingValues];
