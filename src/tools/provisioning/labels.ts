/** Other names for servers and applications. */
import * as z from "zod";
import { doneReply } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { appInput, serverInput } from "../define/inputs.ts";
import { renamedBack } from "../define/put_back.ts";
import { appFacts, onApp, onServer, serverFacts } from "../define/questions.ts";
import { appOutput, namesOf, namesOfServer, serverOutput } from "../define/targets.ts";
import { defineWriteTool, type Tool } from "../define/tool.ts";
import { label } from "./inputs.ts";

const newLabel = label.describe("The new name.");

const renameServer = defineWriteTool({
  name: "rename_server",
  title: "Rename a server",
  toolset: "provisioning",
  effect: "write",
  idempotent: true,
  description: "Changes the label of a server. Its address and its sites stay as they are.",
  input: () => z.strictObject({ ...serverInput, label: newLabel }),
  output: () => z.looseObject({ ...serverOutput, new_label: z.string() }),
  facts: serverFacts,
  handler: async ({ label }, { account }, { server }) => {
    await account.write({
      operation: "server_update_label",
      method: "PUT",
      path: path`/server/${server.id}`,
      form: { label },
      reply: doneReply,
    });
    return { ...namesOfServer(server), new_label: label };
  },
  undo: {
    state: ({ server }) => ({ Label: server.label }),
    about: onServer,
    reverse: (_before, { server }, { label }) => renamedBack(server.label, { label, target: { server_id: server.id } }),
  },
});

const renameApp = defineWriteTool({
  name: "rename_app",
  title: "Rename an application",
  toolset: "provisioning",
  effect: "write",
  idempotent: true,
  description: "Changes the label of an application. Its domains and files stay as they are.",
  input: () => z.strictObject({ ...appInput, label: newLabel }),
  output: () => z.looseObject({ ...appOutput, new_label: z.string() }),
  facts: appFacts,
  handler: async ({ label }, { account }, found) => {
    await account.write({
      operation: "app_update_label",
      method: "PUT",
      path: path`/app/${found.app.id}`,
      form: { server_id: found.server.id, label },
      reply: doneReply,
    });
    return { ...namesOf(found), new_label: label };
  },
  undo: {
    state: ({ app }) => ({ Label: app.label }),
    about: onApp,
    reverse: (_before, { app }, { label }) => renamedBack(app.label, { label, target: { app_id: app.id } }),
  },
});

/** The tools of this file. */
export const labelsTools: readonly Tool[] = [renameServer, renameApp];
