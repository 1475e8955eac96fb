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
  name: string;
  bytes: number;
  /** Grows with each use of any entry. */
  usedAt: number;
}

/** The entries of one owner, by name. */
interface Account {
  owner: string;
  entries: Map<string, OwnedEntry>;
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
  /** All entries in the order of their use. */
  readonly #entries: LRUCache<OwnedEntry, OwnedEntry>;
  #uses = 0;
  readonly #accounts = new Map<string, Account>();
  /** The owners that are looked through next for expired entries. */
  #next: Iterator<Account> | undefined;

  constructor(limits: QuotaCacheLimits) {
    this.#limits = limits;
    this.#entries = new LRUCache<OwnedEntry, OwnedEntry>({
      maxSize: limits.maxBytes,
      sizeCalculation: (entry) => entry.bytes,
      dispose: (entry) => this.#forget(entry),
    });
  }

  /** The value of an entry, unless it has expired at the time `now` in milliseconds. */
  get(owner: string, name: string, now: number): string | undefined {
    const entry = this.#find(owner, name);
    if (entry === undefined) return undefined;
    if (now >= entry.expiresAt) {
      this.#entries.delete(entry);
      return undefined;
    }
    this.#entries.get(entry);
    entry.usedAt = ++this.#uses;
    return entry.value;
  }

  /** Writes an entry, at the time `now` in milliseconds. */
  set(owner: string, name: string, { value, expiresAt }: CacheEntry, now: number): void {
    this.#dropExpired(now);
    // Values are sealed and so ASCII, of which a character takes one byte.
    const bytes = owner.length + name.length + value.length + OVERHEAD_BYTES;
    this.delete(owner, name);
    if (bytes > this.#limits.maxBytes || (owner !== SHARED && bytes > this.#limits.maxBytesPerOwner)) return;
    const account = this.#accounts.get(owner) ?? { owner, entries: new Map(), bytes: 0 };
    const entry = { value, expiresAt, account, name, bytes, usedAt: ++this.#uses };
    this.#entries.set(entry, entry);
    // After the entry: making room for it may have removed the last entry of this account, and the account with it.
    this.#accounts.set(owner, account);
    account.entries.set(name, entry);
    account.bytes += bytes;
    if (owner !== SHARED) this.#enforceQuota(account);
  }

  /** Removes an entry. */
  delete(owner: string, name: string): void {
    const entry = this.#find(owner, name);
    if (entry !== undefined) this.#entries.delete(entry);
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
      for (const entry of account.entries.values()) if (now >= entry.expiresAt) this.#entries.delete(entry);
    }
  }

  #enforceQuota(account: Account): void {
    if (this.#isWithinQuota(account)) return;
    for (const entry of [...account.entries.values()].sort((a, b) => a.usedAt - b.usedAt)) {
      this.#entries.delete(entry);
      if (this.#isWithinQuota(account)) return;
    }
  }

  #isWithinQuota({ bytes, entries }: Account): boolean {
    return bytes <= this.#limits.maxBytesPerOwner && entries.size <= this.#limits.maxEntriesPerOwner;
  }

  #find(owner: string, name: string): OwnedEntry | undefined {
    return this.#accounts.get(owner)?.entries.get(name);
  }

  #forget({ account, name, bytes }: OwnedEntry): void {
    account.entries.delete(name);
    account.bytes -= bytes;
    if (account.entries.size === 0) this.#accounts.delete(account.owner);
  }
}
