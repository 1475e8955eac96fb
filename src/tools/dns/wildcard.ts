/** The DNS record by which a wildcard certificate of Let's Encrypt is issued. */
import * as z from "zod";
import { looseObject, looseText, statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { appInput } from "../define/inputs.ts";
import { record } from "../define/outputs.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool, type ToolContext } from "../define/tool.ts";
import { certificateDomain, emailAddress } from "../define/validators.ts";

const input = () =>
  z.strictObject({
    ...appInput,
    domain: certificateDomain.describe("Base domain; example.com stands for *.example.com."),
    email: emailAddress.describe("Contact for the certificate: owner@example.com"),
  });

const wildcardReply = z.looseObject({
  wildcard_ssl: looseObject({
    message: looseText,
    status: statedFlag,
    wildcard: looseObject({ is_verified: statedFlag }).nullish().catch(null),
  }),
});

async function ask(
  { domain, email, ...named }: z.output<ReturnType<typeof input>>,
  { account }: ToolContext,
  request: Pick<Parameters<typeof account.write>[0], "operation" | "path">,
) {
  const found = await account.app(named.app_id, named.server_id);
  const { wildcard_ssl: { message, status, wildcard } } = await account.write({
    ...request,
    method: "POST",
    form: { ...idsOf(found), ssl_email: email, wild_card: true, ssl_domains: [domain] },
    reply: wildcardReply,
  });
  const verified = status === false ? false : wildcard?.is_verified ?? null;
  return {
    ...namesOf(found),
    domain,
    done: status,
    verified,
    cloudways_message: message,
    wildcard: wildcard ?? null,
  };
}

const output = () =>
  z.looseObject({
    ...appOutput,
    domain: z.string(),
    done: z.boolean().nullable(),
    verified: z.boolean().nullable(),
    cloudways_message: z.string(),
    wildcard: record.nullable(),
    next_step: z.string().optional(),
  });

const prepareWildcardDns = defineTool({
  name: "prepare_wildcard_dns",
  title: "Prepare a wildcard certificate",
  toolset: "dns",
  effect: "write",
  undo: { none: "Cloudways has no call that takes the preparation back" },
  idempotent: true,
  description:
    "Has Cloudways prepare the CNAME record that a Let's Encrypt wildcard certificate needs. Nothing changes " +
    "for visitors. The user publishes the record; then check_wildcard_dns and install_letsencrypt.",
  input,
  output,
  handler: async (call, context) => {
    const answer = await ask(call, context, { operation: "security_create_dns", path: path`/security/createDNS` });
    return { ...answer, next_step: PUBLISH };
  },
});

const PUBLISH = "Have the user publish the CNAME record. If it is not in this answer, the Cloudways console shows it " +
  "under the application's SSL certificate. Then call check_wildcard_dns.";

const checkWildcardDns = defineTool({
  name: "check_wildcard_dns",
  title: "Check a wildcard's DNS",
  toolset: "dns",
  // Cloudways keeps the result: the certificate is issued only after it.
  effect: "write",
  undo: { none: "a look at a domain's DNS leaves nothing to put back" },
  idempotent: true,
  description:
    "Has Cloudways look whether the CNAME record for a wildcard certificate is published and right. verified: " +
    "true means that install_letsencrypt with wildcard can be called. A new record can take hours to be seen.",
  input,
  output,
  handler: (call, context) => ask(call, context, { operation: "security_verify_dns", path: path`/security/verifyDNS` }),
});

/** The tools of this file. */
export const wildcardTools: readonly Tool[] = [prepareWildcardDns, checkWildcardDns];
