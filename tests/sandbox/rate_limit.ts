import type { Clock } from "../../src/async/clock.ts";

/** The decision of a limit about a request. */
export interface RateVerdict {
  limit: number;
  remaining: number;
  /** Seconds to wait; absent when the request is allowed. */
  retryAfter?: number;
}

/** Counts requests in windows that begin with the first request. */
export class RateLimiter {
  readonly #clock: Clock;
  #windows = new Map<string, { endsAt: number; count: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one request. */
  take(key: string, limit: number, seconds = 60): RateVerdict {
    const now = this.#clock.now();
    let window = this.#windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      window = { endsAt: now + seconds * 1000, count: 0 };
      this.#windows.set(key, window);
    }
    if (window.count >= limit) {
      return { limit, remaining: 0, retryAfter: Math.ceil((window.endsAt - now) / 1000) };
    }
    window.count++;
    return { limit, remaining: limit - window.count };
  }

  /** Resets all counts. */
  reset(): void {
    this.#windows.clear();
  }
}
