/** Checks a wish against what Cloudways offers, before a person is asked. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { APPS, PROVIDERS, REGIONS, SERVER_SIZES } from "../../cloudways/reference_data.ts";
import { ToolError } from "../../errors.ts";
import { requireKnown } from "../define/known_values.ts";
import type { Volumes } from "./inputs.ts";
import { hasVolumes } from "./providers.ts";

/** Where a new server is to be, and how large. */
export interface Place {
  provider: string;
  region: string;
  size: string;
}

/** A place with the names that people know. */
export interface NamedPlace extends Place {
  providerName: string;
  regionName: string;
}

/**
 * Checks that a provider has the region and the size.
 *
 * @throws {ToolError} `invalid_arguments`, with what there is.
 */
export async function requirePlace(account: CloudwaysAccount, place: Place): Promise<NamedPlace> {
  const { provider, region, size } = place;
  const [{ providers }, { regions }] = await Promise.all([account.reference(PROVIDERS), account.reference(REGIONS)]);
  requireKnown(provider, { argument: "provider", what: "cloud provider", known: providers.map(({ id }) => id) });
  const ofProvider = entryOf(regions, provider) ?? [];
  requireKnown(region, { argument: "region", what: "region of this provider", known: ofProvider.map(({ id }) => id) });
  await requireSize(account, provider, size);
  const nameIn = (list: readonly { id: string; name: string }[], id: string) => list.find((one) => one.id === id)?.name;
  return {
    ...place,
    providerName: nameIn(providers, provider) ?? "",
    regionName: nameIn(ofProvider, region) ?? "",
  };
}

/**
 * Checks that a provider has a size.
 *
 * @throws {ToolError} `invalid_arguments`, with the sizes.
 */
export async function requireSize(account: CloudwaysAccount, provider: string, size: string): Promise<void> {
  const { sizes } = await account.reference(SERVER_SIZES);
  requireKnown(size, { argument: "size", what: "size of this provider", known: entryOf(sizes, provider) ?? [] });
}

/**
 * Checks that an application can be installed in a version.
 *
 * @throws {ToolError} `invalid_arguments`, with what there is.
 */
export async function requireApplication(
  account: CloudwaysAccount,
  { application, app_version }: { application: string; app_version: string },
): Promise<void> {
  const all = (await account.reference(APPS)).apps.flatMap(({ versions }) => versions);
  const codes = [...new Set(all.map((one) => one.application))];
  requireKnown(application, { argument: "application", what: "application that can be installed", known: codes });
  const known = all.filter((one) => one.application === application).map((one) => one.app_version);
  requireKnown(app_version, { argument: "app_version", what: "version of this application", known });
}

/**
 * Checks that the volumes are given where the provider has them, and only there.
 *
 * @throws {ToolError} `invalid_arguments`.
 */
export function requireVolumes(provider: string, volumes: Volumes): void {
  const names = ["data_volume_gb", "db_volume_gb"] as const;
  const needed = hasVolumes(provider);
  const wrong = names.find((name) => (volumes[name] !== undefined) !== needed);
  if (wrong === undefined) return;
  throw wrongFor(wrong, needed ? "is needed at amazon and gce" : "is only for amazon and gce");
}

/** The refusal of an argument that does not fit the provider. Nothing was done. */
export function wrongFor(argument: string, problem: string): ToolError {
  return new ToolError("invalid_arguments", `${argument} ${problem}.`, {
    hint: "Nothing was done, and nobody was asked. Correct the argument, and call again.",
    details: { problems: [{ argument, problem }] },
    done: "nothing",
  });
}

/** An own entry of what Cloudways lists by provider. */
function entryOf<T>(lists: Readonly<Record<string, T>>, provider: string): T | undefined {
  return Object.hasOwn(lists, provider) ? lists[provider] : undefined;
}
