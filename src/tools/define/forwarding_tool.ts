/** Tools that stand for the call of another tool. They never run themselves. */
import * as z from "zod";
import { once } from "../../async/once.ts";
import { declare } from "../../confirm/declared_input.ts";
import { type Behaviour, type Tool, type ToolDefinition, toTool } from "./tool.ts";

/** A tool that calls another tool, named in its arguments. */
export type ForwardingToolDefinition =
  & Pick<
    ToolDefinition<z.ZodObject, z.ZodObject>,
    "name" | "title" | "toolset" | "description"
  >
  & {
    /** `read` if it calls only tools that read. */
    effect: "read" | "destructive";
  };

/** Most characters of the arguments of another tool, as text: more than the largest certificate takes. */
const MAX_FORWARDED = 300_000;

/** The input of a tool that calls another one. `arguments` may also be an object. */
export const forwardInput = once(() =>
  z.strictObject({
    name: z.string().min(1).max(64).describe("Name of the tool, as find_tools gives it."),
    // Recorded only if the inner call can't be read.
    arguments: z.string().max(MAX_FORWARDED).meta(declare({ secret: true })).optional()
      .describe("JSON object as text: the arguments of that tool."),
  })
);

/** The call that is carried out decides about the rest. */
const NOT_RUN = { output: () => z.looseObject({}), idempotent: false, accountWide: false };

/** Makes a tool that calls another one. It never runs itself: the dispatcher carries out the inner call. */
export function defineForwardingTool(definition: ForwardingToolDefinition): Tool {
  const { name } = definition;
  const behaviour: Behaviour<ReturnType<typeof forwardInput>> = {
    anonymous: false,
    asks: false,
    forwards: true,
    plan: () => Promise.reject(new Error(`${name} must be unwrapped before it is carried out`)),
  };
  return toTool({ ...definition, ...NOT_RUN, input: forwardInput }, behaviour);
}

/** Makes the tool that takes a change back. It never runs itself: the dispatcher carries out the call of the receipt. */
export function defineTakingBackTool<I extends z.ZodObject>(
  definition: ForwardingToolDefinition & { effect: "destructive"; input: () => I },
): Tool {
  const { name } = definition;
  const behaviour: Behaviour<I> = {
    anonymous: false,
    asks: true,
    forwards: true,
    takesBack: true,
    plan: () => Promise.reject(new Error(`${name} must be exchanged for the call of its receipt`)),
  };
  return toTool({ ...definition, ...NOT_RUN }, behaviour);
}
