import { Member, OldestFirst } from "./oldest_first.ts";

/** Work that is waited for, until it is disposed of. */
class Waiting extends Member<Waiting> implements Disposable {
  /** When it is late, in milliseconds of `performance.now()`. */
  readonly until: number;
  readonly #all: OldestFirst<Waiting>;
  #giveUp: (() => void) | undefined;

  constructor(until: number, giveUp: () => void, all: OldestFirst<Waiting>) {
    super();
    this.until = until;
    this.#giveUp = giveUp;
    this.#all = all;
    all.add(this);
  }

  giveUp(): void {
    const giveUp = this.#giveUp;
    this[Symbol.dispose]();
    giveUp?.();
  }

  [Symbol.dispose](): void {
    this.#all.remove(this);
    this.#giveUp = undefined;
  }
}

/**
 * Waits for many pieces of work, for each the same time at most. They share one timer, which goes on when none is left:
 * a timer for each costs more than a quick piece of work.
 */
export class CommonDeadline implements Disposable {
  readonly #ms: number;
  /** In the order of their ends. */
  readonly #waiting = new OldestFirst<Waiting>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param ms Milliseconds that each piece of work may take. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /**
   * Waits for one piece of work. Late work goes on; its result or error is ignored.
   *
   * @param onLate Called once the time is up. Its result or error replaces that of the work.
   * @throws What the work or `onLate` throws.
   */
  wait<T>(work: Promise<T>, onLate: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = this.begin(() => {
        try {
          resolve(onLate());
        } catch (error) {
          reject(error);
        }
      });
      work.then(
        (value) => {
          waiting[Symbol.dispose]();
          resolve(value);
        },
        (error) => {
          waiting[Symbol.dispose]();
          reject(error);
        },
      );
    });
  }

  /**
   * Begins to wait for one piece of work, which ends with the disposal of what is returned.
   *
   * @param onLate Called once the time is up. Must not throw.
   */
  begin(onLate: () => void): Disposable {
    const waiting = new Waiting(performance.now() + this.#ms, onLate, this.#waiting);
    this.#timer ??= setTimeout(() => this.#giveUpLate(), this.#ms);
    return waiting;
  }

  /** Stops the timer. What is still waited for is waited for without end. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #giveUpLate(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (let waiting = this.#waiting.oldest; waiting !== undefined; waiting = this.#waiting.oldest) {
      if (waiting.until > now) {
        this.#timer = setTimeout(() => this.#giveUpLate(), waiting.until - now);
        return;
      }
      waiting.giveUp();
    }
  }
}
