/** The domains that may send mail through the Elastic Email add-on. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { doneReply, looseList, looseObject, looseText, statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { isSeenGone } from "../define/gone.ts";
import { noInput } from "../define/inputs.ts";
import { records } from "../define/outputs.ts";
import { inWords } from "../define/questions.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { domainName } from "../define/validators.ts";

/** The DNS entries of a domain that are checked, by Cloudways' names. */
const CHECKS = ["spf", "dkim", "mx", "dmarc", "tracking"] as const;

const emailDomain = z.looseObject({
  domain: looseText,
  spf: statedFlag,
  dkim: statedFlag,
  mx: statedFlag,
  dmarc: statedFlag,
  tracking: statedFlag,
});

type EmailDomain = z.output<typeof emailDomain>;

/** Whether each entry is right; null where Cloudways doesn't say. */
const checksOutput = {
  domain: z.string(),
  spf: z.boolean().nullable(),
  dkim: z.boolean().nullable(),
  mx: z.boolean().nullable(),
  dmarc: z.boolean().nullable(),
  tracking: z.boolean().nullable(),
};

function domainView({ domain, spf, dkim, mx, dmarc, tracking }: EmailDomain) {
  return { domain, spf, dkim, mx, dmarc, tracking };
}

async function readDomains(account: CloudwaysAccount): Promise<EmailDomain[]> {
  const { data } = await account.read({
    operation: "addon_elastic_list_domains",
    path: path`/addon/elastic/domains`,
    reply: z.looseObject({ data: looseObject({ domains: looseList(emailDomain) }) }),
  });
  return data.domains;
}

const listEmailDomains = defineTool({
  name: "list_email_domains",
  title: "Sending domains",
  toolset: "addons",
  effect: "read",
  description:
    "Lists the domains that send e-mail through the Elastic Email add-on, with their DNS checks: SPF, DKIM, " +
    "MX, DMARC, tracking. False means mail may land in spam.",
  input: noInput,
  output: () => z.looseObject({ domains: records }),
  handler: async (_input, { account }) => ({ domains: (await readDomains(account)).map(domainView) }),
});

const domainInput = { domain: domainName.describe("Domain of list_email_domains.") };

const verifyEmailDomain = defineTool({
  name: "verify_email_domain",
  title: "Verify a sending domain",
  toolset: "addons",
  effect: "write",
  undo: { none: "a check changes nothing that could be put back" },
  idempotent: true,
  description: "Has the SPF, DKIM, MX, DMARC and tracking records of a sending domain checked again, after they were " +
    "published in its DNS.",
  input: () => z.strictObject(domainInput),
  output: () => z.looseObject({ ...checksOutput, missing: z.array(z.string()) }),
  handler: async ({ domain }, { account }) => {
    const { data } = await account.write({
      operation: "addon_elastic_verify_domain",
      method: "POST",
      path: path`/addon/elastic/verify_domain`,
      form: { domain },
      reply: z.looseObject({ data: emailDomain }),
    });
    return { ...domainView(data), missing: CHECKS.filter((name) => data[name] === false) };
  },
});

/** @throws {ToolError} `not_found`, with the domains that there are. */
async function findDomain(account: CloudwaysAccount, wanted: string): Promise<EmailDomain> {
  const domains = await readDomains(account);
  const found = domains.find(({ domain }) => domain.toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new ToolError("not_found", "This domain sends no e-mail through the Elastic Email add-on.", {
    hint: "Nothing was done, and nobody was asked. Look at list_email_domains.",
    details: { domains: domains.slice(0, 50).map(({ domain }) => domain) },
    done: "nothing",
  });
}

const deleteEmailDomain = defineAskingTool({
  name: "delete_email_domain",
  title: "Delete a sending domain",
  toolset: "addons",
  effect: "destructive",
  undo: { none: "domains are added in the Cloudways console alone" },
  idempotent: true,
  description:
    "Deletes a domain from the Elastic Email add-on, so that nothing is sent from it any more. A person has to " +
    "approve it.",
  input: () => z.strictObject(domainInput),
  output: () => z.looseObject({ domain: z.string(), deleted: z.boolean(), verified: z.boolean() }),
  facts: ({ domain }, { account }) => findDomain(account, domain),
  question: (found) => ({
    headline: "Delete 1 domain from the Elastic Email add-on.",
    subject: { kind: "domain", domain: found.domain },
    consequences: [
      "Sites can no longer send e-mail from this domain through the add-on: order confirmations and password links " +
      "from it do not arrive.",
      "It can be undone only in the Cloudways console, by adding the domain and verifying it again.",
    ],
    facts: CHECKS.map((name) => ({
      name: `${name.toUpperCase()} record`,
      values: [inWords(found[name], ["right", "not right"])],
    })),
    target: domainView(found),
  }),
  handler: async (_input, { account }, { domain }) => {
    await account.write({
      operation: "addon_elastic_delete_domain",
      method: "DELETE",
      path: path`/addon/elastic/domain`,
      form: { domain },
      reply: doneReply,
      mayBeEmpty: true,
    });
    const isThere = async () => (await readDomains(account)).some((one) => one.domain === domain);
    return { domain, deleted: true, verified: await isSeenGone("sending domain", isThere) };
  },
});

/** The tools of this file. */
export const emailDomainsTools: readonly Tool[] = [listEmailDomains, verifyEmailDomain, deleteEmailDomain];
