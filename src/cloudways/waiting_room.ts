/** One who waits. */
interface Waiter {
  address: string;
  turnAway: () => void;
}

/**
 * A bounded number of callers who wait. Where it is full, a newcomer takes the place of one from an address that has
 * more places than the newcomer's would: one address that sends many takes no place from those that send few.
 */
export class WaitingRoom {
  readonly #places: number;
  /** The newest last. */
  readonly #waiting = new Set<Waiter>();

  constructor(places: number) {
    this.#places = places;
  }

  /**
   * Waits for as long as `wait` takes.
   *
   * @param wait Ends early, by the signal's reason, where the signal aborts.
   * @returns Whether it waited to the end; false where there is no place, or somebody else got it.
   * @throws Whatever `wait` throws, if the place was kept.
   */
  async stay(address: string, wait: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    if (this.#waiting.size >= this.#places && !this.#makeRoomFor(address)) return false;
    const turnedAway = new AbortController();
    const waiter = { address, turnAway: () => turnedAway.abort() };
    this.#waiting.add(waiter);
    try {
      await wait(turnedAway.signal);
      return true;
    } catch (error) {
      if (turnedAway.signal.aborted) return false;
      throw error;
    } finally {
      this.#waiting.delete(waiter);
    }
  }

  /** Turns the newest one of the most crowded address away, where that is fair. */
  #makeRoomFor(address: string): boolean {
    const byAddress = Map.groupBy(this.#waiting, (waiter) => waiter.address);
    const crowded = [...byAddress.values()].reduce((most, group) => group.length > most.length ? group : most, []);
    const newest = crowded.at(-1);
    if (newest === undefined || crowded.length <= (byAddress.get(address)?.length ?? 0) + 1) return false;
    this.#waiting.delete(newest);
    newest.turnAway();
    return true;
  }
}
