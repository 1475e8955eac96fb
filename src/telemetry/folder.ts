import { LRUCache } from "lru-cache";
import type { Clock } from "../async/clock.ts";
import { atMost } from "../store/at_most.ts";

/** What {@linkcode Folder} needs. */
export interface FolderOptions<T> {
  clock: Clock;
  /** Gets what was counted in one interval: the newest of its kind, and how many. */
  onFolded: (newest: T, count: number) => void;
  /** Defaults to a minute. */
  intervalMs?: number;
}

/** Kinds that are counted at once; beyond that the one longest quiet ends its interval early. */
const MAX_KINDS = 10_000;

interface Fold<T> {
  endsAt: number;
  newest: T;
  count: number;
}

/** Counts things of one kind that come within an interval, after the first of them. */
export class Folder<T> {
  readonly #options: Required<FolderOptions<T>>;
  readonly #folds: LRUCache<string, Fold<T>>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FolderOptions<T>) {
    this.#options = { intervalMs: 60_000, ...options };
    this.#folds = new LRUCache<string, Fold<T>>({
      ...atMost(MAX_KINDS),
      dispose: ({ newest, count }, _kind, reason) => {
        if (reason !== "set" && count > 0) this.#options.onFolded(newest, count);
      },
    });
  }

  /** Counts one of a kind. True where it is in an interval that has begun, so that a count will stand for it. */
  add(kind: string, item: T): boolean {
    const fold = this.#open(kind);
    if (fold === undefined) return false;
    fold.count++;
    fold.newest = item;
    this.#timer ??= this.#later();
    return true;
  }

  /** Begins an interval with the first of a kind. */
  begin(kind: string, item: T): void {
    const endsAt = this.#options.clock.now() + this.#options.intervalMs;
    this.#folds.set(kind, { endsAt, newest: item, count: 0 });
  }

  /** Ends all intervals. */
  close(): void {
    clearTimeout(this.#timer);
    this.#folds.clear();
  }

  #open(kind: string): Fold<T> | undefined {
    const fold = this.#folds.get(kind);
    if (fold === undefined || this.#options.clock.now() < fold.endsAt) return fold;
    this.#folds.delete(kind);
    return undefined;
  }

  /** One timer for all, so that intervals end with nothing more coming. */
  #later() {
    return setTimeout(() => {
      this.#timer = undefined;
      for (const kind of [...this.#folds.keys()]) this.#open(kind);
      if ([...this.#folds.values()].some(({ count }) => count > 0)) this.#timer = this.#later();
    }, this.#options.intervalMs);
  }
}
