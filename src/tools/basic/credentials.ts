/** The users of applications, their passwords and SSH keys. */
import { z } from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import {
  type AppRecord,
  domainOf,
  idNumber,
  knownApps,
  listReply,
  looseList,
  looseText,
  sshKeyRecord,
} from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { sayingOf } from "../../cloudways/replies.ts";
import { ToolError } from "../../errors.ts";
import { appInput, serverInput } from "../define/inputs.ts";
import { record, records } from "../define/outputs.ts";
import { appFactsIf, onApp } from "../define/questions.ts";
import { appOutput, idsOf, namesOf, namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";

const credentialRecord = z.object({
  id: idNumber,
  sys_user: looseText,
  sys_password: z.string().nullish(),
  ip: looseText,
  ssh_keys: looseList(sshKeyRecord),
});

const CREDENTIALS = {
  operation: "app_credentials",
  path: path`/app/creds`,
  reply: listReply("app_creds", credentialRecord),
} as const;

const getAppCredentials = defineAskingTool({
  name: "get_app_credentials",
  title: "Users of an application",
  toolset: "basic",
  effect: "read",
  description:
    "Shows the SSH/SFTP, database and admin users of an application and where they sign in. Passwords come " +
    "only with reveal: true, which a person has to approve; ask for that only when the user wants to see them.",
  input: z.strictObject({
    ...appInput,
    reveal: z.boolean().default(false).describe("Show the passwords; asks a person first."),
  }),
  output: z.looseObject({ ...appOutput, revealed: z.boolean(), main: record, additional: records }),
  revealsSecrets: (input) => input.reveal,
  // Without passwords it is a plain read.
  facts: (input, context) => appFactsIf(input.reveal, input, context),
  question(facts, { reveal }) {
    if (!reveal) return undefined;
    return {
      headline: `Show the passwords of application ${facts.app.id}.`,
      ...onApp(facts),
      consequences: [
        "The assistant, and whoever reads the conversation with it, sees the passwords of the application's users " +
        "and of its database and Redis.",
        "It can't be undone; what was shown is safe again only once the passwords are changed.",
      ],
    };
  },
  handler: async (input, { account }, { app, server }) => {
    const query = idsOf({ app, server });
    const additional = await account.read({ ...CREDENTIALS, query, reveal: input.reveal });
    const main = input.reveal ? (await account.revealApp(app.id, server.id)).app : app;
    const { app_user, app_password, sys_user, sys_password } = main;
    const { mysql_db_name, mysql_user, mysql_password, redis_password } = main;
    return {
      ...namesOf({ app, server }),
      host: server.public_ip,
      domain: domainOf(app),
      revealed: input.reveal,
      main: {
        app_user,
        app_password,
        sys_user,
        sys_password,
        mysql_db_name,
        mysql_user,
        mysql_password,
        redis_password,
      },
      additional: additional.map(({ id, sys_user, sys_password, ip, ssh_keys }) => (
        // Most replies name no host of a user: it is the server's.
        { id, sys_user, sys_password: sys_password ?? null, host: ip === "" ? server.public_ip : ip, ssh_keys }
      )),
    };
  },
});

/** The keys of an application's users. One application that can't be read does not hide the keys of the others. */
async function appKeys(account: CloudwaysAccount, serverId: number, { id, label }: AppRecord) {
  const query = { server_id: serverId, app_id: id };
  try {
    const users = await account.read({ ...CREDENTIALS, query });
    const keys = users.flatMap((user) =>
      user.ssh_keys.map((key) => ({ ...key, app_id: id, app_label: label, sys_user: user.sys_user }))
    );
    return { keys, problems: [] };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "authentication_failed") throw error;
    const { code, message } = error;
    return { keys: [], problems: [{ app_id: id, app_label: label, code, message, ...sayingOf(error) }] };
  }
}

const getSshKeys = defineTool({
  name: "get_ssh_keys",
  title: "SSH keys of a server",
  toolset: "basic",
  effect: "read",
  description:
    "Lists labels and ids of the SSH keys of a server and of its applications' users. Costs one request for " +
    "each application.",
  input: z.strictObject(serverInput),
  output: z.looseObject({
    ...serverOutput,
    server_ssh_keys: records,
    app_ssh_keys: records,
    problems: records,
  }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    const perApp = await Promise.all(knownApps(server).map((app) => appKeys(account, server.id, app)));
    return {
      ...namesOfServer(server),
      server_ssh_keys: server.ssh_keys,
      app_ssh_keys: perApp.flatMap(({ keys }) => keys),
      problems: perApp.flatMap(({ problems }) => problems),
    };
  },
});

/** The tools of this file. */
export const credentialsTools: readonly Tool[] = [getAppCredentials, getSshKeys];
