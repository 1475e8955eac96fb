/** The security tools: who may connect, certificates, and deployment by Git. */
import { z } from "zod";
import type { CloudwaysAccount } from "../cloudways/account.ts";
import {
  carryOutListChange,
  type ListName,
  overlaps,
  planListChange,
  readAddressList,
} from "../cloudways/address_lists.ts";
import { CertificateError, type CertificateFacts, coverage } from "../cloudways/certificates.ts";
import { deploymentHistory, isLikeLast } from "../cloudways/deployments.ts";
import { installedCertificates, mayHaveCertificate } from "../cloudways/installed_certificates.ts";
import type { ServerRecord } from "../cloudways/models.ts";
import { path } from "../cloudways/path.ts";
import type { FoundApp } from "../cloudways/server_listing.ts";
import { ToolError } from "../errors.ts";
import { appOutput, idsOf, namesOf, startOnFound } from "./app_work.ts";
import { certificatesNow, replaceCertificateQuestion } from "./certificate_questions.ts";
import {
  deployFacts,
  deploymentFacts,
  hostFacts,
  hostQuestion,
  readBranches,
  readGitKey,
  requireBranch,
} from "./git_work.ts";
import { inputText } from "../confirm/input_text.ts";
import { appInput, serverInput, startedOutput, waitInput, waitOptions } from "./define/inputs.ts";
import { requireKnown } from "./define/known_values.ts";
import { endRenewalQuestion, installQuestion, renewQuestion } from "./lets_encrypt_questions.ts";
import { appFacts, appFactsIf, count, NOT_TOLD, nullIfRefused, onApp, onServer, serverFacts } from "./questions.ts";
import { namesOfServer, serverOutput, type ServerWork } from "./server_work.ts";
import { defineAskingTool, defineTool, type Tool, type ToolContext } from "./define/tool.ts";
import {
  certificateDomain,
  deployPath,
  emailAddress,
  gitBranch,
  gitUrl,
  ipAddress,
  ipRange,
} from "./define/validators.ts";
import { whitelistQuestion } from "./whitelist_question.ts";

const texts = z.array(z.string());
const startedOnApp = z.looseObject({ ...appOutput, ...startedOutput });

/**
 * The answer to a change that is done at once. Looser than `doneReply`: what Cloudways says to these was hardly ever
 * seen, so that whatever does not say that it failed counts as done.
 */
const anyReply = z.union([z.array(z.unknown()), z.looseObject({})]);

function whitelistReader(list: ListName, what: string): Tool {
  return defineTool({
    name: `get_whitelisted_ips_${list}`,
    title: `${what} whitelist`,
    toolset: "security",
    effect: "read",
    description:
      `Lists the addresses that may reach a server by ${what}, and the policy for all others: allow_all or ` +
      "block_all (null: not told).",
    input: z.strictObject(serverInput),
    output: z.looseObject({ ...serverOutput, ips: texts, policy: z.string().nullable() }),
    handler: async (input, { account }) => {
      const names = namesOfServer(await account.server(input.server_id));
      const { ips, policy } = await readAddressList(account, input.server_id, list);
      return { ...names, ips, policy };
    },
  });
}

const ipRanges = z.array(ipRange).max(500);

const updateWhitelistedIps = defineAskingTool({
  name: "update_whitelisted_ips",
  title: "Change a whitelist",
  toolset: "security",
  effect: "destructive",
  description: "Edits the addresses that may reach a server by SSH or MySQL: add and remove, or replace the whole " +
    "list. All others stay. Shows before and after, and warns of wide ranges. A person has to approve it.",
  input: z.strictObject({
    ...serverInput,
    list: z.enum(["ssh", "mysql"]).describe("Which list; ssh counts for SFTP too."),
    add: ipRanges.min(1).optional().describe("To add: 203.0.113.7, 198.51.100.0/24, 2001:db8::/48"),
    remove: ipRanges.min(1).optional().describe("To take off."),
    replace: ipRanges.optional().describe("The whole new list, instead of add and remove."),
    policy: z.enum(["allow_all", "block_all"]).optional()
      .describe("For addresses not listed; block_all for ssh only. Default: as it is."),
  }).superRefine(({ list, add, remove, replace, policy }, context) => {
    const wrong = (argument: string, message: string) =>
      context.addIssue({ code: "custom", path: [argument], message });
    if (replace !== undefined && (add ?? remove) !== undefined) {
      wrong("replace", "stands alone, without add and remove");
    }
    if ((add ?? remove ?? replace ?? policy) === undefined) wrong("add", "or remove, replace or policy is needed");
    if (list === "mysql" && policy === "block_all") wrong("policy", "can be block_all for the ssh list only");
    if (add !== undefined && remove !== undefined && overlaps(add, remove)) wrong("remove", "names what add names too");
  }),
  output: z.looseObject({
    ...serverOutput,
    list: z.string(),
    before: texts,
    after: texts,
    added: texts,
    removed: texts,
    policy: z.string().nullable(),
    warnings: texts,
  }),
  facts: async ({ list, ...input }, context) => {
    const { server_id: _id, ...change } = input;
    const facts = await serverFacts(input, context);
    return { ...facts, plan: await planListChange(context.account, facts.server.id, list, change) };
  },
  question: (facts) => whitelistQuestion(facts, facts.plan),
  handler: async ({ list }, { account }, { server, plan }) => {
    return { ...namesOfServer(server), list, ...await carryOutListChange(account, server.id, plan) };
  },
});

