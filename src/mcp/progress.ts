import type { Clock } from "../async/clock.ts";

/** What is told of a call that goes on. */
export interface ToldProgress {
  /** Seconds, and always more than before. */
  progress: number;
  total?: number;
  message: string;
}

/** What {@linkcode CallProgress} needs. */
export interface CallProgressOptions {
  clock: Clock;
  /** Never fails. */
  send: (told: ToldProgress) => void;
}

/** No client hears nothing for longer than ten seconds. */
const MAX_SILENCE_MS = 8_000;
const BEGUN = "Under way.";

/**
 * Tells a client that asked for it how far its call is: at the start, whenever the tool says so, and every few seconds in
 * between, since many clients give a call up that they hear nothing of.
 */
export class CallProgress {
  readonly #clock: Clock;
  readonly #send: CallProgressOptions["send"];
  readonly #startedAt: number;
  #last: ToldProgress | undefined;
  #toldAt: number;

  constructor({ clock, send }: CallProgressOptions) {
    this.#clock = clock;
    this.#send = send;
    this.#startedAt = clock.monotonic();
    this.#toldAt = this.#startedAt;
  }

  /** Tells what a tool says; `done` and `total` count from a moment of its own. */
  tell(message: string, done: number, total: number): void {
    const progress = this.#next();
    this.#tell({ progress, total: progress + Math.max(0, total - done), message });
  }

  /** Tells that the call goes on until it has ended; nothing is told afterwards. */
  async during<T>(work: Promise<T>): Promise<T> {
    const ended = new AbortController();
    this.#tell({ progress: 0, message: BEGUN });
    void this.#keepTelling(ended.signal);
    try {
      return await work;
    } finally {
      ended.abort();
    }
  }

  async #keepTelling(ended: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#clock.sleep(this.#toldAt + MAX_SILENCE_MS - this.#clock.monotonic(), ended);
        if (this.#clock.monotonic() - this.#toldAt < MAX_SILENCE_MS) continue;
        this.#tell({ ...this.#last, progress: this.#next(), message: this.#last?.message ?? BEGUN });
      }
    } catch {
      // The call has ended.
    }
  }

  #next(): number {
    const seconds = Math.round((this.#clock.monotonic() - this.#startedAt) / 1000);
    return Math.max(seconds, (this.#last?.progress ?? 0) + 1);
  }

  #tell(told: ToldProgress): void {
    const { total, ...rest } = told;
    // A total that was passed says nothing.
    this.#last = total === undefined || total < told.progress ? rest : { ...rest, total };
    this.#toldAt = this.#clock.monotonic();
    this.#send(this.#last);
  }
}
