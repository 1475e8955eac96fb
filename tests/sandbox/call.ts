import type { Clock } from "../../src/async/clock.ts";
import type { OperationFacts } from "./facts.ts";
import type { Making } from "./make_account.ts";
import type { OperationBook } from "./operation_book.ts";
import type { Random } from "./prng.ts";
import type { AccountState, AppState, ServerState } from "./state.ts";

/** Which of two documented forms a reply has, if sources differ. */
export type ReplyForms = "live" | "documented";

/** How the API behaves, where sources differ about more than the form of a reply. */
export interface Habits {
  /** How the text of PHP settings is encoded. */
  fpmText: "base64" | "plain";
  /** Whether SSH access opens at the first request, or only after a confirmation. */
  sshEnable: "at_once" | "confirmed";
  /** The answer to unknown paths: 200 with the greeting, or 404. */
  unknownPaths: "greeting" | "not_found";
}

/** The behaviour that running integrations saw. */
export const usualHabits: Habits = { fpmText: "base64", sshEnable: "at_once", unknownPaths: "greeting" };

/** One valid request, with the records that it names. */
export interface Call {
  operation: OperationFacts;
  account: AccountState;
  fields: Record<string, unknown>;
  forms: ReplyForms;
  habits: Habits;
  clock: Clock;
  random: Random;
  book: OperationBook;
  /** The server that the request names; throws if it names no server. */
  readonly server: ServerState;
  /** The application that the request names; throws if it names no application. */
  readonly app: AppState;
}

/** Makes the body of the answer, and any change. */
export type Handler = (call: Call) => unknown;

/** Handlers by operation id. */
export type Handlers = Readonly<Record<string, Handler>>;

/** A field as text, "" when it is absent. */
export function text(call: Call, name: string): string {
  const value = call.fields[name];
  return value === undefined || value === null ? "" : String(value);
}

/** A field as a number; throws when it is not one. */
export function number(call: Call, name: string): number {
  const value = Number(call.fields[name]);
  if (!Number.isFinite(value)) throw new TypeError(`${name} is no number`);
  return value;
}

/** A field as a list of texts, [] when it is absent. */
export function list(call: Call, name: string): string[] {
  const value = call.fields[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** Whether an on-off field says on. */
export function isOn(call: Call, name: string): boolean {
  return ["true", "enable", "yes", "1"].includes(text(call, name).toLowerCase());
}

/** How the API says "done" without a result: one way live, another in the documents. */
export function nothing(call: Call): unknown {
  return call.forms === "live" ? [] : { status: true };
}

/** What new records are made with. */
export function makingOf(call: Call): Making {
  const { account, clock, random } = call;
  return { random, now: clock.now(), secret: () => account.secret() };
}
