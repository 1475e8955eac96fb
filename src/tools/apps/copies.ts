/** Copying an application. */
import { z } from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { idNumber, knownApps, listReply, looseText } from "../../cloudways/models.ts";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { requireKnown } from "../define/known_values.ts";
import { startedOutput } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const label = z.string().min(1).max(100);

const projectName = z.looseObject({ name: looseText });

const namedCopy = z.looseObject({ app_id: idNumber });

/** The id of the copy comes with the answer that starts the work; the copy itself is there when the work is done. */
const cloneReply = z.union([z.array(z.unknown()), z.looseObject({})]).transform((reply) => ({
  started: startedReply.parse(reply),
  newAppId: namedCopy.safeParse(reply).data?.app_id ?? null,
}));

/** A copy that the listing shows now and did not show before; null unless exactly one can be meant. */
async function findCopy(account: CloudwaysAccount, source: FoundApp, copyLabel: string): Promise<number | null> {
  const known = new Set(knownApps(source.server).map(({ id }) => id));
  try {
    const { server } = await account.currentApp(source.app.id, source.server.id);
    const copies = knownApps(server).filter((app) => !known.has(app.id) && app.label === copyLabel);
    return copies.length === 1 ? copies[0]?.id ?? null : null;
  } catch (error) {
    // The copy is made, whether or not it can be seen.
    if (error instanceof ToolError) return null;
    throw error;
  }
}

/** A project that is not there would be anybody's guess. */
async function requireProject(account: CloudwaysAccount, name: string): Promise<void> {
  const projects = await account.read({
    operation: "project_list",
    path: path`/project`,
    reply: listReply("projects", projectName),
  })
    .catch((error) => nullIfRefused(error));
  requireKnown(name, {
    argument: "project_name",
    what: "project of this account",
    known: projects?.map((project) => project.name) ?? [],
  });
}

const cloneApp = defineTool({
  name: "clone_app",
  title: "Copy an application",
  toolset: "apps",
  effect: "write",
  description: "Makes a copy of an application, files and database, on the same server, and gives the copy's id. " +
    "Takes minutes; the copy is usable once the operation is completed.",
  input: z.strictObject({
    ...appInput,
    app_label: label.describe("Name of the copy: Shop copy"),
    project_name: label.optional().describe("Project to put the copy in, from list_projects."),
    ...waitInput,
  }),
  output: z.looseObject({ ...appOutput, ...startedOutput, new_app_id: z.number().nullable() }),
  handler: async ({ app_label, project_name, ...input }, { account, progress }) => {
    const source = await account.app(input.app_id, input.server_id);
    if (project_name !== undefined) await requireProject(account, project_name);
    const form = { ...idsOf(source), app_label, project_name };
    const request = { operation: "app_clone", method: "POST", path: path`/app/clone`, form } as const;
    const { started: begun, newAppId } = await account.write({ ...request, reply: cloneReply });
    const started = await account.follow(begun, idsOf(source), waitOptions(input.wait_seconds, progress));
    const named = newAppId === source.app.id ? null : newAppId;
    const new_app_id = named === null && started.status === "completed"
      ? await findCopy(account, source, app_label)
      : named;
    const next_step = started.next_step ??
      (new_app_id === null ? "Find the copy by its label with find_resources." : undefined);
    const copy = { new_app_id, new_app_label: app_label, ...(next_step && { next_step }) };
    return { ...namesOf(source), ...started, ...blocks(source.server, started), ...copy };
  },
});

/** The tools of this file. */
export const copiesTools: readonly Tool[] = [cloneApp];
