/** What is asked before the automatic clean-up of a server's disk changes. */
import type { Question } from "../../confirm/question.ts";
import { CLEANED, CLEANUPS } from "../define/disk_cleanup.ts";
import { countApps, onServer, type ServerFacts } from "../define/questions.ts";
import { changeFacts, unchangedFacts, type ValueChange, type Values } from "../define/values_change.ts";

/** The settings by our names: `enabled` is the clean-up itself, the others what it removes. */
export const CLEANUP_SETTINGS = ["enabled", ...CLEANUPS] as const;

/** One of {@linkcode CLEANUP_SETTINGS}. */
export type CleanupSetting = typeof CLEANUP_SETTINGS[number];

const LABELS: Readonly<Record<CleanupSetting, string>> = {
  enabled: "Automatic clean-up",
  remove_app_tmp: "Empty tmp folders",
  remove_app_private_html: "Empty private_html folders",
  rotate_system_log: "Rotate system logs",
  rotate_app_log: "Rotate application logs",
  remove_app_local_backup: "Delete local backups",
};

/** What a setting is called. */
export const labelOf = (name: CleanupSetting): string => LABELS[name];

/** Names what changes, and all that is removed again and again afterwards. */
export function cleanupQuestion(
  facts: ServerFacts,
  { before, whole, changes }: {
    before: Values;
    /** All settings as they would be: yes or no. */
    whole: Readonly<Record<string, string>>;
    changes: readonly ValueChange<CleanupSetting>[];
  },
): Question {
  const isOn = whole.enabled === "yes";
  const isTurnedOff = !isOn && changes.some(({ name }) => name === "enabled");
  const where = `server ${facts.server.id} with ${countApps(facts)}`;
  const removed = CLEANUPS.filter((name) => whole[name] === "yes");
  return {
    headline: isOn
      ? `Have the disk of ${where} cleaned up automatically.`
      : isTurnedOff
      ? `Turn off the automatic clean-up of the disk of ${where}.`
      : `Change the automatic clean-up of the disk of ${where}, and leave it off.`,
    ...onServer(facts),
    ...(isOn && removed.length > 0 && { losesData: true }),
    consequences: [
      ...(isOn ? removed.map((name) => CLEANED[name]) : ["Nothing is removed by itself: the disk may fill up."]),
      ...(isOn ? ["It happens again and again, and asks nobody. What is removed can't be brought back."] : []),
      "The change can be undone by setting the values from before again.",
    ],
    facts: [...changeFacts(changes, labelOf), ...unchangedFacts(CLEANUP_SETTINGS, whole, changes, labelOf)],
    target: { cleanup: { ...before } },
  };
}
