/** Deployment by Git: what the history and the deploy key say. */
import { z } from "zod";
import { idNumber, listReply, looseText } from "./models.ts";

/** A deployment by Git. */
export interface Deployment {
  [member: string]: unknown;
  /** Null where Cloudways' time can't be read. */
  deployed_at: string | null;
  git_url: string;
  branch: string;
  /** The folder below public_html; empty for public_html itself. */
  deploy_path: string;
  succeeded: boolean;
}

const deployment = z.looseObject({
  git_url: looseText,
  branch_name: looseText,
  path: looseText,
  result: z.unknown().optional(),
  datetime: looseText,
  customer_id: idNumber.nullish().catch(null),
}).transform(({ git_url, branch_name, path, result, datetime, customer_id, ...rest }): Deployment => ({
  deployed_at: isoTimeOfHistory(datetime),
  git_url,
  branch: branch_name,
  deploy_path: path,
  succeeded: result === "1" || result === 1 || result === true,
  customer_id: customer_id ?? null,
  ...rest,
}));

/** The answer to `GET /git/history`, newest first. */
export const deploymentHistory = listReply("logs", deployment).transform((logs) =>
  logs.sort((a, b) => (b.deployed_at ?? "").localeCompare(a.deployed_at ?? ""))
);

/** The answer to `GET /git/key`: empty where there is none, null where the answer doesn't say. */
export const keyReply = z.union([
  z.looseObject({ key: z.string().nullable() }).transform(({ key }) => key?.trim() ?? ""),
  z.union([z.array(z.never()), z.strictObject({ status: z.literal(true).optional() })]).transform(() => null),
]);

/**
 * The last deployment that succeeded. Times are known to the minute only, so there may be several that were it; where
 * there is none, or a time is not known, the list is empty.
 */
export function lastDeployments(history: readonly Deployment[]): Deployment[] {
  const good = history.filter(({ succeeded }) => succeeded);
  if (good.some(({ deployed_at }) => deployed_at === null)) return [];
  return good.filter(({ deployed_at }) => deployed_at === good[0]?.deployed_at);
}

/** Whether all that may have been the last deployment were of this branch into this folder; not where none is known. */
export function isLikeLast(last: readonly Deployment[], branch: string, deployPath: string): boolean {
  return last.length > 0 &&
    last.every((deployment) =>
      deployment.branch === branch && withoutSlashes(deployment.deploy_path) === withoutSlashes(deployPath)
    );
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
