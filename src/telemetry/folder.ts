/** What was counted of one kind within one interval. */
export interface Folded<T> {
  /** The last one. */
  newest: T;
  count: number;
  /** How long the interval was. */
  milliseconds: number;
}

/** What {@linkcode Folder} needs. */
export interface FolderOptions<T> {
  /** Milliseconds from any point, never less than before. */
  now: () => number;
  /** Gets what was counted in an interval that has ended. */
  onFolded: (folded: Folded<T>) => void;
  /** Intervals end by themselves; by default they end when something else is added. */
  endsByItself?: boolean;
}

const INTERVAL_MS = 60_000;

/** Kinds that are told apart at once; beyond that the oldest interval ends early. */
const MAX_KINDS = 10_000;

interface Fold<T> {
  startedAt: number;
  newest: T;
  /** How many more are let through. */
  room: number;
  count: number;
}

/** Of things of one kind, lets the first few of a minute through and counts the others. */
export class Folder<T> {
  readonly #options: FolderOptions<T>;
  /** The oldest first. */
  readonly #folds = new Map<string, Fold<T>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FolderOptions<T>) {
    this.#options = options;
  }

  /** How many kinds are in an interval. */
  get size(): number {
    return this.#folds.size;
  }

  /** Whether a kind is in an interval. */
  has(kind: string): boolean {
    return this.#folds.has(kind);
  }

  /** Whether one is among the first `most` of its kind in this interval. Any other is counted. */
  letsThrough(kind: string, item: T, most = 1): boolean {
    if (this.add(kind, item)) return false;
    this.begin(kind, item, most);
    return true;
  }

  /** Counts one of a kind, and returns true. False, uncounted, without an interval or with room in it: let it through. */
  add(kind: string, item: T): boolean {
    this.endDue();
    const fold = this.#folds.get(kind);
    if (fold === undefined) return false;
    if (fold.room > 0) {
      fold.room--;
      return false;
    }
    fold.count++;
    fold.newest = item;
    if (this.#options.endsByItself === true) this.#timer ??= this.#later();
    return true;
  }

  /** Begins an interval with the first of a kind, where there is none; it lets `most` through. */
  begin(kind: string, item: T, most = 1): void {
    if (this.#folds.has(kind)) return;
    const [oldest] = this.#folds.size < MAX_KINDS ? [] : this.#folds.keys();
    if (oldest !== undefined) this.#end(oldest);
    this.#folds.set(kind, { startedAt: this.#options.now(), newest: item, room: most - 1, count: 0 });
  }

  /** Ends the intervals whose time is over. */
  endDue(): void {
    const now = this.#options.now();
    for (const [kind, { startedAt }] of this.#folds) {
      if (now - startedAt < INTERVAL_MS) return;
      this.#end(kind);
    }
  }

  /** Ends all intervals. */
  endAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const kind of this.#folds.keys()) this.#end(kind);
  }

  #end(kind: string): void {
    const fold = this.#folds.get(kind);
    this.#folds.delete(kind);
    if (fold === undefined || fold.count === 0) return;
    const { newest, count, startedAt } = fold;
    this.#options.onFolded({ newest, count, milliseconds: this.#options.now() - startedAt });
  }

  /** One timer for all. */
  #later() {
    return setTimeout(() => {
      this.#timer = undefined;
      this.endDue();
      if (this.#folds.values().some(({ count }) => count > 0)) this.#timer = this.#later();
    }, INTERVAL_MS);
  }
}
