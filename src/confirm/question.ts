import type { JsonValue } from "../text/clean.ts";
import type { DeclaredInputs } from "./declared_input.ts";

/** The server that a call affects. */
export interface QuestionServer {
  id: number;
  label: string;
  /** Its public address. */
  ip: string;
}

/** An application that a call affects. */
export interface QuestionApp {
  id: number;
  label: string;
  /** The addresses its visitors use, the primary one first. */
  domains: readonly string[];
  /** The newest restore point that was seen; null if none was seen lately. */
  lastBackup: string | null;
}

/** Data of the account that the person should see, under a name that we give it. */
export interface QuestionFact {
  /** Our own words. */
  name: string;
  /** Data: shown quoted and inert. */
  values: readonly string[];
  /** Its one value is part of the question's first line, which would not say what is done without it. */
  isFirst?: true;
}

/** A server with every application on it, or one application. `apps` is null if Cloudways doesn't list them. */
type MachineSubject =
  | { kind: "server"; server: QuestionServer; apps: readonly QuestionApp[] | null }
  | { kind: "app"; server: QuestionServer; app: QuestionApp };

/** A target that is not on a server: a domain, or the account itself. */
type AccountSubject = { kind: "domain"; domain: string } | { kind: "account" };

/** What a call affects. */
export type QuestionSubject = MachineSubject | AccountSubject;

/**
 * What a person is shown before a call is carried out, made of facts that were read from Cloudways for this question.
 * `headline` and `consequences` contain only our own words. Everything else is data, and is shown as data.
 */
export interface ShownQuestion {
  /** What would be done: verb, counts and ids; one line with a full stop at its end. */
  headline: string;
  subject: QuestionSubject;
  /** What it means for visitors and data, and whether it can be undone; one sentence each. */
  consequences: readonly string[];
  /** Data can be lost, so the question shows the backups. */
  losesData?: true;
  facts?: readonly QuestionFact[];
  /** What the person has to type to approve, because something is gone for good; see `typed_label.ts`. */
  typed?: string;
  /** The steps of a plan, each as its own call would be asked about. */
  steps?: readonly ShownStep[];
}

/** One step of a plan, as a person is shown it. */
export interface ShownStep {
  tool: string;
  question: ShownQuestion;
  /** As the assistant sent them. */
  arguments: Record<string, JsonValue>;
}

/** One step of a plan, before it is made fit to be shown. */
export interface AskedStep {
  tool: string;
  question: ShownQuestion;
  /** Parsed arguments. */
  input: Readonly<Record<string, unknown>>;
  /** What the tool's inputs declare. */
  declared: DeclaredInputs;
}

/** A question before it is made fit to be shown. `planned` are the steps of a plan. */
export type QuestionToShow = ShownQuestion & { planned?: readonly AskedStep[] };

/** A question that stays open for longer than others. `openUntil` is in milliseconds since the Unix epoch. */
interface TimedQuestion extends ShownQuestion {
  openUntil?: number;
}

/** A question about a server or application. `target` adds what else the yes is bound to, such as an edited list. */
interface MachineQuestion extends TimedQuestion {
  subject: MachineSubject;
  target?: JsonValue;
  planned?: never;
}

/** A question about anything. The subject may not identify what is affected, as of a domain or the account, so `target` has to. */
interface BoundQuestion extends TimedQuestion {
  target: JsonValue;
  planned?: readonly AskedStep[];
}

/**
 * What a person is asked before a call is carried out. The yes is bound to the arguments, the subject and `target`: the
 * current state of what else the call affects.
 */
export type Question = MachineQuestion | BoundQuestion;

/** Whether a subject already shows the value of an input: the id of a server or application, or a domain. */
export function names(subject: QuestionSubject, value: unknown): boolean {
  if (subject.kind === "account") return false;
  if (subject.kind === "domain") return subject.domain === value;
  const { server, apps } = machineOf(subject);
  return server.id === value || (apps ?? []).some(({ id }) => id === value);
}

/** The server of a subject, and every application on it that is affected. */
export function machineOf(subject: MachineSubject): { server: QuestionServer; apps: readonly QuestionApp[] | null } {
  return subject.kind === "server" ? subject : { server: subject.server, apps: [subject.app] };
}
