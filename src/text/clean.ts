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
