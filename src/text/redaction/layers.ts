/** Decoded readings of a text, each with a mapping of its spans to the text as written. */
import type { Span } from "./spans.ts";

/** One reading of a text. */
export interface Layer {
  readonly text: string;
  /** Whether backslash escapes were decoded. */
  readonly unescaped: boolean;
  /** Whether quotes mark where literals end. They don't where escapes inside a literal were decoded. */
  readonly trueQuotes: boolean;
  /** Maps a span of this reading to the original text. */
  readonly original: (span: Span) => Span;
}

/**
 * How many times a text is decoded. What is encoded more often is hidden unread: each decoding costs as much as the
 * first, and a text of any length can be encoded hundreds of times.
 */
const MAX_DECODED = 4;

/** Percent-encoding and HTML entities. */
const ENCODED =
  /%[C-Ec-e][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,2}|%[0-9A-Fa-f]{2}|&(?:quot|apos|amp|lt|gt|nbsp|#\d{1,6}|#x[0-9A-Fa-f]{1,5});/g;

const FORM_ENCODED = new RegExp(`${ENCODED.source}|\\+`, "g");

/** The escapes of JSON and of most programming languages. */
const ESCAPED = /\\(?:u[0-9A-Fa-f]{4}|[\\"'/nrtbf])/g;

/** What is still encoded after the last decoding, with all text around it up to the next spaces. */
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

/** The parts of a text that are encoded more than {@linkcode MAX_DECODED} times. */
export function encodedBeyond(layers: readonly Layer[]): Span[] {
  const deepest = layers.filter(({ unescaped }) => !unescaped)[MAX_DECODED];
  if (deepest === undefined || !deepest.text.includes("%")) return [];
  return [...deepest.text.matchAll(STILL_ENCODED)].map(({ 0: run, index }) =>
    deepest.original({ from: index, to: index + run.length })
  );
}

function decodedLayer(layer: Layer): Layer | undefined {
  // Form encoding writes spaces as plus signs, so such a text contains no spaces.
  const isForm = layer.text.includes("+") && !/\s/.test(layer.text);
  if (isForm) return read(layer, FORM_ENCODED, (code) => code === "+" ? " " : decode(code), false);
  if (!layer.text.includes("%") && !layer.text.includes("&")) return undefined;
  return read(layer, ENCODED, decode, false);
}

/**
 * Decodes all codes of a layer. Each becomes one character, so an index of the result maps to one index of the layer.
 */
function read(layer: Layer, codes: RegExp, meaning: (code: string) => string, unescaped: boolean): Layer | undefined {
  const pieces: string[] = [];
  /** From index `at` of the reading on, the text is longer by `shift`. */
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

/** A letter beyond ASCII, from its percent-encoded bytes. */
function letter(code: string): string {
  try {
    const decoded = decodeURIComponent(code);
    return decoded.length === 1 ? decoded : "é";
  } catch {
    return "é";
  }
}

/** The character of a code. A byte of a longer one becomes `é`: no rule asks which letter beyond ASCII it is. */
function character(code: number): string {
  return code < 0x80 || (code > 0xFF && code < 0xD800) ? String.fromCharCode(code) : "é";
}

function unescape(code: string): string {
  const letter = code.charAt(1);
  return letter === "u" ? character(Number.parseInt(code.slice(2), 16)) : ESCAPES[letter] ?? letter;
}
