/** A waiting caller. */
interface Waiter {
  address: string;
  turnAway: () => void;
}

/**
 * Places for a bounded number of waiting callers. When it is full, a newcomer may take the place of a caller from the
 * address with the most places, if that has more than the newcomer's address would have. So an address that sends many
 * calls can't take the places of addresses that send few.
 */
export class WaitingRoom {
  readonly #places: number;
  /** Newest last. */
  readonly #waiting = new Set<Waiter>();

  constructor(places: number) {
    this.#places = places;
  }

  /**
   * Waits for as long as `wait` takes.
   *
   * @param wait Must reject when its signal aborts.
   * @returns True if it waited to the end; false if there is no place, or if another caller took it.
   * @throws The error of `wait`, if the place was kept.
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

  /** Turns away the newest caller of the address with the most places, if that is fair. Returns whether it did. */
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
