/** Making what must not be there already: users and keys. What is there is found before anybody is asked, if it can be. */
import * as z from "zod";
import type { CloudwaysAccount, WriteRequest } from "../../cloudways/account.ts";
import { idNumber, knownApps, looseText, type ServerRecord } from "../../cloudways/models.ts";
import { sayingOf } from "../../cloudways/replies.ts";
import { ToolError } from "../../errors.ts";

/** Cloudways' words about a name or a key that is there already. */
const ALREADY = /already exists/i;

/** Makes the clear error for what is there already. `said` is Cloudways' message, if it refused. */
export type Taken = (said?: { cloudways_message?: string }) => ToolError;

/** The refusal of a user name that is in use. `hint` says what to do. */
export function nameTaken(hint: string): Taken {
  return (said = {}) =>
    new ToolError("validation_failed", "A user with this name exists already.", {
      hint: `Nothing was done. ${hint}`,
      details: { problems: [{ argument: "user_name", problem: "is taken" }], ...said },
      done: "nothing",
    });
}

/** The users of the operating system that a server and each of its applications have of their own. */
export function builtInUsers(server: ServerRecord): string[] {
  return [server.master_user, ...knownApps(server).map(({ sys_user }) => sys_user)];
}

/** Passes a failure on. If Cloudways refused what is there already, it becomes the clear error. */
export function clearlyTaken(taken: Taken): (error: unknown) => never {
  return (error) => {
    const isRefusal = error instanceof ToolError && error.code === "validation_failed";
    const said = isRefusal ? sayingOf(error) : {};
    throw ALREADY.test(said.cloudways_message ?? "") ? taken(said) : error;
  };
}

/**
 * Sends the request that makes something, once, and returns its id. The refusal of what is there already may come with
 * any status.
 *
 * @param idMember The member of the answer that holds the id.
 * @throws {ToolError} The clear error if it is there already, and any failure.
 */
export async function makeOne(
  account: CloudwaysAccount,
  request: Omit<WriteRequest<unknown>, "reply">,
  { idMember, taken }: { idMember: string; taken: Taken },
): Promise<number> {
  const reply = await account.write({ ...request, reply: z.looseObject({ message: looseText }) })
    .catch(clearlyTaken(taken));
  const id = idNumber.safeParse(reply[idMember]).data;
  if (id !== undefined) return id;
  const said = reply.message === "" ? {} : { cloudways_message: reply.message };
  if (ALREADY.test(reply.message)) throw taken(said);
  throw new ToolError("upstream_error", "Cloudways answered without the id of what was to be made.", {
    hint: "Look at the present state before you try again.",
    details: said,
  });
}
