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

/** Most parts that are shortened before a note replaces the answer. Each costs as much as writing the whole answer. */
const MAX_ROUNDS = 100;

const NO_WAY = "This tool can't show less at a time; what is missing is in the Cloudways console.";

/** An answer that was shortened, and how many entries or characters of which part are missing. */
export interface Shortened {
  value: JsonObject;
  leftOut: ReadonlyMap<string, number>;
}

/** The part that is shortened next, and how. */
interface Place {
  path: string;
  /** Removes about as much as the excess, and at least one entry; returns how many entries or characters. */
  shorten: (excess: number) => number;
}

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
  { shorter, taken = 0, before = new Map() }: CeilingOptions = {},
): Fitted {
  const ceiling = MAX_ANSWER_CHARACTERS - taken;
  const text = JSON.stringify(answer);
  if (text.length <= ceiling && before.size === 0) return { value: answer, text };
  const { value, leftOut } = cut(answer, ceiling - NOTE_CHARACTERS, before);
  value.left_out = {
    entries: Object.fromEntries([...leftOut].slice(0, 10)),
    how_to_get_them: shorter ?? NO_WAY,
  };
  const fitted = JSON.stringify(value);
  return fitted.length <= ceiling ? { value, text: fitted } : onlyTheNote(value.left_out);
}

/** Shortens an answer to twice what can be shown, before cleaning and hiding, which may shorten it further. */
export function boundAnswer(answer: JsonObject): Shortened {
  const most = 2 * MAX_ANSWER_CHARACTERS;
  return JSON.stringify(answer).length <= most ? { value: answer, leftOut: new Map() } : cut(answer, most);
}

function cut(answer: JsonObject, most: number, before: ReadonlyMap<string, number> = new Map()): Shortened {
  const value = structuredClone(answer);
  const leftOut = new Map(before);
  const excess = () => JSON.stringify(value).length - most;
  for (let [over, rounds] = [excess(), 0]; over > 0 && rounds < MAX_ROUNDS; over = excess(), rounds++) {
    const place = placeAmong(value, "", over);
    if (place === undefined) break;
    leftOut.set(place.path, (leftOut.get(place.path) ?? 0) + place.shorten(over));
  }
  return { value, leftOut };
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}

/** The place where a value is shortened; undefined if nothing can be removed. */
function placeIn(value: unknown, path: string, excess: number): Place | undefined {
  if (typeof value === "string" || typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return placeAmong(value, path, excess) ?? entriesOf(value, path);
  // A list with a single entry is shortened inside that entry.
  if (value.length === 1) return placeIn(value[0], `${path}[]`, excess) ?? lists([value], path);
  if (value.length === 0) return undefined;
  return listsWithin(value, path, excess) ?? lists([value], path);
}

/** The place in the largest member of an object; undefined in a nested object of which that is less than half. */
function placeAmong(object: object, path: string, excess: number): Place | undefined {
  const [largest] = Object.entries(object)
    .map(([name, item]) => ({ name, item, size: sizeOf(item) }))
    .sort((a, b) => b.size - a.size);
  if (largest === undefined || (path !== "" && largest.size < sizeOf(object) / 2)) return undefined;
  const inside = path === "" ? largest.name : `${path}.${largest.name}`;
  return typeof largest.item === "string"
    ? textOf(object, largest.name, largest.item, inside)
    : placeIn(largest.item, inside, excess);
}

/**
 * The lists that the records of a list have under one name, if removing all but one entry of each makes enough room. So
 * all of many servers are shown with fewer applications each, not a few servers with all of theirs.
 */
function listsWithin(records: readonly unknown[], path: string, excess: number): Place | undefined {
  const byName = new Map<string, unknown[][]>();
  for (
    const [name, item] of records.flatMap((record) => typeof record === "string" ? [] : Object.entries(record ?? {}))
  ) {
    if (!Array.isArray(item) || item.length < 2) continue;
    const found = byName.get(name) ?? [];
    byName.set(name, found);
    found.push(item);
  }
  const [largest] = [...byName]
    .map(([name, found]) => ({ name, found, size: sizeOf(found) }))
    .sort((a, b) => b.size - a.size);
  if (largest === undefined) return undefined;
  const { name, found, size } = largest;
  const kept = found.reduce((sum, [first]) => sum + sizeOf(first) + 3, 0);
  return size - kept >= excess ? lists(found, `${path}[].${name}`, 1) : undefined;
}

/**
 * Shortens lists together, from their ends and the longest first.
 *
 * @param stay The number of entries that stay in each list.
 */
function lists(found: unknown[][], path: string, stay = 0): Place {
  const shorten = (excess: number) => {
    const entries = found.reduce((sum, list) => sum + list.length, 0);
    const wanted = Math.max(1, Math.ceil(entries * excess / sizeOf(found)));
    const gone = (length: number) => found.reduce((sum, list) => sum + Math.max(0, list.length - length), 0);
    let [longest, tooLong] = [stay, found.reduce((most, list) => Math.max(most, list.length), 0)];
    while (tooLong - longest > 1) {
      const middle = Math.floor((longest + tooLong) / 2);
      if (gone(middle) >= wanted) longest = middle;
      else tooLong = middle;
    }
    const count = gone(longest);
    for (const list of found) list.splice(longest);
    return count;
  };
  return { path, shorten };
}

/** Shortens an object whose names are data, such as one for each application: its last entries go. */
function entriesOf(object: object, path: string): Place | undefined {
  const names = Object.keys(object);
  if (names.length === 0) return undefined;
  const shorten = (excess: number) => {
    const count = Math.min(names.length, Math.max(1, Math.ceil(names.length * excess / sizeOf(object))));
    for (const name of names.slice(names.length - count)) Reflect.deleteProperty(object, name);
    return count;
  };
  return { path, shorten };
}

/** Shortens a long text at its end, never within a character. */
function textOf(object: object, name: string, text: string, path: string): Place | undefined {
  if (text === "") return undefined;
  const shorten = (excess: number) => {
    const count = Math.max(1, Math.ceil(text.length * excess / sizeOf(text)));
    const kept = text.slice(0, Math.max(0, text.length - count)).replace(/[\uD800-\uDBFF]$/, "");
    Object.assign(object, { [name]: kept });
    return text.length - kept.length;
  };
  return { path: `${path} (characters)`, shorten };
}

function onlyTheNote(leftOut: unknown): Fitted {
  const value = { left_out: leftOut, message: "The answer was too large to show." };
  return { value, text: JSON.stringify(value) };
}
