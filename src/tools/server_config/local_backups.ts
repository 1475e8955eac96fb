/** Deleting the backups that stand on a server's own disk. */
import * as z from "zod";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { appInput, serverInput, waitInput, waitOptions } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { appFacts, countApps, onApp, onServer, serverFacts } from "../define/questions.ts";
import { blocks, startOnApp } from "../define/start.ts";
import { appOutput, namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { anyReply, AS_IT_CAME, undocumentedOutput } from "../define/undocumented.ts";

const DELETED = [
  "The last restore can no longer be rolled back.",
  "What is deleted can't be brought back.",
];

const deleteServerLocalBackups = defineAskingTool({
  name: "delete_server_local_backups",
  title: "Delete local backups of a server",
  toolset: "server_config",
  effect: "destructive",
  undo: { none: "what is deleted is gone" },
  idempotent: true,
  description:
    "Deletes the backups kept on a server's own disk, of all its applications, which frees space. A person " +
    `has to approve it. ${AS_IT_CAME}`,
  input: () => z.strictObject({ ...serverInput, ...waitInput }),
  output: () => z.looseObject({ ...serverOutput, ...undocumentedOutput }),
  facts: serverFacts,
  question: (facts) => ({
    headline: `Delete the backups on the disk of server ${facts.server.id} with ${countApps(facts)}.`,
    ...onServer(facts),
    losesData: true,
    consequences: ["The backups of every application on the server's own disk are deleted.", ...DELETED],
  }),
  handler: async ({ wait_seconds }, { account, progress }, { server }) => {
    const reply = await account.write({
      operation: "server_local_backup_delete",
      method: "POST",
      path: path`/server/manage/remove_local_backup`,
      form: { server_id: server.id },
      reply: anyReply,
    });
    const begun = startedReply.safeParse(reply).data ?? { operationId: undefined, said: "" };
    const work = await account.follow(begun, { server_id: server.id }, waitOptions(wait_seconds, progress));
    return { ...namesOfServer(server), ...work, ...blocks(server, work), reply };
  },
});

const deleteAppLocalBackup = defineAskingTool({
  name: "delete_app_local_backup",
  title: "Delete an application's local backup",
  toolset: "server_config",
  effect: "destructive",
  undo: { none: "what is deleted is gone" },
  idempotent: true,
  description:
    "Deletes the backup of one application kept on the server's own disk, to which a restore can be rolled " +
    "back. A person has to approve it.",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput }),
  facts: appFacts,
  question: (facts) => ({
    headline: `Delete the backup of application ${facts.app.id} on the server's own disk.`,
    ...onApp(facts),
    losesData: true,
    consequences: DELETED,
  }),
  handler: (input, context, found) =>
    startOnApp(found, input, context, {
      operation: "app_local_backup_delete",
      method: "DELETE",
      path: path`/app/manage/backup`,
    }),
});

/** The tools of this file. */
export const localBackupsTools: readonly Tool[] = [deleteServerLocalBackups, deleteAppLocalBackup];
