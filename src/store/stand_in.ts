import { LRUCache } from "lru-cache";
import type { Clock } from "../async/clock.ts";
import { CustomerTable } from "./customer_table.ts";
import { MemoryStore, type MemoryStoreOptions } from "./memory/adapter.ts";
import {
  type AppendAnswer,
  type AppendOptions,
  type BucketAnswer,
  type BucketLimit,
  type Channel,
  formatStoreKey,
  type Listener,
  type ListEntry,
  type ListPage,
  type NewEntry,
  type Purpose,
  type SetOptions,
  type Store,
  StoreError,
  type StoreKey,
  type Unsubscribe,
} from "./store.ts";

/**
 * What this process can stand in for. Caches can be had again, and a bound that each replica keeps for itself is better
 * than none. A yes, a no, a record or a message that not everybody sees would be wrong, so those fail.
 */
const STANDS_IN: ReadonlySet<Purpose> = new Set<Purpose>([
  "token",
  "listing",
  "listing_epoch",
  "reference",
  "seen",
  "accepted",
  "revoked",
  "refusal",
  "lock",
  "bucket",
]);

/** Marks that make what is cached stale or blocked: all replicas are told of them as soon as that can be done. */
const TOLD: ReadonlySet<Purpose> = new Set<Purpose>(["listing_epoch", "revoked"]);

/**
 * What is kept here too while the shared store answers, so that an outage does not forget it: customers are told from
 * those who make credentials up, and what is blocked stays blocked.
 */
const KEPT_HERE_TOO: ReadonlySet<Purpose> = new Set<Purpose>(["seen", "revoked"]);

/** How many entries are remembered as written here alone; of strangers a tenth. */
const MAX_WRITTEN_HERE = 50_000;

/** How many entries the shared store is still to get or to lose, of each kind. */
const MAX_OWED = 10_000;

/** Longer than any lock lives: one that could not be released for so long has ended by itself. */
const LOCK_OWED_MS = 60_000;

/**
 * A shared store, with this process standing in while the shared one fails. What was written here alone is looked at
 * until the shared store has a newer value, so that its return wipes out nothing and refills no bucket.
 */
