/** How much of an answer is left, counted in the characters of its JSON. */

/** The characters of a value as JSON. */
export function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}

/** A number of characters that may be used. */
export class Space {
  readonly #left: number;

  constructor(left: number) {
    this.#left = left;
  }

  /** How many characters may be used. */
  get left(): number {
    return this.#left;
  }

  /** Whether a value fits. */
  has(value: unknown): boolean {
    return sizeOf(value) <= this.#left;
  }

  /** The space without some characters. */
  without(characters: number): Space {
    return new Space(this.#left - characters);
  }

  /** A part of the space. */
  share(part: number): Space {
    return new Space(this.#left * part);
  }

  /** The first values that fit together in a list. */
  fitting<T>(values: readonly T[]): T[] {
    let used = 2;
    const end = values.findIndex((value) => (used += sizeOf(value) + 1) > this.#left);
    return end === -1 ? [...values] : values.slice(0, end);
  }

  /** All values where they fit together in a list; else the first ones, up to one that does not fit any more. */
  begun<T>(values: Iterable<T>): T[] {
    const begun: T[] = [];
    let used = 1;
    for (const value of values) {
      begun.push(value);
      if ((used += sizeOf(value) + 1) > this.#left) break;
    }
    return begun;
  }
}
