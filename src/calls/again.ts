import { ToolError } from "../errors.ts";
import type { Tool } from "../tools/define/tool.ts";

/** An argument that every asking tool takes and none lists: the model learns of it only after a no. */
const AGAIN = "again";

/** The arguments of a call, with `again` apart from those of the tool. */
export interface SentArguments {
  args: Readonly<Record<string, unknown>>;
  /** The user wants to be asked again after a no. It does not count as a yes. */
  again: boolean;
}

/**
 * Takes `again` out of the arguments of a tool that asks.
 *
 * @throws {ToolError} `invalid_arguments` where it is neither true nor false.
 */
export function readAgain({ name, asks }: Tool, args: Readonly<Record<string, unknown>>): SentArguments {
  if (!asks || !Object.hasOwn(args, AGAIN)) return { args, again: false };
  const { [AGAIN]: sent, ...rest } = args;
  const word = typeof sent === "string" ? sent.toLowerCase() : sent;
  if (word === true || word === "true") return { args: rest, again: true };
  if (word === false || word === "false" || word === "" || word === null) return { args: rest, again: false };
  const problem = "must be true or false";
  throw new ToolError("invalid_arguments", `The arguments of ${name} are wrong. ${AGAIN}: ${problem}`, {
    hint: "Nothing was done; call again. It is for a call that a person said no to, and only if the user wants to be " +
      "asked again.",
    details: { problems: [{ argument: AGAIN, problem }] },
  });
}
