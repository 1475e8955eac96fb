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

/** A server with every application on it, or one application; `apps` is null where Cloudways doesn't say which. */
type MachineSubject =
  | { kind: "server"; server: QuestionServer; apps: readonly QuestionApp[] | null }
  | { kind: "app"; server: QuestionServer; app: QuestionApp };

/** What a call hits that is on no server: a domain, or the account itself. */
type AccountSubject = { kind: "domain"; domain: string } | { kind: "account" };

/** What a call hits. */
export type QuestionSubject = MachineSubject | AccountSubject;

/**
 * What a person is shown before a call is carried out, made of facts that were read from Cloudways for this question.
 * `headline` and `consequences` are words of ours alone; everything else is data, and shown as data.
 */
export interface ShownQuestion {
  /** What would be done: verb, counts and ids; one line that ends with a full stop. */
  headline: string;
  subject: QuestionSubject;
  /** What it means for visitors and data, and whether it can be undone; a sentence each. */
  consequences: readonly string[];
  /** Data can be lost, so that backups matter. */
  losesData?: true;
  facts?: readonly QuestionFact[];
  /** What the person has to type to approve, since something is gone for good; see `typed_label.ts`. */
  typed?: string;
}

/** A question that binds to nothing but its subject, or to more, such as the whole of a list that is edited. */
interface MachineQuestion extends ShownQuestion {
  subject: MachineSubject;
  target?: JsonValue;
}

/** Neither a domain's name nor the account says what would be hit, so the question has to. */
interface AccountQuestion extends ShownQuestion {
  subject: AccountSubject;
  target: JsonValue;
}

/**
 * What a person is asked before a call is carried out. The yes is bound to the arguments, the subject and `target`: what
 * else would be hit, as it is now.
 */
export type Question = MachineQuestion | AccountQuestion;

/** Whether a subject names the value of an input: by the id of a server or application, or as a domain. */
export function names(subject: QuestionSubject, value: unknown): boolean {
  if (subject.kind === "account") return false;
  if (subject.kind === "domain") return subject.domain === value;
  const { server, apps } = machineOf(subject);
  return server.id === value || (apps ?? []).some(({ id }) => id === value);
}

/** The server of a subject, and every application on it that is hit. */
export function machineOf(subject: MachineSubject): { server: QuestionServer; apps: readonly QuestionApp[] | null } {
  return subject.kind === "server" ? subject : { server: subject.server, apps: [subject.app] };
}
