/** Counts work that has begun and not ended. */
export class WorkInHand {
  #count = 0;
  #none: PromiseWithResolvers<void> | undefined;

  /** Each beginning needs an {@linkcode end}. */
  begin(): void {
    this.#count++;
  }

  /** Work that had begun has ended. */
  end(): void {
    if (--this.#count > 0) return;
    this.#none?.resolve();
    this.#none = undefined;
  }

  /** Resolves as soon as there is none. */
  async none(): Promise<void> {
    while (this.#count > 0) await (this.#none ??= Promise.withResolvers()).promise;
  }
}
