/** The primary domain of an application. */
import { z } from "zod";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { type AppFacts, appFacts, NOT_TOLD, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import { domainName } from "../define/validators.ts";
import { keepOldDomain, oldDomainFate } from "./old_domain.ts";

const cnameOutput = z.looseObject({
  ...appOutput,
  ...startedOutput,
  old_cname: z.string().nullable(),
  new_cname: z.string().nullable(),
});

/** Sets or removes the primary domain, and says what it was. */
async function changeCname(
  found: FoundApp,
  input: { wait_seconds: number; cname?: string },
  context: ToolContext,
  work: { operation: string; method: "POST" | "DELETE" },
) {
  const { cname } = input;
  const started = await startOnApp(found, input, context, {
    ...work,
    path: path`/app/manage/cname`,
    fields: { cname },
  });
  return { ...started, old_cname: found.app.cname || null, new_cname: cname ?? null };
}

/** The primary domain before a change and, where there is one, after it. */
function cnameFacts({ app }: AppFacts, cname?: string) {
  const now = { name: "Primary domain now", values: [app.cname ?? NOT_TOLD].filter((domain) => domain !== "") };
  const facts = cname === undefined ? [now] : [now, { name: "New primary domain", values: [cname] }];
  return { facts, target: { cname: app.cname } };
}

/**
 * Nobody is asked to remove what is not there.
 *
 * @throws {ToolError} `not_found` where Cloudways says that there is no primary domain.
 */
function requireCname(facts: AppFacts): AppFacts {
  if (facts.app.cname !== "") return facts;
  throw new ToolError("not_found", `Application ${facts.app.id} has no primary domain.`, {
    hint: "Nothing was done, and nobody was asked: there is nothing to remove.",
    done: "nothing",
  });
}

const updateAppCname = defineAskingTool({
  name: "update_app_cname",
  title: "Set the primary domain",
  toolset: "apps",
  effect: "destructive",
  idempotent: true,
  description: "Sets the primary domain of an application. Its DNS must point to the server. Where a primary domain " +
    "exists, or may exist, it becomes an alias, and a person is asked first.",
  input: z.strictObject({
    ...appInput,
    cname: domainName.describe("Domain alone: shop.example.com"),
    keep_old_as_alias: z.boolean().default(true).describe("false drops the present primary domain."),
    ...waitInput,
  }),
  output: cnameOutput.extend({ old_cname_kept: z.boolean().nullable() }),
  facts: appFacts,
  question(facts, { cname, keep_old_as_alias }) {
    if (facts.app.cname === "") return undefined;
    return {
      headline: `Replace the primary domain of application ${facts.app.id}.`,
      ...onApp(facts),
      consequences: [
        oldDomainFate(facts.app, keep_old_as_alias),
        "The certificate may not be for the new domain; visitors see warnings then.",
        "It can be undone by setting the former domain again.",
      ],
      ...cnameFacts(facts, cname),
    };
  },
  handler: async ({ keep_old_as_alias, ...input }, context, found) => {
    const changed = await changeCname(found, input, context, { operation: "app_cname_update", method: "POST" });
    if (!keep_old_as_alias) return { ...changed, old_cname_kept: false };
    return { ...changed, ...await keepOldDomain(found, input, context, changed.status === "completed") };
  },
});

const deleteAppCname = defineAskingTool({
  name: "delete_app_cname",
  title: "Remove the primary domain",
  toolset: "apps",
  effect: "destructive",
  idempotent: true,
  description: "Removes the primary domain of an application, which then answers only under the address Cloudways " +
    "gave it and its aliases. A person has to approve it.",
  input: z.strictObject({ ...appInput, ...waitInput }),
  output: cnameOutput,
  facts: async (input, context) => requireCname(await appFacts(input, context)),
  question: (facts) => ({
    headline: `Remove the primary domain of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Visitors reach the application only by its aliases and by the address that Cloudways gave it.",
      "It can be undone by setting the domain again.",
    ],
    ...cnameFacts(facts),
  }),
  handler: (input, context, found) =>
    changeCname(found, input, context, { operation: "app_cname_delete", method: "DELETE" }),
});

/** The tools of this file. */
export const domainsTools: readonly Tool[] = [updateAppCname, deleteAppCname];
