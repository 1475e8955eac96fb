import type { Clock } from "../clock.ts";
import { ToolError } from "../errors.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { NotSentError, type WireReply } from "./http.ts";
import { isOutage } from "./replies.ts";

/** `closed` lets requests through, `open` none, `half_open` one, to see whether Cloudways is back. */
export type BreakerState = "closed" | "open" | "half_open";

/** What {@linkcode CircuitBreaker} needs. */
export interface CircuitBreakerOptions {
  clock: Clock;
  metrics: Metrics;
  log: Logger;
}

const WINDOW_MS = 30_000;
const MIN_ATTEMPTS = 20;
const MIN_FAILED_SHARE = 0.5;
const OPEN_MS = 5_000;

/** The breaker is open. The request was not sent, so certainly nothing was done. */
export class CircuitOpenError extends NotSentError {
  constructor(seconds: number) {
    super("Cloudways has not been answering, so nothing is sent there for a moment. Nothing was done.", {
      hint:
        `Wait ${seconds} s, then call again. If it lasts, tell the user that Cloudways can't be reached at present.`,
      retryAfter: seconds,
    });
  }
}

/**
 * Holds requests back while Cloudways is down, so that callers hear of it at once and Cloudways is not pressed. One for
 * the process and all customers: it watches the way to Cloudways, not what anybody may do there. So it counts only
 * connections that failed, answers that did not come and 502 to 504; any other answer shows that the way is open.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #window = new AttemptWindow();
  #openedAt: number | undefined;
  #probing = false;
  /** Counts openings. What left before an opening says nothing of the time after it. */
  #era = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    options.metrics.watchBreaker(() => this.state);
  }

  get state(): BreakerState {
    if (this.#openedAt === undefined) return "closed";
    return this.#probing || this.#openMs(this.#openedAt) === 0 ? "half_open" : "open";
  }

  /**
   * Sends a request, unless it is to be held back.
   *
   * @param send What ends in neither an answer nor an outage, such as a caller who left, is not counted.
   * @throws {CircuitOpenError} Without having sent anything. Else whatever `send` throws.
   */
  async run(send: () => Promise<WireReply>): Promise<WireReply> {
    const era = this.#era;
    const probes = this.#admit();
    let failed: boolean | undefined;
    try {
      const reply = await send();
      failed = isOutage(reply);
      return reply;
    } catch (error) {
      if (error instanceof ToolError && isOutage(error)) failed = true;
      throw error;
    } finally {
      if (probes) this.#probed(failed);
      else if (failed !== undefined && era === this.#era) this.#count(failed);
    }
  }

  /** Whether the request about to be sent is the one that shows if Cloudways is back. */
  #admit(): boolean {
    if (this.#openedAt === undefined) return false;
    const waitMs = this.#openMs(this.#openedAt);
    if (this.#probing || waitMs > 0) {
      this.#options.metrics.breakerRefused();
      throw new CircuitOpenError(Math.max(1, Math.ceil(waitMs / 1000)));
    }
    this.#probing = true;
    return true;
  }

  /** Milliseconds for which it stays open. A clock that is set back must not keep it open. */
  #openMs(openedAt: number): number {
    const openForMs = this.#options.clock.now() - openedAt;
    return openForMs < 0 ? 0 : Math.max(0, OPEN_MS - openForMs);
  }

  #probed(failed: boolean | undefined): void {
    this.#probing = false;
    if (failed === true) this.#openedAt = this.#options.clock.now();
    if (failed !== false) return;
    this.#openedAt = undefined;
    this.#window = new AttemptWindow();
    this.#options.log.info("cloudways answers again");
  }

  #count(failed: boolean): void {
    const now = this.#options.clock.now();
    const seen = this.#window.add(now, failed);
    if (seen.attempts < MIN_ATTEMPTS || seen.failed < MIN_FAILED_SHARE * seen.attempts) return;
    this.#openedAt = now;
    this.#era++;
    this.#options.metrics.breakerOpened();
    this.#options.log.error("cloudways does not answer: requests are held back", { ...seen });
  }
}

interface Counts {
  attempts: number;
  failed: number;
}

/** The attempts of the last half minute, exactly. One entry a millisecond bounds it whatever the traffic. */
class AttemptWindow {
  readonly #byMillisecond = new Map<number, Counts>();
  readonly #sum: Counts = { attempts: 0, failed: 0 };

  /** Adds an attempt that ended now; gives all that are in the window. */
  add(now: number, failed: boolean): Readonly<Counts> {
    this.#forget(now);
    const counts = this.#byMillisecond.get(now) ?? { attempts: 0, failed: 0 };
    this.#byMillisecond.set(now, counts);
    for (const each of [counts, this.#sum]) {
      each.attempts++;
      if (failed) each.failed++;
    }
    return this.#sum;
  }

  /** Drops what is too old, and what a clock that was set back has left in the future. */
  #forget(now: number): void {
    for (const [at, counts] of this.#byMillisecond) {
      if (at > now - WINDOW_MS && at <= now) return;
      this.#byMillisecond.delete(at);
      this.#sum.attempts -= counts.attempts;
      this.#sum.failed -= counts.failed;
    }
  }
}
