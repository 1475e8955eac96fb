/** Characters that can't be seen, or not as what they are: finding them, naming them, and writing them out. */
import { BREAKS, FORBIDDEN, UNEVEN_SPACE } from "./clean.ts";

/**
 * What a text may hold. `line`: what cleaning leaves as it is. `spaced`: plain spaces anywhere too. `lines`: plain
 * spaces, tabs and line feeds too.
 */
export const TEXT_FORMS = ["line", "spaced", "lines"] as const;
/** One of {@linkcode TEXT_FORMS}. */
export type TextForm = typeof TEXT_FORMS[number];

/** A character that a text must not hold. */
export interface OddCharacter {
  /** What it is, in words of ours: `a zero-width or other invisible character`. */
  kind: string;
  /** `U+200B`. */
  codePoint: string;
  /** Its place, counted in code points from 1. */
  position: number;
  /** Its place in the string. */
  index: number;
}

const UNSEEN = `${BREAKS.source}|${FORBIDDEN.source}`;
const ODD_SPACE = "(?! )\\p{Zs}";

const ODD: Record<TextForm, RegExp> = {
  line: new RegExp(`${UNSEEN}|${UNEVEN_SPACE.source}`, "u"),
  spaced: new RegExp(`${UNSEEN}|${ODD_SPACE}`, "u"),
  lines: new RegExp(`(?![\\t\\n])(?:${UNSEEN})|${ODD_SPACE}`, "u"),
};

/** The first that fits names the character. */
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
  // Of two spaces in a row the second is one too many.
  const index = match.index + (match[0] === "  " ? 1 : 0);
  const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
  return {
    kind: KINDS.find(([pattern]) => pattern.test(character))?.[1] ?? "",
    codePoint: `U+${hexOf(character).padStart(4, "0")}`,
    position: [...text.slice(0, index)].length + 1,
    index,
  };
}

/** Marks that say something where they are ours are told from those in a text itself, which are written out. */
const OUR_MARKS = "\\\\(?=u\\{)|[⟨⟩]";
const NOT_PLAIN = new RegExp(`${UNSEEN}|${ODD_SPACE}|(?<= ) |^ | $|${OUR_MARKS}`, "gu");

/** The text with everything written out that can't be seen: `a\u{200B}b`. No two texts come out the same. */
export function writeOut(text: string): string {
  return text.replace(NOT_PLAIN, escapeCharacter);
}

/** What readers of Latin script tell apart. The dotless i, the long s and their like are left out. */
const UNFAMILIAR = /[^\x20-\x7EÀ-ÖØ-öø-ÿĀ-İĲ-ķĹ-ľŁ-ňŊ-ž⟨⟩]/u;
const UNFAMILIAR_LETTER = new RegExp(`(?=${UNFAMILIAR.source})[\\p{L}\\p{M}\\p{N}]`, "u");

/**
 * A value with every character but plain ASCII as its code point; undefined where all of it is plain or a letter of
 * Latin script, which nobody takes for another one.
 */
export function spelledValue(value: string): string | undefined {
  return UNFAMILIAR.test(value) ? spelled(value) : undefined;
}

/** As {@linkcode spelledValue}, for a name, in which only letters count. */
export function spelledName(name: string): string | undefined {
  return UNFAMILIAR_LETTER.test(name) ? spelled(name) : undefined;
}

/** The marks of {@linkcode writeOut} stay. */
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
