/** Copying an application. */
import * as z from "zod";
import { idNumber } from "../../cloudways/models.ts";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { findApp } from "../../cloudways/server_listing.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { findNewApp, newAppOutput, newAppView, notSeen, sameLabel } from "../define/new_app.ts";
import { startedOutput } from "../define/outputs.ts";
import { requireProject } from "../define/projects.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const label = z.string().min(1).max(100);

const namedCopy = z.looseObject({ app_id: idNumber });

/** The id of the copy comes with the answer that starts the work; the copy itself is there when the work is done. */
const cloneReply = z.union([z.array(z.unknown()), z.looseObject({})]).transform((reply) => ({
  started: startedReply.parse(reply),
  newAppId: namedCopy.safeParse(reply).data?.app_id ?? null,
}));

const cloneApp = defineTool({
  name: "clone_app",
  title: "Copy an application",
  toolset: "apps",
  effect: "write",
  undo: { none: "it only adds a copy" },
  description: "Makes a copy of an application, files and database, on the same server, and gives its id, domain and " +
    "users. Takes minutes; the copy is usable once the operation is completed.",
  input: () =>
    z.strictObject({
      ...appInput,
      app_label: label.describe("Name of the copy: Shop copy"),
      project_name: label.optional().describe("Project to put the copy in, from list_projects."),
      ...waitInput,
    }),
  output: () =>
    z.looseObject({
      ...appOutput,
      ...startedOutput,
      ...newAppOutput,
    }),
  handler: async ({ app_label, project_name, ...input }, { account, progress }) => {
    const servers = await account.servers();
    const source = findApp(servers, input.app_id, input.server_id);
    if (project_name !== undefined) await requireProject(account, project_name);
    const form = { ...idsOf(source), app_label, project_name };
    const request = { operation: "app_clone", method: "POST", path: path`/app/clone`, form } as const;
    const { started: begun, newAppId } = await account.write({ ...request, reply: cloneReply });
    const named = newAppId === source.app.id ? null : newAppId;
    const on = { ...idsOf(source), new_app_id: named };
    const started = await account.follow(begun, on, waitOptions(input.wait_seconds, progress));
    const copy = started.status === "completed"
      ? await findNewApp(account, source.server, { id: named, label: app_label })
      : undefined;
    return {
      ...namesOf(source),
      ...started,
      ...blocks(source.server, started),
      ...sameLabel(servers, app_label),
      ...(copy === undefined ? notSeen(named, app_label, started) : newAppView(copy)),
    };
  },
});

/** The tools of this file. */
export const copiesTools: readonly Tool[] = [cloneApp];
