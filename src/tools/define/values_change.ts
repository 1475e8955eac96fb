/** Changing values that stand under names: what differs, how a person sees it, and carrying it out with a look after. */
import * as z from "zod";
import type { QuestionFact } from "../../confirm/question.ts";
import { ToolError } from "../../errors.ts";
import { makeChange, nothingToChange } from "./planned_change.ts";
import { NOT_TOLD } from "./questions.ts";

/** Values by name, written as Cloudways takes them; null where it doesn't say. */
export type Values = Readonly<Record<string, string | null>>;

/** What a call wants some of the values to be. */
export type Wanted<N extends string> = Readonly<Partial<Record<N, string | undefined>>>;

/** One value that a call changes. */
export interface ValueChange<N extends string = string> {
  name: N;
  /** Null where Cloudways doesn't say. */
  before: string | null;
  after: string;
}

/** What an answer says of the changes. */
export const changesOutput = {
  changes: z.array(z.looseObject({ name: z.string(), before: z.string().nullable(), after: z.string() })),
  confirmed: z.boolean().describe("Whether the new values were read back."),
  message: z.string(),
};

/**
 * What differs from what is wanted, in the order of the names. A value that Cloudways doesn't say counts as different.
 *
 * @param what The values, in words of ours after "the".
 * @throws {ToolError} Where nothing would change.
 */
export function changesOf<N extends string>(
  what: string,
  names: readonly N[],
  before: Values,
  wanted: Wanted<N>,
): ValueChange<N>[] {
  const changes = names.flatMap((name): ValueChange<N>[] => {
    const [old, after] = [before[name] ?? null, wanted[name]];
    return after === undefined || after === old ? [] : [{ name, before: old, after }];
  });
  if (changes.length === 0) throw nothingToChange(what, { ...before });
  return changes;
}

/**
 * The values to send where all have to be sent: those that are wanted, and the others as they are.
 *
 * @throws {ToolError} Where Cloudways doesn't say one that is to stay.
 */
export function wholeOf<N extends string>(
  what: string,
  names: readonly N[],
  before: Values,
  wanted: Wanted<N>,
): Record<string, string> {
  const whole = names.map((name) => ({ name, value: wanted[name] ?? before[name] ?? null }));
  const missing = whole.filter(({ value }) => value === null).map(({ name }) => name);
  if (missing.length > 0) {
    throw new ToolError("upstream_error", `Cloudways doesn't say the whole ${what}, so the rest can't be kept.`, {
      hint: "Nothing was done, and nobody was asked. Call again with every one of details.not_told as well.",
      details: { not_told: missing },
      done: "nothing",
    });
  }
  return Object.fromEntries(whole.map(({ name, value }) => [name, value ?? ""]));
}

/**
 * Each change before and after, for a person.
 *
 * @param labelOf What a value is called.
 * @param textOf How a value is shown; null is one that Cloudways doesn't say.
 */
export function changeFacts<N extends string>(
  changes: readonly ValueChange<N>[],
  labelOf: (name: N) => string,
  textOf: (name: N, value: string | null) => string = (_name, value) => value ?? NOT_TOLD,
): QuestionFact[] {
  return changes.flatMap(({ name, before, after }) => [
    { name: `${labelOf(name)} before`, values: [textOf(name, before)] },
    { name: `${labelOf(name)} after`, values: [textOf(name, after)] },
  ]);
}

/** The values that are sent along and stay as they are, for a person. */
export function unchangedFacts<N extends string>(
  names: readonly N[],
  whole: Readonly<Record<string, string>>,
  changes: readonly ValueChange<N>[],
  labelOf: (name: N) => string,
  textOf: (name: N, value: string) => string = (_name, value) => value,
): QuestionFact[] {
  return names.filter((name) => !changes.some((change) => change.name === name))
    .map((name) => ({ name: `${labelOf(name)} as before`, values: [textOf(name, whole[name] ?? "")] }));
}

/** A change of values that was planned. */
interface PlannedValues {
  /** In words of ours, after "the". */
  what: string;
  before: Values;
  changes: readonly ValueChange[];
  read: () => Promise<Values>;
  /** Sends the change, once. */
  write: () => Promise<unknown>;
}

/** Whether values are the same as others, by the names of the first. */
export function sameValues(a: Values, b: Values): boolean {
  return Object.keys(a).every((name) => a[name] === b[name]);
}

/** Whether what is found is what was wanted. A value that Cloudways doesn't say is no difference. */
export function becomesValues(wanted: Values, found: Values): boolean {
  return Object.keys(wanted).every((name) => [null, wanted[name]].includes(found[name] ?? null));
}

/**
 * Carries out a change. The values are read just before it and just after it.
 *
 * @throws {ToolError} Where they were changed in between, or are told to be others than those that were sent.
 */
export async function changeValues({ what, before, changes, read, write }: PlannedValues) {
  const after = Object.fromEntries(changes.map((change) => [change.name, change.after]));
  const { found } = await makeChange<Values, unknown>({
    what,
    before,
    wanted: { ...before, ...after },
    read,
    write,
    isSame: sameValues,
    becomes: becomesValues,
  });
  const confirmed = changes.every((change) => found?.[change.name] === change.after);
  const message = confirmed ? "Done." : "Cloudways took the change; not every new value can be read back.";
  return { changes: changes.map((change) => ({ ...change })), confirmed, message };
}
