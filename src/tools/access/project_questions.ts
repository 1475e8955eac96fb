/** What is asked before a project changes or is deleted. */
import type { AppRecord } from "../../cloudways/models.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { count } from "../define/questions.ts";
import { appsOf, appsWith, type Grouping, type ProjectChange, projectIdOf } from "./project_change.ts";
import type { ProjectRecord } from "../define/projects.ts";

/** Applications as a person sees them. The label comes last, so that it can't add to the line. */
function named(apps: readonly AppRecord[]): string[] {
  return apps.map(({ id, label }) => `${id}: ${label}`);
}

const NOT_TOLD =
  "Cloudways doesn't tell the project of every application: this project may lose some that are not listed.";

/** The question before a project changes; undefined where it only gets a name or applications of no other project. */
export function projectQuestion(change: ProjectChange): Question | undefined {
  const { project, before, after, edited, taken, isComplete } = change;
  if (edited.removed.length === 0 && taken.length === 0 && isComplete) return undefined;
  const renamed = after.name === before.name ? "" : ", and a new name";
  return {
    headline: `Change project ${project.id}: ${count(edited.added.length, "application")} added, ` +
      `${edited.removed.length} removed${renamed}.`,
    subject: { kind: "account" },
    consequences: [
      ...(edited.removed.length === 0 ? [] : ["Cloudways doesn't say which project a removed application is in then."]),
      ...(taken.length === 0 ? [] : ["Added applications leave the project that they are in now."]),
      ...(isComplete ? [] : [NOT_TOLD]),
      "It can be undone by putting them back.",
    ],
    facts: [
      ...nameFacts(before.name, after.name),
      { name: "Added", values: named(appsWith(change, edited.added)) },
      { name: "Removed", values: named(appsWith(change, edited.removed)) },
      ...(taken.length === 0 ? [] : [{ name: "Leave another project", values: takenFrom(change) }]),
      { name: "Before", values: named(appsWith(change, before.apps)) },
      { name: "After", values: named(appsWith(change, after.apps)) },
    ],
    target: {
      before: { name: before.name, apps: [...before.apps] },
      taken: taken.map((app) => ({ id: app.id, project: projectIdOf(app) })),
    },
  };
}

function nameFacts(before: string, after: string): QuestionFact[] {
  const now: QuestionFact = { name: "Name", values: [before], isFirst: true };
  return before === after ? [now] : [now, { name: "Name after", values: [after] }];
}

function takenFrom({ taken, projects }: ProjectChange): string[] {
  return taken.map(({ id, project_id }) => {
    const from = projects.find((project) => project.id === project_id);
    return from === undefined ? `${id} from a project not told` : `${id} from project ${from.id}: ${from.name}`;
  });
}

/** A project that is to be deleted. */
export interface DoomedProject extends Grouping {
  project: ProjectRecord;
}

/** The question before a project is deleted. */
export function deletionQuestion({ project, ...grouping }: DoomedProject): Question {
  const apps = appsOf(grouping, project.id);
  const hit = grouping.isComplete ? count(apps.length, "application") : "its applications, not all of them told";
  return {
    headline: `Delete project ${project.id} with ${hit}.`,
    subject: { kind: "account" },
    consequences: [
      "Its applications stay; only the group is gone.",
      "It can be undone by making a project with these applications, which gets another id.",
    ],
    facts: [
      { name: "Name", values: [project.name], isFirst: true },
      { name: "Its applications", values: named(apps) },
    ],
    target: { project: { id: project.id, name: project.name }, apps: apps.map(({ id }) => id).sort((a, b) => a - b) },
  };
}
