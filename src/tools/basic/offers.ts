/** What Cloudways offers: the lists that are the same for every account. */
import * as z from "zod";
import type { ServerRecord } from "../../cloudways/models.ts";
import { APPS, PACKAGES, PROVIDERS, REGIONS, SERVER_SIZES } from "../../cloudways/reference_data.ts";
import { ToolError } from "../../errors.ts";
import { noInput, provider } from "../define/inputs.ts";
import { record, records } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const REFERENCE_NOTE = "At most an hour old.";

const getAvailableProviders = defineTool({
  name: "get_available_providers",
  title: "Cloud providers",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: `Lists the cloud providers that servers can run on, with the codes other lists use. ${REFERENCE_NOTE}`,
  input: noInput,
  output: () => z.looseObject({ providers: records }),
  handler: async (_input, { account }) => await account.reference(PROVIDERS),
});

/** Keeps one provider's entry, if a provider is given. An unknown provider is an error. */
function ofProvider<T>(byProvider: Readonly<Record<string, T>>, wanted: string | undefined): Record<string, T> {
  if (wanted === undefined) return { ...byProvider };
  const found = Object.entries(byProvider).filter(([code]) => code === wanted.toLowerCase());
  if (found.length > 0) return Object.fromEntries(found);
  throw new ToolError("not_found", `There is no provider ${JSON.stringify(wanted)} in this list.`, {
    hint: "Use one of those in details.",
    details: { providers: Object.keys(byProvider) },
  });
}

const getAvailableRegions = defineTool({
  name: "get_available_regions",
  title: "Regions",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: `Lists the regions of each cloud provider, by provider code. ${REFERENCE_NOTE}`,
  input: () => z.strictObject({ provider }),
  output: () => z.looseObject({ regions: record }),
  handler: async (input, { account }) => ({
    regions: ofProvider((await account.reference(REGIONS)).regions, input.provider),
  }),
});

const getAvailableServerSizes = defineTool({
  name: "get_available_server_sizes",
  title: "Server sizes",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: `Lists the server sizes of each cloud provider, by provider code. ${REFERENCE_NOTE}`,
  input: () => z.strictObject({ provider }),
  output: () => z.looseObject({ sizes: record }),
  handler: async (input, { account }) => ({
    sizes: ofProvider((await account.reference(SERVER_SIZES)).sizes, input.provider),
  }),
});

const getAvailableApps = defineTool({
  name: "get_available_apps",
  title: "Installable applications",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description:
    "Lists the applications Cloudways can install, with their versions. Not the applications of the account: " +
    `those are in list_servers. ${REFERENCE_NOTE}`,
  input: noInput,
  output: () => z.looseObject({ apps: records }),
  handler: async (_input, { account }) => await account.reference(APPS),
});

/** The platforms of the servers, and the packages that are not listed for any version of them. */
function coverageOf(packages: Readonly<Record<string, unknown>>, servers: readonly ServerRecord[]) {
  const byPlatform = Map.groupBy(servers.filter(({ platform }) => platform !== ""), ({ platform }) => platform);
  const platforms = [...byPlatform].sort(([a], [b]) => a < b ? -1 : 1).map(([platform, own]) => ({
    platform,
    servers: own.map(({ id, label }) => ({ id, label })),
    packages: Object.keys(packages).filter((name) => isListedFor(packages[name], platform)),
  }));
  const missing = platforms.filter((one) => one.packages.length === 0).flatMap((one) => one.servers);
  const problems = missing.length === 0 ? [] : [
    `Cloudways lists no versions for the platform of ${missing.length} servers, so what they can have is not known: ` +
    `${missing.slice(0, 20).map(({ id }) => id).join(", ")}. Look at get_server_settings for what they have.`,
  ];
  return { platforms, problems };
}

function isListedFor(versions: unknown, platform: string): boolean {
  return record.safeParse(versions).data?.[platform] !== undefined;
}

const getAvailablePackages = defineTool({
  name: "get_available_packages",
  title: "Installable packages",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: "Lists the packages a server can have (PHP, MySQL, Redis and so on) and their versions, by platform. " +
    `${REFERENCE_NOTE} Beside it the platforms of the account's servers.`,
  input: noInput,
  output: () => z.looseObject({ packages: record, platforms: records, problems: z.array(z.string()) }),
  handler: async (_input, { account }) => {
    const [{ packages }, servers] = await Promise.all([
      account.reference(PACKAGES),
      account.servers().catch((error) => nullIfRefused(error)),
    ]);
    return { packages, ...coverageOf(packages, servers ?? []) };
  },
});

/** The tools of this file. */
export const offersTools: readonly Tool[] = [
  getAvailableProviders,
  getAvailableRegions,
  getAvailableServerSizes,
  getAvailableApps,
  getAvailablePackages,
];
