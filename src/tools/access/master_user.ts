/** The name of a server's master user. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { serverInput } from "../define/inputs.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";
import { onServer, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { userName } from "./app_users.ts";
import { builtInUsers, clearlyTaken, nameTaken } from "./taken.ts";

const WHAT = "name of the master user";

const masterTaken = nameTaken("Ask the user for another name, and call again with it.");

/** A refusal may come with status 200, as a message in place of an empty answer. */
const renameReply = z.union([
  z.array(z.unknown()).transform(() => ({ message: "" })),
  z.looseObject({ message: looseText }),
]);

/** Sends the new name, once. */
async function sendName(account: CloudwaysAccount, server_id: number, username: string): Promise<void> {
  const { message } = await account.write({
    operation: "server_master_username_update",
    method: "POST",
    path: path`/server/manage/masterUsername`,
    form: { server_id, username },
    reply: renameReply,
  }).catch(clearlyTaken(masterTaken));
  if (message === "") return;
  throw new ToolError("upstream_error", "Cloudways answered with a message, and the name is not the new one.", {
    hint: "Look at details for the message, and tell the user.",
    details: { cloudways_message: message },
  });
}

const renameMasterUser = defineAskingTool({
  name: "rename_master_user",
  title: "Rename the master user",
  toolset: "access",
  effect: "destructive",
  description: "Changes the user name of the master user of a server. Everything that signs in with the present name " +
    "fails until it has the new one. A person has to approve it.",
  input: () => z.strictObject({ ...serverInput, user_name: userName.describe("The new name: master-1") }),
  output: () => z.looseObject({ ...serverOutput, former_user_name: z.string(), user_name: z.string() }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    const { master_user } = facts.server;
    if (master_user === input.user_name) throw nothingToChange(WHAT, master_user);
    if (builtInUsers(facts.server).includes(input.user_name)) throw masterTaken();
    return facts;
  },
  question: (facts, { user_name }) => ({
    headline: `Rename the master user of server ${facts.server.id}.`,
    ...onServer(facts),
    consequences: [
      "Everybody and every tool that signs in with the present name loses access to the server and all its " +
      "applications until they have the new one.",
      "Cloudways does not say whether the password and the SSH keys stay.",
      "It can be undone by renaming it back.",
    ],
    facts: [
      { name: "New name", values: [user_name], isFirst: true },
      { name: "Present name", values: [facts.server.master_user] },
    ],
    target: { master_user: facts.server.master_user },
  }),
  handler: async ({ user_name }, { account }, { server }) => {
    await makeChange<string, null>({
      what: WHAT,
      before: server.master_user,
      wanted: user_name,
      read: async () => (await account.currentServer(server.id)).master_user,
      write: async () => {
        await sendName(account, server.id, user_name);
        return null;
      },
      isSame: (a, b) => a === b,
      afterError: null,
    });
    return { ...namesOfServer(server), former_user_name: server.master_user, user_name };
  },
  undo: {
    state: ({ server }) => ({ "Name of the master user": server.master_user }),
    about: onServer,
    reverse: (_before, { server }, { user_name }) => ({
      after: { "Name of the master user": user_name },
      arguments: { server_id: server.id, user_name: server.master_user },
    }),
  },
});

/** The tools of this file. */
export const masterUserTools: readonly Tool[] = [renameMasterUser];
