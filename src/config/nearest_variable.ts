/** Guesses which variable was meant by a name that is not known. */
import { VARIABLE_NAMES } from "./variables.ts";

/** Longer names are no misspelling of ours, and the comparison takes time for each pair of letters. */
const MAX_LENGTH = 60;

/** How many letters may be wrong: one in short names, such as PORT. */
function mayDiffer(name: string): number {
  return name.length < 8 ? 1 : 2;
}

/**
 * The variable that a name perhaps means: it differs in a letter or two, in underscores, or leaves out words of the name.
 * Undefined if none is near, or several are.
 */
export function nearestVariable(name: string): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const given = name.toUpperCase();
  const near = VARIABLE_NAMES
    .map((known) => ({ known, wrong: wrongLetters(plain(given), plain(known)) }))
    .filter(({ known, wrong }) => wrong <= mayDiffer(known))
    .sort((a, b) => a.wrong - b.wrong);
  if (near[0] !== undefined) return near[0].wrong === near[1]?.wrong ? undefined : near[0].known;
  const longer = VARIABLE_NAMES.filter((known) => leavesOutWords(given, known));
  return longer.length === 1 ? longer[0] : undefined;
}

function plain(name: string): string {
  return name.replaceAll("_", "");
}

/** Whether a name of several words is another one without some of its words. */
function leavesOutWords(given: string, known: string): boolean {
  const words = given.split("_");
  const all = known.split("_");
  return words.length > 1 && words.every((word) => all.includes(word));
}

/** How many letters must be put in, left out, replaced or swapped with their neighbour to make one name the other. */
function wrongLetters(one: string, other: string): number {
  let twoAgo: number[] = [];
  let before = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const now = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      now.push(Math.min(
        (before[column] ?? 0) + 1,
        (now[column - 1] ?? 0) + 1,
        (before[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (twoAgo[column - 2] ?? 0) + 1 : Infinity,
      ));
    }
    [twoAgo, before] = [before, now];
  }
  return before[other.length] ?? 0;
}
