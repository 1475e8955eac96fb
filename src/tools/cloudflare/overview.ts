/** What an application has at Cloudflare. */
import * as z from "zod";
import { readCloudflareDomains } from "../define/cloudflare_domains.ts";
import { appInput } from "../define/inputs.ts";
import { record, records } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { appOutput, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { readSmartPurge } from "./cache.ts";
import { type CloudflareSettings, readSettings, SETTING_NAMES, shownValue } from "./setting_fields.ts";

function settingsView({ values, others }: CloudflareSettings) {
  return {
    settings: Object.fromEntries(SETTING_NAMES.map((name) => [name, shownValue(name, values[name])])),
    other_settings: others,
  };
}

const getAppCloudflare = defineTool({
  name: "get_app_cloudflare",
  title: "Cloudflare of an application",
  toolset: "cloudflare",
  effect: "read",
  description: "Shows the domains of an application on Cloudflare Enterprise, the CDN, with their state, and the " +
    "settings there (null: not told). No domain means that the site does not use it.",
  input: () => z.strictObject(appInput),
  output: () =>
    z.looseObject({
      ...appOutput,
      domains: records,
      settings: record.nullable(),
      smart_cache_purge: z.boolean().nullable(),
    }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    // Without a domain there, Cloudways may refuse the rest.
    const [domains, settings, smart_cache_purge] = await Promise.all([
      readCloudflareDomains(account, found),
      readSettings(account, found).catch((error) => nullIfRefused(error)),
      readSmartPurge(account, found).catch((error) => nullIfRefused(error)),
    ]);
    return {
      ...namesOf(found),
      domains: domains.map((one) => ({ ...one })),
      ...(settings === null ? { settings } : settingsView(settings)),
      smart_cache_purge,
    };
  },
});

/** The tools of this file. */
export const overviewTools: readonly Tool[] = [getAppCloudflare];
