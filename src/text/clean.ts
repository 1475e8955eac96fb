/**
 * Text from the account or from callers is data. Here it loses everything that could act on whoever reads it: control
 * characters, line breaks, and characters that are invisible or turn the reading order around.
 */

/** A value as JSON can hold it. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

/** How {@linkcode cleanText} cuts. */
export interface CleanTextOptions {
  /**
   * Most code points of the result, the ellipsis included. Defaults to no limit. Hide secrets before cutting: half a
   * secret is no longer recognised.
   */
  maxLength?: number;
}

/** How deep a value may be nested before {@linkcode cleanDeep} stops looking. */
const MAX_DEPTH = 64;

/** Stands at the end of a text that was cut. */
export const ELLIPSIS = "…";

/** Line breaks of every kind, and tabs. They separate words, so they become spaces. */
export const BREAKS = /[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]/u;

/**
 * Characters that are never text. `DI` (default ignorable) covers bidi controls, zero-width characters, soft hyphens,
 * Unicode tags, variation selectors and invisible fillers. A variation selector right after a pictograph is how an
 * emoji asks for colour, so one of those stays; `Cs` matches only surrogates without a partner.
 */
export const FORBIDDEN =
  /(?<!\p{Extended_Pictographic})[\uFE0E\uFE0F]|(?![\uFE0E\uFE0F])[\p{Cc}\p{Cs}\p{DI}\p{NChar}\uFFF9-\uFFFB\u{13430}-\u{1343F}]/u;

/** Spaces that are not one plain space between words. */
export const UNEVEN_SPACE = /(?! )\p{Zs}| {2}|^ | $/u;

const ALL_BREAKS = new RegExp(BREAKS, "gu");
const ALL_FORBIDDEN = new RegExp(FORBIDDEN, "gu");
const SPACES = /\p{Zs}+/gu;
const NEEDS_CLEANING = new RegExp(`${BREAKS.source}|${FORBIDDEN.source}|${UNEVEN_SPACE.source}`, "u");

/**
 * The text on one line, without characters that are invisible, steer a terminal or turn the reading order around.
 * Runs of spaces of any kind become one plain space, and there is none at the ends.
 *
 * Text in every language survives. What is lost is shaping: emoji joined by a zero-width joiner fall apart into their
 * parts, and Persian or Indic text loses the joiners that only choose between forms of a letter.
 */
export function cleanText(text: string, options: CleanTextOptions = {}): string {
  const clean = NEEDS_CLEANING.test(text) ? strip(text) : text;
  return options.maxLength === undefined ? clean : cut(clean, options.maxLength);
}

/**
 * Like {@linkcode cleanText}, but spaces stay as they are and nothing is cut: for text that is opaque to us and may come
 * back, such as a restore point.
 */
export function cleanKeepingSpaces(text: string): string {
  return NEEDS_CLEANING.test(text) ? text.replace(ALL_BREAKS, " ").replace(ALL_FORBIDDEN, "") : text;
}

/**
 * A copy of a JSON value with every text in it cleaned, and every name by {@linkcode cleanText}, nothing cut. What JSON
 * cannot hold is left out; a name that only cleaning makes equal to another one is left out too, so that it cannot
 * take the other's place.
 *
 * @param clean How texts are cleaned; by default also by {@linkcode cleanText}.
 */
export function cleanDeep(value: unknown, clean: (text: string) => string = cleanText): JsonValue {
  return cleanValue(value, clean, 0);
}

function strip(text: string): string {
  return text.replace(ALL_BREAKS, " ").replace(ALL_FORBIDDEN, "").replace(SPACES, " ").trim();
}

function cut(text: string, maxLength: number): string {
  // A text has at least as many code units as code points, so most texts need no counting.
  if (text.length <= maxLength) return text;
  if (maxLength < 1) return "";
  // Enough for so many code points, and for one more where there are more.
  const points = [...text.slice(0, 2 * maxLength + 2)];
  if (points.length <= maxLength) return text;
  return points.slice(0, maxLength - 1).join("").trimEnd() + ELLIPSIS;
}

function cleanValue(value: unknown, clean: (text: string) => string, depth: number): JsonValue {
  if (typeof value === "string") return clean(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object") return null;
  if (depth >= MAX_DEPTH) return ELLIPSIS;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return clean(value.href);
  if (Array.isArray(value)) return value.map((item: unknown) => cleanValue(item, clean, depth + 1));
  return cleanObject(value, clean, depth);
}

function cleanObject(value: object, clean: (text: string) => string, depth: number): JsonValue {
  const fields = new Map<string, JsonValue>();
  for (const [name, field] of Object.entries(value)) {
    if (!isJson(field)) continue;
    const cleanName = cleanText(name);
    if (cleanName !== name && (fields.has(cleanName) || Object.hasOwn(value, cleanName))) continue;
    fields.set(cleanName, cleanValue(field, clean, depth + 1));
  }
  return Object.fromEntries(fields);
}

/** Whether JSON has a form for it; fields that hold anything else are left out, as `JSON.stringify` does. */
function isJson(value: unknown): boolean {
  return value !== undefined && typeof value !== "function" && typeof value !== "symbol";
}
