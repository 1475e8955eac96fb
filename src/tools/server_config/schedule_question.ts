/** What is asked before the backup schedule of a server changes. */
import { numberOrNull } from "../../cloudways/models.ts";
import type { Question } from "../../confirm/question.ts";
import { countApps, NOT_TOLD, onServer, type ServerFacts } from "../define/questions.ts";
import { changeFacts, unchangedFacts, type ValueChange } from "../define/values_change.ts";

/** What a schedule is made of, by Cloudways' names. */
export const SCHEDULE_NAMES = ["backup_frequency", "backup_retention", "backup_time", "local_backups"] as const;

/** One of {@linkcode SCHEDULE_NAMES}. */
export type ScheduleName = typeof SCHEDULE_NAMES[number];

type ScheduleChange = ValueChange<ScheduleName>;

const LABELS: Readonly<Record<ScheduleName, string>> = {
  backup_frequency: "Backup interval",
  backup_retention: "Backups kept (most likely days)",
  backup_time: "Start time (most likely UTC)",
  local_backups: "Copies on the server",
};

/** What a part of the schedule is called. */
export const labelOf = (name: ScheduleName): string => LABELS[name];

/** Names what changes, before and after, and what of the present backups may be lost. */
export function scheduleQuestion(
  facts: ServerFacts,
  { before, whole, changes, labels }: {
    before: Readonly<Record<ScheduleName, string | null>>;
    /** All that is sent. */
    whole: Readonly<Record<string, string>>;
    changes: readonly ScheduleChange[];
    /** What each frequency is called. */
    labels: ReadonlyMap<string, string>;
  },
): Question {
  const textOf = (name: ScheduleName, value: string | null) => {
    if (value === null) return NOT_TOLD;
    if (name === "local_backups") return value === "true" ? "kept" : "not kept";
    return name === "backup_frequency" ? labels.get(value) ?? value : value;
  };
  return {
    headline: `Change the backup schedule of server ${facts.server.id} with ${countApps(facts)}.`,
    ...onServer(facts),
    ...(changes.some(shortens) && { losesData: true }),
    consequences: [
      ...changes.flatMap(meaningOf),
      "It can be undone by setting the values from before again; backups that are gone by then can't be brought back.",
    ],
    facts: [
      ...changeFacts(changes, labelOf, textOf),
      ...unchangedFacts(SCHEDULE_NAMES, whole, changes, labelOf, textOf),
    ],
    target: { schedule: { ...before } },
  };
}

/** Whether backups are kept for a shorter time, as far as is known. */
function shortens({ name, before, after }: ScheduleChange): boolean {
  if (name !== "backup_retention") return false;
  const [old, next] = [numberOrNull(before), numberOrNull(after)];
  return old === null || next === null || next < old;
}

function meaningOf(change: ScheduleChange): string[] {
  const { name, after } = change;
  switch (name) {
    case "backup_frequency":
      return ["The time between two backups changes. In a failure, everything since the last backup is lost."];
    case "backup_retention":
      return shortens(change) ? ["Backups older than the new limit may be deleted."] : [];
    case "backup_time":
      return ["Backups start at another time of the day; the server works more while they run."];
    case "local_backups":
      return after === "true"
        ? ["Copies of the backups use disk space on the server."]
        : ["No more copies are kept on the server. Whether those that are there stay, Cloudways does not say."];
  }
}
