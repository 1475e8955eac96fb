import type { Clock } from "../../async/clock.ts";
import { Listeners } from "../listeners.ts";
import { type CacheEntry, QuotaCache } from "./cache.ts";
import { CappedLists } from "./lists.ts";
import { RetainedTable } from "./table.ts";
import {
  type AppendAnswer,
  type AppendOptions,
  type BucketAnswer,
  type BucketLimit,
  type Channel,
  formatChannel,
  formatStoreKey,
  HEAD_BYTES,
  type Listener,
  type ListEntry,
  type ListPage,
  nameWithinCustomer,
  nameWithinPurpose,
  type NewEntry,
  type SetOptions,
  type Store,
  StoreError,
  type StoreKey,
  type Unsubscribe,
} from "../store.ts";
import { type Purpose, type PurposeRules, rulesOf } from "../purposes.ts";
import { takeFromBucket } from "../token_bucket.ts";
import { checkTtl } from "../ttl.ts";

/** Settings of a {@linkcode MemoryStore}. */
export interface MemoryStoreOptions {
  /** Decides when entries expire and how buckets refill. */
  clock: Clock;
  /** Bytes of all cached entries together. Defaults to 64 MiB. */
  maxCacheBytes?: number;
  /** Bytes of one customer's cached entries. Defaults to a sixteenth of `maxCacheBytes`. */
  maxCacheBytesPerCustomer?: number;
  /** Cached entries of one customer, and entries of one customer in each other table. Defaults to 1,000. */
  maxEntriesPerCustomer?: number;
  /**
   * Entries in each table that is not a cache: one for each purpose, and one for all entries of strangers. Defaults to
   * 50,000.
   */
  maxEntriesPerTable?: number;
  /**
   * Bytes of all lists of one purpose together; one list may take a sixteenth of it. Defaults to 64 MiB. It is separate for
   * each purpose, so that records of refusals take no room from other records.
   */
  maxListBytes?: number;
}

/** The part of `maxCacheBytes` for `seen`, so that cached data can't push out the known customers. */
const SEEN_PART = 1 / 8;

/**
 * The embedded store: shared state of one process, gone when the process ends.
 *
 * It is bounded. Caches drop the least recently used entries: those of a customer that is over its quota first, then any.
 * Entries of other tables are never dropped before their TTL; a full table refuses new entries with a StoreError.
 * Strangers (customers without an entry `seen`) share one table: made-up credentials take no room from customers. Their
 * entries there stay valid when Cloudways accepts them.
 * Each call runs within one turn of the event loop, which makes it atomic.
 */
export class MemoryStore implements Store, AsyncDisposable {
  readonly kind = "embedded";
  readonly #clock: Clock;
  readonly #cache: QuotaCache;
  readonly #seen: QuotaCache;
  readonly #tables = new Map<Purpose, RetainedTable>();
  readonly #strangers: RetainedTable;
  readonly #listeners = new Listeners();
  readonly #lists = new Map<Purpose, CappedLists>();
  readonly #maxListBytes: number;
  readonly #tableLimits: { maxEntries: number; maxEntriesPerOwner: number };
  #closed = false;

