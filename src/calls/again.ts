import { ToolError } from "../errors.ts";
import type { Tool } from "../tools/define/tool.ts";

/** Understood by every tool that asks, and listed by none: only after a no does the model learn of it. */
const AGAIN = "again";

/** Arguments without `again`, which is none of the tool's own. */
export interface SentArguments {
  args: Readonly<Record<string, unknown>>;
  /** A person said no, and the user wants to be asked again. It is no yes. */
  again: boolean;
}

/**
 * Takes `again` out of the arguments of a tool that asks.
 *
 * @throws {ToolError} `invalid_arguments` where it is no flag.
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
