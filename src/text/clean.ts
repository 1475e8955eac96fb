/**
 * Text from the account or from callers is data. Cleaning removes all that could affect its readers: control
 * characters, line breaks, and characters that are invisible or change the reading direction.
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

/** Ends a text that was cut. */
export const ELLIPSIS = "…";

/** Line breaks of every kind, and tabs. They separate words, so they become spaces. */
export const BREAKS = /[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]/u;

/**
 * Characters that are never text. `DI` (default ignorable) covers bidi controls, zero-width characters, soft hyphens,
 * Unicode tags, variation selectors and invisible fillers. One variation selector right after a pictograph stays: an
 * emoji asks for colour with it. `Cs` matches only unpaired surrogates.
 */
export const FORBIDDEN =
  /(?<!\p{Extended_Pictographic})[\uFE0E\uFE0F]|(?![\uFE0E\uFE0F])[\p{Cc}\p{Cs}\p{DI}\p{NChar}\uFFF9-\uFFFB\u{13430}-\u{1343F}]/u;

/** Any space that is not a single plain space between words. */
export const UNEVEN_SPACE = /(?! )\p{Zs}| {2}|^ | $/u;

const ALL_BREAKS = new RegExp(BREAKS, "gu");
const ALL_FORBIDDEN = new RegExp(FORBIDDEN, "gu");
const SPACES = /\p{Zs}+/gu;
const NEEDS_CLEANING = new RegExp(`${BREAKS.source}|${FORBIDDEN.source}|${UNEVEN_SPACE.source}`, "u");

/** Printable ASCII with single spaces: most texts. The check takes a fraction of the other's time. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

function needsCleaning(text: string): boolean {
  return !PLAIN.test(text) && NEEDS_CLEANING.test(text);
}

/**
 * The text on one line, without characters that are invisible, control a terminal or change the reading direction.
 * Runs of spaces of any kind become one plain space; spaces at the ends go.
 *
 * Text in every language survives. Only shaping is lost: emoji joined by a zero-width joiner fall apart into their
 * parts, and Persian or Indic text loses the joiners that only choose between forms of a letter.
 */
export function cleanText(text: string, options?: CleanTextOptions): string {
  const clean = needsCleaning(text) ? strip(text) : text;
  return options?.maxLength === undefined ? clean : cut(clean, options.maxLength);
}

/**
 * Like {@linkcode cleanText}, but spaces stay and nothing is cut: for text that is opaque to us and that a caller may
 * send back, such as a restore point.
 */
export function cleanKeepingSpaces(text: string): string {
  return needsCleaning(text) ? text.replace(ALL_BREAKS, " ").replace(ALL_FORBIDDEN, "") : text;
}

function strip(text: string): string {
  return text.replace(ALL_BREAKS, " ").replace(ALL_FORBIDDEN, "").replace(SPACES, " ").trim();
}

function cut(text: string, maxLength: number): string {
  // A text has at least as many code units as code points, so most texts need no counting.
  if (text.length <= maxLength) return text;
  if (maxLength < 1) return "";
  // Enough code units for `maxLength` code points and one more, which shows whether to cut.
  const points = [...text.slice(0, 2 * maxLength + 2)];
  if (points.length <= maxLength) return text;
  return points.slice(0, maxLength - 1).join("").trimEnd() + ELLIPSIS;
}
