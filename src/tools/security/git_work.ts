/** What the tools for deployment by Git share: reading the key and the history, and what a person is shown of them. */
import { z } from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import {
  deployedHosts,
  type Deployment,
  deploymentHistory,
  keyReply,
  lastDeployments,
} from "../../cloudways/deployments.ts";
import { gitHost } from "../../cloudways/git_hosts.ts";
import { listReply } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { requireKnown } from "../define/known_values.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { type AppFacts, appFacts, NOT_TOLD, nullIfRefused, onApp } from "../define/questions.ts";
import { idsOf } from "../define/targets.ts";
import type { ToolContext } from "../define/tool.ts";

/** The public deploy key; empty where there is none, null where the answer doesn't say. */
export function readGitKey(account: CloudwaysAccount, found: FoundApp): Promise<string | null> {
  return account.read({ operation: "git_key_get", path: path`/git/key`, reply: keyReply, query: idsOf(found) });
}

/** An application, and what was deployed into it last. */
export interface DeployFacts extends AppFacts {
  /** What may have been the last deployment; empty where there is none, or where it can't be told. */
  last: Deployment[];
  /** The hosts that it was deployed from; null where the history isn't told. */
  hosts: readonly string[] | null;
}

/** Reads what a deployment is about to hit, past every cache. */
export async function deployFacts(
  input: { app_id: number; server_id?: number | undefined },
  context: ToolContext,
): Promise<DeployFacts> {
  const found = await appFacts(input, context);
  const history = await readHistory(context.account, found);
  return { ...found, last: lastDeployments(history ?? []), hosts: history && deployedHosts(history) };
}

/** The deployments of an application, newest first. */
export function deploymentsOf(account: CloudwaysAccount, found: FoundApp): Promise<Deployment[]> {
  return account.read({
    operation: "git_history_get",
    path: path`/git/history`,
    reply: deploymentHistory,
    query: idsOf(found),
  });
}

/** Null where Cloudways refuses to show it. */
function readHistory(account: CloudwaysAccount, found: FoundApp): Promise<Deployment[] | null> {
  return deploymentsOf(account, found).catch((error) => nullIfRefused(error));
}

/**
 * Refuses a branch that the repository doesn't have. Looked up only where the application was deployed from that host
 * before; nobody else learns of it before a person said yes. Where the branches can't be seen, Cloudways decides.
 */
export async function requireBranch(
  account: CloudwaysAccount,
  facts: DeployFacts,
  { git_url, branch }: { git_url: string; branch: string },
): Promise<void> {
  if (!isKnownHost(git_url, facts.hosts)) return;
  const known = await readBranches(account, facts, git_url).catch((error) => nullIfRefused(error, "any"));
  requireKnown(branch, { argument: "branch", what: "branch of this repository", known: known ?? [] });
}

/** The branches of a repository, as the application's deploy key sees them. */
export function readBranches(account: CloudwaysAccount, found: FoundApp, git_url: string): Promise<string[]> {
  return account.read({
    operation: "git_branches_get",
    path: path`/git/branchNames`,
    reply: listReply("branches", z.string()),
    query: { ...idsOf(found), git_url },
    once: true,
  });
}

/** An application, and out of which hosts it was deployed. */
export interface HostFacts extends AppFacts {
  /** Null where the history isn't told. */
  hosts: readonly string[] | null;
}

/** Reads what is known of the host of a repository. Its application is read past every cache where it is a new one. */
export async function hostFacts(
  input: { app_id: number; server_id?: number | undefined; git_url: string },
  context: ToolContext,
): Promise<HostFacts> {
  const found = { ...await context.account.app(input.app_id, input.server_id), backups: new Map<number, string>() };
  const history = await readHistory(context.account, found);
  const hosts = history && deployedHosts(history);
  return { ...isKnownHost(input.git_url, hosts) ? found : await appFacts(input, context), hosts };
}

function isKnownHost(url: string, hosts: readonly string[] | null): boolean {
  const host = gitHost(url);
  return hosts !== null && host !== undefined && hosts.includes(host);
}

/** The question before Cloudways connects to a host; undefined where the application was deployed out of it before. */
export function hostQuestion(facts: HostFacts, { git_url }: { git_url: string }): Question | undefined {
  const { hosts } = facts;
  if (isKnownHost(git_url, hosts)) return undefined;
  return {
    headline: `Let Cloudways connect to 1 host that application ${facts.app.id} is not known to be deployed from.`,
    ...onApp(facts),
    consequences: [
      "The people who run that host see that Cloudways connects, from which address and with which public key.",
      "Nothing changes on the application. It can't be undone that the host was called.",
    ],
    facts: [
      { name: "Host", values: [gitHost(git_url) ?? ""], isFirst: true },
      { name: "Repository", values: [git_url] },
      { name: "Hosts so far", values: hosts ?? [NOT_TOLD] },
    ],
    target: { hosts: hosts && [...hosts] },
  };
}

/** What is deployed, and what was deployed last. A yes is bound to the latter. */
export function deploymentFacts(
  { last }: DeployFacts,
  input: { git_url?: string; branch: string; deploy_path: string },
): Required<Pick<Question, "facts" | "target">> {
  const inWords = (folder: string | null) => folder === "" ? "public_html" : folder ?? NOT_TOLD;
  const orNotKnown = (values: string[]) => values.length === 0 ? ["not known"] : values;
  const facts: QuestionFact[] = [
    ...(input.git_url === undefined ? [] : [{ name: "Repository", values: [input.git_url] }]),
    { name: "Branch", values: [input.branch] },
    { name: "Folder", values: [inWords(input.deploy_path)] },
    { name: "Repository last time", values: orNotKnown(last.map(({ git_url }) => git_url)) },
    { name: "Branch last time", values: orNotKnown(last.map(({ branch }) => branch)) },
    { name: "Folder last time", values: orNotKnown(last.map(({ deploy_path }) => inWords(deploy_path))) },
  ];
  const asText = ({ git_url, branch, deploy_path, deployed_at }: Deployment) =>
    JSON.stringify([git_url, branch, deploy_path, deployed_at]);
  return { facts, target: { last: last.map(asText).sort() } };
}
