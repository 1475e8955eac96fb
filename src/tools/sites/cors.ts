/** Which other sites may read from an application. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import type { Question } from "../../confirm/question.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { appFacts, inWords, nullIfRefused, onApp } from "../define/questions.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { readFlags } from "./flags.ts";

const setAppCorsHeaders = defineAskingTool({
  name: "set_app_cors_headers",
  title: "CORS headers",
  toolset: "sites",
  effect: "destructive",
  idempotent: true,
  description: "Sets the CORS headers of an application: which other origins may read from it. Sources differ on the " +
    "value: the words enable and disable, or the header's text. A person has to approve it. " +
    "Cloudways' answer is not documented; it is shown as it came.",
  input: () =>
    z.strictObject({
      ...appInput,
      cors_header: z.string().min(1).max(500).describe("enable, disable, or a text such as https://www.example.com"),
      ...waitInput,
    }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, cors_header: z.string() }),
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    const flags = await readFlags(context.account, facts).catch(nullIfRefused);
    return { ...facts, now: flags?.cors_header ?? null };
  },
  question: (facts, { cors_header }): Question => ({
    headline: `Set which other origins may read from application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Scripts on the pages of other origins may then read what the site answers, or may no longer.",
      "It can be undone by setting the former value, which Cloudways doesn't tell.",
    ],
    facts: [
      { name: "CORS headers now", values: [inWords(facts.now, ["on", "off"])] },
      { name: "New value", values: [cors_header] },
    ],
    target: { now: facts.now },
  }),
  handler: async ({ cors_header, ...input }, context, found) => {
    const fields = { corsHeader: cors_header };
    const work = { operation: "app_cors_headers_update", path: path`/app/cors_header`, fields };
    return { ...await startOnApp(found, input, context, work), cors_header };
  },
  undo: {
    state: ({ now }) => ({ [HEADERS]: now }),
    about: onApp,
    // The text of headers that are on is not told.
    reverse: (before, { app }, { cors_header }) =>
      before[HEADERS] === false
        ? { after: { [HEADERS]: cors_header !== "disable" }, arguments: { app_id: app.id, cors_header: "disable" } }
        : { after: { [HEADERS]: cors_header } },
  },
});

const HEADERS = "CORS headers";

/** The tools of this file. */
export const corsTools: readonly Tool[] = [setAppCorsHeaders];
