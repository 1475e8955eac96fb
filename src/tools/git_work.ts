/** What the tools for deployment by Git share: reading the key and the history, and what a person is shown of them. */
import type { CloudwaysAccount } from "../cloudways/account.ts";
import { type Deployment, deploymentHistory, keyReply, lastDeployments } from "../cloudways/deployments.ts";
import { path } from "../cloudways/path.ts";
import type { FoundApp } from "../cloudways/server_listing.ts";
import { ToolError } from "../errors.ts";
import { idsOf } from "./app_work.ts";
import type { Question, QuestionFact } from "./question.ts";
import { type AppFacts, appFacts } from "./questions.ts";
import type { ToolContext } from "./tool.ts";

/** The public deploy key; empty where there is none, null where the answer doesn't say. */
export function readGitKey(account: CloudwaysAccount, found: FoundApp): Promise<string | null> {
  return account.get("git_key_get", path`/git/key`, keyReply, idsOf(found));
}

/** Cloudways may refuse to show what isn't there. Any other failure stays one, unless all are excused. */
export function nullIfRefused(error: unknown, excused: "refusals" | "any" = "refusals"): null {
  const isRefusal = error instanceof ToolError &&
    (excused === "any" || error.code === "not_found" || error.code === "validation_failed");
  if (isRefusal) return null;
  throw error;
}

/** An application, and what was deployed into it last. */
export interface DeployFacts extends AppFacts {
  /** What may have been the last deployment; empty where there is none, or where it can't be told. */
  last: Deployment[];
}

/** Reads what a deployment is about to hit, past every cache. */
export async function deployFacts(
  input: { app_id: number; server_id?: number | undefined },
  context: ToolContext,
): Promise<DeployFacts> {
  const found = await appFacts(input, context);
  const asked = context.account.get("git_history_get", path`/git/history`, deploymentHistory, idsOf(found));
  const history = await asked.catch((error) => nullIfRefused(error)) ?? [];
  return { ...found, last: lastDeployments(history) };
}

/** What is deployed, and what was deployed last. A yes is bound to the latter. */
export function deploymentFacts(
  { last }: DeployFacts,
  input: { git_url?: string; branch: string; deploy_path: string },
): Required<Pick<Question, "facts" | "target">> {
  const inWords = (folder: string) => folder === "" ? "public_html" : folder;
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
