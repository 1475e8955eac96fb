/** Copying an application. */
import { z } from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import {
  type AppRecord,
  idNumber,
  knownApps,
  listReply,
  looseText,
  type ServerRecord,
} from "../../cloudways/models.ts";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { findApp, type FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { requireKnown } from "../define/known_values.ts";
import { newAppView } from "../define/new_app.ts";
import { record, records, startedOutput } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const label = z.string().min(1).max(100);

const namedProject = z.looseObject({ id: idNumber.catch(0), name: looseText });

const namedCopy = z.looseObject({ app_id: idNumber });

/** The id of the copy comes with the answer that starts the work; the copy itself is there when the work is done. */
const cloneReply = z.union([z.array(z.unknown()), z.looseObject({})]).transform((reply) => ({
  started: startedReply.parse(reply),
  newAppId: namedCopy.safeParse(reply).data?.app_id ?? null,
}));

/** The copy in a fresh listing: by its id, or the one that was not there before. Undefined if several can be meant. */
async function findCopy(
  account: CloudwaysAccount,
  source: FoundApp,
  wanted: { id: number | null; label: string },
): Promise<FoundApp | undefined> {
  const known = new Set(knownApps(source.server).map(({ id }) => id));
  const isCopy = ({ id, label }: AppRecord) =>
    wanted.id === null ? !known.has(id) && label === wanted.label : id === wanted.id;
  try {
    const { server } = await account.currentApp(source.app.id, source.server.id);
    const [app, ...others] = knownApps(server).filter(isCopy);
    return app === undefined || others.length > 0 ? undefined : { app, server };
  } catch (error) {
    // The copy is made, whether or not it can be seen.
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

/** The applications of the account that have a label already; nothing if there are none. */
function sameLabel(servers: readonly ServerRecord[], label: string): { same_label?: ReturnType<typeof namesOf>[] } {
  const found = servers.flatMap((server) =>
    knownApps(server).filter((app) => app.label === label).map((app) => namesOf({ app, server }))
  );
  return found.length === 0 ? {} : { same_label: found };
}

/** What is known of a copy that is not in the listing, or not yet. */
function notSeen(new_app_id: number | null, new_app_label: string, { next_step }: { next_step?: string }) {
  const find = new_app_id === null ? "Find the copy by its label with find_resources." : undefined;
  const next = next_step ?? find;
  return { new_app_id, new_app_label, ...(next !== undefined && { next_step: next }) };
}

/** A project that is not there would be anybody's guess. */
async function requireProject(account: CloudwaysAccount, name: string): Promise<void> {
  const projects = await account.read({
    operation: "project_list",
    path: path`/project`,
    reply: listReply("projects", namedProject),
    wholeAccount: true,
  })
    .catch((error) => nullIfRefused(error));
  requireKnown(name, {
    argument: "project_name",
    what: "project of this account",
    known: projects === null ? [] : (await account.ownProjects(projects)).map((project) => project.name),
  });
}

const cloneApp = defineTool({
  name: "clone_app",
  title: "Copy an application",
  toolset: "apps",
  effect: "write",
  undo: { none: "it only adds a copy" },
  description: "Makes a copy of an application, files and database, on the same server, and gives its id, domain and " +
    "users. Takes minutes; the copy is usable once the operation is completed.",
  input: z.strictObject({
    ...appInput,
    app_label: label.describe("Name of the copy: Shop copy"),
    project_name: label.optional().describe("Project to put the copy in, from list_projects."),
    ...waitInput,
  }),
  output: z.looseObject({
    ...appOutput,
    ...startedOutput,
    new_app_id: z.number().nullable(),
    new_app_label: z.string(),
    new_app_domain: z.string().nullable().optional(),
    sign_in: record.optional(),
    same_label: records.optional().describe("Had this label before: tell them apart by id."),
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
      ? await findCopy(account, source, { id: named, label: app_label })
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
