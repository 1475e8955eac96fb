/** What is asked before a live application and its staging copy are made alike. */
import type { Question } from "../../confirm/question.ts";
import type { LastBackups } from "../../cloudways/restore_points.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { domainOf } from "../../cloudways/models.ts";
import { newestBackupInWords } from "../define/question_words.ts";
import { onApp } from "../define/questions.ts";
import type { StagingPair } from "./pairs.ts";

/** What is copied. */
export interface SyncParts {
  files: boolean;
  exclude_paths?: readonly string[] | undefined;
  database: boolean;
  tables?: readonly string[] | undefined;
}

/** A pair, and what is known of the backups on the server of the side that is overwritten. */
export interface SyncFacts extends StagingPair {
  backups: LastBackups;
  now: number;
}

/** The question before a live application is overwritten with its staging copy. */
export function pushQuestion(facts: SyncFacts, parts: SyncParts, backup: boolean): Question {
  const { copy, live } = facts;
  return {
    headline: `Overwrite live application ${live.app.id} with its staging copy ${copy.app.id}: ${partsInWords(parts)}.`,
    ...onApp({ ...live, backups: facts.backups }),
    losesData: true,
    consequences: [
      ...(parts.database ? [databasePushed(parts)] : []),
      ...(parts.files ? [FILES_PUSHED] : []),
      "Visitors may get no answer, or a broken one, while it runs.",
      backup
        ? "Cloudways is asked to back up the live site first; where it keeps that backup is not documented."
        : "No backup of the live site is made first, as the assistant asked.",
      newestBackupInWords(facts.backups, live.app.id, facts.now),
      "It can be undone only by restoring a backup of the live site.",
    ],
    facts: sideFacts("Staging copy", copy),
    target: { staging: boundApp(copy) },
  };
}

/** The question before a staging copy is overwritten with its live application. */
export function pullQuestion(facts: SyncFacts, parts: SyncParts): Question {
  const { copy, live } = facts;
  return {
    headline: `Overwrite staging copy ${copy.app.id} with its live application ${live.app.id}: ${partsInWords(parts)}.`,
    ...onApp({ ...copy, backups: facts.backups }),
    losesData: true,
    consequences: [
      "The staging copy should be overwritten, by the same rule as in a push. No run of a pull is documented: the " +
      "live site may be the side that is overwritten.",
      "What was changed on the copy and not pushed is lost.",
      ...(parts.database ? [databasePulled(parts)] : []),
      "Both sides have a backup from the last 24 hours, and Cloudways is asked to make another one first.",
      "It can be undone only by restoring a backup of the side that was overwritten.",
    ],
    facts: sideFacts("Live application", live),
    target: { live: boundApp(live) },
  };
}

function partsInWords({ files, exclude_paths = [], database, tables }: SyncParts): string {
  const ofFiles = exclude_paths.length === 0 ? "all files" : "all files but those excluded";
  const ofDatabase = tables === undefined ? "the whole database" : "some tables of the database";
  return [...(files ? [ofFiles] : []), ...(database ? [ofDatabase] : [])].join(" and ");
}

const FILES_PUSHED = "Files of the live site become those of the copy. Whether files that only the live site has are " +
  "deleted is not documented.";

function databasePushed({ tables }: SyncParts): string {
  return tables === undefined
    ? "The database of the live site becomes that of the copy: newer orders, posts and users of the live site are " +
      "lost, and users, passwords and application passwords become those of the copy."
    : "The tables of the live site named below become those of the copy; newer orders, posts and users in them are " +
      "lost, and so are passwords where users are among them.";
}

function databasePulled({ tables }: SyncParts): string {
  return tables === undefined
    ? "Users and passwords of the copy become those of the live site, and the copy holds its customers' data."
    : "The tables named below become those of the live site, with users, passwords and customers' data in them.";
}

function sideFacts(name: string, { app, server }: FoundApp) {
  return [
    { name, values: [app.label], isFirst: true } as const,
    { name: `${name}: domain`, values: [domainOf(app)].filter((domain) => domain !== "") },
    { name: `${name}: server`, values: [server.label] },
  ];
}

/** The side that the question's subject does not name. */
function boundApp({ app, server }: FoundApp) {
  return { id: app.id, label: app.label, domain: domainOf(app), server: { id: server.id, label: server.label } };
}
