import { LRUCache } from "lru-cache";

/** An entry of a {@linkcode QuotaCache}. */
export interface CacheEntry {
  value: string;
  /** When the entry expires, in milliseconds since the Unix epoch. */
  expiresAt: number;
}

/** How much a {@linkcode QuotaCache} holds. */
export interface QuotaCacheLimits {
  /** Bytes of all entries together. */
  maxBytes: number;
  /** Bytes of the entries of one owner. */
  maxBytesPerOwner: number;
  /** Number of entries of one owner. */
  maxEntriesPerOwner: number;
}

interface OwnedEntry extends CacheEntry {
  account: Account;
  bytes: number;
}

/** The entries of one owner; `keys` are in the order of last use, least recent first. */
interface Account {
  owner: string;
  keys: Set<string>;
  bytes: number;
}

/** Approximate bytes of an entry besides its characters. */
const OVERHEAD_BYTES = 200;

/** How many owners' entries are looked through with each write. */
const OWNERS_PER_WRITE = 4;

/** The owner of entries of no single customer. It has no quota. */
const SHARED = "shared";

/**
 * A cache that drops the least recently used entries: those of an owner over its quota first, then any. An entry that
 * is larger than the quota is not kept. Expired entries go when they are read or pushed out, and a few owners' with each
 * entry that is written: else those of owners who don't come back would fill the cache.
 */
export class QuotaCache {
  readonly #limits: QuotaCacheLimits;
  readonly #entries: LRUCache<string, OwnedEntry>;
  readonly #accounts = new Map<string, Account>();
  /** The owners that are looked through next for expired entries. */
  #next: Iterator<Account> | undefined;

  constructor(limits: QuotaCacheLimits) {
    this.#limits = limits;
    this.#entries = new LRUCache<string, OwnedEntry>({
      maxSize: limits.maxBytes,
      sizeCalculation: (entry) => entry.bytes,
      dispose: (entry, key) => this.#forget(key, entry),
    });
  }

  /** The entry, unless it has expired at the time `now` in milliseconds. */
  get(key: string, now: number): CacheEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (now >= entry.expiresAt) {
      this.#entries.delete(key);
      return undefined;
    }
    entry.account.keys.delete(key);
    entry.account.keys.add(key);
    return entry;
  }

  /** Writes an entry of `owner`, at the time `now` in milliseconds. */
  set(key: string, owner: string, { value, expiresAt }: CacheEntry, now: number): void {
    this.#dropExpired(now);
    // Values are sealed and so ASCII, of which a character takes one byte.
    const bytes = key.length + value.length + OVERHEAD_BYTES;
    this.#entries.delete(key);
    if (bytes > this.#limits.maxBytes || (owner !== SHARED && bytes > this.#limits.maxBytesPerOwner)) return;
    const account = this.#accounts.get(owner) ?? { owner, keys: new Set(), bytes: 0 };
    this.#entries.set(key, { value, expiresAt, account, bytes });
    // After the entry: making room for it may have removed the last entry of this account, and the account with it.
    this.#accounts.set(owner, account);
    account.keys.add(key);
    account.bytes += bytes;
    if (owner !== SHARED) this.#enforceQuota(account);
  }

  /** Removes an entry. */
  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Removes all entries. */
  clear(): void {
    this.#entries.clear();
  }

  #dropExpired(now: number): void {
    for (let owners = 0; owners < OWNERS_PER_WRITE; owners++) {
      this.#next ??= this.#accounts.values();
      const { done, value: account } = this.#next.next();
      if (done === true) {
        this.#next = undefined;
        return;
      }
      for (const key of account.keys) {
        const entry = this.#entries.peek(key);
        if (entry !== undefined && now >= entry.expiresAt) this.#entries.delete(key);
      }
    }
  }

  #enforceQuota(account: Account): void {
    for (const key of account.keys) {
      const { maxBytesPerOwner, maxEntriesPerOwner } = this.#limits;
      if (account.bytes <= maxBytesPerOwner && account.keys.size <= maxEntriesPerOwner) return;
      this.#entries.delete(key);
    }
  }

  #forget(key: string, { account, bytes }: OwnedEntry): void {
    account.keys.delete(key);
    account.bytes -= bytes;
    if (account.keys.size === 0) this.#accounts.delete(account.owner);
  }
}
