/** Which staging copies there are, and what Cloudways notes of them. */
import * as z from "zod";
import { domainOf, isoTime } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { declare } from "../../confirm/declared_input.ts";
import { asOf } from "../define/as_of.ts";
import { appInput, waitInput } from "../define/inputs.ts";
import { records } from "../define/outputs.ts";
import { appOutput, idsOf, namesOf, namesOfServer } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { anyReply, AS_IT_CAME, replyOutput, startUndocumented, undocumentedOutput } from "../define/undocumented.ts";
import { isPerhapsTemporary, type LiveApp, liveAppOf, requireStaging, stagingCopies } from "./pairs.ts";

function appEntry({ app, server }: FoundApp) {
  return { id: app.id, label: app.label, domain: domainOf(app), ...namesOfServer(server) };
}

function liveEntry(live: LiveApp) {
  if (live.state === "found") return { state: live.state, ...appEntry(live.found) };
  return live;
}

const listStagingApps = defineTool({
  name: "list_staging_apps",
  title: "Staging applications",
  toolset: "staging",
  effect: "read",
  accountWide: false,
  description: "Lists the staging applications of the account, each with the live application it was made from. " +
    "Use it before a push or pull. live_app.state gone means that the live application is not in the account any " +
    "more. perhaps_temporary marks a copy that a running update may have made for itself.",
  input: () =>
    z.strictObject({
      server_id: z.int().min(1).meta(
        declare({ role: "target", shorter: "Ask for one server at a time, by server_id." }),
      )
        .optional()
        .describe("Only staging applications on this server."),
    }),
  output: () => z.looseObject({ as_of: z.string(), staging_apps: records }),
  handler: async ({ server_id }, { account }) => {
    const listed = await account.listed();
    const wanted = server_id === undefined ? listed.servers : [listed.server(server_id)];
    const staging_apps = stagingCopies(wanted).map((copy) => ({
      ...appEntry(copy),
      created_at: isoTime(copy.app.created_at),
      live_app: liveEntry(liveAppOf(listed, copy)),
      ...(isPerhapsTemporary(copy) && { perhaps_temporary: true }),
    }));
    return { ...asOf(listed), staging_apps };
  },
});

const getStagingLog = defineTool({
  name: "get_staging_log",
  title: "Staging log",
  toolset: "staging",
  effect: "read",
  description: "Shows what was pushed and pulled between a staging application and its live one, and when. " +
    AS_IT_CAME,
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, ...replyOutput }),
  handler: async (input, { account }) => {
    const found = requireStaging(await account.app(input.app_id, input.server_id));
    const reply = await account.read({
      operation: "staging_logs_get",
      path: path`/staging/app/logs`,
      query: idsOf(found),
      reply: anyReply,
    });
    return { ...namesOf(found), reply };
  },
});

const listStagingTables = defineTool({
  name: "list_staging_tables",
  title: "Tables to synchronise",
  toolset: "staging",
  // By its name it lists, by its method it may do more, and nobody has seen it answer.
  effect: "write",
  undo: { none: "nothing is known to change" },
  idempotent: true,
  description: "Lists the database tables of an application that a push or pull can be limited to. Give the staging " +
    `application for a push, the live one for a pull. Starts work on the server. ${AS_IT_CAME}`,
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...undocumentedOutput }),
  handler: async (input, context) =>
    await startUndocumented(await context.account.app(input.app_id, input.server_id), input, context, {
      operation: "staging_sync_tables",
      path: path`/staging/app/tables`,
    }),
});

/** The tools of this file. */
export const listTools: readonly Tool[] = [listStagingApps, listStagingTables, getStagingLog];
