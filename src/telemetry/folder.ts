/** The items of one kind that were counted within one interval. */
export interface Folded<T> {
  /** The last of them. */
  newest: T;
  count: number;
  /** How long the interval was. */
  milliseconds: number;
}

/** What {@linkcode Folder} needs. */
export interface FolderOptions<T> {
  /** A clock in milliseconds that never goes back. */
  now: () => number;
  /** Gets the items counted in an interval that has ended. */
  onFolded: (folded: Folded<T>) => void;
  /** A timer ends intervals. By default they end when a later item is added. */
  endsByItself?: boolean;
}

const INTERVAL_MS = 60_000;

/** Most kinds that have an interval at once; beyond that the oldest interval ends early. */
const MAX_KINDS = 10_000;

interface Fold<T> {
  startedAt: number;
  newest: T;
  /** How many more are let through. */
  room: number;
  count: number;
}

/** Lets the first few items of each kind through within a minute, and counts the others. */
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

  /** Whether an item is among the first `most` of its kind in this interval. Any other is counted. */
  letsThrough(kind: string, item: T, most = 1): boolean {
    if (this.add(kind, item)) return false;
    this.begin(kind, item, most);
    return true;
  }

  /**
   * Counts an item, and returns true. Returns false, and counts nothing, where its kind has no interval or the interval
   * has room: the item is then let through.
   *
   * @param item Becomes the newest. Left out where all items of a kind are alike.
   */
  add(kind: string, item?: T): boolean {
    this.endDue();
    const fold = this.#folds.get(kind);
    if (fold === undefined) return false;
    if (fold.room > 0) {
      fold.room--;
      return false;
    }
    fold.count++;
    if (item !== undefined) fold.newest = item;
    if (this.#options.endsByItself === true) this.#timer ??= this.#startTimer();
    return true;
  }

  /** Begins an interval with the first item of a kind that has none; the interval lets `most` items through. */
  begin(kind: string, item: T, most = 1): void {
    if (this.#folds.has(kind)) return;
    const [oldest] = this.#folds.size < MAX_KINDS ? [] : this.#folds.keys();
    if (oldest !== undefined) this.#end(oldest);
    this.#folds.set(kind, { startedAt: this.#options.now(), newest: item, room: most - 1, count: 0 });
  }

  /** Ends the intervals whose time is over. */
  endDue(): void {
    if (this.#folds.size === 0) return;
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

  /** Starts the one timer that ends the intervals of all kinds. */
  #startTimer() {
    return setTimeout(() => {
      this.#timer = undefined;
      this.endDue();
      if (this.#folds.values().some(({ count }) => count > 0)) this.#timer = this.#startTimer();
    }, INTERVAL_MS);
  }
}
