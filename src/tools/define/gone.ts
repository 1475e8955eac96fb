/** Looking whether what was deleted is gone. */
import { ToolError } from "../../errors.ts";
import { nullIfRefused } from "./questions.ts";

/**
 * Looks once after a deletion; false if it can't be looked up.
 *
 * @throws {ToolError} `upstream_error` if it is still there.
 */
export async function isSeenGone(what: string, isThere: () => Promise<boolean>): Promise<boolean> {
  const there = await isThere().catch((error) => nullIfRefused(error, "any"));
  if (there === null) return false;
  if (!there) return true;
  throw new ToolError("upstream_error", `Cloudways accepted the deletion, but the ${what} is still there.`, {
    hint: `Tell the user, and look again in a minute before you delete the ${what} once more.`,
    done: "unknown",
  });
}
