import type { Clock } from "../../src/async/clock.ts";

interface Sleeper {
  wakeAt: number;
  wake(): void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number;
  /** Milliseconds by which the time of day was set on or back, without time going by. */
  #shiftMs = 0;
  #sleepers: Sleeper[] = [];

  /** Starts at `now`, by default 2026-11-20 12:00 UTC. */
  constructor(now: number = Date.UTC(2026, 10, 20, 12)) {
    this.#now = now;
  }

  /** Milliseconds since the Unix epoch. */
  now(): number {
    return this.#now + this.#shiftMs;
  }

  /** Milliseconds since some moment; only {@linkcode advance} moves it. */
  monotonic(): number {
    return this.#now;
  }

  /** Sets the time of day on or back, as an operator or a time server does: nobody wakes, and no time goes by. */
  shift(ms: number): void {
    this.#shiftMs += ms;
  }

  /** How many sleeps have not ended. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Resolves when `advance` has moved the clock by `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (ms <= 0) return resolve();
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        wakeAt: this.#now + ms,
        wake() {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /**
   * Moves the clock on and wakes, in order, the sleeps whose time has come. Between two sleeps the woken code runs, so
   * that a loop of short sleeps inside one long `advance` sees every step.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await letOthersRun();
    for (let next = this.#nextBefore(end); next !== undefined; next = this.#nextBefore(end)) {
      this.#now = Math.max(this.#now, next.wakeAt);
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      next.wake();
      await letOthersRun();
    }
    this.#now = end;
  }

  /**
   * Moves the clock on in steps until `promise` settles, and returns its result: for code that makes real requests
   * between its sleeps. Between two steps real time passes, so that a local request can end within one step.
   */
  async runUntil<T>(promise: Promise<T>, stepMs = 500, pauseMs = 5): Promise<T> {
    let isSettled = false;
    const settle = () => void (isSettled = true);
    promise.then(settle, settle);
    while (!isSettled) {
      await letOthersRun(pauseMs);
      if (!isSettled && this.sleeping > 0) await this.advance(stepMs);
    }
    return await promise;
  }

  /** Resolves when at least `count` sleeps have begun: the moment to call `advance`. */
  async untilSleeping(count = 1): Promise<void> {
    while (this.#sleepers.length < count) await letOthersRun();
  }

  #nextBefore(end: number): Sleeper | undefined {
    return this.#sleepers.filter((sleeper) => sleeper.wakeAt <= end).sort((a, b) => a.wakeAt - b.wakeAt)[0];
  }
}

/** At least a turn of the event loop: promise callbacks and finished I/O run before it resolves. */
function letOthersRun(pauseMs = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}
