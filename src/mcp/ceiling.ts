/** Most characters of an answer's text. */
const MAX_ANSWER_CHARACTERS = 60_000;

/** Kept free for the note on what was left out. */
const NOTE_CHARACTERS = 1_000;

type JsonObject = Record<string, unknown>;

/** An answer that fits, and its text. */
export interface Fitted {
  value: JsonObject;
  text: string;
}

/** A list inside an answer. */
interface Place {
  path: string;
  list: unknown[];
  size: number;
}

/**
 * Shortens the longest lists of an answer until its text fits under the ceiling, and says in `left_out` how many
 * entries of which list are missing and how to get them. Answers that fit come back untouched.
 */
export function fitCeiling(answer: JsonObject): Fitted {
  const text = JSON.stringify(answer);
  if (text.length <= MAX_ANSWER_CHARACTERS) return { value: answer, text };
  const value = structuredClone(answer);
  const leftOut = new Map<string, number>();
  let size = text.length;
  while (size > MAX_ANSWER_CHARACTERS - NOTE_CHARACTERS) {
    const place = longestList(value, "");
    if (place === undefined) break;
    leftOut.set(place.path, (leftOut.get(place.path) ?? 0) + shorten(place, size));
    size = JSON.stringify(value).length;
  }
  value.left_out = {
    entries: Object.fromEntries([...leftOut].slice(0, 10)),
    how_to_get_them: "Ask for less at a time: detail concise, one server or application, or find_resources.",
  };
  const fitted = JSON.stringify(value);
  return fitted.length <= MAX_ANSWER_CHARACTERS ? { value, text: fitted } : onlyTheNote(value.left_out);
}

/** Drops as many entries from the end as the excess is worth, and one at least; says how many. */
function shorten({ list, size: listSize }: Place, wholeSize: number): number {
  const excess = wholeSize - (MAX_ANSWER_CHARACTERS - NOTE_CHARACTERS);
  const count = Math.min(list.length, Math.max(1, Math.ceil(list.length * excess / listSize)));
  list.splice(list.length - count, count);
  return count;
}

function longestList(value: unknown, path: string): Place | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const own = Array.isArray(value) && value.length > 0
    ? { path, list: value, size: JSON.stringify(value).length }
    : undefined;
  // A list that holds the excess in one entry is shortened inside that entry.
  if (own !== undefined && own.list.length > 1) return own;
  const inside = Object.entries(value)
    .map(([name, item]) =>
      longestList(item, Array.isArray(value) ? `${path}[]` : path === "" ? name : `${path}.${name}`)
    )
    .filter((place) => place !== undefined)
    .sort((a, b) => b.size - a.size)[0];
  return inside ?? own;
}

function onlyTheNote(leftOut: unknown): Fitted {
  const value = { left_out: leftOut, message: "The answer was too large to show." };
  return { value, text: JSON.stringify(value) };
}
