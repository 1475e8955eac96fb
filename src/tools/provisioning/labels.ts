/** Other names for servers and applications. */
import { z } from "zod";
import { doneReply } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { appInput, serverInput } from "../define/inputs.ts";
import { appOutput, namesOf, namesOfServer, serverOutput } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { label } from "./inputs.ts";

const newLabel = label.describe("The new name.");

const renameServer = defineTool({
  name: "rename_server",
  title: "Rename a server",
  toolset: "provisioning",
  effect: "write",
  undo: { instead: "Call it again with the former label." },
  idempotent: true,
  description: "Changes the label of a server. Its address and its sites stay as they are.",
  input: z.strictObject({ ...serverInput, label: newLabel }),
  output: z.looseObject({ ...serverOutput, new_label: z.string() }),
  handler: async ({ server_id, label }, { account }) => {
    const server = await account.server(server_id);
    await account.write({
      operation: "server_update_label",
      method: "PUT",
      path: path`/server/${server.id}`,
      form: { label },
      reply: doneReply,
    });
    return { ...namesOfServer(server), new_label: label };
  },
});

const renameApp = defineTool({
  name: "rename_app",
  title: "Rename an application",
  toolset: "provisioning",
  effect: "write",
  undo: { instead: "Call it again with the former label." },
  idempotent: true,
  description: "Changes the label of an application. Its domains and files stay as they are.",
  input: z.strictObject({ ...appInput, label: newLabel }),
  output: z.looseObject({ ...appOutput, new_label: z.string() }),
  handler: async ({ app_id, server_id, label }, { account }) => {
    const found = await account.app(app_id, server_id);
    await account.write({
      operation: "app_update_label",
      method: "PUT",
      path: path`/app/${found.app.id}`,
      form: { server_id: found.server.id, label },
      reply: doneReply,
    });
    return { ...namesOf(found), new_label: label };
  },
});

/** The tools of this file. */
export const labelsTools: readonly Tool[] = [renameServer, renameApp];
