/** Reads the history of Git deployments, and the deploy key. */
import * as z from "zod";
import { gitHost } from "./git_hosts.ts";
import { idNumber, listReply, looseText, statedFlag } from "./models.ts";
import { withIsoTimes } from "./times.ts";

/** A deployment by Git. */
export interface Deployment {
  [member: string]: unknown;
  /** ISO 8601; null if Cloudways' time can't be read. */
  deployed_at: string | null;
  git_url: string;
  branch: string;
  /** The folder below public_html; empty for public_html itself, null if Cloudways doesn't say. */
  deploy_path: string | null;
  /** Null if Cloudways doesn't say. */
  succeeded: boolean | null;
}

const deployment = z.looseObject({
  git_url: looseText,
  branch_name: looseText,
  // Null is known to mean public_html; a missing path is not.
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

/** The answer to `GET /git/key`: the key, empty text if there is none, or null if the answer doesn't say. */
export const keyReply = z.union([
  z.looseObject({ key: z.string().nullable() }).transform(({ key }) => key?.trim() ?? null),
  z.union([z.array(z.never()), z.strictObject({ status: z.literal(true).optional() })]).transform(() => null),
]);

/**
 * The deployments that may have been the last successful one. There can be several: times are known only to the minute,
 * and some deployments don't say whether they succeeded. Empty if none is known to have succeeded, or if a time is
 * unknown.
 */
export function lastDeployments(history: readonly Deployment[]): Deployment[] {
  const good = history.filter(({ succeeded }) => succeeded !== false);
  if (good.some(({ deployed_at }) => deployed_at === null)) return [];
  const [newest] = good.filter(({ succeeded }) => succeeded === true);
  if (newest === undefined) return [];
  return good.filter(({ deployed_at }) => (deployed_at ?? "") >= (newest.deployed_at ?? ""));
}

/**
 * Whether all candidates for the last deployment are of this branch into this folder, from one repository. False if any
 * of that is unknown.
 *
 * @param last As {@linkcode lastDeployments} returns it.
 */
export function isLikeLast(last: readonly Deployment[], branch: string, deployPath: string): boolean {
  const [first] = last;
  if (first === undefined || first.git_url === "") return false;
  return last.every((deployment) =>
    deployment.git_url === first.git_url && deployment.branch === branch && deployment.deploy_path !== null &&
    withoutSlashes(deployment.deploy_path) === withoutSlashes(deployPath)
  );
}

/** The hosts that were deployed from, with unusual ports, each once. */
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
