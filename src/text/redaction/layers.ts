/** A text as it reads when its escapes are undone, with the way back to the text as it was written. */
import type { Span } from "./spans.ts";

/** A reading of a text. */
export interface Layer {
  readonly text: string;
  /** Whether backslashes were undone. */
  readonly unescaped: boolean;
  /** Whether quotes tell where a literal ends: not where backslashes were undone that belong to a literal. */
  readonly trueQuotes: boolean;
  /** Where a span of this reading stands in the original text. */
  readonly original: (span: Span) => Span;
}

/**
 * How many times text is decoded. What is encoded more often is hidden unseen: each time costs as much as the first, and
 * a text of any length can be made that is encoded hundreds of times over.
 */
const MAX_DECODED = 4;

/** Percent-encoding and the entities of HTML. */
const ENCODED =
  /%[C-Ec-e][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,2}|%[0-9A-Fa-f]{2}|&(?:quot|apos|amp|lt|gt|nbsp|#\d{1,6}|#x[0-9A-Fa-f]{1,5});/g;

const FORM_ENCODED = new RegExp(`${ENCODED.source}|\\+`, "g");

/** The escapes of JSON and of most programming languages. */
const ESCAPED = /\\(?:u[0-9A-Fa-f]{4}|[\\"'/nrtbf])/g;

/** What still is encoded after the last decoding, with the run of text it stands in. */
const STILL_ENCODED = /(?<!\S)\S*?%(?:25)*(?:22|27|3[AD])\S*/g;

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: "&", lt: "<", gt: ">", nbsp: " " };
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: " ", f: " " };

/** The text itself, then each reading of it that differs. */
export function layersOf(text: string): Layer[] {
  const layers: Layer[] = [{ text, unescaped: false, trueQuotes: true, original: (span) => span }];
  if (!/[%&+\\]/.test(text)) return layers;
  let last = layers[0];
  for (let times = 0; times < MAX_DECODED && last !== undefined; times++) {
    last = decodedLayer(last);
    if (last !== undefined) layers.push(last);
  }
  for (const layer of new Set([layers[0], layers.at(-1)])) {
    const once = layer && read(layer, ESCAPED, unescape, true);
    const twice = once && read(once, ESCAPED, unescape, true);
    layers.push(...[once, twice].filter((reading) => reading !== undefined));
  }
  return layers;
}

/** Runs of text that are encoded more often than they are decoded. */
export function encodedBeyond(layers: readonly Layer[]): Span[] {
  const deepest = layers.filter(({ unescaped }) => !unescaped)[MAX_DECODED];
  if (deepest === undefined || !deepest.text.includes("%")) return [];
  return [...deepest.text.matchAll(STILL_ENCODED)].map(({ 0: run, index }) =>
    deepest.original({ from: index, to: index + run.length })
  );
}

function decodedLayer(layer: Layer): Layer | undefined {
  // A form writes spaces as plus signs, and has no spaces of its own.
  const isForm = layer.text.includes("+") && !/\s/.test(layer.text);
  if (isForm) return read(layer, FORM_ENCODED, (code) => code === "+" ? " " : decode(code), false);
  if (!layer.text.includes("%") && !layer.text.includes("&")) return undefined;
  return read(layer, ENCODED, decode, false);
}

/** Each code stands for one character, so an index in the reading has one place in the text. */
function read(layer: Layer, codes: RegExp, meaning: (code: string) => string, unescaped: boolean): Layer | undefined {
  const pieces: string[] = [];
  /** Behind which index of the reading the text is how much longer. */
  const shifts: { at: number; shift: number }[] = [];
  let copied = 0;
  let shift = 0;
  for (const { 0: code, index } of layer.text.matchAll(codes)) {
    pieces.push(layer.text.slice(copied, index), meaning(code));
    copied = index + code.length;
    shift += code.length - 1;
    shifts.push({ at: copied - shift, shift });
  }
  if (shifts.length === 0) return undefined;
  pieces.push(layer.text.slice(copied));
  const place = (index: number) => index + shiftBefore(shifts, index);
  return {
    text: pieces.join(""),
    unescaped: unescaped || layer.unescaped,
    trueQuotes: !unescaped || (layer.trueQuotes && !layer.unescaped && /\\[\\"]/.test(layer.text)),
    original: ({ from, to }) => layer.original({ from: place(from), to: place(to) }),
  };
}

/** How much longer the text is before this index of the reading. */
function shiftBefore(shifts: readonly { at: number; shift: number }[], index: number): number {
  let low = 0;
  let high = shifts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shifts[middle]?.at ?? Infinity) <= index) low = middle + 1;
    else high = middle;
  }
  return shifts[low - 1]?.shift ?? 0;
}

function decode(code: string): string {
  if (code.startsWith("%")) return code.length > 3 ? letter(code) : character(Number.parseInt(code.slice(1), 16));
  const name = code.slice(1, -1);
  if (name.startsWith("#x")) return character(Number.parseInt(name.slice(2), 16));
  if (name.startsWith("#")) return character(Number(name.slice(1)));
  return ENTITIES[name] ?? " ";
}

/** A letter beyond ASCII, in the bytes that stand for it. */
function letter(code: string): string {
  try {
    const decoded = decodeURIComponent(code);
    return decoded.length === 1 ? decoded : "é";
  } catch {
    return "é";
  }
}

/** No rule asks which letter beyond ASCII it is, and a byte of one is none by itself. */
function character(code: number): string {
  return code < 0x80 || (code > 0xFF && code < 0xD800) ? String.fromCharCode(code) : "é";
}

function unescape(code: string): string {
  const letter = code.charAt(1);
  return letter === "u" ? character(Number.parseInt(code.slice(2), 16)) : ESCAPES[letter] ?? letter;
}
