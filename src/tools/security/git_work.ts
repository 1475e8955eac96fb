/** What the tools for deployment by Git share: reading the key and the history, and the questions about them. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { deployedHosts, type Deployment, keyReply, lastDeployments } from "../../cloudways/deployments.ts";
import { gitHost } from "../../cloudways/git_hosts.ts";
import { listReply } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { requireKnown } from "../define/known_values.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { deploymentsOf } from "../define/deployment_list.ts";
import { type AppFacts, appFacts, NOT_TOLD, nullIfRefused, onApp } from "../define/questions.ts";
import { idsOf } from "../define/targets.ts";
import type { ToolContext } from "../define/tool.ts";

/** The public deploy key; empty if there is no key, null if the answer doesn't say. */
export function readGitKey(account: CloudwaysAccount, found: FoundApp): Promise<string | null> {
  return account.read({ operation: "git_key_get", path: path`/git/key`, reply: keyReply, query: idsOf(found) });
}

/** An application, and what was last deployed to it. */
export interface DeployFacts extends AppFacts {
  /** Candidates for the last deployment; empty if there was no deployment, or if Cloudways doesn't say. */
  last: Deployment[];
  /** The hosts that it was deployed from; null if Cloudways doesn't show the history. */
  hosts: readonly string[] | null;
}

/** Reads the target of a deployment, from Cloudways and not from a cache. */
export async function deployFacts(
  input: { app_id: number; server_id?: number | undefined },
  context: ToolContext,
): Promise<DeployFacts> {
  const found = await appFacts(input, context);
  const history = await readHistory(context.account, found);
  return { ...found, last: lastDeployments(history ?? []), hosts: history && deployedHosts(history) };
}

/** Null if Cloudways refuses to show it. */
function readHistory(account: CloudwaysAccount, found: FoundApp): Promise<Deployment[] | null> {
  return deploymentsOf(account, found).catch((error) => nullIfRefused(error));
}

/**
 * Refuses a branch that the repository doesn't have. The branches are read only from hosts that the application was
 * deployed from before: Cloudways must not connect to another host before a person has said yes. If the branches can't
 * be read, Cloudways decides.
 *
 * @throws {ToolError} `invalid_arguments` for an unknown branch.
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

/** The branches of a repository, read with the application's deploy key. */
export function readBranches(account: CloudwaysAccount, found: FoundApp, git_url: string): Promise<string[]> {
  return account.read({
    operation: "git_branches_get",
    path: path`/git/branchNames`,
    reply: listReply("branches", z.string()),
    query: { ...idsOf(found), git_url },
    once: true,
  });
}

/** An application, and the hosts that it was deployed from. */
export interface HostFacts extends AppFacts {
  /** Null if Cloudways doesn't show the history. */
  hosts: readonly string[] | null;
}

/** Reads what is known about a repository's host. For a new host, the application is read without a cache. */
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

/** The question before Cloudways connects to a host; undefined if the application was deployed from it before. */
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

/** The question before a deployment. The yes is bound to the last deployment. */
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
