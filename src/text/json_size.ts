/** Bounds JSON before it is parsed. The number and depth of values costs more than the length of the text. */

/** The deepest nesting allowed: more than any message needs, and far below what overflows the stack of recursion. */
export const MAX_DEPTH = 64;

/** The most values and names in one text. The cost of parsing and checking grows with their number. */
export const MAX_VALUES = 10_000;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Why a JSON text is too large to parse; undefined if it may be parsed. Reads each character once. */
export function oversized(json: string): string | undefined {
  if (isPlainlySmall(json)) return undefined;
  let [depth, values] = [0, 1];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (OPENING.has(code)) [depth, values] = [depth + 1, values + 1];
    else if (CLOSING.has(code)) depth--;
    else if (code === COMMA) values++;
    if (depth > MAX_DEPTH) return `nested more than ${MAX_DEPTH} deep`;
    if (values > MAX_VALUES) return `made of more than ${MAX_VALUES} values`;
  }
  return undefined;
}

/** A text of so few characters has few values, and one with few brackets is nowhere deep: most messages. */
function isPlainlySmall(json: string): boolean {
  return json.length <= MAX_VALUES && timesIn(json, "{") + timesIn(json, "[") <= MAX_DEPTH;
}

/** How often a character is in a text; counts no further than matters. */
function timesIn(text: string, char: string): number {
  let times = 0;
  for (let at = text.indexOf(char); at !== -1 && times <= MAX_DEPTH; at = text.indexOf(char, at + 1)) times++;
  return times;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  for (; at < json.length && json.charCodeAt(at) !== QUOTE; at++) if (json.charCodeAt(at) === BACKSLASH) at++;
  return at;
}
