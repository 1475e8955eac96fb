/** Changing how large a server is. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import type { Question } from "../../confirm/question.ts";
import { serverInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { nothingToChange } from "../define/planned_change.ts";
import { countApps, NOT_TOLD, onServer, type ServerFacts, serverFacts } from "../define/questions.ts";
import { startOnServer } from "../define/start.ts";
import { serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { BILLED } from "./billing.ts";
import { placeInput } from "./inputs.ts";
import { requireSize } from "./offers.ts";
import { canShrink, memoryOf } from "./providers.ts";

/** Whether the new size has less memory; null where a size doesn't say how much it has. */
function isSmaller(before: string, after: string): boolean | null {
  const [old, next] = [memoryOf(before), memoryOf(after)];
  return old === null || next === null ? null : next < old;
}

/** What a smaller size, or one that may be smaller, means. */
function smallerSentences({ server }: ServerFacts, size: string): string[] {
  const smaller = isSmaller(server.instance_type, size);
  if (smaller === false) return [];
  const memory = smaller === true
    ? "The new size has less memory: the applications may get slow, or fail."
    : "It is not known here whether the new size is smaller: with less memory the applications may get slow, or fail.";
  if (canShrink(server) !== false) return [memory];
  return [
    memory,
    "Cloudways makes servers smaller only at Amazon and Google Cloud, so it may refuse a smaller size here.",
  ];
}

function wayBack(facts: ServerFacts): string {
  switch (canShrink(facts.server)) {
    case true:
      return "It can be undone by changing the size back, with another restart.";
    case false:
      return "A larger size can't be undone: at this provider Cloudways makes no server smaller. A copy of the server " +
        "can be made in a smaller size.";
    case null:
      return "It may be that it can't be undone: at most providers Cloudways makes no server smaller.";
  }
}

function resizeQuestion(facts: ServerFacts, size: string): Question {
  const { id, instance_type } = facts.server;
  return {
    headline: `Resize server ${id} with ${countApps(facts)}, which restarts it. ${BILLED}`,
    ...onServer(facts),
    consequences: [
      "Visitors of every application on the server get no answer while it restarts, mostly some minutes.",
      "What visitors and jobs are doing just then, such as a payment, is cut off. Stored data stays.",
      ...smallerSentences(facts, size),
      wayBack(facts),
    ],
    facts: [
      { name: "Size before", values: [instance_type === "" ? NOT_TOLD : instance_type], isFirst: true },
      { name: "Size after", values: [size], isFirst: true },
    ],
    target: { size: instance_type },
  };
}

const resizeServer = defineAskingTool({
  name: "resize_server",
  title: "Resize a server",
  toolset: "provisioning",
  effect: "destructive",
  undo: { instead: "resize_server back to size_before, with another restart; smaller only at amazon and gce." },
  idempotent: true,
  description:
    "Changes the size of a server: its plan, with more or less memory and processors. The server restarts, and " +
    "Cloudways bills the new size. Only amazon and gce can go back to a smaller one. A person has to approve it.",
  input: () => z.strictObject({ ...serverInput, size: placeInput.size, ...waitInput }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput, size: z.string(), size_before: z.string() }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    const { cloud, instance_type } = facts.server;
    if (instance_type === input.size) throw nothingToChange("size", { size: instance_type });
    if (cloud !== "") await requireSize(context.account, cloud, input.size);
    return facts;
  },
  question: (facts, { size }) => resizeQuestion(facts, size),
  handler: async ({ size, ...input }, context, { server }) => {
    const started = await startOnServer(server, input, context, {
      operation: "server_scale",
      path: path`/server/scaleServer`,
      fields: { instance_type: size },
    });
    return { ...started, size, size_before: server.instance_type };
  },
});

/** The tools of this file. */
export const resizeTools: readonly Tool[] = [resizeServer];
