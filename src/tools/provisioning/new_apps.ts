/** New applications: fresh ones, and copies on another server. */
import * as z from "zod";
import { knownApps, type ServerRecord, tiedId } from "../../cloudways/models.ts";
import { type Started, startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { findApp, findServer } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { appInput, serverInput, waitInput, waitOptions } from "../define/inputs.ts";
import { findNewApp, newAppOutput, newAppView, notSeen, sameLabel } from "../define/new_app.ts";
import { startedOutput } from "../define/outputs.ts";
import { requireProject } from "../define/projects.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf, namesOfServer, serverOutput } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { applicationInput, label, projectName } from "./inputs.ts";
import { requireApplication } from "./offers.ts";

/** The id of an application that a finished operation names, unless it was there before. */
function newIdIn(end: { app_id: number | null } | null, before: ServerRecord): number | null {
  const id = end?.app_id ?? null;
  return knownApps(before).some((app) => app.id === id) ? null : id;
}

const createApp = defineTool({
  name: "create_app",
  title: "Create an application",
  toolset: "provisioning",
  effect: "write",
  undo: { none: "delete_app deletes the application" },
  description:
    "Installs a new application on a server, such as WordPress, WooCommerce, Magento, Laravel or plain PHP, and gives " +
    "its id, domain and users. Takes minutes. After an unclear end look with find_resources; a second call makes a " +
    "second one.",
  input: () =>
    z.strictObject({
      ...serverInput,
      ...applicationInput,
      app_label: label.describe("Its name: Shop"),
      project_name: projectName,
      ...waitInput,
    }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput, ...newAppOutput }),
  handler: async ({ application, app_version, app_label, project_name, ...input }, { account, progress }) => {
    const servers = await account.servers();
    const server = findServer(servers, input.server_id);
    await requireApplication(account, { application, app_version });
    if (project_name !== undefined) await requireProject(account, project_name);
    const started = await account.write({
      operation: "app_create",
      method: "POST",
      path: path`/app`,
      form: { server_id: server.id, application, app_version, app_label, project_name },
      reply: startedReply,
    });
    const options = waitOptions(input.wait_seconds, progress);
    const { work, end } = await account.followToEnd(started, { server_id: server.id }, options);
    const id = newIdIn(end, server);
    const made = work.status === "completed" ? await findNewApp(account, server, { id, label: app_label }) : undefined;
    return {
      ...namesOfServer(server),
      ...work,
      ...blocks(server, work),
      ...sameLabel(servers, app_label),
      ...(made === undefined ? notSeen(id, app_label, work) : newAppView(made)),
    };
  },
});

/** Two operations, one for each server; the copy exists when both are done. */
const cloneReply = z.looseObject({}).transform(({ source_operation_id, destination_operation_id, app_id }) => ({
  source: startedBy(source_operation_id),
  destination: startedBy(destination_operation_id),
  newAppId: tiedId(app_id),
}));

function startedBy(operation_id: unknown): Started {
  return startedReply.parse({ operation_id });
}

/** On the same server it would be another tool's work. */
function requireOther(source: ServerRecord, destination: ServerRecord): void {
  if (source.id !== destination.id) return;
  const problem = "is the server that the application is on";
  throw new ToolError("invalid_arguments", `destination_server_id ${problem}.`, {
    hint: "Nothing was done. clone_app makes a copy on the same server.",
    details: { problems: [{ argument: "destination_server_id", problem }] },
    done: "nothing",
  });
}

const cloneAppToServer = defineTool({
  name: "clone_app_to_server",
  title: "Copy an application to another server",
  toolset: "provisioning",
  effect: "write",
  undo: { none: "delete_app deletes the copy" },
  description:
    "Makes a copy of an application, files and database, on another server of the account, and gives its id. The " +
    "original stays, and so do its domains. Takes minutes. After an unclear end look with find_resources; a second " +
    "call makes a second copy.",
  input: () =>
    z.strictObject({
      ...appInput,
      destination_server_id: z.int().min(1).describe("Server for the copy, from list_servers."),
      app_label: label.describe("Name of the copy: Shop copy"),
      ...waitInput,
    }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, ...newAppOutput }),
  handler: async ({ destination_server_id, app_label, ...input }, { account, progress }) => {
    const servers = await account.servers();
    const found = findApp(servers, input.app_id, input.server_id);
    const destination = findServer(servers, destination_server_id);
    requireOther(found.server, destination);
    const { source, destination: arrival, newAppId } = await account.write({
      operation: "app_clone_to_server",
      method: "POST",
      path: path`/app/cloneToOtherServer`,
      form: { ...idsOf(found), destination_server_id, app_label },
      reply: cloneReply,
    });
    const options = waitOptions(input.wait_seconds, progress);
    const leaving = await account.follow(source, { ...idsOf(found), new_app_id: newAppId }, options);
    const on = { server_id: destination.id, new_app_id: newAppId };
    const work = leaving.status === "running" ? leaving : await account.follow(arrival, on, options);
    const made = work.status === "completed"
      ? await findNewApp(account, destination, { id: newAppId, label: app_label })
      : undefined;
    return {
      ...namesOf(found),
      ...work,
      ...blocks(work === leaving ? found.server : destination, work),
      ...sameLabel(servers, app_label),
      ...(made === undefined ? notSeen(newAppId, app_label, work) : newAppView(made)),
    };
  },
});

/** The tools of this file. */
export const newAppsTools: readonly Tool[] = [createApp, cloneAppToServer];
