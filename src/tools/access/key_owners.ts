/** Whose an SSH key is: the master user's of a server, or an additional user's of one of its applications. */
import * as z from "zod";
import { ToolError } from "../../errors.ts";
import { appInput, serverInput } from "../define/inputs.ts";
import { appFactsIf, onApp, onServer, type ServerFacts, serverFactsIf } from "../define/questions.ts";
import { namesOf, namesOfServer, serverOutput } from "../define/targets.ts";
import type { ToolContext } from "../define/tool.ts";
import { type AppUserFacts, boundUser, readAppUsers } from "./app_users.ts";

/** Who signs in with a key. */
export type KeyOwner = ({ kind: "master" } & ServerFacts) | ({ kind: "app_user" } & AppUserFacts);

/** One key with its owner. */
export type OwnedKey = KeyOwner & { key: { id: number; label: string } };

/** What people call a key. */
export const keyLabel = z.string().min(1).max(100);

/** The inputs that name one key. */
export const keyInput = {
  ...serverInput,
  app_id: appInput.app_id.optional().describe("Needed for a key of an application's user, as get_ssh_keys shows it."),
  ssh_key_id: z.int().min(1).describe("Id from get_ssh_keys."),
};

/** Output schema: the key that an answer is about. */
export const keyOutput = { ...serverOutput, ssh_key_id: z.number(), label: z.string(), user_name: z.string() };

/**
 * Finds a key and its owner; from Cloudways and not from a cache, if a person may be asked.
 *
 * @throws {ToolError} `not_found`.
 */
export async function ownedKey(
  mayAsk: boolean,
  { server_id, app_id, ssh_key_id }: { server_id: number; app_id?: number | undefined; ssh_key_id: number },
  context: ToolContext,
): Promise<OwnedKey> {
  if (app_id === undefined) {
    const facts = await serverFactsIf(mayAsk, { server_id }, context);
    const key = facts.server.ssh_keys.find(({ id }) => id === ssh_key_id);
    if (key === undefined) throw noSuchKey();
    return { kind: "master", ...facts, key: { id: ssh_key_id, label: key.label } };
  }
  const facts = await appFactsIf(mayAsk, { app_id, server_id }, context);
  for (const user of await readAppUsers(context.account, facts)) {
    const key = user.ssh_keys.find(({ id }) => id === ssh_key_id);
    if (key !== undefined) return { kind: "app_user", ...facts, user, key: { id: ssh_key_id, label: key.label } };
  }
  throw noSuchKey();
}

function noSuchKey(): ToolError {
  return new ToolError("not_found", "There is no SSH key with this id.", {
    hint:
      "get_ssh_keys lists the keys. A key of an application's user needs the app_id that stands beside it; a key of " +
      "the server must be named without app_id.",
    details: { problems: [{ argument: "ssh_key_id", problem: "is no key here" }] },
    done: "nothing",
  });
}

/** The user that a key signs in as. */
export function ownerName(owner: KeyOwner): string {
  return owner.kind === "master" ? owner.server.master_user : owner.user.sys_user;
}

/** What a key opens, as the subject of a question. */
export function subjectOf(owner: KeyOwner) {
  return owner.kind === "master" ? onServer(owner) : onApp(owner);
}

/** What identifies the owner of a key, for the yes. */
export function boundOwner(owner: KeyOwner) {
  return owner.kind === "master" ? { master_user: owner.server.master_user } : { user: boundUser(owner) };
}

/** How an answer names what a key opens. */
export function namesOfOwner(owner: KeyOwner) {
  const user_name = ownerName(owner);
  if (owner.kind === "master") return { ...namesOfServer(owner.server), user_name };
  return { ...namesOf(owner), app_user_id: owner.user.id, user_name };
}
