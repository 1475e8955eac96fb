import { LRUCache } from "lru-cache";
import { MemoryStore, type MemoryStoreOptions } from "./memory.ts";
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
  "refusal",
  "lock",
  "bucket",
]);

/** How many entries are remembered as written here alone. */
const MAX_WRITTEN_HERE = 50_000;

/**
 * A shared store, with this process standing in while the shared one fails. What was written here alone is looked at
 * until the shared store has a newer value, so that its return wipes out nothing and refills no bucket.
 */
export class StandInStore implements Store, AsyncDisposable {
  readonly kind;
  readonly #shared: Store;
  readonly #own: MemoryStore;
  /** The keys of entries that only this process has. */
  readonly #writtenHere = new LRUCache<string, StoreKey>({ max: MAX_WRITTEN_HERE });
  /** Marks of stale listings that the other replicas have not been told; one that is on its way there included. */
  readonly #untold = new LRUCache<string, Untold>({ max: 10_000 });
  /** Whether one of them failed to get there. */
  #owesNews = false;
  #catchingUp: Promise<void> | undefined;

  /** @param own How what stands in keeps time, and how much it may hold. */
  constructor(shared: Store, own: MemoryStoreOptions) {
    this.#shared = shared;
    this.#own = new MemoryStore(own);
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
    if (key.purpose === "listing_epoch") this.#untold.set(name, untold);
    try {
      const written = await this.#shared.set(key, value, options);
      this.#writtenHere.delete(name);
      if (this.#untold.get(name) === untold) this.#untold.delete(name);
      this.#takesWrites();
      // In an outage too, customers are told from those who make credentials up.
      if (key.purpose === "seen") await this.#own.set(key, value, options);
      return written;
    } catch (error) {
      throwUnlessStore(error);
      this.#writtenHere.set(name, key);
      if (key.purpose === "listing_epoch") this.#owesNews = true;
      return await this.#own.set(key, value, options);
    }
  }

  async delete(key: StoreKey): Promise<boolean> {
    const here = this.#isWrittenHere(key) ? await this.#own.delete(key) : false;
    return await this.#either(key, (store) => store.delete(key)) || here;
  }

  async deleteIfEquals(key: StoreKey, value: string): Promise<boolean> {
    const here = this.#isWrittenHere(key) ? await this.#own.deleteIfEquals(key, value) : false;
    return await this.#either(key, (store) => store.deleteIfEquals(key, value)) || here;
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

  /** The shared store is back: the other replicas learn which of their cached listings are stale. */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#tellAll().finally(() => this.#catchingUp = undefined);
    return this.#catchingUp;
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared.close(), this.#own.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #tellAll(): Promise<void> {
    this.#owesNews = false;
    for (const [name, untold] of [...this.#untold.entries()]) {
      // A newer mark may have taken its place meanwhile, or have been told.
      if (this.#untold.get(name) === untold) await this.set(untold.key, untold.value, untold.options);
    }
  }

  /**
   * The shared store has just been written to. One that was full or a replica, or that was late once, never was away,
   * so nothing else says that it takes again what it did not take.
   */
  #takesWrites(): void {
    if (this.#owesNews) this.catchUp().catch(() => {});
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

/** Only a store that fails is stood in for; anything else is a mistake of ours. */
function throwUnlessStore(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}
