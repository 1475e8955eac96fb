/** What the listing, the notes on restore points and one list of updates say about the sites. */
import type { CloudwaysAccount } from "../../../cloudways/account.ts";
import { installedCertificates, uncoveredDomains } from "../../../cloudways/installed_certificates.ts";
import { ListingFacts } from "../../../cloudways/listing_facts.ts";
import { type AppRecord, knownApps, type ServerRecord } from "../../../cloudways/models.ts";
import { momentOf } from "../../../cloudways/restore_points.ts";
import { readPendingUpdates } from "../../define/pending_updates.ts";
import { Names } from "./names.ts";

/** A site whose certificate needs somebody. */
export type CertificateProblem = {
  about: string;
  problem: "not_covered" | "not_verified" | "not_renewed_automatically";
};

/** The certificates of the sites with a domain of their own. */
export interface Certificates {
  fine: number;
  /** Sites of which the listing does not say enough. */
  notTold: number;
  problems: CertificateProblem[];
}

/** The names of an account's servers and applications, and its certificates under these names. */
export const listedSites = new ListingFacts((servers) => {
  const names = new Names(servers);
  return { names, certificates: certificatesOf(servers, names) };
});

/** Sorts the sites with a domain of their own by what the listing says of their certificate. It gives no dates. */
function certificatesOf(servers: readonly ServerRecord[], names: Names): Certificates {
  const found: Certificates = { fine: 0, notTold: 0, problems: [] };
  for (const app of servers.flatMap(knownApps)) {
    if (!hasOwnDomain(app)) continue;
    const state = certificateState(app);
    if (state === "fine") found.fine++;
    else if (state === "not_told") found.notTold++;
    else found.problems.push({ about: names.app(app.id), problem: state });
  }
  return found;
}

function hasOwnDomain({ cname, aliases }: AppRecord): boolean {
  return [cname ?? "", ...aliases ?? []].some((domain) => domain !== "");
}

function certificateState(app: AppRecord): CertificateProblem["problem"] | "fine" | "not_told" {
  const installed = installedCertificates(app);
  const { letsEncrypt, verified, autoRenewal } = installed;
  const uncovered = uncoveredDomains(app, installed);
  if (uncovered === null) return "not_told";
  if (letsEncrypt && verified === false) return "not_verified";
  if (letsEncrypt && verified === null) return "not_told";
  if (uncovered.length > 0) return "not_covered";
  if (autoRenewal === null) return "not_told";
  return autoRenewal ? "fine" : "not_renewed_automatically";
}

/** The newest restore point of a site that was seen in the last hour. */
export type KnownBackup = { about: string; newest_at: string };

/** Reads what is noted of restore points. Sends no request. */
export async function knownBackups(
  account: CloudwaysAccount,
  servers: readonly ServerRecord[],
  names: Names,
): Promise<KnownBackup[]> {
  const noted = await account.lastBackupsOnEach(servers);
  return noted.flatMap((backups) =>
    [...backups].flatMap(([appId, point]) => {
      const moment = momentOf(point);
      return moment === undefined ? [] : [{ about: names.app(appId), newest_at: new Date(moment).toISOString() }];
    })
  );
}

/** The updates that wait for a site. */
export type PendingUpdates = { about: string; core: boolean; plugins_count: number; themes_count: number };

/** Words for no update of WordPress itself. */
const NO_CORE: ReadonlySet<string> = new Set(["", "no", "0"]);

/** Reads which sites have updates that wait, those with most first, with one request. */
export async function pendingUpdates(account: CloudwaysAccount, names: Names): Promise<PendingUpdates[]> {
  const rows = await readPendingUpdates(account);
  return [...rows.values()].map(({ app_id, core, plugins, theme }) => ({
    about: names.app(app_id),
    core: !NO_CORE.has(core),
    plugins_count: plugins.require ?? 0,
    themes_count: theme.require ?? 0,
  })).filter((app) => app.core || app.plugins_count + app.themes_count > 0)
    .sort((a, b) => sizeOf(b) - sizeOf(a));
}

function sizeOf({ core, plugins_count, themes_count }: PendingUpdates): number {
  return Number(core) + plugins_count + themes_count;
}
