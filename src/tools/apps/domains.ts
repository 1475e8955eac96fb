/** The primary domain of an application. */
import * as z from "zod";
import type { AppRecord } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { type AppFacts, appFacts, NOT_TOLD, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import { type ChangedState, differing, type Reverse } from "../define/undo.ts";
import { domainName } from "../define/validators.ts";
import { aliasesAfter, oldDomainFate, settleAliases } from "./old_domain.ts";

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

function domainState(cname: string | null, aliases: readonly string[] | null): ChangedState {
  return { "Primary domain": cname, "Additional domains": aliases && [...aliases].sort() };
}

/** The call that sets the former primary domain so that the additional ones are as they were; none if there is no such call. */
function backToDomain({ id, cname: old, aliases }: AppRecord, cname: string, keep: boolean): Omit<Reverse, "after"> {
  if (old === null) return {};
  if (old === "") return { tool: "delete_app_cname", arguments: { app_id: id } };
  const now = { cname, aliases: aliasesAfter({ cname: old, aliases }, cname, keep) };
  const before = domainState(old, aliases);
  const keeping = [false, true].find((keep) => {
    return differing(before, domainState(old, aliasesAfter(now, old, keep))).length === 0;
  });
  if (keeping === undefined) return {};
  return { arguments: { app_id: id, cname: old, keep_old_as_alias: keeping } };
}

const updateAppCname = defineAskingTool({
  name: "update_app_cname",
  title: "Set the primary domain",
  toolset: "apps",
  effect: "destructive",
  idempotent: true,
  description: "Sets the primary domain of an application. Its DNS must point to the server. Where a primary domain " +
    "exists, or may exist, it becomes an alias, and a person is asked first.",
  input: () =>
    z.strictObject({
      ...appInput,
      cname: domainName.describe("Domain alone: shop.example.com"),
      keep_old_as_alias: z.boolean().default(true).describe("false drops the present primary domain."),
      ...waitInput,
    }),
  output: () => cnameOutput.extend({ old_cname_kept: z.boolean().nullable() }),
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
    const isDone = changed.status === "completed";
    return { ...changed, ...await settleAliases(found, { ...input, keep: keep_old_as_alias }, context, isDone) };
  },
  undo: {
    state: ({ app }) => domainState(app.cname, app.aliases),
    about: onApp,
    reverse: (_before, { app }, { cname, keep_old_as_alias }) => {
      const after = domainState(cname, aliasesAfter(app, cname, keep_old_as_alias));
      return { after, ...backToDomain(app, cname, keep_old_as_alias) };
    },
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
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => cnameOutput,
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
  undo: {
    state: ({ app }) => domainState(app.cname, app.aliases),
    about: onApp,
    reverse: (_before, { app }) => ({
      after: domainState("", app.aliases),
      tool: updateAppCname.name,
      arguments: app.cname === null ? undefined : { app_id: app.id, cname: app.cname, keep_old_as_alias: false },
    }),
  },
});

/** The tools of this file. */
export const domainsTools: readonly Tool[] = [updateAppCname, deleteAppCname];
