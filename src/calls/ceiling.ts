import { AnswerPart } from "./answer_part.ts";

/** Most characters of an answer's text. */
export const MAX_ANSWER_CHARACTERS = 60_000;

/** Characters kept free for the note on what was left out. */
const NOTE_CHARACTERS = 1_000;

type JsonObject = Record<string, unknown>;

/** An answer that fits, and its text. */
export interface Fitted {
  value: JsonObject;
  text: string;
}

/** Most parts that are shortened before a note replaces the answer. Each costs as much as writing what stays of it. */
const MAX_ROUNDS = 100;

const NO_WAY = "This tool can't show less at a time; what is missing is in the Cloudways console.";

/** An answer that was shortened, and how many entries or characters of which part are missing. */
export interface Shortened {
  value: JsonObject;
  leftOut: ReadonlyMap<string, number>;
}

/** An answer before it is shown. */
export interface Bounded extends Shortened {
  /** Its JSON, if it was written to measure the answer and nothing is missing. */
  text?: string;
}

const NOTHING: ReadonlyMap<string, number> = new Map();

/** Options for an answer that has to fit. */
export interface CeilingOptions {
  /** A sentence that tells the model how to get a shorter answer; undefined if it can't. */
  shorter?: string | undefined;
  /** How many characters of the ceiling are used before the text. 0 by default. */
  taken?: number;
  /** What {@linkcode boundAnswer} has left out of it. Nothing by default. */
  before?: ReadonlyMap<string, number>;
}

/**
 * Shortens the longest parts of an answer until its text fits under the ceiling, and says in `left_out` how many
 * entries of which part are missing and how to get them. Every top-level member stays, so that the answer still matches
 * its output schema. Answers that fit are returned unchanged.
 */
export function fitCeiling(
  answer: JsonObject,
  { shorter, taken = 0, before = NOTHING }: CeilingOptions = {},
): Fitted {
  const ceiling = MAX_ANSWER_CHARACTERS - taken;
  if (before.size === 0) {
    const text = JSON.stringify(answer);
    if (text.length <= ceiling) return { value: answer, text };
  }
  const { value, leftOut } = cut(answer, ceiling - NOTE_CHARACTERS, before);
  const left_out = {
    entries: Object.fromEntries([...leftOut].slice(0, 10)),
    how_to_get_them: shorter ?? NO_WAY,
  };
  const noted = { ...value, left_out };
  const text = JSON.stringify(noted);
  return text.length <= ceiling ? { value: noted, text } : onlyTheNote(left_out);
}

/** Shortens an answer to twice what can be shown, before cleaning and hiding, which may shorten it further. */
export function boundAnswer(answer: JsonObject): Bounded {
  const most = 2 * MAX_ANSWER_CHARACTERS;
  if (hasLongList(answer)) return cut(answer, most);
  const text = JSON.stringify(answer);
  return text.length <= most ? { value: answer, leftOut: NOTHING, text } : cut(answer, most);
}

/** An answer with a list of so many entries is measured by its members at once, since it may have to be cut. */
const LONG_LIST = 200;

function hasLongList(answer: JsonObject): boolean {
  return Object.values(answer).some((member) => Array.isArray(member) && member.length >= LONG_LIST);
}

/** Shortens a copy of an answer: calls may share what is in it. One that fits is returned itself. */
function cut(answer: JsonObject, most: number, before = NOTHING): Shortened {
  const whole = AnswerPart.whole(answer);
  const leftOut = new Map(before);
  for (let rounds = 0; whole.size > most && rounds < MAX_ROUNDS; rounds++) {
    const shortened = whole.shortenMember("", whole.size - most);
    if (shortened === undefined) break;
    const { path, count } = shortened;
    leftOut.set(path, (leftOut.get(path) ?? 0) + count);
  }
  return { value: whole.isShorter ? whole.members() : answer, leftOut };
}

function onlyTheNote(leftOut: unknown): Fitted {
  const value = { left_out: leftOut, message: "The answer was too large to show." };
  return { value, text: JSON.stringify(value) };
}