const serverAddressInput = z.strictObject({
  ...serverInput,
  ip: ipAddress.describe("One address: 203.0.113.7"),
});

/** `ip_status`, or `ip_list` in some documents; a flag in any spelling. */
const blacklistReply = z.union([
  z.looseObject({ ip_status: z.unknown().refine(isFlag) }).transform(({ ip_status }) => isYes(ip_status)),
  z.looseObject({ ip_list: z.unknown().refine(isFlag) }).transform(({ ip_list }) => isYes(ip_list)),
]);

function isFlag(value: unknown): boolean {
  return [true, false, 0, 1, "0", "1", "true", "false"].some((flag) => flag === value);
}

function isYes(value: unknown): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

const checkIpBlacklisted = defineTool({
  name: "check_ip_blacklisted",
  title: "Is an address blocked",
  toolset: "security",
  effect: "read",
  description: "Says whether a server's firewall blocks an address. Use it when somebody can't reach a site or server.",
  input: serverAddressInput,
  output: z.looseObject({ ...serverOutput, ip: z.string(), blacklisted: z.boolean() }),
  handler: async ({ server_id, ip }, { account }) => {
    const names = namesOfServer(await account.server(server_id));
    const query = { server_id, ip };
    const operation = "security_check_blacklisted_ip";
    const blacklisted = await account.get(operation, path`/security/isBlacklisted`, blacklistReply, query);
    return { ...names, ip, blacklisted };
  },
});

const openedOutput = z.looseObject({ ...serverOutput, ip: z.string(), opened: z.string(), message: z.string() });

async function openTo(
  ip: string,
  server: ServerRecord,
  account: CloudwaysAccount,
  request: Pick<ServerWork, "operation" | "path">,
  opened: string,
) {
  await account.write({ ...request, method: "POST", form: { server_id: server.id, ip }, reply: anyReply });
  return { ...namesOfServer(server), ip, opened, message: `${ip} may use the ${opened} of this server now.` };
}

const allowIpSiab = defineAskingTool({
  name: "allow_ip_siab",
  title: "Open the browser terminal",
  toolset: "security",
  effect: "destructive",
  idempotent: true,
  description:
    "Opens the server's browser SSH terminal (Shell-In-A-Box) to one address. No tool closes it again. A person has to approve it.",
  input: serverAddressInput,
  output: openedOutput,
  facts: serverFacts,
  question: (facts, { ip }) => ({
    headline: `Open the browser SSH terminal of server ${facts.server.id} to 1 address.`,
    ...onServer(facts),
    consequences: [
      "Whoever connects from that address reaches a terminal of the server in a browser, and with a user's password " +
      "the files of its applications.",
      "It can't be undone here: no tool closes it again.",
    ],
    facts: [{ name: "Address", values: [ip], isFirst: true }],
  }),
  handler: ({ ip }, { account }, { server }) => {
    const request = { operation: "security_whitelist_ip_siab", path: path`/security/siab` };
    return openTo(ip, server, account, request, "browser SSH terminal");
  },
});

