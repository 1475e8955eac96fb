/** The settings of a server. */
import * as z from "zod";
import { readServerSettings } from "../../cloudways/server_settings.ts";
import { serverInput } from "../define/inputs.ts";
import { record } from "../define/outputs.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const getServerSettings = defineTool({
  name: "get_server_settings",
  title: "Settings of a server",
  toolset: "servers",
  effect: "read",
  description:
    "Shows the settings of a server (PHP limits, MySQL, time zone, TLS versions and so on) and the versions " +
    "of its packages, as Cloudways names them.",
  input: () => z.strictObject(serverInput),
  output: () => z.looseObject({ ...serverOutput, settings: record }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    const settings = await readServerSettings(account, server.id);
    return { ...namesOfServer(server), settings };
  },
});

/** The tools of this file. */
export const settingsTools: readonly Tool[] = [getServerSettings];