  constructor(options: MemoryStoreOptions) {
    const maxBytes = options.maxCacheBytes ?? 64 * 1024 * 1024;
    const maxEntriesPerOwner = options.maxEntriesPerCustomer ?? 1000;
    this.#clock = options.clock;
    this.#cache = new QuotaCache({
      maxBytes,
      maxBytesPerOwner: options.maxCacheBytesPerCustomer ?? Math.floor(maxBytes / 16),
      maxEntriesPerOwner,
    });
    this.#seen = new QuotaCache({
      maxBytes: Math.ceil(maxBytes * SEEN_PART),
      maxBytesPerOwner: Math.ceil(maxBytes * SEEN_PART),
      maxEntriesPerOwner,
    });
    this.#maxListBytes = options.maxListBytes ?? 64 * 1024 * 1024;
    this.#tableLimits = { maxEntries: options.maxEntriesPerTable ?? 50_000, maxEntriesPerOwner };
    this.#strangers = new RetainedTable({ name: "entry of a stranger", ...this.#tableLimits });
  }

  get(key: StoreKey): Promise<string | undefined> {
    return this.#run(() => this.#read(key));
  }

  heads(keys: readonly StoreKey[]): Promise<(string | undefined)[]> {
    return this.#run(() => keys.map((key) => this.#read(key)?.slice(0, HEAD_BYTES) || undefined));
  }

  set(key: StoreKey, value: string, options: SetOptions): Promise<boolean> {
    return this.#run(() => {
      const ttlMs = checkTtl(options.ttlMs);
      if (options.ifAbsent && this.#read(key) !== undefined) return false;
      this.#write(key, { value, expiresAt: this.#clock.now() + ttlMs });
      return true;
    });
  }

  delete(key: StoreKey): Promise<boolean> {
    return this.#run(() => this.#remove(key) !== undefined);
  }

  deleteIfEquals(key: StoreKey, value: string): Promise<boolean> {
    return this.#run(() => this.#read(key) === value && this.#remove(key) !== undefined);
  }

  take(key: StoreKey): Promise<string | undefined> {
    return this.#run(() => this.#remove(key));
  }

  takeTokens(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer> {
    return this.#run(() => {
      const now = this.#clock.now();
      const { answer, write } = takeFromBucket(this.#read(key), limit, cost, now);
      if (write !== undefined) this.#write(key, { value: write.entry, expiresAt: Math.floor(now) + write.fullInMs });
      return answer;
    });
  }

  append(key: StoreKey, entry: NewEntry, options: AppendOptions): Promise<AppendAnswer> {
    return this.#run(() => {
      const ttlMs = checkTtl(options.ttlMs);
      return this.#listsOf(key).append(formatStoreKey(key), entry, { ...options, ttlMs }, this.#clock.now());
    });
  }

  entries(key: StoreKey, page: ListPage): Promise<ListEntry[]> {
    return this.#run(() => this.#listsOf(key).entries(formatStoreKey(key), page, this.#clock.now()));
  }

  publish(channel: Channel, text: string): Promise<number> {
    return this.#run(() => {
      const name = formatChannel(channel);
      if (!this.#listeners.has(name)) return 0;
      queueMicrotask(() => this.#listeners.deliver(name, text));
      return 1;
    });
  }

  subscribe(channel: Channel, listener: Listener): Promise<Unsubscribe> {
    return this.#run(() => this.#listeners.add(formatChannel(channel), listener));
  }

  ping(): Promise<void> {
    return this.#run(() => {});
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#cache.clear();
    this.#seen.clear();
    this.#tables.clear();
    this.#strangers.clear();
    this.#listeners.clear();
    this.#lists.clear();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Runs `work` at once; an error becomes a rejection. */
  #run<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#closed) throw new StoreError("The store is closed.");
      resolve(work());
    });
  }

  #read(key: StoreKey): string | undefined {
    const now = this.#clock.now();
    const { keeps } = rulesOf(key.purpose);
    const cache = this.#cacheOf(keeps);
    if (cache !== undefined) return cache.get(key.customer, nameWithinCustomer(key), now);
    const value = this.#table(key.purpose).get(nameWithinPurpose(key), now);
    return value ?? (keeps === "open_table" ? this.#strangers.get(formatStoreKey(key), now) : undefined);
  }

  #write(key: StoreKey, entry: CacheEntry): void {
    const now = this.#clock.now();
    const { keeps } = rulesOf(key.purpose);
    const cache = this.#cacheOf(keeps);
    if (cache !== undefined) return cache.set(key.customer, nameWithinCustomer(key), entry, now);
    const name = nameWithinPurpose(key);
    const table = this.#table(key.purpose);
    const isNew = table.get(name, now) === undefined;
    if (isNew && this.isOfStranger(key)) {
      return this.#strangers.set(formatStoreKey(key), key.customer, entry, now);
    }
    table.set(name, key.customer, entry, now);
    // Nothing is written for a stranger that the table has.
    if (isNew) this.#strangers.delete(formatStoreKey(key));
  }

  #remove(key: StoreKey): string | undefined {
    const value = this.#read(key);
    const cache = this.#cacheOf(rulesOf(key.purpose).keeps);
    if (cache !== undefined) cache.delete(key.customer, nameWithinCustomer(key));
    else {
      this.#table(key.purpose).delete(nameWithinPurpose(key));
      this.#strangers.delete(formatStoreKey(key));
    }
    return value;
  }

  /** The cache of entries; undefined for those of a table. */
  #cacheOf(keeps: PurposeRules["keeps"]): QuotaCache | undefined {
    if (keeps === "customers") return this.#seen;
    return keeps === "cache" ? this.#cache : undefined;
  }

  /** Whether an entry belongs to a stranger. */
  isOfStranger({ purpose, customer }: StoreKey): boolean {
    if (rulesOf(purpose).keeps !== "open_table" || customer === "shared") return false;
    return this.#read({ purpose: "seen", customer }) === undefined;
  }

  #listsOf({ purpose }: StoreKey): CappedLists {
    const maxBytes = this.#maxListBytes;
    const lists = this.#lists.get(purpose) ?? new CappedLists({ maxBytes, maxBytesPerList: Math.floor(maxBytes / 16) });
    this.#lists.set(purpose, lists);
    return lists;
  }

  #table(purpose: Purpose): RetainedTable {
    const table = this.#tables.get(purpose) ?? new RetainedTable({ name: purpose, ...this.#tableLimits });
    this.#tables.set(purpose, table);
    return table;
  }
}
