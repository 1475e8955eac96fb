/** Lets one piece of work at a time run under each key, in the order they came. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>();

  /** How many keys have work that has not ended. */
  get size(): number {
    return this.#last.size;
  }

  /** Does the work once all that came before it under this key has ended, however that ended. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const ended = result.then(() => {}, () => {});
    this.#last.set(key, ended);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }
}
