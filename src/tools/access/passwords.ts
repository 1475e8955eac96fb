/** New passwords for what an application or a server has of its own: database, admin user, master user. */
import * as z from "zod";
import { doneReply } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { appInput, serverInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { appFacts, NOT_TOLD, onApp, onServer, serverFacts } from "../define/questions.ts";
import { passwordOutput, SEEN_BY, show } from "../define/secrets.ts";
import { startOnApp } from "../define/start.ts";
import { appOutput, idsOf, namesOf, namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";

const NOT_UNDONE = "It can't be undone: the present password is gone. A new one can be set at any time.";

/** A name for a question. Cloudways may not tell it. */
const told = (name: string) => name === "" ? NOT_TOLD : name;

/** A name for the page of its password. */
const known = (name: string) => name === "" ? undefined : name;

/** Cloudways documents nothing about the configuration of the site. */
const CHECK_SITE =
  "Cloudways does not say whether it puts the new password into the site's configuration. Check now that the site " +
  "works. If it can't reach its database, the user has to put the new password into its configuration.";

const resetDatabasePassword = defineAskingTool({
  name: "reset_database_password",
  title: "New database password",
  toolset: "access",
  effect: "destructive",
  undo: { none: "the former password is not known here" },
  description:
    "Makes a new password for the MySQL database of an application and shows it once. The site can fail if its " +
    "configuration holds the present one. A person has to approve it.",
  input: () => z.strictObject({ ...appInput, show }),
  output: () => z.looseObject({ ...appOutput, ...passwordOutput, user_name: z.string(), message: z.string() }),
  showsSecrets: (input) => input.show,
  facts: appFacts,
  question: (facts, { show }) => ({
    headline: `Set a new database password for application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Everybody and every tool that connects with the present password loses access to the database.",
      "If the site's configuration holds the present password, the site fails until the new one is put there. " +
      "It is not known whether Cloudways does that.",
      SEEN_BY[show],
      NOT_UNDONE,
    ],
    facts: [
      { name: "Database user", values: [told(facts.app.mysql_user)] },
      { name: "Database", values: [told(facts.app.mysql_db_name)] },
    ],
  }),
  handler: async ({ show }, { account, secrets }, facts) => {
    const { mysql_user } = facts.app;
    const made = { ...onApp(facts), name: "Database password", user: known(mysql_user), show };
    const { answer } = await secrets.setPassword(made, (password) =>
      account.write({
        operation: "app_db_password_update",
        method: "POST",
        path: path`/app/manage/dbPassword`,
        form: { ...idsOf(facts), password },
        reply: doneReply,
      }));
    return { ...namesOf(facts), user_name: mysql_user, message: CHECK_SITE, ...answer };
  },
});

const resetAdminPassword = defineAskingTool({
  name: "reset_admin_password",
  title: "New admin password",
  toolset: "access",
  effect: "destructive",
  undo: { none: "the former password is not known here" },
  description:
    "Makes a new password for the admin user of an application (WordPress and others) and shows it once. For " +
    "people who are locked out of wp-admin. A person has to approve it.",
  input: () => z.strictObject({ ...appInput, show, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, ...passwordOutput, user_name: z.string() }),
  showsSecrets: (input) => input.show,
  facts: appFacts,
  question: (facts, { show }) => ({
    headline: `Set a new password for the admin user of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Everybody who signs in as this user with the present password loses access until they have the new one.",
      SEEN_BY[show],
      NOT_UNDONE,
    ],
    facts: [{ name: "Admin user, as Cloudways lists it", values: [told(facts.app.app_user)] }],
  }),
  handler: async ({ show, ...input }, context, facts) => {
    const { app_user } = facts.app;
    const made = { ...onApp(facts), name: "Admin password", user: known(app_user), show };
    const { reply: started, answer } = await context.secrets.setPassword(
      made,
      (password) =>
        startOnApp(facts, input, context, {
          operation: "app_admin_password_update",
          path: path`/app/creds/changeAdminCredentials`,
          fields: { password },
        }),
    );
    return { ...started, user_name: app_user, ...answer };
  },
});

const resetMasterPassword = defineAskingTool({
  name: "reset_master_password",
  title: "New master password",
  toolset: "access",
  effect: "destructive",
  undo: { none: "the former password is not known here" },
  description:
    "Makes a new password for the master user of a server and shows it once. It opens all applications of the server " +
    "by SSH and SFTP. SSH keys are not changed. A person has to approve it.",
  input: () => z.strictObject({ ...serverInput, show }),
  output: () => z.looseObject({ ...serverOutput, ...passwordOutput, user_name: z.string() }),
  showsSecrets: (input) => input.show,
  facts: serverFacts,
  question: (facts, { show }) => ({
    headline: `Set a new password for the master user of server ${facts.server.id}.`,
    ...onServer(facts),
    consequences: [
      "Everybody and every tool that signs in with the present password loses access to the server and all its " +
      "applications until they have the new one.",
      "The server's SSH keys are not changed: to take them away, delete them.",
      SEEN_BY[show],
      NOT_UNDONE,
    ],
    facts: [
      { name: "Master user", values: [told(facts.server.master_user)] },
      { name: "SSH keys of the server", values: facts.server.ssh_keys.map(({ label }) => label) },
    ],
    target: { master_user: facts.server.master_user },
  }),
  handler: async ({ show }, { account, secrets }, facts) => {
    const { server } = facts;
    const made = { ...onServer(facts), name: "Master password", user: known(server.master_user), show };
    const { answer } = await secrets.setPassword(made, (password) =>
      account.write({
        operation: "server_master_password_update",
        method: "POST",
        path: path`/server/manage/masterPassword`,
        form: { server_id: server.id, password },
        reply: doneReply,
      }));
    return { ...namesOfServer(server), user_name: server.master_user, ...answer };
  },
});

/** The tools of this file. */
export const passwordsTools: readonly Tool[] = [resetDatabasePassword, resetAdminPassword, resetMasterPassword];
