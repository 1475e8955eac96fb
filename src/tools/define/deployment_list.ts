/** Reads the history of an application's deployments by Git: `GET /git/history`. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { type Deployment, deploymentHistory } from "../../cloudways/deployments.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { idsOf } from "./targets.ts";

/** The deployments of an application, newest first. */
export function deploymentsOf(account: CloudwaysAccount, found: FoundApp): Promise<Deployment[]> {
  return account.read({
    operation: "git_history_get",
    path: path`/git/history`,
    reply: deploymentHistory,
    query: idsOf(found),
  });
}
