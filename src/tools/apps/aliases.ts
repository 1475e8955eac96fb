/** The additional domains of an application. */
import * as z from "zod";
import type { StartedWork } from "../../cloudways/account.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import {
  canonicalEntries,
  checkEdit,
  differenceFacts,
  type EditedList,
  editList,
  type ListEdit,
  sameEntries,
} from "../define/list_edits.ts";
import { startedOutput, texts } from "../define/outputs.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";
import { type AppFacts, appFacts, NOT_TOLD, onApp } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import { aliasName } from "../define/validators.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import type { Question } from "../../confirm/question.ts";

/** An application with an edit of its additional domains. */
interface AliasFacts extends AppFacts {
  edited: EditedList;
}

const lowerCase = (domain: string) => domain.toLowerCase();

/** @throws {ToolError} Where the list can't be edited, or would not change. */
async function planEdit(
  input: { app_id: number; server_id?: number | undefined } & ListEdit,
  context: ToolContext,
): Promise<AliasFacts> {
  const facts = await appFacts(input, context);
  const { cname, aliases } = facts.app;
  const given = [["add", input.add], ["replace", input.replace]] as const;
  const [wrong] = given.filter(([, domains]) => cname !== null && cname !== "" && domains?.includes(lowerCase(cname)));
  if (wrong !== undefined) throw isPrimary(wrong[0]);
  if (aliases === null && input.replace === undefined) throw aliasesNotTold();
  const edited = editList(aliases ?? [], input, lowerCase);
  if (aliases !== null && edited.added.length + edited.removed.length === 0) {
    throw nothingToChange("list of additional domains", aliases);
  }
  return { ...facts, edited };
}

function isPrimary(argument: string): ToolError {
  const problem = "names the primary domain, which is no additional one";
  return new ToolError("invalid_arguments", `${argument}: ${problem}.`, {
    hint: "Nothing was done, and nobody was asked.",
    details: { problems: [{ argument, problem }] },
    done: "nothing",
  });
}

function aliasesNotTold(): ToolError {
  return new ToolError("upstream_error", "Cloudways does not tell the additional domains, so they can't be edited.", {
    hint: "Nothing was changed. To set the whole list whatever it holds, call with replace.",
    done: "nothing",
  });
}

/**
 * Replaces the additional domains of an application as planned, and waits for it.
 *
 * @throws {ToolError} Where the list changed meanwhile, and where it does not become what was asked for.
 */
export async function writeAliases(
  found: FoundApp,
  wanted: readonly string[],
  input: { wait_seconds: number },
  { account, progress }: ToolContext,
): Promise<StartedWork> {
  const current = async () => (await account.currentApp(found.app.id, found.server.id)).app.aliases;
  const { written } = await makeChange<readonly string[] | null, StartedWork>({
    what: "list of additional domains",
    before: found.app.aliases,
    wanted,
    read: current,
    write: () =>
      account.start({
        operation: "app_aliases_update",
        method: "POST",
        path: path`/app/manage/aliases`,
        // In a form, one empty entry means an empty list.
        form: { ...idsOf(found), aliases: wanted.length === 0 ? [""] : wanted },
      }, waitOptions(input.wait_seconds, progress)),
    isSame: (a, b) => a === null || b === null ? a === b : sameEntries(withoutEmpty(a), withoutEmpty(b), lowerCase),
    hasEnded: ({ status }) => status === "completed",
  });
  return written;
}

/** A list that was emptied may hold the empty text we sent. */
function withoutEmpty(domains: readonly string[]): string[] {
  return domains.filter((domain) => domain.trim() !== "");
}

const names = z.array(aliasName).max(500);

const updateAppAliases = defineAskingTool({
  name: "update_app_aliases",
  title: "Additional domains",
  toolset: "apps",
  effect: "destructive",
  description: "Edits the additional domains (aliases) of an application: add and remove, or replace the whole list. " +
    "All others stay. Their DNS must point to the server. Asks only where one is removed.",
  input: () =>
    z.strictObject({
      ...appInput,
      add: names.min(1).optional().describe("To add: www.example.com, *.example.com"),
      remove: names.min(1).optional().describe("To take off."),
      replace: names.optional().describe("The whole new list, instead of add and remove."),
      ...waitInput,
    }).superRefine((input, context) => checkEdit(input, context, lowerCase)),
  output: () =>
    z.looseObject({
      ...appOutput,
      ...startedOutput,
      before: texts.nullable(),
      after: texts,
      added: texts,
      removed: texts,
      not_there: texts,
    }),
  facts: planEdit,
  question(facts): Question | undefined {
    const { app, edited } = facts;
    if (edited.removed.length === 0 && app.aliases !== null) return undefined;
    const changes = app.aliases === null
      ? "it may lose some that Cloudways doesn't tell"
      : `${edited.added.length} added, ${edited.removed.length} removed`;
    return {
      headline: `Change the additional domains of application ${app.id}: ${changes}.`,
      ...onApp(facts),
      consequences: [
        "Visitors who come by a removed domain no longer reach the application.",
        "It can be undone by adding the domain again.",
      ],
      facts: differenceFacts(app.aliases ?? [NOT_TOLD], edited),
      target: { before: app.aliases && canonicalEntries(app.aliases, lowerCase) },
    };
  },
  handler: async (input, context, found) => {
    const { after, added, removed, missing } = found.edited;
    const started = await writeAliases(found, after, input, context);
    return {
      ...namesOf(found),
      ...started,
      ...blocks(found.server, started),
      ...(added.length > 0 && started.status === "completed" && { next_step: CERTIFICATE }),
      before: found.app.aliases,
      after,
      added,
      removed,
      not_there: missing,
    };
  },
  undo: {
    state: ({ app }) => ({ [ADDITIONAL]: app.aliases && canonicalEntries(withoutEmpty(app.aliases), lowerCase) }),
    about: onApp,
    reverse: (_before, { app, edited }) => ({
      after: { [ADDITIONAL]: canonicalEntries(edited.after, lowerCase) },
      arguments: app.aliases === null ? undefined : { app_id: app.id, replace: withoutEmpty(app.aliases) },
    }),
  },
});

const ADDITIONAL = "Additional domains";

const CERTIFICATE = "A certificate does not cover added domains by itself. Look with list_domains, then call " +
  "install_letsencrypt with every domain it shall be for.";

/** The tools of this file. */
export const aliasesTools: readonly Tool[] = [updateAppAliases];
