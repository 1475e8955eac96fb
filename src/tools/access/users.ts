/** Additional SSH and SFTP users of an application: listing, creating, new passwords, deleting. */
import * as z from "zod";
import { doneReply } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { appInput } from "../define/inputs.ts";
import { records } from "../define/outputs.ts";
import { appFacts, onApp } from "../define/questions.ts";
import { passwordOutput, SEEN_BY, show } from "../define/secrets.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import {
  appUserFacts,
  appUserInput,
  appUserOutput,
  boundUser,
  namesOfUser,
  readAppUsers,
  userName,
} from "./app_users.ts";
import { builtInUsers, makeOne, nameTaken } from "./taken.ts";

const listAppUsers = defineTool({
  name: "list_app_users",
  title: "SFTP users of an application",
  toolset: "access",
  effect: "read",
  description:
    "Lists who can reach the files of an application by SFTP or SSH: its own user and the additional ones, with " +
    "their SSH keys. For passwords use get_app_credentials.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, host: z.string(), own_user_name: z.string(), users: records }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const users = await readAppUsers(account, found);
    return {
      ...namesOf(found),
      host: found.server.public_ip,
      own_user_name: found.app.sys_user,
      users: users.map(({ id, sys_user, ssh_keys }) => ({ id, user_name: sys_user, ssh_keys })),
    };
  },
});

/** What the password of a user is called on its page. */
const PASSWORD_NAME = "SSH/SFTP password";

const userTaken = nameTaken(
  "list_app_users lists the users. If an earlier call that ended unclearly made this one, reset_app_user_password gives " +
    "it a new password; else ask the user for another name.",
);

const createAppUser = defineAskingTool({
  name: "create_app_user",
  title: "Create an SFTP user",
  toolset: "access",
  effect: "destructive",
  undo: { none: "delete_app_user removes the user" },
  description:
    "Creates an additional SSH/SFTP user who can reach the files of one application, such as a freelancer. Its " +
    "password is made here and shown once. After an unclear end look at list_app_users first. A person has to approve it.",
  input: () =>
    z.strictObject({ ...appInput, user_name: userName.describe("Name to sign in with: freelancer-1"), show }),
  output: () => z.looseObject({ ...appUserOutput, ...passwordOutput, host: z.string() }),
  showsSecrets: (input) => input.show,
  facts: async (input, context) => {
    const facts = await appFacts(input, context);
    const users = await readAppUsers(context.account, facts);
    const taken = [...builtInUsers(facts.server), ...users.map(({ sys_user }) => sys_user)];
    if (taken.includes(input.user_name)) throw userTaken();
    return facts;
  },
  question: (facts, { user_name, show }) => ({
    headline: `Create a user for SFTP and SSH on application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Everybody who has the name and the password can read and change the files of this application by SFTP, and by " +
      "SSH where SSH access is on.",
      SEEN_BY[show],
      "It can be undone by deleting the user; what was read or changed until then stays so.",
    ],
    facts: [{ name: "User", values: [user_name], isFirst: true }],
  }),
  handler: async ({ user_name, show }, { account, secrets }, facts) => {
    const made = { ...onApp(facts), name: PASSWORD_NAME, user: user_name, show };
    const { reply: app_user_id, answer } = await secrets.setPassword(made, (password) => {
      const form = { ...idsOf(facts), username: user_name, password };
      const request = { operation: "app_credentials_create", method: "POST", path: path`/app/creds`, form } as const;
      return makeOne(account, request, { idMember: "app_cred_id", taken: userTaken });
    });
    return { ...namesOf(facts), app_user_id, user_name, host: facts.server.public_ip, ...answer };
  },
});

const resetAppUserPassword = defineAskingTool({
  name: "reset_app_user_password",
  title: "New password of an SFTP user",
  toolset: "access",
  effect: "destructive",
  undo: { none: "the former password is not known here" },
  description:
    "Makes a new password for an additional SSH/SFTP user of an application and shows it once. The present one stops " +
    "working; SSH keys are not changed. A person has to approve it.",
  input: () => z.strictObject({ ...appUserInput, show }),
  output: () => z.looseObject({ ...appUserOutput, ...passwordOutput }),
  showsSecrets: (input) => input.show,
  facts: async (input, context) => {
    const facts = await appUserFacts(input, context);
    // The name is sent along, and an empty one could take the user's away.
    if (facts.user.sys_user === "") throw nameless();
    return facts;
  },
  question: (facts, { show }) => ({
    headline: `Set a new password for user ${facts.user.id} of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Everybody who signs in with the present password loses access until they have the new one.",
      "The user's SSH keys are not changed: to take them away, delete them.",
      SEEN_BY[show],
      "It can't be undone: the present password is gone. A new one can be set at any time.",
    ],
    facts: [
      { name: "User", values: [facts.user.sys_user], isFirst: true },
      { name: "SSH keys of this user", values: facts.user.ssh_keys.map(({ label }) => label) },
    ],
    target: { user: boundUser(facts) },
  }),
  handler: async ({ show }, { account, secrets }, facts) => {
    const { id, sys_user } = facts.user;
    const made = { ...onApp(facts), name: PASSWORD_NAME, user: sys_user, show };
    const { answer } = await secrets.setPassword(made, (password) =>
      account.write({
        operation: "app_credentials_update",
        method: "PUT",
        path: path`/app/creds/${id}`,
        form: { ...idsOf(facts), username: sys_user, password },
        reply: doneReply,
      }));
    return { ...namesOfUser(facts), ...answer };
  },
});

function nameless(): ToolError {
  return new ToolError("upstream_error", "Cloudways does not tell this user's name, which a new password needs.", {
    hint: "Nothing was done. The password can be set in the Cloudways console.",
    done: "nothing",
  });
}

const deleteAppUser = defineAskingTool({
  name: "delete_app_user",
  title: "Delete an SFTP user",
  toolset: "access",
  effect: "destructive",
  undo: { none: "the password and keys of the user can't be read" },
  description:
    "Deletes an additional SSH/SFTP user of an application, who then can't sign in any more, such as a freelancer who " +
    "is done. A person has to approve it.",
  input: () => z.strictObject(appUserInput),
  output: () => z.looseObject({ ...appUserOutput, message: z.string() }),
  facts: appUserFacts,
  question: (facts) => ({
    headline: `Delete user ${facts.user.id} of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Everybody and every tool that signs in as this user, by password or SSH key, loses access to the application.",
      "It can't be undone: a user of the same name can be created again, with another password and without the keys.",
    ],
    facts: [
      { name: "User", values: [facts.user.sys_user], isFirst: true },
      { name: "SSH keys of this user", values: facts.user.ssh_keys.map(({ label }) => label) },
    ],
    target: { user: boundUser(facts) },
  }),
  handler: async (_input, { account }, facts) => {
    await account.write({
      operation: "app_credentials_delete",
      method: "DELETE",
      path: path`/app/creds/${facts.user.id}`,
      form: idsOf(facts),
      reply: doneReply,
    });
    return { ...namesOfUser(facts), message: "The user was deleted, and can't sign in any more." };
  },
});

/** The tools of this file. */
export const usersTools: readonly Tool[] = [listAppUsers, createAppUser, resetAppUserPassword, deleteAppUser];
