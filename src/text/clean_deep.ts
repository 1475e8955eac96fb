import { cleanText, type JsonValue } from "./clean.ts";
import { AS_READ, type Reading, transform } from "./walk.ts";

/** Cleans texts and names with {@linkcode cleanText}; cuts nothing. */
export const CLEANED: Reading = { text: (text) => cleanText(text), name: (name) => cleanText(name) };

/**
 * A copy of a JSON value with all texts and names cleaned and nothing cut. What JSON cannot hold is left out. So is a
 * field if cleaning makes its name equal to another field's: it must not replace the other.
 *
 * @param clean Cleans the texts. Defaults to {@linkcode cleanText}, which always cleans the names.
 */
export function cleanDeep(value: unknown, clean: Reading["text"] = CLEANED.text): JsonValue {
  return transform(value, { reading: { ...CLEANED, text: clean }, showing: AS_READ });
}