const allowIpAdminer = defineAskingTool({
  name: "allow_ip_adminer",
  title: "Open the database manager",
  toolset: "security",
  effect: "destructive",
  idempotent: true,
  description:
    "Opens the server's web database manager (Adminer) to one address. No tool closes it again. A person has to approve it.",
  input: serverAddressInput,
  output: openedOutput,
  facts: serverFacts,
  question: (facts, { ip }) => ({
    headline: `Open the database manager (Adminer) of server ${facts.server.id} to 1 address.`,
    ...onServer(facts),
    consequences: [
      "Whoever connects from that address reaches the database manager in a browser, and with a database password " +
      "all data of that application.",
      "It can't be undone here: no tool closes it again.",
    ],
    facts: [{ name: "Address", values: [ip], isFirst: true }],
  }),
  handler: ({ ip }, { account }, { server }) => {
    const request = { operation: "security_whitelist_ip_adminer", path: path`/security/adminer` };
    return openTo(ip, server, account, request, "database manager (Adminer)");
  },
});

interface CertificateInput {
  certificate: string;
  private_key: string;
  password?: string | undefined;
}

/** @throws {ToolError} `invalid_arguments`, naming the argument and nothing of its content. */
async function checkFiles(
  { certificate, private_key, password }: CertificateInput,
  { account, clock }: ToolContext,
): Promise<CertificateFacts> {
  try {
    return await account.checkCertificate({ certificate, privateKey: private_key, password }, clock.now());
  } catch (error) {
    throw error instanceof CertificateError ? refusedFile(error.argument, error.message) : error;
  }
}

function refusedFile(argument: string, problem: string, more: Record<string, unknown> = {}): ToolError {
  return new ToolError("invalid_arguments", `The certificate can't be installed. ${argument}: ${problem}.`, {
    hint: "Nothing was sent. Ask the user for the right files.",
    details: { problems: [{ argument, problem }], ...more },
  });
}

/** Which of the application's domains the certificate is for. */
function checkDomains({ app }: FoundApp, { domains }: CertificateFacts): { covered: string[]; uncovered: string[] } {
  const { covered, uncovered } = coverage(app, domains);
  if (covered.length === 0) {
    throw refusedFile("certificate", "is for none of the application's domains", {
      certificate_domains: domains,
      application_domains: uncovered,
    });
  }
  return { covered, uncovered };
}

/** Long and for machines: a person reads the domains, the dates and the fingerprint in it. */
const pemText = inputText({ form: "lines", shownBy: "fingerprint" });
/** May begin or end with a space. */
const passphrase = inputText({ form: "spaced", shownBy: "fingerprint" });

const installSslCertificate = defineAskingTool({
  name: "install_ssl_certificate",
  title: "Install an own certificate",
  toolset: "security",
  effect: "destructive",
  slow: true,
  description:
    "Installs the user's own certificate, after checking dates, domains and key. Replaces the present one, " +
    "and then asks first. For a free one use install_letsencrypt.",
  input: z.strictObject({
    ...appInput,
    certificate: z.string().max(100_000).meta(pemText).describe("PEM: the site's certificate, then its issuers'."),
    private_key: z.string().max(30_000).meta(pemText).describe("PEM. Goes to Cloudways and nowhere else."),
    password: z.string().max(1000).meta(passphrase).optional().describe("Of an encrypted key."),
    ...waitInput,
  }),
  output: z.looseObject({
    ...appOutput,
    ...startedOutput,
    certificate: z.looseObject({}),
    domains_covered: texts,
    domains_not_covered: texts,
    warnings: texts,
  }),
  facts: async (input, context) => {
    // Nobody should be asked for a yes to what is refused afterwards.
    const certificate = await checkFiles(input, context);
    const found = await appFacts(input, context);
    return { ...found, certificate, ...checkDomains(found, certificate) };
  },
  question: (facts) => mayHaveCertificate(facts.app) ? replaceCertificateQuestion(facts) : undefined,
  handler: async (input, { account, progress }, found) => {
    const { certificate: certificateFacts, covered, uncovered } = found;
    const { certificate: ssl_crt, private_key: ssl_key, password } = input;
    const started = await account.start({
      operation: "security_install_own_ssl",
      method: "POST",
      path: path`/security/ownSSL`,
      otherPath: path`/security/own_ssl`,
      form: { ...idsOf(found), ssl_crt, ssl_key, ...(password !== undefined && { password }) },
    }, waitOptions(input.wait_seconds, progress));
    const missing = count(uncovered.length, "domain");
    const warnings = uncovered.length === 0 ? [] : [`The certificate is not for ${missing} of the application.`];
    const domains = { domains_covered: covered, domains_not_covered: uncovered };
    return { ...namesOf(found), ...started, certificate: { ...certificateFacts }, ...domains, warnings };
  },
});

