/** The projects of the account, which group applications. */
import * as z from "zod";
import type { AppRecord } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { ToolError } from "../../errors.ts";
import { isSeenGone } from "../define/gone.ts";
import { asWritten, canonicalEntries, checkEdit } from "../define/list_edits.ts";
import { anyReply, records } from "../define/outputs.ts";
import { projectRecord, readProjects } from "../define/projects.ts";
import { nullIfRefused } from "../define/questions.ts";
import { defineAskingTool, defineTool, type Tool, type ToolContext } from "../define/tool.ts";
import { type ChangedState, differing, pick } from "../define/undo.ts";
import {
  appsOf,
  appsWith,
  findProject,
  grouped,
  planProjectChange,
  projectIdOf,
  type ProjectState,
  readGrouping,
  requireApps,
  writeProject,
} from "./project_change.ts";
import { deletionQuestion, projectQuestion } from "./project_questions.ts";

const projectId = z.int().min(1).meta(declare({ role: "target" })).describe("Id from list_projects.");
const projectName = z.string().min(1).max(100);
const ids = z.array(z.int().min(1)).max(500);
const projectOutput = { project_id: z.number(), project_name: z.string(), apps: records };

function appViews(apps: readonly AppRecord[]) {
  return apps.map(({ id, label }) => ({ id, label }));
}

/** @throws {ToolError} For an application that does not exist, or that somebody has put into a project. */
async function checkNewApps(appIds: readonly number[], { account }: ToolContext): Promise<void> {
  if (appIds.length === 0) return;
  const grouping = await readGrouping(account);
  const [taken] = grouped(grouping, requireApps(grouping, appIds));
  if (taken === undefined) return;
  throw new ToolError("validation_failed", `Application ${taken.id} is in another project than the default one.`, {
    hint: "Nothing was made. Make the project without it, then move it with update_project, which asks a person.",
    details: { app_id: taken.id, project_id: projectIdOf(taken) },
    done: "nothing",
  });
}

const createProject = defineTool({
  name: "create_project",
  title: "Create a project",
  toolset: "access",
  effect: "write",
  undo: { none: "delete_project removes the project" },
  description: "Creates a project, which groups applications, such as the sites of one client. Applications of other " +
    "projects than the default one come with update_project.",
  input: () =>
    z.strictObject({
      name: projectName.describe("Such as the client's name."),
      app_ids: ids.min(1).optional().describe("Applications to put in: [200001]"),
    }),
  output: () => z.looseObject({ ...projectOutput, next_step: z.string().optional() }),
  handler: async ({ name, app_ids: given = [] }, context) => {
    const app_ids = [...new Set(given)];
    await checkNewApps(app_ids, context);
    const { account } = context;
    const { project } = await account.write({
      operation: "project_create",
      method: "POST",
      path: path`/project`,
      form: { name, app_ids: app_ids.length === 0 ? undefined : app_ids.join(",") },
      reply: z.looseObject({ project: projectRecord }),
    });
    const now = app_ids.length === 0 ? null : await readGrouping(account).catch((error) => nullIfRefused(error, "any"));
    const apps = now === null ? [] : appsOf(now, project.id);
    const areIn = app_ids.every((id) => apps.some((app) => app.id === id));
    return {
      project_id: project.id,
      project_name: project.name,
      apps: appViews(apps),
      ...(!areIn && { next_step: NOT_IN }),
    };
  },
});

const NOT_IN =
  "The project was made, but not every application is seen in it. Look with list_projects; update_project " +
  "puts them in.";

const updateProject = defineAskingTool({
  name: "update_project",
  title: "Change a project",
  toolset: "access",
  effect: "destructive",
  idempotent: true,
  description: "Renames a project, or edits which applications belong to it: add and remove, or replace all. Asks " +
    "where one is removed, or moved out of another client's group.",
  input: () =>
    z.strictObject({
      project_id: projectId,
      name: projectName.optional().describe("New name."),
      add: ids.min(1).optional().describe("Ids of applications to move in: [200001]"),
      remove: ids.min(1).optional().describe("Ids of applications to take out."),
      replace: ids.optional().describe("The whole new list, instead of add and remove."),
    }).superRefine(({ add, remove, replace, name }, context) => {
      const edit = { add: add?.map(String), remove: remove?.map(String), replace: replace?.map(String) };
      checkEdit(edit, context, asWritten, { name: "name", isGiven: name !== undefined });
    }),
  output: () =>
    z.looseObject({
      ...projectOutput,
      before: records,
      added: records,
      removed: records,
      not_there: z.array(z.number()),
    }),
  facts: planProjectChange,
  question: projectQuestion,
  handler: async (_input, context, change) => {
    await writeProject(change, context);
    const { project, before, after, edited } = change;
    return {
      project_id: project.id,
      project_name: after.name,
      apps: appViews(appsWith(change, after.apps)),
      before: appViews(appsWith(change, before.apps)),
      added: appViews(appsWith(change, edited.added)),
      removed: appViews(appsWith(change, edited.removed)),
      not_there: edited.missing.map(Number),
    };
  },
  undo: {
    state: ({ before }) => projectState(before),
    about: () => ({ subject: { kind: "account" } }),
    reverse: (_before, { project, before, after, edited, taken }) => {
      const isMoved = edited.added.length + edited.removed.length > 0;
      const back = {
        ...(after.name !== before.name && { name: before.name }),
        ...(isMoved && { replace: idsOf(before) }),
      };
      return {
        after: pick(projectState(after), differing(projectState(after), projectState(before))),
        // What came out of another project would not go back there.
        arguments: taken.length > 0 ? undefined : { project_id: project.id, ...back },
      };
    },
  },
});

function projectState({ name, apps }: ProjectState): ChangedState {
  return { "Name of the project": name, "Its applications": canonicalEntries(apps) };
}

function idsOf({ apps }: ProjectState): number[] {
  return apps.map(Number);
}

const deleteProject = defineAskingTool({
  name: "delete_project",
  title: "Delete a project",
  toolset: "access",
  effect: "destructive",
  undo: { none: "a new project has another id" },
  idempotent: true,
  description: "Deletes a project, that is a group; its applications stay. A person has to approve it.",
  input: () => z.strictObject({ project_id: projectId }),
  output: () => z.looseObject({ ...projectOutput, deleted: z.boolean(), verified: z.boolean() }),
  facts: async ({ project_id }, { account }) => {
    const grouping = await readGrouping(account);
    return { ...grouping, project: findProject(grouping, project_id) };
  },
  question: deletionQuestion,
  handler: async (_input, { account }, { project, ...grouping }) => {
    await account.write({
      operation: "project_delete",
      method: "DELETE",
      path: path`/project/${project.id}`,
      reply: anyReply,
      mayBeEmpty: true,
    });
    const isThere = async () => (await readProjects(account)).some(({ id }) => id === project.id);
    return {
      project_id: project.id,
      project_name: project.name,
      apps: appViews(appsOf(grouping, project.id)),
      deleted: true,
      verified: await isSeenGone("project", isThere),
    };
  },
});

/** The tools of this file. */
export const projectsTools: readonly Tool[] = [createProject, updateProject, deleteProject];
