import type { Clock } from "../async/clock.ts";
import { type Attempt, type AttemptCounts, AttemptWindow } from "./attempt_window.ts";

/** `closed` lets all requests through, `open` none, and `half_open` one, to see whether Cloudways is back. */
export type CircuitState = "closed" | "open" | "half_open";

const OPEN_MS = 5_000;

/** A circuit: closed until it is opened, then open for five seconds, then half open until one request decides. */
export class Circuit {
  readonly #clock: Clock;
  readonly #maxAttempts: number;
  #window: AttemptWindow;
  #openedAt: number | undefined;
  #deciding = false;
  #openings = 0;

  /** @param maxAttempts How many attempts it remembers. */
  constructor(clock: Clock, maxAttempts: number) {
    this.#clock = clock;
    this.#maxAttempts = maxAttempts;
    this.#window = new AttemptWindow(maxAttempts);
  }

  get state(): CircuitState {
    if (this.#openedAt === undefined) return "closed";
    return this.#deciding || this.#openMs(this.#openedAt) === 0 ? "half_open" : "open";
  }

  /** How often it has opened. A request sent before an opening says nothing about the time after it. */
  get openings(): number {
    return this.#openings;
  }

  /** Returns `go`; or `decide`, after which {@linkcode decide} must be called; or the whole seconds to wait. */
  enter(): "go" | "decide" | number {
    if (this.#openedAt === undefined) return "go";
    const waitMs = this.#openMs(this.#openedAt);
    if (this.#deciding || waitMs > 0) return Math.max(1, Math.ceil(waitMs / 1000));
    this.#deciding = true;
    return "decide";
  }

  /** Ends the half-open state. With undefined, the next request decides. */
  decide(failed: boolean | undefined): void {
    this.#deciding = false;
    if (failed === true) this.#openedAt = this.#clock.now();
    if (failed !== false) return;
    this.#openedAt = undefined;
    this.#window = new AttemptWindow(this.#maxAttempts);
  }

  /** Counts an attempt, and returns the counts of the last 30 seconds. */
  count(attempt: Attempt): AttemptCounts {
    return this.#window.add(this.#clock.now(), attempt);
  }

  /** Opens the circuit: no request passes for five seconds. */
  open(): void {
    this.#openedAt = this.#clock.now();
    this.#openings++;
  }

  /** Milliseconds until it is half open. 0 if the clock was set back, so that it does not stay open. */
  #openMs(openedAt: number): number {
    const openForMs = this.#clock.now() - openedAt;
    return openForMs < 0 ? 0 : Math.max(0, OPEN_MS - openForMs);
  }
}
