/** Putting domains on Cloudflare, taking them off, and moving them. */
import * as z from "zod";
import type { CloudwaysAccount, StartedWork } from "../../cloudways/account.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { readCloudflareDomains } from "../define/cloudflare_domains.ts";
import { isSeenGone } from "../define/gone.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { startedOutput, texts } from "../define/outputs.ts";
import { nothingToChange } from "../define/planned_change.ts";
import { nullIfRefused } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { domainName } from "../define/validators.ts";
import { cloudflareFacts, findAttached } from "./attached.ts";
import { additionQuestion, moveQuestion, removalQuestion } from "./domain_questions.ts";

const domains = z.array(domainName).min(1).max(50);
const names = (found: readonly { domain: string }[]) => found.map(({ domain }) => domain);

const addCloudflareDomain = defineAskingTool({
  name: "add_cloudflare_domain",
  title: "Add a domain to Cloudflare",
  toolset: "cloudflare",
  effect: "destructive",
  undo: {
    instead: "remove_cloudflare_domains takes the domain off again. What was billed until then stays billed.",
  },
  description:
    "Puts a domain of an application on Cloudflare Enterprise, the CDN. Cloudways bills it. Its owner then " +
    "publishes TXT records: check_cloudflare_domain shows them. A person has to approve it.",
  input: () =>
    z.strictObject({ ...appInput, domain: domainName.describe("Host name: shop.example.com"), ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, domain: z.string() }),
  facts: async (input, context) => {
    const facts = await cloudflareFacts(input, context);
    const isThere = facts.domains.some(({ domain }) => domain.toLowerCase() === input.domain);
    if (isThere) throw nothingToChange("list of domains at Cloudflare", names(facts.domains));
    return facts;
  },
  question: (facts, { domain }) => additionQuestion(facts, domain),
  handler: async ({ domain, ...input }, context, found) => {
    const started = await startOnApp(found, input, context, {
      operation: "cloudflare_add_domain",
      path: path`/app/cloudflareCdn`,
      fields: { domain },
    });
    return { ...started, domain, ...(started.status === "completed" && { next_step: PUBLISH }) };
  },
});

const PUBLISH = "Show the user the TXT records that check_cloudflare_domain gives for this domain, to publish in its " +
  "DNS. Then call verify_cloudflare_domain.";

const removeCloudflareDomains = defineAskingTool({
  name: "remove_cloudflare_domains",
  title: "Take domains off Cloudflare",
  toolset: "cloudflare",
  effect: "destructive",
  undo: {
    instead:
      "add_cloudflare_domain puts each domain on Cloudflare again, which is billed, and may need new TXT records.",
  },
  idempotent: true,
  description: "Takes domains of an application off Cloudflare Enterprise, the CDN. One whose DNS still points there " +
    "stops working. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...appInput,
      domains: domains.describe("From get_app_cloudflare: shop.example.com"),
      ...waitInput,
    }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, domains: texts, verified: z.boolean() }),
  facts: async (input, context) => {
    const facts = await cloudflareFacts(input, context);
    return { ...facts, removed: findAttached(facts.domains, input.domains, "domains") };
  },
  question: ({ removed, ...facts }) => removalQuestion(facts, removed),
  handler: async (input, context, { removed, ...found }) => {
    const gone = names(removed);
    const started = await startOnApp(found, input, context, {
      operation: "cloudflare_delete_domain",
      path: path`/app/cloudflareCdn/delete`,
      fields: { domains: gone },
    });
    const isThere = async () =>
      names(await readCloudflareDomains(context.account, found)).some((n) => gone.includes(n));
    const verified = started.status === "completed" && await isSeenGone("domain", isThere);
    return { ...started, domains: gone, verified };
  },
});

const moveCloudflareDomains = defineAskingTool({
  name: "move_cloudflare_domains",
  title: "Move Cloudflare domains",
  toolset: "cloudflare",
  effect: "destructive",
  undo: {
    instead: "move_cloudflare_domains moves them back, with app_id and destination_app_id exchanged.",
  },
  description:
    "Moves domains on Cloudflare Enterprise from one application to another, on any server of the account. " +
    "A person has to approve it.",
  input: () =>
    z.strictObject({
      ...appInput,
      domains: domains.describe("From get_app_cloudflare: shop.example.com"),
      destination_app_id: z.int().min(1).describe("Application that they move to."),
      ...waitInput,
    }),
  output: () =>
    z.looseObject({
      ...appOutput,
      ...startedOutput,
      domains: texts,
      destination_app_id: z.number(),
      destination_app_label: z.string(),
      verified: z.boolean(),
    }),
  facts: async (input, context) => {
    const facts = await cloudflareFacts(input, context);
    const destination = await context.account.currentApp(input.destination_app_id);
    if (destination.app.id === facts.app.id) throw sameApp();
    return { ...facts, moved: findAttached(facts.domains, input.domains, "domains"), destination };
  },
  question: ({ moved, destination, ...facts }) => moveQuestion(facts, moved, destination),
  handler: async (input, context, { moved, destination, ...found }) => {
    const { app, server } = destination;
    const started = await startOnApp(found, input, context, {
      operation: "cloudflare_transfer_domain",
      path: path`/app/cloudflareCdn/transferDomain`,
      fields: { domains: names(moved), dest_server_id: server.id, dest_app_id: app.id },
    });
    return {
      ...started,
      domains: names(moved),
      destination_app_id: app.id,
      destination_app_label: app.label,
      verified: await haveArrived(context.account, destination, { names: names(moved), work: started }),
    };
  },
});

/** Whether the other application is seen to have the domains; false if that can't be seen. */
async function haveArrived(
  account: CloudwaysAccount,
  destination: FoundApp,
  { names: moved, work }: { names: readonly string[]; work: Pick<StartedWork, "status"> },
): Promise<boolean> {
  if (work.status !== "completed") return false;
  const there = await readCloudflareDomains(account, destination).catch((error) => nullIfRefused(error, "any"));
  return there !== null && moved.every((name) => names(there).includes(name));
}

function sameApp(): ToolError {
  const problem = "is the application that the domains are at already";
  return new ToolError("invalid_arguments", `destination_app_id: ${problem}.`, {
    hint: "Nothing was done, and nobody was asked. Give the other application.",
    details: { problems: [{ argument: "destination_app_id", problem }] },
    done: "nothing",
  });
}

/** The tools of this file. */
export const domainsTools: readonly Tool[] = [addCloudflareDomain, removeCloudflareDomains, moveCloudflareDomains];