const removeSslCertificate = defineAskingTool({
  name: "remove_ssl_certificate",
  title: "Remove the own certificate",
  toolset: "security",
  effect: "destructive",
  slow: true,
  description: "Removes the own certificate of an application; HTTPS breaks until there is another. Not for Let's " +
    "Encrypt: that is revoke_letsencrypt. A person has to approve it.",
  input: z.strictObject({ ...appInput, ...waitInput }),
  output: startedOnApp,
  facts: appFacts,
  question: (facts) => ({
    headline: `Remove the own certificate of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "HTTPS breaks at once: visitors see warnings until there is another certificate.",
      "It can be undone only by installing the certificate and its private key again.",
    ],
    ...certificatesNow(facts),
  }),
  handler: (input, context, found) =>
    startOnFound(found, input, context, {
      operation: "security_remove_own_ssl",
      method: "DELETE",
      path: path`/security/removeCustomSSL`,
    }),
});

const wildcard = z.boolean().describe("Whether it is a wildcard certificate.");

const installLetsencrypt = defineAskingTool({
  name: "install_letsencrypt",
  title: "Install Let's Encrypt",
  toolset: "security",
  effect: "destructive",
  slow: true,
  description: "Installs a free Let's Encrypt certificate. The domains must point at the server already. A wildcard " +
    "takes one base domain, whose DNS was verified in the Cloudways console. Asks first where it may replace an own " +
    "certificate or drop a domain.",
  input: z.strictObject({
    ...appInput,
    email: emailAddress.describe("Contact: owner@example.com"),
    domains: z.array(certificateDomain).min(1).max(100).describe("All of its domains: shop.example.com"),
    wildcard,
    ...waitInput,
  }).superRefine(({ domains, wildcard }, context) => {
    if (!wildcard || domains.length === 1) return;
    context.addIssue({ code: "custom", path: ["domains"], message: "must be one base domain for a wildcard" });
  }),
  output: startedOnApp,
  facts: appFacts,
  question: installQuestion,
  handler: (input, context, found) =>
    startOnFound(found, input, context, {
      operation: "security_lets_encrypt_install",
      path: path`/security/lets_encrypt_install`,
      fields: { ssl_email: input.email, wild_card: input.wildcard, ssl_domains: input.domains },
    }),
});

const renewLetsencrypt = defineAskingTool({
  name: "renew_letsencrypt",
  title: "Renew Let's Encrypt",
  toolset: "security",
  effect: "destructive",
  slow: true,
  description:
    "Renews the Let's Encrypt certificate of an application now. Usually needless: they renew by themselves " +
    "unless that was switched off. Asks first for another domain or kind than it has.",
  input: z.strictObject({
    ...appInput,
    wildcard,
    email: emailAddress.optional().describe("Contact; needed for a wildcard."),
    domain: certificateDomain.optional().describe("Base domain; needed for a wildcard."),
    ...waitInput,
  }).superRefine((input, context) => {
    for (const argument of ["email", "domain"] as const) {
      if (!input.wildcard || input[argument] !== undefined) continue;
      context.addIssue({ code: "custom", path: [argument], message: "is needed for a wildcard" });
    }
  }),
  output: startedOnApp,
  facts: appFacts,
  question: (facts, { domain, wildcard, email }) =>
    renewQuestion(facts, { domains: domain === undefined ? [] : [domain], wildcard, email }),
  handler: (input, context, found) =>
    startOnFound(found, input, context, {
      operation: "security_lets_encrypt_renew",
      path: path`/security/lets_encrypt_manual_renew`,
      fields: { wild_card: input.wildcard, ssl_email: input.email, domain: input.domain },
    }),
});

const setLetsencryptAutoRenewal = defineAskingTool({
  name: "set_letsencrypt_auto_renewal",
  title: "Let's Encrypt renewal",
  toolset: "security",
  effect: "destructive",
  idempotent: true,
  description: "Switches the automatic renewal of an application's Let's Encrypt certificate on or off. Off, the " +
    "certificate ends after 90 days at most, so it asks first.",
  input: z.strictObject({ ...appInput, enabled: z.boolean().describe("Whether it renews by itself.") }),
  output: z.looseObject({ ...appOutput, auto_renewal: z.boolean() }),
  facts: (input, context) => appFactsIf(!input.enabled, input, context),
  question: (facts, { enabled }) => enabled ? undefined : endRenewalQuestion(facts),
  handler: async (input, { account }, found) => {
    await account.write({
      operation: "security_lets_encrypt_auto_renewal",
      method: "POST",
      path: path`/security/lets_encrypt_auto`,
      form: { ...idsOf(found), auto: input.enabled },
      reply: anyReply,
    });
    return { ...namesOf(found), auto_renewal: input.enabled };
  },
});

const revokeLetsencrypt = defineAskingTool({
  name: "revoke_letsencrypt",
  title: "Revoke Let's Encrypt",
  toolset: "security",
  effect: "destructive",
  slow: true,
  description:
    "Revokes the Let's Encrypt certificate of an application. HTTPS breaks at once, and it can't be undone, " +
    "only replaced by a new certificate. A person has to approve it.",
  input: z.strictObject({
    ...appInput,
    domain: certificateDomain.describe("Domain of the certificate: shop.example.com"),
    wildcard,
    ...waitInput,
  }),
  output: startedOnApp,
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    const { letsEncrypt, letsEncryptDomains } = installedCertificates(facts.app);
    const known = letsEncrypt === false ? [] : letsEncryptDomains.map((domain) => domain.replace(/^\*\./, ""));
    requireKnown(input.domain, { argument: "domain", what: "domain of its Let's Encrypt certificate", known });
    return facts;
  },
  question(facts, { domain }) {
    const now = certificatesNow(facts);
    return {
      headline: `Revoke the Let's Encrypt certificate of application ${facts.app.id}.`,
      ...onApp(facts),
      consequences: [
        "HTTPS breaks at once: visitors see warnings until there is another certificate.",
        "It can't be undone: a revoked certificate stays revoked. A new one can be installed.",
      ],
      facts: [{ name: "Domain of the certificate", values: [domain] }, ...now.facts],
      target: now.target,
    };
  },
  handler: (input, context, found) =>
    startOnFound(found, input, context, {
      operation: "security_lets_encrypt_revoke",
      path: path`/security/lets_encrypt_revoke`,
      fields: { ssl_domain: input.domain, wild_card: input.wildcard },
    }),
});

