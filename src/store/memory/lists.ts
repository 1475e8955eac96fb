import type { AppendAnswer, AppendOptions, ListEntry, ListHead, ListPage, NewEntry } from "../store.ts";

/** How much {@linkcode CappedLists} hold. */
export interface CappedListsLimits {
  /** Bytes of all lists together. */
  maxBytes: number;
  /** Bytes of one list. */
  maxBytesPerList: number;
}

/** Oldest entry first. */
interface CappedList {
  entries: ListEntry[];
  bytes: number;
  expiresAt: number;
}

/** Approximate bytes of an entry besides its characters. */
const OVERHEAD_BYTES = 200;

/**
 * Lists that keep their newest entries. If there is no room, the oldest entries go: those of a list that is too long
 * first, then those of the list with the oldest last append.
 */
export class CappedLists {
  readonly #limits: CappedListsLimits;
  /** In the order of the last append, oldest first. */
  readonly #lists = new Map<string, CappedList>();
  #bytes = 0;

  constructor(limits: CappedListsLimits) {
    this.#limits = limits;
  }

  /** Appends an entry if the newest one is still `after`; `now` is in milliseconds. */
  append(key: string, entry: NewEntry, { after, keep, ttlMs }: AppendOptions, now: number): AppendAnswer {
    const list = this.#list(key, now) ?? { entries: [], bytes: 0, expiresAt: 0 };
    const head = headOf(list);
    if (head?.number !== after?.number || head?.mark !== after?.mark) return { appended: false, head };
    const added = { number: (head?.number ?? 0) + 1, mark: entry.mark, value: entry.value };
    this.#lists.delete(key);
    this.#lists.set(key, list);
    list.expiresAt = now + ttlMs;
    list.entries.push(added);
    this.#resize(list, costOf(added));
    while (list.entries.length > keep || (list.bytes > this.#limits.maxBytesPerList && list.entries.length > 1)) {
      this.#dropOldest(key, list);
    }
    this.#enforceLimit();
    return { appended: true, head: { number: added.number, mark: added.mark } };
  }

  /** The entries of a list, newest first. */
  entries(key: string, { before = Infinity, limit }: ListPage, now: number): ListEntry[] {
    const older = this.#list(key, now)?.entries.filter(({ number }) => number < before) ?? [];
    return older.slice(-limit).reverse();
  }

  /** Removes all lists. */
  clear(): void {
    this.#lists.clear();
    this.#bytes = 0;
  }

  #list(key: string, now: number): CappedList | undefined {
    const list = this.#lists.get(key);
    if (list === undefined || now < list.expiresAt) return list;
    this.#lists.delete(key);
    this.#resize(list, -list.bytes);
    return undefined;
  }

  #enforceLimit(): void {
    for (const [key, list] of this.#lists) {
      while (list.entries.length > 0) {
        if (this.#bytes <= this.#limits.maxBytes) return;
        this.#dropOldest(key, list);
      }
    }
  }

  #dropOldest(key: string, list: CappedList): void {
    const oldest = list.entries.shift();
    if (oldest !== undefined) this.#resize(list, -costOf(oldest));
    if (list.entries.length === 0) this.#lists.delete(key);
  }

  #resize(list: CappedList, bytes: number): void {
    list.bytes += bytes;
    this.#bytes += bytes;
  }
}

function headOf({ entries }: CappedList): ListHead | undefined {
  const newest = entries.at(-1);
  return newest && { number: newest.number, mark: newest.mark };
}

function costOf({ mark, value }: ListEntry): number {
  return 2 * (mark.length + value.length) + OVERHEAD_BYTES;
}