export class StandInStore implements Store, AsyncDisposable {
  readonly kind;
  readonly #shared: Store;
  readonly #own: MemoryStore;
  /** The keys of entries that only this process has. */
  readonly #writtenHere = new CustomerTable<StoreKey>({
    isAccepted: (_name, key) => !this.#own.isStrangers(key),
    max: MAX_WRITTEN_HERE,
  });
  /** Marks that the other replicas have not been told; one that is on its way there included. */
  readonly #untold = new LRUCache<string, Untold>({ max: MAX_OWED });
  /** Locks that were given back here, and may stand in the shared store still. */
  readonly #unreleased = new CustomerTable<Owed>({
    isAccepted: (_name, { key }) => !this.#own.isStrangers(key),
    max: MAX_OWED,
  });
  /** Tokens that the other replicas would have to exchange anew. */
  readonly #unshared = new LRUCache<string, Owed>({ max: MAX_OWED });
  /** Whether something of all this failed to get there. */
  #owes = false;
  readonly #clock: Clock;
  #catchingUp: Promise<void> | undefined;

  /** @param own How what stands in keeps time, and how much it may hold. */
  constructor(shared: Store, own: MemoryStoreOptions) {
    this.#shared = shared;
    this.#own = new MemoryStore(own);
    this.#clock = own.clock;
    this.kind = shared.kind;
  }

  async get(key: StoreKey): Promise<string | undefined> {
    const untold = this.#untold.get(formatStoreKey(key));
    if (untold !== undefined) return untold.value;
    const value = await this.#either(key, (store) => store.get(key));
    if (value !== undefined || !this.#isWrittenHere(key)) return value;
    return await this.#own.get(key);
  }

  async set(key: StoreKey, value: string, options: SetOptions): Promise<boolean> {
    if (!STANDS_IN.has(key.purpose)) return await this.#shared.set(key, value, options);
    const name = formatStoreKey(key);
    const untold = { key, value, options };
    if (TOLD.has(key.purpose)) this.#untold.set(name, untold);
    try {
      const written = await this.#shared.set(key, value, options);
      this.#writtenHere.delete(name);
      this.#unshared.delete(name);
      if (this.#untold.get(name) === untold) this.#untold.delete(name);
      this.#takesWrites();
      if (KEPT_HERE_TOO.has(key.purpose)) await this.#own.set(key, value, options);
      return written;
    } catch (error) {
      throwUnlessStore(error);
      this.#writtenHere.set(name, key);
      if (key.purpose === "token") {
        this.#unshared.set(name, { key, value, until: this.#clock.now() + options.ttlMs });
      }
      this.#owes ||= TOLD.has(key.purpose) || key.purpose === "token";
      return await this.#own.set(key, value, options);
    }
  }

  async delete(key: StoreKey): Promise<boolean> {
    const here = this.#isWrittenHere(key) ? await this.#own.delete(key) : false;
    return await this.#either(key, (store) => store.delete(key)) || here;
  }

  async deleteIfEquals(key: StoreKey, value: string): Promise<boolean> {
    const name = formatStoreKey(key);
    if (this.#untold.get(name)?.value === value) this.#untold.delete(name);
    const mayBeHere = this.#isWrittenHere(key) || KEPT_HERE_TOO.has(key.purpose);
    const here = mayBeHere ? await this.#own.deleteIfEquals(key, value) : false;
    return await this.#either(key, async (store) => {
      // Before the attempt: what fails goes on in the own store.
      if (store !== this.#shared && key.purpose === "lock") this.#oweRelease(key, value);
      return await store.deleteIfEquals(key, value);
    }) || here;
  }

  async take(key: StoreKey): Promise<string | undefined> {
    return await this.#either(key, (store) => store.take(key));
  }

  async takeTokens(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer> {
    // A bucket that was used here goes on counting until it is full again: the return of the other gives no second one.
    const here = this.#isWrittenHere(key) ? await this.#takeHere(key, limit, cost) : undefined;
    if (here?.allowed === false) return here;
    try {
      const shared = await this.#shared.takeTokens(key, limit, cost);
      if (shared.allowed && cost > 0) this.#takesWrites();
      return here === undefined || !shared.allowed || shared.remaining < here.remaining ? shared : here;
    } catch (error) {
      throwUnlessStore(error);
      if (here !== undefined) return here;
      this.#writtenHere.set(formatStoreKey(key), key);
      return await this.#own.takeTokens(key, limit, cost);
    }
  }

  append(key: StoreKey, entry: NewEntry, options: AppendOptions): Promise<AppendAnswer> {
    return this.#shared.append(key, entry, options);
  }

  entries(key: StoreKey, page: ListPage): Promise<ListEntry[]> {
    return this.#shared.entries(key, page);
  }

  publish(channel: Channel, text: string): Promise<number> {
    return this.#shared.publish(channel, text);
  }

  subscribe(channel: Channel, listener: Listener): Promise<Unsubscribe> {
    return this.#shared.subscribe(channel, listener);
  }

  ping(): Promise<void> {
    return this.#shared.ping();
  }

  /**
   * The shared store is back: the other replicas learn which of their cached listings are stale and which customers were
   * refused, find no lock that was given back meanwhile, and use the tokens that were exchanged here.
   */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#settle().finally(() => this.#catchingUp = undefined);
    return this.#catchingUp;
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared.close(), this.#own.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #settle(): Promise<void> {
    this.#owes = false;
    for (const [name, untold] of [...this.#untold.entries()]) {
      // A newer mark may have taken its place meanwhile, or have been told.
      if (this.#untold.get(name) === untold) await this.set(untold.key, untold.value, untold.options);
    }
    try {
      for (const entry of this.#unreleased.entries()) await this.#release(...entry);
      for (const entry of [...this.#unshared.entries()]) await this.#share(...entry);
    } catch (error) {
      throwUnlessStore(error);
      this.#owes = true;
    }
  }

  #oweRelease(key: StoreKey, value: string): void {
    this.#unreleased.set(`${formatStoreKey(key)} ${value}`, { key, value, until: this.#clock.now() + LOCK_OWED_MS });
    this.#owes = true;
  }

  async #release(name: string, { key, value, until }: Owed): Promise<void> {
    if (until > this.#clock.now()) await this.#shared.deleteIfEquals(key, value);
    this.#unreleased.delete(name);
  }

  /** Hands over a token that is still the one in use here, unless others have one. */
  async #share(name: string, token: Owed): Promise<void> {
    const { key, value, until } = token;
    const isInUse = () => this.#unshared.get(name) === token;
    const ttlMs = until - this.#clock.now();
    if (ttlMs > 0 && await this.#own.get(key) === value && isInUse()) {
      await this.#shared.set(key, value, { ttlMs, ifAbsent: true });
    }
    if (isInUse()) this.#unshared.delete(name);
  }

  /**
   * The shared store has just been written to. One that was full or a replica, or that was late once, never was away,
   * so nothing else says that it takes again what it did not take.
   */
  #takesWrites(): void {
    if (this.#owes) this.catchUp().catch(() => {});
  }

  async #takeHere(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer | undefined> {
    if (await this.#own.get(key) === undefined) {
      this.#writtenHere.delete(formatStoreKey(key));
      return undefined;
    }
    return await this.#own.takeTokens(key, limit, cost);
  }

  #isWrittenHere(key: StoreKey): boolean {
    return this.#writtenHere.has(formatStoreKey(key));
  }

  /** Does it in the shared store, or here where that fails and this process can stand in. */
  async #either<T>(key: StoreKey, work: (store: Store) => Promise<T>): Promise<T> {
    try {
      return await work(this.#shared);
    } catch (error) {
      throwUnlessStore(error);
      if (!STANDS_IN.has(key.purpose)) throw error;
      return await work(this.#own);
    }
  }
}

/** An entry that the shared store is still to get. */
interface Untold {
  key: StoreKey;
  value: string;
  options: SetOptions;
}

/** What was done here alone, as long as it is worth being done in the shared store. */
interface Owed {
  key: StoreKey;
  value: string;
  /** Milliseconds since the Unix epoch. */
  until: number;
}

/** Only a store that fails is stood in for; anything else is a mistake of ours. */
function throwUnlessStore(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}
