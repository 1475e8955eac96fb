/** Characters that are invisible or look like others: finding, naming and escaping them. */
import { BREAKS, FORBIDDEN, UNEVEN_SPACE } from "./clean.ts";

/**
 * What a text may hold. `line`: what cleaning keeps. `spaced`: also plain spaces anywhere. `lines`: also plain spaces,
 * tabs and line feeds anywhere.
 */
export const TEXT_FORMS = ["line", "spaced", "lines"] as const;
/** One of {@linkcode TEXT_FORMS}. */
export type TextForm = typeof TEXT_FORMS[number];

/** A character that a text must not hold. */
export interface OddCharacter {
  /** One of our descriptions, such as `a zero-width or other invisible character`. */
  kind: string;
  /** Such as `U+200B`. */
  codePoint: string;
  /** Its position, counted in code points from 1. */
  position: number;
  /** Its index in the string, in code units. */
  index: number;
}

const UNSEEN = `${BREAKS.source}|${FORBIDDEN.source}`;
const ODD_SPACE = "(?! )\\p{Zs}";

const ODD: Record<TextForm, RegExp> = {
  line: new RegExp(`${UNSEEN}|${UNEVEN_SPACE.source}`, "u"),
  spaced: new RegExp(`${UNSEEN}|${ODD_SPACE}`, "u"),
  lines: new RegExp(`(?![\\t\\n])(?:${UNSEEN})|${ODD_SPACE}`, "u"),
};

/** The first pattern that matches names the character. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/[\n\v\f\r\u0085\p{Zl}\p{Zp}]/u, "a line break"],
  [/\t/u, "a tab"],
  [/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u, "a character that turns the reading direction"],
  [/[\u{E0000}-\u{E007F}]/u, "an invisible tag character"],
  [/\p{Cc}/u, "a control character"],
  [/\p{Zs}/u, "a space that is not one plain space between words"],
  [/\p{DI}/u, "a zero-width or other invisible character"],
  [/(?:)/u, "a code point that is no character"],
];

/** The first character that a text of this form must not hold. */
export function findOddCharacter(text: string, form: TextForm): OddCharacter | undefined {
  const match = ODD[form].exec(text);
  if (match === null) return undefined;
  // Of two spaces in a row the second is the odd one.
  const index = match.index + (match[0] === "  " ? 1 : 0);
  const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
  return {
    kind: KINDS.find(([pattern]) => pattern.test(character))?.[1] ?? "",
    codePoint: `U+${hexOf(character).padStart(4, "0")}`,
    position: [...text.slice(0, index)].length + 1,
    index,
  };
}

/** Marks that we add. They are escaped where a text itself holds them, so that readers can tell the two apart. */
const OUR_MARKS = "\\\\(?=u\\{)|[⟨⟩]";
const NOT_PLAIN = new RegExp(`${UNSEEN}|${ODD_SPACE}|(?<= ) |^ | $|${OUR_MARKS}`, "gu");

/** The text with all that is invisible escaped: `a\u{200B}b`. Different texts give different results. */
export function writeOut(text: string): string {
  return text.replace(NOT_PLAIN, escapeCharacter);
}

/**
 * Any character but those that readers of Latin script tell apart. The dotless i, the long s and similar letters count
 * as unfamiliar.
 */
const UNFAMILIAR = /[^\x20-\x7EÀ-ÖØ-öø-ÿĀ-İĲ-ķĹ-ľŁ-ňŊ-ž⟨⟩]/u;
const UNFAMILIAR_LETTER = new RegExp(`(?=${UNFAMILIAR.source})[\\p{L}\\p{M}\\p{N}]`, "u");

/**
 * A value with every character beyond plain ASCII as its code point. Undefined where the value holds only plain ASCII
 * and letters of Latin script that readers tell apart.
 */
export function spelledValue(value: string): string | undefined {
  return UNFAMILIAR.test(value) ? spelled(value) : undefined;
}

/** As {@linkcode spelledValue}, for a name: in it only letters, marks and digits can be unfamiliar. */
export function spelledName(name: string): string | undefined {
  return UNFAMILIAR_LETTER.test(name) ? spelled(name) : undefined;
}

/** Keeps the marks of {@linkcode writeOut}. */
function spelled(text: string): string {
  return text.replace(/[^\x20-\x7E⟨⟩]/gu, escapeCharacter);
}

/** One character as its code point: `\u{200B}`. */
export function escapeCharacter(character: string): string {
  return `\\u{${hexOf(character)}}`;
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
}
