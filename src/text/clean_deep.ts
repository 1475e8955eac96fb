import { cleanText, type JsonValue } from "./clean.ts";
import { AS_READ, type Reading, transform } from "./walk.ts";

/** Texts and names by {@linkcode cleanText}, nothing cut. */
export const CLEANED: Reading = { text: (text) => cleanText(text), name: (name) => cleanText(name) };

/**
 * A copy of a JSON value with every text in it cleaned, and every name by {@linkcode cleanText}, nothing cut. What JSON
 * cannot hold is left out; a name that only cleaning makes equal to another one is left out too, so that it cannot
 * take the other's place.
 *
 * @param clean How texts are cleaned; by default also by {@linkcode cleanText}.
 */
export function cleanDeep(value: unknown, clean: Reading["text"] = CLEANED.text): JsonValue {
  return transform(value, { reading: { ...CLEANED, text: clean }, showing: AS_READ });
}
