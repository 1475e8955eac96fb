/** The domains that the DNS add-on hosts: showing, adding and deleting them. */
import * as z from "zod";
import { listReply, looseNumber, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { ToolError } from "../../errors.ts";
import { isSeenGone } from "../define/gone.ts";
import { noInput } from "../define/inputs.ts";
import { anyReply, records, texts } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { defineAskingTool, defineTool, type Tool, type ToolContext } from "../define/tool.ts";
import { domainName } from "../define/validators.ts";
import { additionQuestion, deletionQuestion, type NewDomains } from "./domain_questions.ts";
import { findDomain, type HostedDomain, readDomains, readRecords, recordView } from "./hosted.ts";
import { domainInput, hostInput } from "./inputs.ts";
import { RECORD_TYPES } from "./record_types.ts";

function domainView({ name, status, nameservers, query_usage }: HostedDomain) {
  return { domain: name, status, nameservers, query_usage };
}

const listDnsDomains = defineTool({
  name: "list_dns_domains",
  title: "DNS domains",
  toolset: "dns",
  effect: "read",
  description:
    "Lists the domains whose DNS the account hosts with the add-on DNS Made Easy. Their status is Inactive " +
    "until the registrar names these name servers.",
  input: noInput,
  output: () => z.looseObject({ domains: records }),
  handler: async (_input, { account }) => ({ domains: (await readDomains(account)).map(domainView) }),
});

const usageReply = listReply("usage", z.looseObject({ date: looseText, query_usage: looseNumber }));

const getDnsDomain = defineTool({
  name: "get_dns_domain",
  title: "DNS records of a domain",
  toolset: "dns",
  effect: "read",
  description: "Shows a hosted domain's DNS records, its name servers for the registrar, its status (Inactive until " +
    "they are set) and the queries of each day of this month. host @ is the domain itself.",
  input: () =>
    z.strictObject({
      ...domainInput,
      type: z.enum(RECORD_TYPES).meta(declare({ shorter: "Ask for records of one type, or of one host." })).optional()
        .describe("Only records of this type."),
      host: hostInput.optional().describe("Only records of this host: www"),
    }),
  output: () => z.looseObject({ domain: z.string(), status: z.string(), nameservers: texts, usage: records, records }),
  handler: async ({ domain: name, type, host }, { account }) => {
    const domain = await findDomain(account, name);
    const [{ status }, usage, found] = await Promise.all([
      account.read({
        operation: "dns_made_easy_get_domain_status",
        path: path`/dme/domains/${domain.id}/status`,
        reply: z.looseObject({ status: looseText }),
      }),
      account.read({
        operation: "dns_made_easy_get_domain_usage",
        path: path`/dme/domains/${domain.id}/usage`,
        reply: usageReply,
      }),
      readRecords(account, domain),
    ]);
    const wanted = found.filter((record) =>
      (type ?? record.type) === record.type && (host ?? record.host) === record.host
    );
    return {
      domain: domain.name,
      status,
      nameservers: domain.nameservers,
      usage: usage.map(({ date, query_usage }) => ({ day: date, query_count: query_usage })),
      record_count: found.length,
      records: wanted.map(recordView),
    };
  },
});

/** @throws {ToolError} `validation_failed` for a domain that is hosted already. */
async function planAddition(domains: readonly string[], { account }: ToolContext): Promise<NewDomains> {
  const names = [...new Set(domains)];
  const present = (await readDomains(account)).map(({ name }) => name.toLowerCase());
  const there = names.filter((name) => present.includes(name));
  if (there.length === 0) return { names, present };
  throw new ToolError("validation_failed", "The DNS add-on hosts some of these domains already.", {
    hint: "Nothing was done, and nobody was asked. Leave out those in details.present; get_dns_domain shows them.",
    details: { present: there },
    done: "nothing",
  });
}

const addDnsDomains = defineAskingTool({
  name: "add_dns_domains",
  title: "Add domains to DNS",
  toolset: "dns",
  effect: "destructive",
  undo: {
    instead: "delete_dns_domains deletes a domain again. What was billed until then stays billed.",
  },
  description: "Adds domains to the DNS add-on, so that their records are managed here. They count only once the " +
    "registrar names its name servers. Cloudways may bill it. A person has to approve it.",
  input: () => z.strictObject({ domains: z.array(domainName).min(1).max(50).describe("Without a host: example.com") }),
  output: () => z.looseObject({ domains: records, not_seen: texts, next_step: z.string() }),
  facts: ({ domains }, context) => planAddition(domains, context),
  question: additionQuestion,
  handler: async (_input, { account }, { names }) => {
    await account.write({
      operation: "dns_made_easy_add_domains",
      method: "POST",
      path: path`/dme/domains`,
      form: { names },
      reply: anyReply,
    });
    const now = await readDomains(account).catch((error) => nullIfRefused(error, "any"));
    const seen = (now ?? []).filter(({ name }) => names.includes(name.toLowerCase()));
    return {
      domains: seen.map(domainView),
      not_seen: names.filter((name) => !seen.some((domain) => domain.name.toLowerCase() === name)),
      next_step: NAME_SERVERS,
    };
  },
});

const NAME_SERVERS = "Add every record that the domain has now, with add_dns_records. Only then have the user enter " +
  "the name servers at the registrar: what is missing here fails from then on. list_dns_domains shows them.";

const deleteDnsDomains = defineAskingTool({
  name: "delete_dns_domains",
  title: "Delete DNS domains",
  toolset: "dns",
  effect: "destructive",
  undo: {
    instead: "add_dns_domains and add_dns_records make the domain and each record again; it may get other " +
      "name servers.",
  },
  idempotent: true,
  description: "Deletes one domain with all its records from the DNS add-on, for good. A person has to approve it by " +
    "typing the domain.",
  input: () => z.strictObject(domainInput),
  output: () => z.looseObject({ domain: z.string(), records, deleted: z.boolean(), verified: z.boolean() }),
  facts: async ({ domain: name }, { account }) => {
    const domain = await findDomain(account, name);
    return { domain, records: await readRecords(account, domain) };
  },
  question: deletionQuestion,
  goneForGood: ({ domain: { id, name } }) => ({ label: name, id }),
  handler: async (_input, { account }, { domain, records: gone }) => {
    await account.write({
      operation: "dns_made_easy_delete_domains",
      method: "DELETE",
      path: path`/dme/domains`,
      form: { ids: [domain.id] },
      reply: anyReply,
    });
    const isThere = async () => (await readDomains(account)).some(({ id }) => id === domain.id);
    const verified = await isSeenGone("domain", isThere);
    return { domain: domain.name, records: gone.map(recordView), deleted: true, verified };
  },
});

/** The tools of this file. */
export const domainsTools: readonly Tool[] = [listDnsDomains, getDnsDomain, addDnsDomains, deleteDnsDomains];
