import { stemmer } from "stemmer";

/** At most this much of a query is read. */
export const MAX_QUERY_CHARACTERS = 200;

/** Words that say nothing about what somebody wants. */
const STOP_WORDS = new Set(
  ("a an the of to in on at for from by with and or is are was were be do does did i we my our your you it its this " +
    "that there me us what which who whom when where how why can could should would will please any some one so as if " +
    "no not have has had get s t").split(" "),
);

/** Words that mean one thing everywhere; all but the first of a row are read as the first. */
const SAME_WORDS = [
  "application app apps applications site sites website websites webpage shop shops store stores blog blogs",
  "server servers vps vpses droplet droplets machine machines box boxes",
  "database databases db dbs",
  "wordpress wp",
].map((row) => row.split(" "));

const FIRST_WORDS: ReadonlyMap<string, string> = new Map(
  SAME_WORDS.flatMap(([first = "", ...others]) => others.map((other) => [other, first] as const)),
);

/** Two words of this kind at the start make a question: what is asked for is to see, not to change. */
const QUESTION_WORDS = new Set(
  ("is are was were which what who whose whom when where did does has why show list see tell explain many much any how")
    .split(" "),
);

/** Cuts a query to {@linkcode MAX_QUERY_CHARACTERS}, whatever its normal form is. */
export function boundedQuery(query: string): string {
  return query.slice(0, MAX_QUERY_CHARACTERS).normalize("NFKC").slice(0, MAX_QUERY_CHARACTERS);
}

/** The words of a text, in lower case: runs of letters and digits. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The stem of a word, by which its forms are found alike: "purging" and "purge". */
export function stemOf(word: string): string {
  return stemmer(FIRST_WORDS.get(word) ?? word);
}

/** Whether a word says something about what somebody wants. */
export function isTelling(word: string): boolean {
  return !STOP_WORDS.has(word);
}

/** Whether somebody asks to see something. "How do I …" asks to do it. */
export function isQuestion(words: readonly string[]): boolean {
  const [first, second] = words;
  if (first === "how" && (second === "do" || second === "can" || second === "to")) return false;
  return words.slice(0, 2).some((word) => QUESTION_WORDS.has(word));
}
