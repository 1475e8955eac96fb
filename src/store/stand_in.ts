import type { Clock } from "../async/clock.ts";
import { CustomerTable } from "./customer_table.ts";
import { MemoryStore, type MemoryStoreOptions } from "./memory/adapter.ts";
import { type PendingWrite, PendingWrites } from "./pending_writes.ts";
import { rulesOf } from "./purposes.ts";
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
  type SetOptions,
  type Store,
  StoreError,
  type StoreKey,
  type Unsubscribe,
} from "./store.ts";

/** How many entries are remembered as written here alone; of strangers a tenth. */
const MAX_WRITTEN_HERE = 50_000;

/** Longer than any lock lives: one that could not be released for so long has ended by itself. */
const RELEASE_MS = 60_000;

/**
 * A shared store, and a store of this process for the time in which the shared one fails; the rules of each purpose say
 * what it may be used for. What was written here alone is looked at until the shared store has a newer value, so that its
 * return wipes out nothing and refills no bucket.
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
  /** What the shared store is still to get; a mark that is on its way there included. */
  readonly #pending = new PendingWrites((key) => this.#own.isStrangers(key));
  /** Whether something pending has failed to get there. */
  #hasFailed = false;
  readonly #clock: Clock;
  #catchingUp: Promise<void> | undefined;

  /** @param own How the store of this process keeps time, and how much it may hold. */
  constructor(shared: Store, own: MemoryStoreOptions) {
    this.#shared = shared;
    this.#own = new MemoryStore(own);
    this.#clock = own.clock;
    this.kind = shared.kind;
  }

  async get(key: StoreKey): Promise<string | undefined> {
    const mark = this.#pending.find("mark", key);
    if (mark !== undefined) return mark.value;
    const value = await this.#either(key, (store) => store.get(key));
    if (value !== undefined || !this.#isWrittenHere(key)) return value;
    return await this.#own.get(key);
  }

  async set(key: StoreKey, value: string, options: SetOptions): Promise<boolean> {
    const { standIn } = rulesOf(key.purpose);
    if (standIn === "never") return await this.#shared.set(key, value, options);
    const { mirrored, handsOver } = standIn;
    const write = handsOver === "mark" || handsOver === "token"
      ? this.#writeOf(handsOver, key, value, options.ttlMs)
      : undefined;
    // A mark counts from now on, wherever it is written.
    if (write?.kind === "mark") this.#pending.add(write);
    try {
      const written = await this.#shared.set(key, value, options);
      this.#writtenHere.delete(formatStoreKey(key));
      const settled = write?.kind === "mark" ? write : this.#pending.find("token", key);
      if (settled !== undefined) this.#pending.remove(settled);
      this.#takesWrites();
      if (mirrored) await this.#own.set(key, value, options);
      return written;
    } catch (error) {
      throwUnlessStore(error);
      this.#writtenHere.set(formatStoreKey(key), key);
      if (write?.kind === "token") this.#pending.add(write);
      this.#hasFailed ||= write !== undefined;
      return await this.#own.set(key, value, options);
    }
  }

  async delete(key: StoreKey): Promise<boolean> {
    const here = this.#isWrittenHere(key) ? await this.#own.delete(key) : false;
    return await this.#either(key, (store) => store.delete(key)) || here;
  }

  async deleteIfEquals(key: StoreKey, value: string): Promise<boolean> {
    const { standIn } = rulesOf(key.purpose);
    if (standIn === "never") return await this.#shared.deleteIfEquals(key, value);
    const mark = this.#pending.find("mark", key);
    if (mark?.value === value) this.#pending.remove(mark);
    const mayBeHere = standIn.mirrored || this.#isWrittenHere(key);
    const here = mayBeHere ? await this.#own.deleteIfEquals(key, value) : false;
    return await this.#either(key, async (store) => {
      // Before the attempt: what fails goes on in the own store.
      if (store === this.#own && standIn.handsOver === "release") this.#pendRelease(key, value);
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
    this.#hasFailed = false;
    try {
      // A newer one may have taken the place of a write meanwhile, or it may have got there.
      for (const write of this.#pending.all()) if (this.#pending.has(write)) await this.#handOver(write);
    } catch (error) {
      throwUnlessStore(error);
      this.#hasFailed = true;
    }
  }

  async #handOver(write: PendingWrite): Promise<void> {
    const { kind, key, value, ttlMs, since } = write;
    const leftMs = since + ttlMs - this.#clock.now();
    if (kind === "mark") return void await this.set(key, value, { ttlMs });
    if (kind === "release" && leftMs > 0) await this.#shared.deleteIfEquals(key, value);
    if (kind === "token" && leftMs > 0) await this.#share(write, leftMs);
    this.#pending.remove(write);
  }

  /** Hands over a token that is still the one in use here, unless others have one. */
  async #share(token: PendingWrite, ttlMs: number): Promise<void> {
    const { key, value } = token;
    if (await this.#own.get(key) !== value || !this.#pending.has(token)) return;
    await this.#shared.set(key, value, { ttlMs, ifAbsent: true });
  }

  #pendRelease(key: StoreKey, value: string): void {
    this.#pending.add(this.#writeOf("release", key, value, RELEASE_MS));
    this.#hasFailed = true;
  }

  #writeOf(kind: PendingWrite["kind"], key: StoreKey, value: string, ttlMs: number): PendingWrite {
    return { kind, key, value, ttlMs, since: this.#clock.now() };
  }

  /**
   * The shared store has just been written to. One that was full or a replica, or that was late once, never was away,
   * so nothing else says that it takes again what it did not take.
   */
  #takesWrites(): void {
    if (this.#hasFailed) this.catchUp().catch(() => {});
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

  /** Does it in the shared store, or here where that fails and the purpose allows it. */
  async #either<T>(key: StoreKey, work: (store: Store) => Promise<T>): Promise<T> {
    try {
      return await work(this.#shared);
    } catch (error) {
      throwUnlessStore(error);
      if (rulesOf(key.purpose).standIn === "never") throw error;
      return await work(this.#own);
    }
  }
}

/** Only a store that fails is replaced; anything else is a mistake of ours. */
function throwUnlessStore(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}
