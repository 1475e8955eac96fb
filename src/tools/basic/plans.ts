/** Several changes at once: planned and shown first, then approved and applied together. */
import * as z from "zod";
import { declare } from "../../confirm/declared_input.ts";
import { records } from "../define/outputs.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";

/** Most characters of a tool's name, and of the arguments of a step. Not listed, for brevity. */
const MAX_NAME = 64;
const MAX_ARGUMENTS = 200_000;
const MAX_SERVERS = 50;
const PLAN_ID = /^[0-9a-f-]{36}$/;

/** Not listed, for brevity: the time matters little, since the same call goes on. */
const wait_seconds = z.int().min(0).max(300).default(20).meta(declare({ role: "wait", unlisted: true }))
  .describe("Seconds to go on.");

const step = z.strictObject({
  tool: z.string().refine((name) => name.length <= MAX_NAME, "must be the name of a tool"),
  arguments: z.string().refine((text) => text.length <= MAX_ARGUMENTS, "is too long").meta(declare({ json: true }))
    .optional().describe("JSON object as text."),
  all_servers: z.boolean().optional().describe("On every server."),
  server_ids: z.array(z.int()).refine((ids) => ids.length <= MAX_SERVERS, "are too many").optional()
    .describe("On these."),
});

const planChanges = defineTool({
  name: "plan_changes",
  title: "Plan changes",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: "Checks up to 50 calls that change something and shows what each would do, and whether it can be " +
    "undone, such as one change on all servers. Changes nothing: apply_plan does them after one approval.",
  input: () =>
    z.strictObject({
      steps: z.array(step).min(1).max(50).describe("In order; none may build on another."),
      continue_on_error: z.boolean().optional().describe("Go on after a failure."),
    }),
  output: () => z.looseObject({ plan_id: z.string(), valid_until: z.string(), request_count: z.int(), steps: records }),
  handler: ({ steps, continue_on_error: continueOnError = false }, { plans }) => plans.make(steps, { continueOnError }),
});

const applyPlan = defineAskingTool({
  name: "apply_plan",
  title: "Apply a plan",
  toolset: "basic",
  effect: "destructive",
  undo: { none: "each step that can be put back has a receipt of its own" },
  accountWide: false,
  description: "Does the steps of a plan of plan_changes. A person has to approve it, once. Call it again while it " +
    "answers running.",
  input: () =>
    z.strictObject({
      plan_id: z.string().refine((id) => PLAN_ID.test(id), "must be a plan_id of plan_changes")
        .describe("From plan_changes."),
      wait_seconds,
    }),
  output: () => z.looseObject({ plan_id: z.string(), status: z.string(), steps: records }),
  facts: ({ plan_id }, { plans }) => plans.open(plan_id),
  question: ({ question }) => question,
  handler: (_input, _context, { carryOut }) => carryOut(),
});

/** The tools of this file. */
export const plansTools: readonly Tool[] = [planChanges, applyPlan];