const generateGitSshKey = defineAskingTool({
  name: "generate_git_ssh_key",
  title: "New Git deploy key",
  toolset: "security",
  effect: "destructive",
  description: "Makes a new SSH key for Git deployment and shows its public half, to be added to the repository. A " +
    "former key stops working, so then it asks first.",
  input: z.strictObject(appInput),
  output: z.looseObject({ ...appOutput, public_key: z.string().nullable(), message: z.string() }),
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
    // The key is made by now; that it can't be read is no failure of making it.
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
  input: z.strictObject(appInput),
  output: z.looseObject({ ...appOutput, public_key: z.string().nullable() }),
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
  input: z.strictObject(appInput),
  output: z.looseObject({ ...appOutput, deployments: z.array(z.looseObject({})) }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const deployments = await account.get("git_history_get", path`/git/history`, deploymentHistory, idsOf(found));
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
  input: z.strictObject({ ...appInput, git_url: repository }),
  output: z.looseObject({ ...appOutput, git_url: z.string(), branches: texts }),
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
  slow: true,
  description:
    "Clones a Git repository into an application; files in the folder may be overwritten. Needs the deploy " +
    "key in the repository. Later use git_pull. A person has to approve it.",
  input: z.strictObject({ ...appInput, git_url: repository, branch, deploy_path: folder, ...waitInput }),
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
    startOnFound(found, input, context, {
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
  slow: true,
  description:
    "Pulls and deploys a branch into an application. Asks first where branch or folder are not those of the " +
    "last deployment.",
  input: z.strictObject({ ...appInput, branch, deploy_path: folder, ...waitInput }),
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
    startOnFound(found, input, context, {
      operation: "git_pull",
      path: path`/git/pull`,
      fields: { branch_name: input.branch, deploy_path: input.deploy_path },
    }),
});

/** In the order in which they are listed here; the catalogue sorts. */
export const securityTools: readonly Tool[] = [
  whitelistReader("ssh", "SSH and SFTP"),
  whitelistReader("mysql", "MySQL"),
  updateWhitelistedIps,
  checkIpBlacklisted,
  allowIpSiab,
  allowIpAdminer,
  installSslCertificate,
  removeSslCertificate,
  installLetsencrypt,
  renewLetsencrypt,
  setLetsencryptAutoRenewal,
  revokeLetsencrypt,
  generateGitSshKey,
  getGitSshKey,
  getGitDeploymentHistory,
  getGitBranchNames,
  gitClone,
  gitPull,
];
