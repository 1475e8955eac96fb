/** Proving that a domain at Cloudflare belongs to its owner. */
import * as z from "zod";
import { looseObject, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { readCloudflareDomains } from "../define/cloudflare_domains.ts";
import { appInput } from "../define/inputs.ts";
import { record, records } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool, type ToolContext } from "../define/tool.ts";
import { domainName } from "../define/validators.ts";
import { findAttached } from "./attached.ts";

const input = () =>
  z.strictObject({
    ...appInput,
    domain: domainName.describe("Domain on Cloudflare, from get_app_cloudflare: shop.example.com"),
  });
const domainOutput = { ...appOutput, domain: z.string(), status: z.string() };

/** @throws {ToolError} Where the domain is not at Cloudflare. */
async function findDomain({ domain, ...named }: z.output<ReturnType<typeof input>>, { account }: ToolContext) {
  const found = await account.app(named.app_id, named.server_id);
  const [attached] = findAttached(await readCloudflareDomains(account, found), [domain], "domain");
  if (attached === undefined) throw new Error("no domain was looked for");
  return { found, attached, fields: { ...idsOf(found), domain: attached.domain } };
}

/** A record by which Cloudflare sees whose a domain is. */
interface TxtRecord {
  host: string;
  value: string;
  status: string;
}

const txtReply = z.looseObject({
  txt_records: looseObject({
    ownership_verification: looseObject({ status: looseText, txt_name: looseText, txt_value: looseText }).nullish(),
    // Despite its name this is a TXT record too.
    ownership_verification_http: looseObject({ name: looseText, value: looseText }).nullish(),
  }),
}).transform(({ txt_records: { ownership_verification: first, ownership_verification_http: second } }): TxtRecord[] =>
  [
    { host: first?.txt_name ?? "", value: first?.txt_value ?? "", status: first?.status ?? "" },
    { host: second?.name ?? "", value: second?.value ?? "", status: "" },
  ].filter(({ value }) => value !== "")
);

const checkCloudflareDomain = defineTool({
  name: "check_cloudflare_domain",
  title: "DNS of a Cloudflare domain",
  toolset: "cloudflare",
  effect: "read",
  description: "Shows the TXT records that the owner of a domain on Cloudflare has to publish, and in dns what " +
    "Cloudways says of how the domain points.",
  input,
  output: () => z.looseObject({ ...domainOutput, txt_records: records, dns: record.nullable() }),
  handler: async (call, context) => {
    const { found, attached, fields } = await findDomain(call, context);
    const { account } = context;
    const [txt_records, dns] = await Promise.all([
      account.read({
        operation: "cloudflare_get_txt_records",
        path: path`/app/cloudflareCdn/fetchTXT`,
        query: fields,
        reply: txtReply,
      }),
      // Sources differ about its method, so it may be refused.
      account.read({
        operation: "cloudflare_get_dns_query",
        path: path`/app/cloudflareCdn/getDnsQuery`,
        query: fields,
        reply: z.looseObject({}).transform(({ status: _done, ...dns }) => dns),
      }).catch((error) => nullIfRefused(error, "any")),
    ]);
    return {
      ...namesOf(found),
      domain: attached.domain,
      status: attached.status,
      txt_records: txt_records.map(({ status, ...txt }) => ({ type: "TXT", ...txt, ...(status !== "" && { status }) })),
      dns,
    };
  },
});

const verifyCloudflareDomain = defineTool({
  name: "verify_cloudflare_domain",
  title: "Verify a Cloudflare domain",
  toolset: "cloudflare",
  effect: "write",
  undo: { none: "a look at a domain's DNS leaves nothing to put back" },
  idempotent: true,
  description: "Has Cloudways look whether the TXT records of a domain on Cloudflare are published, and so confirm " +
    "its ownership. status stays pending while one is missing; new records can take hours to be seen.",
  input,
  output: () => z.looseObject(domainOutput),
  handler: async (call, context) => {
    const { found, attached, fields } = await findDomain(call, context);
    const { domain_status } = await context.account.write({
      operation: "cloudflare_verify_txt_records",
      method: "POST",
      path: path`/app/cloudflareCdn/verifyTxtRecords`,
      form: fields,
      reply: z.looseObject({ domain_status: looseText }),
    });
    return { ...namesOf(found), domain: attached.domain, status: domain_status };
  },
});

/** The tools of this file. */
export const ownershipTools: readonly Tool[] = [checkCloudflareDomain, verifyCloudflareDomain];
