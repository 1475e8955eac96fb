import type { JsonValue } from "../text/clean.ts";

/** The server that a call hits. */
export interface QuestionServer {
  id: number;
  label: string;
  /** Its public address. */
  ip: string;
}

/** An application that a call hits. */
export interface QuestionApp {
  id: number;
  label: string;
  /** The addresses its visitors use, the primary one first. */
  domains: readonly string[];
  /** The newest restore point that was seen; null where nobody has looked lately. */
  lastBackup: string | null;
}

/** Something of the account that the person should see, under our name for it. */
export interface QuestionFact {
  /** Words of ours. */
  name: string;
  /** Data: shown quoted and inert. */
  values: readonly string[];
  /** Its one value stands in the first line of the question: without it nobody knows what is done. */
  isFirst?: true;
}

/**
 * What a person is asked before a call is carried out, made of facts that were read from Cloudways for this question.
 * `headline` and `consequences` are words of ours alone; everything else is data, and shown as data.
 */
export interface Question {
  /** What would be done: verb, counts and ids; one line that ends with a full stop. */
  headline: string;
  server: QuestionServer;
  /** Every application that is hit, in full; null where Cloudways doesn't say which there are. */
  apps: readonly QuestionApp[] | null;
  /** What it means for visitors and data, and whether it can be undone; a sentence each. */
  consequences: readonly string[];
  /** Data can be lost, so that backups matter. */
  losesData?: true;
  facts?: readonly QuestionFact[];
  /** What the yes is bound to beside server, applications and arguments, such as the whole of a list that is edited. */
  target?: JsonValue;
}
