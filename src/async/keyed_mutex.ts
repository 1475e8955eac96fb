/** Runs one piece of work at a time under each key, in the order of the calls. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>();

  /** How many keys have unfinished work. */
  get size(): number {
    return this.#last.size;
  }

  /** Does the work once all earlier work under this key has ended, with or without an error. */
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
