import type { Clock } from "../async/clock.ts";
import { type Attempt, type AttemptCounts, AttemptWindow } from "./attempt_window.ts";

/** `closed` lets requests through, `open` none, `half_open` one, to see whether Cloudways is back. */
export type CircuitState = "closed" | "open" | "half_open";

const OPEN_MS = 5_000;

/** Whether requests may leave: closed until it is opened, then open for a while, then half open until something decides. */
export class Circuit {
  readonly #clock: Clock;
  readonly #maxAttempts: number;
  #window: AttemptWindow;
  #openedAt: number | undefined;
  #deciding = false;
  #era = 0;

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

  /** Counts openings. What left before an opening says nothing of the time after it. */
  get era(): number {
    return this.#era;
  }

  /**
   * What may be done now: `go`, or `decide`: then {@linkcode decide} must follow, or the whole seconds to wait.
   */
  enter(): "go" | "decide" | number {
    if (this.#openedAt === undefined) return "go";
    const waitMs = this.#openMs(this.#openedAt);
    if (this.#deciding || waitMs > 0) return Math.max(1, Math.ceil(waitMs / 1000));
    this.#deciding = true;
    return "decide";
  }

  /** Ends the half-open state; undefined leaves the decision to the next request. */
  decide(failed: boolean | undefined): void {
    this.#deciding = false;
    if (failed === true) this.#openedAt = this.#clock.now();
    if (failed !== false) return;
    this.#openedAt = undefined;
    this.#window = new AttemptWindow(this.#maxAttempts);
  }

  /** Counts an attempt; gives what the last half minute has seen. */
  count(attempt: Attempt): AttemptCounts {
    return this.#window.add(this.#clock.now(), attempt);
  }

  /** From now on nothing leaves for a while. */
  open(): void {
    this.#openedAt = this.#clock.now();
    this.#era++;
  }

  /** Milliseconds for which it stays open. A clock that is set back must not keep it open. */
  #openMs(openedAt: number): number {
    const openForMs = this.#clock.now() - openedAt;
    return openForMs < 0 ? 0 : Math.max(0, OPEN_MS - openForMs);
  }
}
