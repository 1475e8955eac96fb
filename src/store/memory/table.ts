import { StoreError } from "../store.ts";

/** Name and size of a {@linkcode RetainedTable}. */
export interface RetainedTableOptions {
  /** Names the kind of entry in the error of a full table. */
  name: string;
  /** Entries in all. */
  maxEntries: number;
  /** Entries of one owner, except of `shared`. */
  maxEntriesPerOwner: number;
}

interface RetainedEntry {
  value: string;
  owner: string;
  expiresAt: number;
}

/** Least milliseconds between two sweeps of expired entries: each one visits the whole table. */
const SWEEP_INTERVAL_MS = 250;

/** A table that keeps every entry until it expires, and refuses new entries while it is full. */
export class RetainedTable {
  readonly #options: RetainedTableOptions;
  readonly #entries = new Map<string, RetainedEntry>();
  readonly #perOwner = new Map<string, number>();
  #sweptAt = -Infinity;

  constructor(options: RetainedTableOptions) {
    this.#options = options;
  }

  /** The value, unless it has expired at the time `now` in milliseconds. */
  get(key: string, now: number): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (now < entry.expiresAt) return entry.value;
    this.delete(key);
    return undefined;
  }

  /** Writes an entry, always of the same `owner`. Throws a StoreError if there is no room for a new entry. */
  set(key: string, owner: string, entry: { value: string; expiresAt: number }, now: number): void {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.value = entry.value;
      known.expiresAt = entry.expiresAt;
      return;
    }
    this.#sweep(now);
    this.#checkRoom(owner);
    this.#count(owner, 1);
    this.#entries.set(key, { value: entry.value, expiresAt: entry.expiresAt, owner });
  }

  /** Removes an entry. */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#count(entry.owner, -1);
  }

  /** Removes all entries. */
  clear(): void {
    this.#entries.clear();
    this.#perOwner.clear();
  }

  #checkRoom(owner: string): void {
    const { name, maxEntries, maxEntriesPerOwner } = this.#options;
    if (this.#entries.size >= maxEntries) throw new StoreError(`No room for one more ${name} in the embedded store.`);
    if (owner !== "shared" && (this.#perOwner.get(owner) ?? 0) >= maxEntriesPerOwner) {
      throw new StoreError(`No room for one more ${name} of this customer in the embedded store.`);
    }
  }

  #sweep(now: number): void {
    // A clock that was set back must not delay the next sweep.
    if (now >= this.#sweptAt && now < this.#sweptAt + SWEEP_INTERVAL_MS) return;
    this.#sweptAt = now;
    for (const [key, entry] of this.#entries) {
      if (now >= entry.expiresAt) this.delete(key);
    }
  }

  #count(owner: string, change: 1 | -1): void {
    const count = (this.#perOwner.get(owner) ?? 0) + change;
    if (count === 0) this.#perOwner.delete(owner);
    else this.#perOwner.set(owner, count);
  }
}
