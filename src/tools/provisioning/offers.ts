/** Checks a wish against what Cloudways offers, before a person is asked. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { APPS, PROVIDERS, type ReferenceList, REGIONS, SERVER_SIZES } from "../../cloudways/reference_data.ts";
import { ToolError } from "../../errors.ts";
import { requireKnown } from "../define/known_values.ts";
import { nullIfRefused } from "../define/questions.ts";
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
  const [offered, places] = await Promise.all([readList(account, PROVIDERS), readList(account, REGIONS)]);
  const providers = offered?.providers ?? [];
  requireKnown(provider, { argument: "provider", what: "cloud provider", known: providers.map(({ id }) => id) });
  const ofProvider = entryOf(places?.regions, provider);
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
  const list = await readList(account, SERVER_SIZES);
  requireKnown(size, { argument: "size", what: "size of this provider", known: entryOf(list?.sizes, provider) });
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
  const all = (await readList(account, APPS))?.apps.flatMap(({ versions }) => versions) ?? [];
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

/** A list of what Cloudways offers; null if Cloudways doesn't show it to this caller, and so decides itself. */
function readList<T extends object>(account: CloudwaysAccount, list: ReferenceList<T>): Promise<T | null> {
  return account.reference(list).catch((error) => nullIfRefused(error));
}

/** What a list holds for a provider. */
function entryOf<T>(lists: Readonly<Record<string, readonly T[]>> | undefined, provider: string): readonly T[] {
  return lists !== undefined && Object.hasOwn(lists, provider) ? lists[provider] ?? [] : [];
}
