import { stemOf, wordsOf } from "./terms.ts";

/** A saying that was found in a query. */
export interface FoundSaying<T> {
  meant: T;
  /** How many words it has. */
  length: number;
}

interface Saying<T> extends FoundSaying<T> {
  stems: readonly string[];
}

/** Finds which sayings of a table stand in a query. A saying does where all of its words do, in its order. */
export class Sayings<T> {
  readonly #sayings: readonly Saying<T>[];

  /** @param rows Each with its sayings, separated by commas. */
  constructor(rows: readonly (readonly [said: string, meant: T])[]) {
    this.#sayings = rows.flatMap(([said, meant]) =>
      said.split(",").map((saying) => {
        const stems = wordsOf(saying).map(stemOf);
        return { stems, meant, length: stems.length };
      })
    );
  }

  /** The sayings that stand in a query, in the order of the table. */
  foundIn(query: readonly string[]): FoundSaying<T>[] {
    return this.#sayings.filter(({ stems }) => standsIn(stems, query));
  }
}

function standsIn(stems: readonly string[], query: readonly string[]): boolean {
  let from = 0;
  return stems.every((stem) => {
    from = query.indexOf(stem, from) + 1;
    return from > 0;
  });
}
