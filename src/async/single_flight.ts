interface Flight<T> {
  result: Promise<T>;
  waiting: number;
  abort: AbortController;
}

/**
 * Lets concurrent callers of the same thing share one piece of work. A caller that gives up leaves the others alone;
 * the work itself is aborted when nobody waits for it any more.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /**
   * Joins the work under `key`, or begins it.
   *
   * @param signal Ends the waiting of this caller alone.
   * @throws Whatever the work throws, or the signal's reason.
   */
  async run(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#begin(key, work);
    flight.waiting++;
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([flight.result, left.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
      if (--flight.waiting === 0) this.#end(key, flight);
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const abort = new AbortController();
    const result = work(abort.signal);
    const flight = { result, waiting: 0, abort };
    this.#flights.set(key, flight);
    // Every caller may have left by the time the work fails.
    result.catch(() => {}).finally(() => this.#forget(key, flight));
    return flight;
  }

  #end(key: string, flight: Flight<T>): void {
    this.#forget(key, flight);
    flight.abort.abort(new DOMException("Nobody waits for the result any more.", "AbortError"));
  }

  #forget(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
