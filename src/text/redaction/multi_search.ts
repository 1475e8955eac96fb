/**
 * Finds many patterns in one pass over a text (Aho–Corasick). Each character costs the same, however many patterns
 * there are and however often they repeat themselves.
 */

/** Where something was found: from index `from` to the one before `to`. */
export interface Found {
  from: number;
  to: number;
}

const ROOT = 0;
const NONE = -1;

/** A search for several patterns. Making one takes time and memory in proportion to their total length. */
export class MultiSearch {
  /** For each state: the code unit that leads to it, its depth, its first child, and the next child of its parent. */
  readonly #code: Uint16Array;
  readonly #depth: Int32Array;
  readonly #child: Int32Array;
  readonly #sibling: Int32Array;
  /** The children of the root by code unit: it has the most children, and most characters are looked up there. */
  readonly #first = new Map<number, number>();
  /** The state of the longest proper suffix that begins a pattern. */
  readonly #fallback: Int32Array;
  /** The length of the longest pattern that ends at the state; 0 where none does. */
  readonly #found: Int32Array;
  #states = 1;

  constructor(patterns: Iterable<string>) {
    const all = [...patterns];
    const size = all.reduce((sum, { length }) => sum + length, 1);
    this.#code = new Uint16Array(size);
    [this.#depth, this.#fallback, this.#found] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)];
    [this.#child, this.#sibling] = [new Int32Array(size).fill(NONE), new Int32Array(size).fill(NONE)];
    for (const pattern of all) this.#add(pattern);
    this.#connect();
  }

  /**
   * All places where patterns occur in the text, in order; occurrences that overlap are one place.
   *
   * @param leastBegun A pattern that the end of the text cuts off counts if at least so many of its characters are
   * there.
   */
  search(text: string, leastBegun: number = Infinity): Found[] {
    const places: Found[] = [];
    let state = ROOT;
    for (let at = 0; at < text.length; at++) {
      state = this.#next(state, text.charCodeAt(at));
      const length = this.#found[state] ?? 0;
      if (length > 0) addPlace(places, at + 1 - length, at + 1);
    }
    const begun = this.#depth[state] ?? 0;
    if (begun >= leastBegun) addPlace(places, text.length - begun, text.length);
    return places;
  }

  #add(pattern: string): void {
    let state = ROOT;
    for (let at = 0; at < pattern.length; at++) {
      const code = pattern.charCodeAt(at);
      const known = this.#childOf(state, code);
      state = known === NONE ? this.#grow(state, code) : known;
    }
    this.#found[state] = pattern.length;
  }

  #grow(parent: number, code: number): number {
    const state = this.#states++;
    this.#code[state] = code;
    this.#depth[state] = (this.#depth[parent] ?? 0) + 1;
    this.#sibling[state] = this.#child[parent] ?? NONE;
    this.#child[parent] = state;
    if (parent === ROOT) this.#first.set(code, state);
    return state;
  }

  /** Finds the fallback of every state, those nearest to the root first. */
  #connect(): void {
    const queue = new Int32Array(this.#states);
    let end = 1;
    for (let begin = 0; begin < end; begin++) {
      const parent = queue[begin] ?? ROOT;
      for (let state = this.#child[parent] ?? NONE; state !== NONE; state = this.#sibling[state] ?? NONE) {
        queue[end++] = state;
        if (parent === ROOT) continue;
        const fallback = this.#next(this.#fallback[parent] ?? ROOT, this.#code[state] ?? 0);
        this.#fallback[state] = fallback;
        this.#found[state] = Math.max(this.#found[state] ?? 0, this.#found[fallback] ?? 0);
      }
    }
  }

  #next(from: number, code: number): number {
    for (let state = from;; state = this.#fallback[state] ?? ROOT) {
      const child = this.#childOf(state, code);
      if (child !== NONE) return child;
      if (state === ROOT) return ROOT;
    }
  }

  #childOf(parent: number, code: number): number {
    if (parent === ROOT) return this.#first.get(code) ?? NONE;
    let state = this.#child[parent] ?? NONE;
    while (state !== NONE && this.#code[state] !== code) state = this.#sibling[state] ?? NONE;
    return state;
  }
}

/**
 * Adds a place, merged with those that it overlaps. Ends only grow, so these are the last ones. The cost is linear:
 * each place is added once and removed at most once.
 */
function addPlace(places: Found[], from: number, to: number): void {
  let start = from;
  for (let last = places.at(-1); last !== undefined && last.to > from; last = places.at(-1)) {
    start = Math.min(start, last.from);
    places.pop();
  }
  places.push({ from: start, to });
}
