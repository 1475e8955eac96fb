/** The users of applications, their passwords and SSH keys. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { APP_USERS } from "../../cloudways/app_users.ts";
import { type AppRecord, domainOf, knownApps } from "../../cloudways/models.ts";
import { sayingOf } from "../../cloudways/replies.ts";
import { ToolError } from "../../errors.ts";
import type { CallSecrets, SecretAnswer, Show } from "../../secrets/call_secrets.ts";
import type { Secret } from "../../secrets/pages.ts";
import { appInput, serverInput } from "../define/inputs.ts";
import { record, records } from "../define/outputs.ts";
import { secretOutput, SEEN_BY, show } from "../define/secrets.ts";
import { type AppFacts, appFactsIf, onApp } from "../define/questions.ts";
import { appOutput, idsOf, namesOf, namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import {
  inWords,
  kindsOf,
  type PasswordKind,
  passwordsOf,
  revealInput,
  shownPassword,
  withPasswords,
} from "./passwords.ts";

const getAppCredentials = defineAskingTool({
  name: "get_app_credentials",
  title: "Users of an application",
  toolset: "basic",
  effect: "read",
  description:
    "Shows the SSH/SFTP, database and admin users of an application and where they sign in. Passwords come only for " +
    "the kinds in reveal, which a person has to approve; ask for them only when the user wants to see them.",
  input: () => z.strictObject({ ...appInput, reveal: revealInput, show }),
  output: () =>
    z.looseObject({ ...appOutput, ...secretOutput, revealed: z.boolean(), main: record, additional: records }),
  showsSecrets: (input) => input.reveal.length === 0 ? undefined : input.show,
  // A call without passwords is an ordinary read.
  facts: (input, context) => appFactsIf(input.reveal.length > 0, input, context),
  question(facts, { reveal, show }) {
    if (reveal.length === 0) return undefined;
    const kinds = inWords(kindsOf(reveal));
    const where = show === "page" ? "on a page" : "to the assistant";
    return {
      headline: `Show ${kinds} passwords of application ${facts.app.id} ${where}.`,
      ...onApp(facts),
      consequences: [
        SEEN_BY[show],
        "It can't be undone; a password that was shown is safe again only once it is changed.",
      ],
    };
  },
  handler: async (input, { account, secrets }, facts) => {
    const { app, server } = facts;
    const kinds = kindsOf(input.reveal);
    const query = idsOf(facts);
    const additional = await account.read({ ...APP_USERS, query, reveal: kinds.has("sftp") });
    const revealed = kinds.size > 0 ? (await account.revealApp(app.id, server.id)).app : app;
    const inAnswer = input.show === "answer" ? kinds : new Set<PasswordKind>();
    return {
      ...namesOf(facts),
      host: server.public_ip,
      domain: domainOf(app),
      revealed: inAnswer.size > 0,
      main: withPasswords(revealed, inAnswer),
      additional: additional.map(({ id, sys_user, sys_password, ip, ssh_keys }) => (
        // Most replies have no host for a user. It is the server's.
        {
          id,
          sys_user,
          sys_password: shownPassword(sys_password, inAnswer),
          host: ip === "" ? server.public_ip : ip,
          ssh_keys,
        }
      )),
      ...(kinds.size > 0 && await whereShown(passwordsOf(revealed, additional, kinds), input.show, facts, secrets)),
    };
  },
});

/** Most passwords on one page. People don't read more. */
const MAX_ON_PAGE = 100;

/** The members of an answer about passwords: that Cloudways gave no password, or the address of their page. */
async function whereShown(
  passwords: readonly Secret[],
  show: Show,
  facts: AppFacts,
  secrets: CallSecrets,
): Promise<SecretAnswer & { message?: string }> {
  const { length } = passwords;
  if (length === 0) return { message: "Cloudways gave no password of these kinds." };
  if (show === "answer") return {};
  const address = await secrets.showOnPage(onApp(facts).subject, passwords.slice(0, MAX_ON_PAGE));
  if (length <= MAX_ON_PAGE) return address;
  return {
    ...address,
    message: `The page shows the first ${MAX_ON_PAGE} of ${length} passwords. Ask for fewer kinds at a time.`,
  };
}

/** The keys of an application's users. If one application can't be read, the keys of the others are still shown. */
async function appKeys(account: CloudwaysAccount, serverId: number, { id, label }: AppRecord) {
  const query = { server_id: serverId, app_id: id };
  try {
    const users = await account.read({ ...APP_USERS, query });
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
  input: () => z.strictObject(serverInput),
  output: () =>
    z.looseObject({
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
