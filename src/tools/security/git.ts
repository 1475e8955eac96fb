/** Deployment of an application by Git. */
import * as z from "zod";
import { isLikeLast } from "../../cloudways/deployments.ts";
import { path } from "../../cloudways/path.ts";
import { deploymentsOf } from "../define/deployment_list.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { anyReply, texts } from "../define/outputs.ts";
import { appFacts, NOT_TOLD, nullIfRefused, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { deployPath, gitBranch, gitUrl } from "../define/validators.ts";
import {
  deployFacts,
  deploymentFacts,
  hostFacts,
  hostQuestion,
  readBranches,
  readGitKey,
  requireBranch,
} from "./git_work.ts";
import { startedOnApp } from "./replies.ts";

const generateGitSshKey = defineAskingTool({
  name: "generate_git_ssh_key",
  title: "New Git deploy key",
  toolset: "security",
  effect: "destructive",
  undo: { none: "the former key can't be sent back" },
  description: "Makes a new SSH key for Git deployment and shows its public half, to be added to the repository. A " +
    "former key stops working, so then it asks first.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, public_key: z.string().nullable(), message: z.string() }),
  facts: async (input, context) => {
    const found = await appFacts(input, context);
    return { ...found, key: await readGitKey(context.account, found).catch((error) => nullIfRefused(error)) };
  },
  question({ key, ...facts }) {
    if (key === "") return undefined;
    return {
      headline: `Make a new Git deploy key for application ${facts.app.id}: the present one stops working.`,
      ...onApp(facts),
      consequences: [
        "Deployments by Git fail until the new public key is added to the repository.",
        "It can't be undone: the present key does not come back.",
      ],
      facts: [{ name: "Public key now", values: [key ?? NOT_TOLD] }],
      target: { key },
    };
  },
  handler: async (_input, { account }, found) => {
    const request = { operation: "git_generate_key", method: "POST", path: path`/git/generateKey` } as const;
    await account.write({ ...request, form: idsOf(found), reply: anyReply });
    // The key was made. If it can't be read now, the call has not failed.
    const key = await readGitKey(account, found).catch((error) => nullIfRefused(error, "any"));
    const message = key ? "Add the public key to the repository." : "Made. Read it with get_git_ssh_key.";
    return { ...namesOf(found), public_key: key || null, message };
  },
});

const getGitSshKey = defineTool({
  name: "get_git_ssh_key",
  title: "Git deploy key",
  toolset: "security",
  effect: "read",
  description: "Shows the public SSH key an application deploys with, to be added to the Git repository. null: none " +
    "was made yet (generate_git_ssh_key).",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, public_key: z.string().nullable() }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    return { ...namesOf(found), public_key: await readGitKey(account, found) || null };
  },
});

const getGitDeploymentHistory = defineTool({
  name: "get_git_deployment_history",
  title: "Git deployments",
  toolset: "security",
  effect: "read",
  description: "Lists the Git deployments of an application, newest first: repository, branch, folder, time, success.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, deployments: z.array(z.looseObject({})) }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const deployments = await deploymentsOf(account, found);
    return { ...namesOf(found), deployments };
  },
});

const repository = gitUrl.describe("SSH address: git@git.example.com:team/shop.git");
const branch = gitBranch.describe("Such as main.");
const folder = deployPath.default("").describe("Folder below public_html; empty for public_html itself.");

const getGitBranchNames = defineAskingTool({
  name: "get_git_branch_names",
  title: "Git branches",
  toolset: "security",
  effect: "read",
  description:
    "Lists the branches of a Git repository as the application's deploy key sees it; the key must be in the " +
    "repository already. Cloudways connects to its host: asks first where nothing was deployed from there yet.",
  input: () => z.strictObject({ ...appInput, git_url: repository }),
  output: () => z.looseObject({ ...appOutput, git_url: z.string(), branches: texts }),
  facts: hostFacts,
  question: hostQuestion,
  handler: async (input, { account }, found) => {
    const branches = await readBranches(account, found, input.git_url);
    return { ...namesOf(found), git_url: input.git_url, branches };
  },
});

const gitClone = defineAskingTool({
  name: "git_clone",
  title: "Deploy a Git repository",
  toolset: "security",
  effect: "destructive",
  undo: { instead: "Deploy the earlier commit or branch again with git_clone or git_pull, or restore_app a backup." },
  description:
    "Clones a Git repository into an application; files in the folder may be overwritten. Needs the deploy " +
    "key in the repository. Also for another repository than last time. A person has to approve it.",
  input: () => z.strictObject({ ...appInput, git_url: repository, branch, deploy_path: folder, ...waitInput }),
  output: startedOnApp,
  facts: async (input, context) => {
    const facts = await deployFacts(input, context);
    await requireBranch(context.account, facts, input);
    return facts;
  },
  question: (facts, input) => ({
    headline: `Clone a Git repository into application ${facts.app.id}: its files may be overwritten.`,
    ...onApp(facts),
    losesData: true,
    consequences: [
      "Files of the application may be replaced by those of the repository, and visitors get the result at once.",
      "The code of the repository runs with the application's rights, on its data.",
      "It can be undone only by deploying the former files again, or from a backup.",
    ],
    ...deploymentFacts(facts, input),
  }),
  handler: (input, context, found) =>
    startOnApp(found, input, context, {
      operation: "git_clone",
      path: path`/git/clone`,
      fields: { git_url: input.git_url, branch_name: input.branch, deploy_path: input.deploy_path },
    }),
});

const gitPull = defineAskingTool({
  name: "git_pull",
  title: "Deploy by Git pull",
  toolset: "security",
  effect: "destructive",
  undo: { instead: "Deploy the earlier commit or branch again with git_pull, or restore_app a backup." },
  description:
    "Pulls and deploys a branch of the repository deployed last; for another one use git_clone. Asks first where " +
    "branch or folder are not those of last time.",
  input: () => z.strictObject({ ...appInput, branch, deploy_path: folder, ...waitInput }),
  output: startedOnApp,
  facts: async (input, context) => {
    const facts = await deployFacts(input, context);
    const [git_url, ...others] = new Set(facts.last.map((deployment) => deployment.git_url));
    const isChecked = git_url !== undefined && others.length === 0 &&
      !isLikeLast(facts.last, input.branch, input.deploy_path);
    if (isChecked) await requireBranch(context.account, facts, { git_url, branch: input.branch });
    return facts;
  },
  question(facts, input) {
    if (isLikeLast(facts.last, input.branch, input.deploy_path)) return undefined;
    const why = facts.last.length === 0
      ? "no earlier deployment is known"
      : "branch or folder may not be those of last time";
    return {
      headline: `Deploy by Git pull into application ${facts.app.id}: ${why}.`,
      ...onApp(facts),
      losesData: true,
      consequences: [
        "Files of the application are replaced by those of the branch, and visitors get the result at once.",
        "It can be undone only by deploying the former branch into its folder again, or from a backup.",
      ],
      ...deploymentFacts(facts, input),
    };
  },
  handler: (input, context, found) =>
    startOnApp(found, input, context, {
      operation: "git_pull",
      path: path`/git/pull`,
      fields: { branch_name: input.branch, deploy_path: input.deploy_path },
    }),
});

/** The tools of this file. */
export const gitTools: readonly Tool[] = [
  generateGitSshKey,
  getGitSshKey,
  getGitDeploymentHistory,
  getGitBranchNames,
  gitClone,
  gitPull,
];
