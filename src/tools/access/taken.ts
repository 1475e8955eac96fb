/** Names and keys that are there already: found before anybody is asked, or refused by Cloudways. */
import type { ServerRecord } from "../../cloudways/models.ts";
import { knownApps } from "../../cloudways/models.ts";
import { sayingOf } from "../../cloudways/replies.ts";
import { ToolError } from "../../errors.ts";

/** Cloudways' words about a name or a key that is there already. */
const ALREADY = /already exists/i;

/** The refusal of a user name that is in use. */
export function nameTaken(said: { cloudways_message?: string } = {}): ToolError {
  return new ToolError("validation_failed", "A user with this name exists already.", {
    hint: "Nothing was done. Ask the user for another name, and call again with it.",
    details: { problems: [{ argument: "user_name", problem: "is taken" }], ...said },
    done: "nothing",
  });
}

/** Passes a failure on; what Cloudways refuses because it is there already becomes the clearer error. */
export function clearlyTaken(taken: (said: { cloudways_message?: string }) => ToolError): (error: unknown) => never {
  return (error) => {
    const isRefusal = error instanceof ToolError && error.code === "validation_failed";
    const said = isRefusal ? sayingOf(error) : {};
    throw ALREADY.test(said.cloudways_message ?? "") ? taken(said) : error;
  };
}

/** The users of the operating system that every server and application has of its own. */
export function builtInUsers(server: ServerRecord): string[] {
  return [server.master_user, ...knownApps(server).map(({ sys_user }) => sys_user)];
}
