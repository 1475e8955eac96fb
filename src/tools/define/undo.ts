/** What can put back what a call changed. */
import type * as z from "zod";
import type { QuestionSubject } from "../../confirm/question.ts";

/** A value that a call can change; null where Cloudways does not tell it. */
export type StateValue = string | number | boolean | null | string[];

/**
 * What a call changes, by names for people, such as `HTTPS redirection`. Two states are the same where every value is:
 * a list whose order means nothing is sorted.
 */
export type ChangedState = Readonly<Record<string, StateValue>>;

/** The call that puts something back. */
export interface Reverse {
  /** What the call left behind, as the reverse call is to find it: all that the call changed and the reverse call sets. */
  after: ChangedState;
  /** The arguments of the reverse call; left out where nothing puts this call back exactly. */
  arguments?: Record<string, unknown> | undefined;
  /** The tool of the reverse call. Defaults to the same tool. */
  tool?: string;
}

/** How the calls of a tool are put back. */
export interface Reversible<I extends z.ZodObject, O extends z.ZodObject, F> {
  /** What is there now of what the tool changes, from its facts. The state of the reverse tool has the same names. */
  state: (facts: F, input: z.output<I>) => ChangedState;
  /** What the call is about, for the question of an undo. */
  about: (facts: F) => { subject: QuestionSubject };
  /** The reverse call, from what was there before, the input and the answer. */
  reverse: (before: ChangedState, facts: F, input: z.output<I>, answer: z.input<O>) => Reverse;
}

/**
 * What undoes the calls of a tool. `none`: there is no receipt, and why; its question says whether it can be undone.
 * `instead`: no single call puts it back exactly, but this does the next best; a sentence for the model that names it.
 */
export type Undo<I extends z.ZodObject, O extends z.ZodObject, F> =
  | { none: string }
  | { instead: string }
  | Reversible<I, O, F>;

/** What was decided about a tool. */
export type UndoDecision = { none: string } | { instead: string } | { reverses: true };

/** The decision without its functions. */
export function undoDecision(
  undo: object & ({ none: string } | { instead: string } | { state: unknown }),
): UndoDecision {
  if ("none" in undo || "instead" in undo) return undo;
  return { reverses: true };
}

/** A planned call of a tool that can be put back. */
export interface PlannedUndo {
  /** What is there now. */
  state: ChangedState;
  subject: QuestionSubject;
  /** The reverse call. Call it after the call was carried out. */
  reverse: () => Reverse;
}

/** A state of some names, as another state has them. */
export function pick(state: ChangedState, names: readonly string[]): ChangedState {
  return Object.fromEntries(names.map((name) => [name, state[name] ?? null]));
}

/** The names whose values differ. */
export function differing(a: ChangedState, b: ChangedState): string[] {
  return Object.keys(a).filter((name) => JSON.stringify(a[name] ?? null) !== JSON.stringify(b[name] ?? null));
}
