/** What is asked before the selection of automatic updates changes, or who is told of them. */
import type { Question } from "../../confirm/question.ts";
import { type AppFacts, onApp } from "../define/questions.ts";
import { differences, type UpdateSchedule } from "./schedule.ts";

/** An application, and its update settings before and after. */
interface SettingsFacts extends AppFacts {
  before: UpdateSchedule;
  after: UpdateSchedule;
}

/** Each part that is asked about, under our name for it. */
const ASKED = {
  core: "WordPress itself",
  plugins: "Plugins",
  themes: "Themes",
  email: "E-mail address",
  notify_before: "Message before a run",
  notify_success: "Message after a good run",
  notify_failure: "Message after a failed run",
} as const satisfies Partial<Record<keyof UpdateSchedule, string>>;

type AskedName = keyof typeof ASKED;

function isAsked(name: keyof UpdateSchedule): name is AskedName {
  return name in ASKED;
}

/** The question before settings change; undefined where nothing changes but the schedule, or more people are told. */
export function settingsQuestion({ before, after, ...facts }: SettingsFacts): Question | undefined {
  const changed = differences(before, after).filter(isAsked);
  if (changed.every((name) => name.startsWith("notify_") && after[name] === true)) return undefined;
  return {
    headline: `Change what automatic updates of application ${facts.app.id} cover, or who is told of them.`,
    ...onApp(facts),
    consequences: [
      "What is no longer selected gets no updates, and its known holes stay open; what is newly selected is updated.",
      "People who are no longer told do not learn of a failed update.",
      "It can be undone by setting the former values. Only a selection of everything comes back another way: by " +
      "switching automatic updates off and on.",
    ],
    facts: changed.flatMap((name) => [
      { name: `${ASKED[name]} now`, values: valuesOf(before[name]) },
      { name: `${ASKED[name]} after`, values: valuesOf(after[name]) },
    ]),
    target: { ...before, plugins: [...before.plugins], themes: [...before.themes] },
  };
}

function valuesOf(value: UpdateSchedule[AskedName]): string[] {
  if (typeof value === "boolean") return [value ? "yes" : "no"];
  if (typeof value === "string") return value === "" ? [] : [value];
  return value.length === 0 ? ["all, new ones too"] : [...value];
}
