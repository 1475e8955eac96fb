/** Deployment by Git: what the history and the deploy key say. */
import { z } from "zod";
import { gitHost } from "./git_hosts.ts";
import { idNumber, listReply, looseText, statedFlag } from "./models.ts";
import { withIsoTimes } from "./times.ts";

/** A deployment by Git. */
export interface Deployment {
  [member: string]: unknown;
  /** Null where Cloudways' time can't be read. */
  deployed_at: string | null;
  git_url: string;
  branch: string;
  /** The folder below public_html; empty for public_html itself, null where it is not told. */
  deploy_path: string | null;
  /** Null where it is not told. */
  succeeded: boolean | null;
}

const deployment = z.looseObject({
  git_url: looseText,
  branch_name: looseText,
  // Null is known to mean public_html, absence is not.
  path: looseText.optional(),
  result: statedFlag,
  datetime: looseText,
  customer_id: idNumber.nullish().catch(null),
}).transform(({ git_url, branch_name, path, result, datetime, customer_id, ...rest }): Deployment => ({
  deployed_at: isoTimeOfHistory(datetime),
  git_url,
  branch: branch_name,
  deploy_path: path ?? null,
  succeeded: result,
  customer_id: customer_id ?? null,
  ...withIsoTimes(rest),
}));

/** The answer to `GET /git/history`, newest first. */
export const deploymentHistory = listReply("logs", deployment).transform((logs) =>
  logs.sort((a, b) => (b.deployed_at ?? "").localeCompare(a.deployed_at ?? ""))
);

/** The answer to `GET /git/key`: empty where there is none, null where the answer doesn't say. */
export const keyReply = z.union([
  z.looseObject({ key: z.string().nullable() }).transform(({ key }) => key?.trim() ?? null),
  z.union([z.array(z.never()), z.strictObject({ status: z.literal(true).optional() })]).transform(() => null),
]);

/**
 * What may have been the last deployment that succeeded: times are known to the minute only, and of some it is not told
 * whether they did. Empty where none is known, or where a time is not.
 */
export function lastDeployments(history: readonly Deployment[]): Deployment[] {
  const good = history.filter(({ succeeded }) => succeeded !== false);
  if (good.some(({ deployed_at }) => deployed_at === null)) return [];
  const [newest] = good.filter(({ succeeded }) => succeeded === true);
  if (newest === undefined) return [];
  return good.filter(({ deployed_at }) => (deployed_at ?? "") >= (newest.deployed_at ?? ""));
}

/**
 * Whether all that may have been the last deployment were of this branch into this folder, out of one repository; not
 * where any of it is not told.
 */
export function isLikeLast(last: readonly Deployment[], branch: string, deployPath: string): boolean {
  const [first] = last;
  if (first === undefined || first.git_url === "") return false;
  return last.every((deployment) =>
    deployment.git_url === first.git_url && deployment.branch === branch && deployment.deploy_path !== null &&
    withoutSlashes(deployment.deploy_path) === withoutSlashes(deployPath)
  );
}

/** The hosts, with their ports, out of which there were deployments. */
export function deployedHosts(history: readonly Deployment[]): string[] {
  const hosts = history.map(({ git_url }) => gitHost(git_url)).filter((host) => host !== undefined);
  return [...new Set(hosts)].sort();
}

function withoutSlashes(folder: string): string {
  return folder.replace(/^\/+|\/+$/g, "");
}

/** `05, 08, 2026 - 13:09` as ISO 8601, read as UTC. */
function isoTimeOfHistory(text: string): string | null {
  const match = /^(\d{2}), (\d{2}), (\d{4}) - (\d{2}:\d{2})$/.exec(text.trim());
  if (match === null) return null;
  const [, day, month, year, time] = match;
  return `${year}-${month}-${day}T${time}:00Z`;
}
