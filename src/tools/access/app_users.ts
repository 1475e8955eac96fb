/** Finding the additional users of an application, for the tools that change them. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { APP_USERS, type AppUser } from "../../cloudways/app_users.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { appInput } from "../define/inputs.ts";
import { type AppFacts, appFacts } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import type { ToolContext } from "../define/tool.ts";

const appUserId = z.int().min(1).describe("Id from list_app_users.");

/** The inputs of every tool about one additional user. */
export const appUserInput = { ...appInput, app_user_id: appUserId };

/** Output schema: the user that an answer is about. */
export const appUserOutput = { ...appOutput, app_user_id: z.number(), user_name: z.string() };

/** A name for a user of the operating system. Cloudways was seen to take such names. */
export const userName = z.string().regex(
  /^[a-z][a-z0-9_-]{1,31}$/,
  "must have 2 to 32 characters: small letters, digits, _ or -, a letter first",
);

/** An application, and one of its additional users. */
export interface AppUserFacts extends AppFacts {
  user: AppUser;
}

/** The additional users of an application, as they are now. */
export function readAppUsers(account: CloudwaysAccount, found: FoundApp): Promise<AppUser[]> {
  return account.read({ ...APP_USERS, query: idsOf(found) });
}

/**
 * Reads the user that a call is about to change, from Cloudways and not from a cache.
 *
 * @throws {ToolError} `not_found`.
 */
export async function appUserFacts(
  input: { app_id: number; server_id?: number | undefined; app_user_id: number },
  context: ToolContext,
): Promise<AppUserFacts> {
  const facts = await appFacts(input, context);
  const users = await readAppUsers(context.account, facts);
  const user = users.find(({ id }) => id === input.app_user_id);
  if (user !== undefined) return { ...facts, user };
  throw new ToolError("not_found", "The application has no additional user with this id.", {
    hint: "list_app_users gives the ids of its additional users. Its own user has none.",
    details: { problems: [{ argument: "app_user_id", problem: "is no additional user of this application" }] },
    done: "nothing",
  });
}

/** The members of {@linkcode appUserOutput}. */
export function namesOfUser(facts: AppUserFacts): z.output<z.ZodObject<typeof appUserOutput>> {
  return { ...namesOf(facts), app_user_id: facts.user.id, user_name: facts.user.sys_user };
}

/** What identifies a user and the keys that belong to it, for the yes. */
export function boundUser({ user: { id, sys_user, ssh_keys } }: AppUserFacts) {
  return { id, name: sys_user, keys: ssh_keys.map((key) => key.id).toSorted() };
}
