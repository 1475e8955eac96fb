/** What is asked before a package of a server is installed, replaced or removed. */
import type { Question } from "../../confirm/question.ts";
import { countApps, NOT_TOLD, onServer, type ServerFacts } from "../define/questions.ts";

/** A package that changes. */
export interface PackageChange {
  /** By Cloudways' name. */
  package: string;
  /** The present version; empty for none, null where Cloudways doesn't say. */
  before: string | null;
  after: string;
  /** What Cloudways calls the new version; null where it lists none. */
  label: string | null;
  /** Whether Cloudways lists the way back; null where it doesn't say. */
  goesBack: boolean | null;
}

/** This version removes a package. */
const REMOVED = "0";

/** Says what restarts, what may break, and whether there is a way back. */
export function packageQuestion(facts: ServerFacts, change: PackageChange): Question {
  const { package: name, before, after, label } = change;
  const verb = after === REMOVED
    ? "Remove one package from"
    : before === ""
    ? "Add one package to"
    : "Change one package of";
  return {
    headline: `${verb} server ${facts.server.id} with ${countApps(facts)}.`,
    ...onServer(facts),
    losesData: true,
    consequences: [...meaningOf(change), wayBack(change)],
    facts: [
      { name: "Package", values: [name], isFirst: true },
      { name: "Version before", values: [before === "" ? "none" : before ?? NOT_TOLD] },
      { name: "Version after", values: [label === null ? after : `${after} (${label})`] },
    ],
    target: { package: name, before, after },
  };
}

function meaningOf({ package: name, before, after }: PackageChange): string[] {
  if (after === REMOVED) {
    return [
      "What the package holds may be removed with it.",
      "Applications that use it fail, or lose what it did for them.",
    ];
  }
  if (name === "php") {
    return [
      "PHP restarts: every application on the server may fail for a while.",
      "Themes, plugins and code that don't work with the new version break, on every site of the server at once.",
    ];
  }
  if (name === "mysql") {
    return [
      "The database restarts: every application on the server fails until it is up again.",
      "Applications that don't work with the new version break. Only a backup from before brings the data back as it is now.",
    ];
  }
  if (before === "") return ["The package is installed for the whole server, and uses memory and disk there."];
  return ["The package restarts: what needs it fails for a while, or breaks where the new version doesn't fit."];
}

function wayBack({ before, goesBack }: PackageChange): string {
  if (before === "") return "It can be undone by removing the package again.";
  if (goesBack === true) return "It can be undone: Cloudways lists the way back to the version from before.";
  if (goesBack === false) {
    return "It can't be undone from here: Cloudways lists no way back to the version from before.";
  }
  return "It may be that it can't be undone: Cloudways does not say whether there is a way back.";
}
