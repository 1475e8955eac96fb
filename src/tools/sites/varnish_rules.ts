/** What is left out of the Varnish cache of an application. */
import * as z from "zod";
import type { CloudwaysAccount, StartedWork } from "../../cloudways/account.ts";
import { givenList } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import type { Question } from "../../confirm/question.ts";
import { refuseHidden } from "../define/hidden_entries.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import {
  asWritten,
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
import { type AppFacts, appFacts, onApp } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";

const exclusion = z.looseObject({ method: z.literal("exclude"), type: z.enum(["url", "cookie"]), value: z.string() });
const rule = z.record(z.string(), z.unknown());
const rulesReply = z.looseObject({ response: z.looseObject({ vcl_list: givenList(rule) }) });

/** A rule as a text: `url:/checkout`. One of another kind, which was never seen, is its own JSON. */
function textOf(record: z.output<typeof rule>): string {
  const known = exclusion.safeParse(record).data;
  return known === undefined ? JSON.stringify(record) : `${known.type}:${known.value}`;
}

/** The text of a rule as Cloudways takes it. */
function ruleOf(text: string): unknown {
  if (text.startsWith("{")) return JSON.parse(text);
  const [, type, value] = /^(url|cookie):(.*)$/.exec(text) ?? [];
  return { method: "exclude", type, value };
}

/** The rules, whole: for writing them back. */
async function readRules(account: CloudwaysAccount, found: FoundApp): Promise<string[]> {
  const { response } = await account.read({
    operation: "app_varnish_settings_get",
    path: path`/app/manage/varnish_setting`,
    reply: rulesReply,
    query: idsOf(found),
    reveal: true,
  });
  return response.vcl_list.map(textOf);
}

/** An application with an edit of its rules. */
interface RuleFacts extends AppFacts {
  before: string[];
  edited: EditedList;
}

/** @throws {ToolError} Where the rules can't be read, or would not change. */
async function planEdit(
  input: { app_id: number; server_id?: number | undefined } & ListEdit,
  context: ToolContext,
): Promise<RuleFacts> {
  const facts = await appFacts(input, context);
  const before = await readRules(context.account, facts);
  const edited = editList(before, input);
  refuseHidden("list of Varnish rules", edited.after);
  if (edited.added.length + edited.removed.length === 0) throw nothingToChange("list of Varnish rules", before);
  return { ...facts, before, edited };
}

const ruleTexts = z.array(
  z.string().max(500).refine(
    (text) => /^(?:url|cookie):\S+$/.test(text),
    "must be such as url:/cart or cookie:session",
  ),
).max(200);

const updateAppVarnishRules = defineAskingTool({
  name: "update_app_varnish_rules",
  title: "Varnish exclusions",
  toolset: "sites",
  effect: "destructive",
  description:
    "Edits the URLs and cookies that are left out of the Varnish cache of an application: add and remove, or " +
    "replace all. get_app_varnish_settings shows them. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...appInput,
      add: ruleTexts.min(1).optional().describe("To leave out: url:/cart, cookie:session"),
      remove: ruleTexts.min(1).optional().describe("To cache again, in the same form."),
      replace: ruleTexts.optional().describe("All rules, instead of add and remove."),
      ...waitInput,
    }).superRefine((input, context) => checkEdit(input, context, asWritten)),
  output: () =>
    z.looseObject({
      ...appOutput,
      ...startedOutput,
      before: texts,
      after: texts,
      added: texts,
      removed: texts,
      not_there: texts,
    }),
  facts: planEdit,
  question(facts): Question {
    const { app, before, edited } = facts;
    const { added, removed } = edited;
    const consequences = [
      removed.length > 0
        ? "Pages that are cached again may be shown to other visitors as the first one got them, with carts and accounts."
        : "",
      added.length > 0 ? "Pages that are left out come slower, and the server works more." : "",
      "It can be undone by changing the rules back.",
    ];
    return {
      headline: `Change what Varnish does not cache of application ${app.id}: ${added.length} added, ` +
        `${removed.length} removed.`,
      ...onApp(facts),
      consequences: consequences.filter((sentence) => sentence !== ""),
      facts: differenceFacts(before, edited),
      target: { rules: canonicalEntries(before) },
    };
  },
  handler: async ({ wait_seconds }, { account, progress }, facts) => {
    const { before, edited: { after, added, removed, missing } } = facts;
    const { written } = await makeChange<string[], StartedWork>({
      what: "list of Varnish rules",
      before,
      wanted: after,
      read: () => readRules(account, facts),
      write: () =>
        account.start({
          operation: "app_varnish_settings_update",
          method: "POST",
          path: path`/app/manage/varnish_setting`,
          form: { ...idsOf(facts), vcl_list: JSON.stringify(after.map(ruleOf)) },
        }, waitOptions(wait_seconds, progress)),
      isSame: (a, b) => sameEntries(a, b),
      hasEnded: ({ status }) => status === "completed",
    });
    const lists = { before, after, added, removed, not_there: missing };
    return { ...namesOf(facts), ...written, ...blocks(facts.server, written), ...lists };
  },
  undo: {
    state: ({ before }) => ({ "Left out of the Varnish cache": canonicalEntries(before) }),
    about: onApp,
    reverse: (_before, { app, before, edited }) => ({
      after: { "Left out of the Varnish cache": canonicalEntries(edited.after) },
      arguments: { app_id: app.id, replace: before },
    }),
  },
});

/** The tools of this file. */
export const varnishRulesTools: readonly Tool[] = [updateAppVarnishRules];
