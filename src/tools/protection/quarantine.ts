/** Which files come back from quarantine: looked up before anybody is asked, as far as Cloudways lists them. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { givenList, looseNumber } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import type { Question } from "../../confirm/question.ts";
import { ToolError } from "../../errors.ts";
import { type AppFacts, count, NOT_TOLD, onApp } from "../define/questions.ts";
import { isNamedBy, type Row, rowInWords } from "./rows.ts";
import { readSuite } from "./suite.ts";

/** Files that are looked up. */
const MAX_LOOKED_UP = 100;

const listedFiles = z.looseObject({ files: givenList(z.looseObject({})), total: looseNumber });

/** A file that a call names, and the rows in which Cloudways lists it; none if it is beyond those looked up. */
export interface ChosenFile {
  file: string;
  rows: readonly Row[];
}

/**
 * Looks up the files that a call names.
 *
 * @throws {ToolError} `invalid_arguments` if Cloudways lists all files, and one that is named is not among them.
 */
export async function chosenFiles(
  account: CloudwaysAccount,
  { app, server }: FoundApp,
  files: readonly string[],
): Promise<ChosenFile[]> {
  const reply = await readSuite(account, server, {
    operation: "security_suite_app_files_list",
    path: path`/app/security/${app.id}/files`,
    query: { offset: 0, limit: MAX_LOOKED_UP },
  });
  const listed = listedFiles.safeParse(reply).data;
  const rows = listed?.files ?? [];
  const chosen = files.map((file) => ({ file, rows: rows.filter((row) => isNamedBy(row, file)) }));
  const unknown = chosen.filter((one) => one.rows.length === 0).map(({ file }) => file);
  const isWhole = listed !== undefined && listed.total !== null && rows.length >= listed.total;
  if (isWhole && unknown.length > 0) throw notListed(unknown);
  return chosen;
}

function notListed(files: string[]): ToolError {
  const problem = "names a file that Cloudways doesn't list";
  return new ToolError("invalid_arguments", `files: ${problem}.`, {
    hint: "Nothing was done, and nobody was asked. Call list_infected_files, and again with ids that it shows.",
    details: { problems: [{ argument: "files", problem }], not_listed: files },
    done: "nothing",
  });
}

/** The question before files come back. */
export function restoreQuestion(facts: AppFacts, chosen: readonly ChosenFile[]): Question {
  return {
    headline: `Put ${count(chosen.length, "file")} that may be infected back into application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "Malware protection took them out or cleaned them. They come back as they were, with the malware if it was no " +
      "mistake.",
      "Malware on the live site can steal customers' data, infect visitors and other files, and send spam.",
      "It can be undone by a new scan that finds them again, or by restoring a backup. Neither is certain.",
    ],
    facts: [
      { name: "Files, as they are sent", values: chosen.map(({ file }) => file) },
      {
        name: "What Cloudways lists of them",
        values: chosen.flatMap(({ file, rows }) =>
          rows.length === 0 ? [`${file}: ${NOT_TOLD}`] : rows.map((row) => rowInWords(row))
        ),
      },
    ],
    target: { files: chosen.map(({ file, rows }) => [file, ...rows.map((row) => rowInWords(row))]) },
  };
}
