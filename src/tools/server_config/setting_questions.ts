/** What is asked before the settings of a server change. */
import type { Question } from "../../confirm/question.ts";
import { count, countApps, onServer, type ServerFacts } from "../define/questions.ts";
import { SETTING_FIELDS, type SettingName } from "./setting_fields.ts";
import { changeFacts, type ValueChange } from "../define/values_change.ts";

type SettingChange = ValueChange<SettingName>;

const OUTDATED = /\b1\.[01]\b/;

/** What a change of one setting means beyond its figures. */
function meaningsOf({ name, after }: SettingChange): string[] {
  switch (name) {
    case "display_errors":
      return after === "On" ? ["Visitors see PHP's error messages, which can show paths, queries and data."] : [];
    case "tls_versions":
      return [
        ...(OUTDATED.test(after) ? ["TLS 1.0 or 1.1 is allowed, which count as broken: others may read along."] : []),
        "Visitors whose browsers know none of the TLS versions after the change can't reach any of the sites.",
      ];
    case "timezone":
    case "mysql_timezone":
      return ["Times that the sites store or show may shift."];
    case "xdebug":
      return after === "enabled" ? ["Every site on the server becomes slower."] : [];
    default:
      return [];
  }
}

/** Names every setting that changes, before and after. */
export function settingsQuestion(facts: ServerFacts, changes: readonly SettingChange[]): Question {
  const isUnreadable = changes.some(({ before }) => before === null);
  return {
    headline: `Change ${count(changes.length, "setting")} of server ${facts.server.id} with ${countApps(facts)}.`,
    ...onServer(facts),
    consequences: [
      "It counts for every application on the server. Services restart: the sites may fail for some seconds.",
      ...new Set(changes.flatMap(meaningsOf)),
      ...(isUnreadable ? ["A present value that can't be read can't be put back from here."] : []),
      "It can be undone by setting the values from before again.",
    ],
    facts: changeFacts(changes, (name) => SETTING_FIELDS[name].label, shownValue),
    target: { settings: Object.fromEntries(changes.map(({ name, before }) => [name, before])) },
  };
}

function shownValue(_name: SettingName, value: string | null): string {
  if (value === null) return "present value not readable";
  return value === "" ? "platform default" : value;
}
