import { LRUCache } from "lru-cache";

/** What the entries of {@linkcode QuotaCache} look like from outside. */
export interface CacheEntry {
  value: string;
  /** Milliseconds since the epoch from which on the entry is gone. */
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

/** What one owner holds; `keys` stand in the order of their last use, the oldest first. */
interface Account {
  owner: string;
  keys: Set<string>;
  bytes: number;
}

/** What an entry costs besides its characters, roughly. */
const OVERHEAD_BYTES = 200;

/** Owned by nobody in particular, and so without a quota of its own. */
const EVERYBODY = "shared";

/**
 * A cache that drops what was used least recently: first of the owner who is over his quota, then of all. An entry that
 * is larger than a whole quota is not kept. Expired entries go when they are touched or pushed out.
 */
export class QuotaCache {
  readonly #limits: QuotaCacheLimits;
  readonly #entries: LRUCache<string, OwnedEntry>;
  readonly #accounts = new Map<string, Account>();

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

  /** Writes an entry in the name of `owner`. */
  set(key: string, owner: string, { value, expiresAt }: CacheEntry): void {
    const bytes = 2 * (key.length + value.length) + OVERHEAD_BYTES;
    this.#entries.delete(key);
    if (bytes > this.#limits.maxBytes || (owner !== EVERYBODY && bytes > this.#limits.maxBytesPerOwner)) return;
    const account = this.#accounts.get(owner) ?? { owner, keys: new Set(), bytes: 0 };
    this.#entries.set(key, { value, expiresAt, account, bytes });
    // Only now: to make room, the last entry of this account may have gone, and the account with it.
    this.#accounts.set(owner, account);
    account.keys.add(key);
    account.bytes += bytes;
    if (owner !== EVERYBODY) this.#keepToQuota(account);
  }

  /** Removes an entry. */
  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Removes all entries. */
  clear(): void {
    this.#entries.clear();
  }

  #keepToQuota(account: Account): void {
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
