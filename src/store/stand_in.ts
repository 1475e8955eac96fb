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
  HEAD_BYTES,
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

/** Most keys of entries that only this process has; strangers may have a tenth of that in addition. */
const MAX_WRITTEN_HERE = 50_000;

/** Longer than the TTL of any lock: a lock that could not be released for so long has expired. */
const RELEASE_MS = 60_000;

/**
 * A shared store, with a local store in this process for the time in which the shared one fails. The rules of each purpose
 * say which entries the local store may hold. Entries that only the local store has are used until the shared store has a
 * newer value. So the return of the shared store loses no entry and refills no bucket.
 */
export class StandInStore implements Store, AsyncDisposable {
  readonly kind;
  readonly #shared: Store;
  readonly #local: MemoryStore;
  /** The keys of entries that only the local store has. */
  readonly #localKeys = new CustomerTable<StoreKey>({
    isAccepted: (_name, key) => !this.#local.isOfStranger(key),
    max: MAX_WRITTEN_HERE,
  });
  /** Writes that the shared store has not got yet, including marks that are being written. */
  readonly #pending = new PendingWrites((key) => this.#local.isOfStranger(key));
  /** Whether a pending write has failed. */
  #hasFailed = false;
  readonly #clock: Clock;
  #catchingUp: Promise<void> | undefined;

  /** @param local Clock and size of the local store. */
  constructor(shared: Store, local: MemoryStoreOptions) {
    this.#shared = shared;
    this.#local = new MemoryStore(local);
    this.#clock = local.clock;
    this.kind = shared.kind;
  }

  async get(key: StoreKey): Promise<string | undefined> {
    const mark = this.#pending.find("mark", key);
    if (mark !== undefined) return mark.value;
    const value = await this.#sharedOrLocal(key, (store) => store.get(key));
    if (value !== undefined || !this.#isLocal(key)) return value;
    return await this.#local.get(key);
  }

  async heads(keys: readonly StoreKey[]): Promise<(string | undefined)[]> {
    const mayStandIn = keys.every(({ purpose }) => rulesOf(purpose).standIn !== "never");
    const heads = await this.#orLocal(mayStandIn, (store) => store.heads(keys));
    const onlyLocal = keys.some((key, index) => heads[index] === undefined && this.#isLocal(key))
      ? await this.#local.heads(keys)
      : [];
    return keys.map((key, index) => {
      const shared = heads[index] ?? (this.#isLocal(key) ? onlyLocal[index] : undefined);
      return this.#pending.find("mark", key)?.value.slice(0, HEAD_BYTES) ?? shared;
    });
  }

  async set(key: StoreKey, value: string, options: SetOptions): Promise<boolean> {
    const { standIn } = rulesOf(key.purpose);
    if (standIn === "never") return await this.#shared.set(key, value, options);
    const { mirrored, handsOver } = standIn;
    const write = handsOver === "mark" || handsOver === "token"
      ? this.#writeOf(handsOver, key, value, options.ttlMs)
      : undefined;
    // Reads see a mark from now on, even while it is being written.
    if (write?.kind === "mark") this.#pending.add(write);
    try {
      const written = await this.#shared.set(key, value, options);
      this.#localKeys.delete(formatStoreKey(key));
      const noLongerPending = write?.kind === "mark" ? write : this.#pending.find("token", key);
      if (noLongerPending !== undefined) this.#pending.remove(noLongerPending);
      this.#retryFailed();
      if (mirrored) await this.#local.set(key, value, options);
      return written;
    } catch (error) {
      throwUnlessStoreError(error);
      this.#localKeys.set(formatStoreKey(key), key);
      if (write?.kind === "token") this.#pending.add(write);
      this.#hasFailed ||= write !== undefined;
      return await this.#local.set(key, value, options);
    }
  }

  async delete(key: StoreKey): Promise<boolean> {
    const local = this.#isLocal(key) ? await this.#local.delete(key) : false;
    return await this.#sharedOrLocal(key, (store) => store.delete(key)) || local;
  }

  async deleteIfEquals(key: StoreKey, value: string): Promise<boolean> {
    const { standIn } = rulesOf(key.purpose);
    if (standIn === "never") return await this.#shared.deleteIfEquals(key, value);
    const mark = this.#pending.find("mark", key);
    if (mark?.value === value) this.#pending.remove(mark);
    const mayBeLocal = standIn.mirrored || this.#isLocal(key);
    const local = mayBeLocal ? await this.#local.deleteIfEquals(key, value) : false;
    return await this.#sharedOrLocal(key, async (store) => {
      // The shared store has failed: the release waits for its return.
      if (store === this.#local && standIn.handsOver === "release") this.#pendRelease(key, value);
      return await store.deleteIfEquals(key, value);
    }) || local;
  }

  async take(key: StoreKey): Promise<string | undefined> {
    return await this.#sharedOrLocal(key, (store) => store.take(key));
  }

  async takeTokens(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer> {
    // A bucket that was used here is counted until it is full again, so that the shared store's return gives no second one.
    const local = this.#isLocal(key) ? await this.#takeLocally(key, limit, cost) : undefined;
    if (local?.allowed === false) return local;
    try {
      const shared = await this.#shared.takeTokens(key, limit, cost);
      if (shared.allowed && cost > 0) this.#retryFailed();
      return local === undefined || !shared.allowed || shared.remaining < local.remaining ? shared : local;
    } catch (error) {
      throwUnlessStoreError(error);
      if (local !== undefined) return local;
      this.#localKeys.set(formatStoreKey(key), key);
      return await this.#local.takeTokens(key, limit, cost);
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
   * Call this when the shared store is back. Writes the pending marks, releases and tokens to it: other replicas then see
   * which listings are stale and which customers were refused, find no lock that was released, and use the new tokens.
   */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#writePending().finally(() => this.#catchingUp = undefined);
    return this.#catchingUp;
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared.close(), this.#local.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #writePending(): Promise<void> {
    this.#hasFailed = false;
    try {
      // A newer write may have replaced this one meanwhile, or it may have been written.
      for (const write of this.#pending.all()) if (this.#pending.has(write)) await this.#handOver(write);
    } catch (error) {
      throwUnlessStoreError(error);
      this.#hasFailed = true;
    }
  }

  async #handOver(write: PendingWrite): Promise<void> {
    const { kind, key, value, ttlMs, since } = write;
    const leftMs = since + ttlMs - this.#clock.now();
    if (kind === "mark") return void await this.set(key, value, { ttlMs });
    if (kind === "release" && leftMs > 0) await this.#shared.deleteIfEquals(key, value);
    if (kind === "token" && leftMs > 0) await this.#handOverToken(write, leftMs);
    this.#pending.remove(write);
  }

  /** Writes a token to the shared store if it is still in use here and the shared store has none. */
  async #handOverToken(token: PendingWrite, ttlMs: number): Promise<void> {
    const { key, value } = token;
    if (await this.#local.get(key) !== value || !this.#pending.has(token)) return;
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
   * Called when the shared store has taken a write, to try failed ones again. A store that was full, read-only or late once
   * was never away, so no other event shows that it takes writes again.
   */
  #retryFailed(): void {
    if (this.#hasFailed) this.catchUp().catch(() => {});
  }

  async #takeLocally(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer | undefined> {
    if (await this.#local.get(key) === undefined) {
      this.#localKeys.delete(formatStoreKey(key));
      return undefined;
    }
    return await this.#local.takeTokens(key, limit, cost);
  }

  #isLocal(key: StoreKey): boolean {
    return !this.#localKeys.isEmpty && this.#localKeys.has(formatStoreKey(key));
  }

  /** Runs work on the shared store; if that fails and the purpose allows it, on the local store. */
  #sharedOrLocal<T>(key: StoreKey, work: (store: Store) => Promise<T>): Promise<T> {
    return this.#orLocal(rulesOf(key.purpose).standIn !== "never", work);
  }

  async #orLocal<T>(mayStandIn: boolean, work: (store: Store) => Promise<T>): Promise<T> {
    try {
      return await work(this.#shared);
    } catch (error) {
      throwUnlessStoreError(error);
      if (!mayStandIn) throw error;
      return await work(this.#local);
    }
  }
}

/** Only failures of the store lead to the local store. Any other error is a mistake of the program. */
function throwUnlessStoreError(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}
