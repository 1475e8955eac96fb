/** Guards what is written back against what was hidden in it. */
import { ToolError } from "../../errors.ts";
import { HIDDEN } from "../../text/redaction/patterns.ts";

/** Whether something is hidden in a text, so that it can't be written back. */
export function holdsHidden(text: string): boolean {
  return text.includes(HIDDEN);
}

/**
 * Even what is read whole comes without the caller's own access token: written back so, it would be spoilt.
 *
 * @param what In words of ours, after "the": `list of cron jobs`.
 * @throws {ToolError} `validation_failed` where something is hidden in it.
 */
export function refuseHidden(what: string, entries: readonly string[]): void {
  if (!entries.some(holdsHidden)) return;
  throw new ToolError("validation_failed", `The ${what} holds this caller's own credentials, which are hidden here.`, {
    hint: "Nothing was done, and nobody was asked: written back, they would be lost. Edit it in the Cloudways console.",
    done: "nothing",
  });
}
