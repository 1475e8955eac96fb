import type { Clock } from "../async/clock.ts";

/** One progress notification. */
export interface ProgressUpdate {
  /** Seconds since the call began; always more than in the update before. */
  progress: number;
  total?: number;
  message: string;
}

/** What {@linkcode CallProgress} needs. */
export interface CallProgressOptions {
  clock: Clock;
  /** Sends an update; must not throw. */
  send: (update: ProgressUpdate) => void;
}

/** Longest time between two updates, so that no client waits longer than ten seconds for one. */
const MAX_SILENCE_MS = 8_000;
const BEGUN = "Under way.";

/**
 * Reports the progress of a call to a client that asked for it: at the start, when the tool reports some, and every few
 * seconds in between, since many clients give up calls without news.
 */
export class CallProgress {
  readonly #clock: Clock;
  readonly #send: CallProgressOptions["send"];
  readonly #startedAt: number;
  #last: ProgressUpdate | undefined;
  /** Milliseconds of the monotonic clock. */
  #sentAt: number;

  constructor({ clock, send }: CallProgressOptions) {
    this.#clock = clock;
    this.#send = send;
    this.#startedAt = clock.monotonic();
    this.#sentAt = this.#startedAt;
  }

  /** Sends what a tool reports. `done` and `total` are seconds that count from a start of the tool's own. */
  report(message: string, done: number, total: number): void {
    const progress = this.#next();
    this.#sendUpdate({ progress, total: progress + Math.max(0, total - done), message });
  }

  /** Sends updates until the work has ended, and none afterwards. */
  async during<T>(work: Promise<T>): Promise<T> {
    const ended = new AbortController();
    this.#sendUpdate({ progress: 0, message: BEGUN });
    void this.#repeat(ended.signal);
    try {
      return await work;
    } finally {
      ended.abort();
    }
  }

  async #repeat(ended: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#clock.sleep(this.#sentAt + MAX_SILENCE_MS - this.#clock.monotonic(), ended);
        if (this.#clock.monotonic() - this.#sentAt < MAX_SILENCE_MS) continue;
        this.#sendUpdate({ ...this.#last, progress: this.#next(), message: this.#last?.message ?? BEGUN });
      }
    } catch {
      // The call has ended.
    }
  }

  #next(): number {
    const seconds = Math.round((this.#clock.monotonic() - this.#startedAt) / 1000);
    return Math.max(seconds, (this.#last?.progress ?? 0) + 1);
  }

  #sendUpdate(update: ProgressUpdate): void {
    const { total, ...rest } = update;
    // A total that was exceeded is left out.
    this.#last = total === undefined || total < update.progress ? rest : { ...rest, total };
    this.#sentAt = this.#clock.monotonic();
    this.#send(this.#last);
  }
}
