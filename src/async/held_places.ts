/** The fewest names that are kept before idle ones are removed. */
const MIN_KEPT = 200;

/**
 * How many places each name holds. A name stays after it gave its last place back, since it often comes again: to remove
 * it and to add it for each piece of work costs more than all the rest. Now and then all idle names are removed.
 */
export class HeldPlaces {
  readonly #held = new Map<string, { places: number }>();
  readonly #most: number;

  /** @param places All that can be held at once, so that at least half of the names that are kept may be removed. */
  constructor(places: number) {
    this.#most = Math.max(MIN_KEPT, 2 * places);
  }

  /** How many names are kept. */
  get size(): number {
    return this.#held.size;
  }

  /** How many places a name holds. */
  of(name: string): number {
    return this.#held.get(name)?.places ?? 0;
  }

  /** Counts a place that a name takes, or gives back. */
  count(name: string, change: 1 | -1): void {
    const held = this.#held.get(name);
    if (held !== undefined) held.places += change;
    else this.#add(name, change);
  }

  #add(name: string, places: number): void {
    if (this.#held.size >= this.#most) this.#removeIdle();
    this.#held.set(name, { places });
  }

  #removeIdle(): void {
    for (const [name, { places }] of this.#held) if (places === 0) this.#held.delete(name);
  }
}
