import { Deadline } from "../../async/deadline.ts";
import { FairSemaphore } from "../../async/fair_semaphore.ts";
import { checkRedis, type RedisFindings, type RedisSettings } from "./check.ts";
import * as commands from "./commands.ts";
import type { RedisCommand } from "./commands.ts";
import { RedisConnection, type StateListener } from "./connection.ts";
import { isTimeout, isWrongType } from "./error_replies.ts";
import { type RefusalListener, RefusalWatch } from "./refusals.ts";
import { RedisSubscriptions } from "./subscriptions.ts";
import {
  type AppendAnswer,
  type AppendOptions,
  type BucketAnswer,
  type BucketLimit,
  type Channel,
  formatChannel,
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
} from "../store.ts";
import { bucketAnswer, checkBucket } from "../token_bucket.ts";
import { checkTtl } from "../ttl.ts";
import type { StoreWatch } from "../watch.ts";

/** Settings of a {@linkcode RedisStore}. */
export interface RedisStoreOptions {
  /** Most commands in flight at once; further callers wait. Positive integer. */
  poolSize: number;
  /** Most milliseconds that a caller waits for a place. Defaults to 1,000. */
  maxWaitMs?: number;
  /** Called when Redis goes away (with the reason) and when it is back. */
  onStateChange?: StateListener;
  /** Called when Redis answers but begins to refuse commands (with the reason), and when it takes them again. */
  onRefusals?: RefusalListener;
  /** Watches the commands and the pool. */
  watch?: Pick<StoreWatch, "command" | "watchPool"> | undefined;
}

/**
 * Shared state in Redis 6.2 or later.
 *
 * A command fails with a StoreError at most `maxWaitMs` plus 250 ms after the call, and at once while Redis is known to be
 * away; the connection comes back by itself. `takeTokens` may take twice as long, because it tries again. A command that
 * timed out may still have been carried out.
 */
export class RedisStore implements Store, AsyncDisposable {
  readonly kind = "redis";
  /** Warnings about this Redis for the operator, each the rest of a sentence that begins with "Redis". */
  readonly warnings: readonly string[];
  /** Its settings; undefined if this user may not run INFO. */
  readonly settings: RedisSettings | undefined;
  readonly #connection: RedisConnection;
  readonly #subscriptions: RedisSubscriptions;
  readonly #places: FairSemaphore;
  readonly #maxWaitMs: number;
  readonly #watch: RedisStoreOptions["watch"];

  private constructor(
    connection: RedisConnection,
    subscriptions: RedisSubscriptions,
    { warnings, settings, ...options }: RedisStoreOptions & RedisFindings,
  ) {
    this.warnings = warnings;
    this.settings = settings;
    this.#connection = connection;
    this.#subscriptions = subscriptions;
    this.#places = new FairSemaphore(options.poolSize);
    this.#maxWaitMs = options.maxWaitMs ?? 1000;
    this.#watch = options.watch;
    this.#watch?.watchPool(() => this.#places.state);
  }

  /**
   * Connects within 4 seconds, and tries every command that it needs.
   *
   * @param url `redis[s]://[user:password@]host[:port][/db]`.
   * @throws {StoreError} Names the cause, but neither user nor password.
   */
  static async connect(url: string, options: RedisStoreOptions): Promise<RedisStore> {
    const connection = await RedisConnection.open(url, options.onStateChange);
    try {
      return await RedisStore.#check(connection, await RedisSubscriptions.open(url), options);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  static async #check(
    connection: RedisConnection,
    subscriptions: RedisSubscriptions,
    options: RedisStoreOptions,
  ): Promise<RedisStore> {
    let findings: RedisFindings;
    try {
      findings = await checkRedis(connection, subscriptions);
    } catch (error) {
      await subscriptions.close();
      throw error;
    }
    if (options.onRefusals !== undefined) {
      const refusals = new RefusalWatch(options.onRefusals);
      for (const watched of [connection, subscriptions]) watched.watch(refusals);
    }
    return new RedisStore(connection, subscriptions, { ...options, ...findings });
  }

  async get(key: StoreKey): Promise<string | undefined> {
    return await this.#run(key.customer, commands.get(formatStoreKey(key))) ?? undefined;
  }

  async heads(keys: readonly StoreKey[]): Promise<(string | undefined)[]> {
    const [first] = keys;
    if (first === undefined) return [];
    const heads = await this.#run(first.customer, commands.heads(keys.map(formatStoreKey)));
    return heads.map((head) => head === "" ? undefined : head);
  }

  async set(key: StoreKey, value: string, { ttlMs, ifAbsent = false }: SetOptions): Promise<boolean> {
    return await this.#run(key.customer, commands.set(formatStoreKey(key), value, checkTtl(ttlMs), ifAbsent)) === "OK";
  }

  async delete(key: StoreKey): Promise<boolean> {
    return await this.#run(key.customer, commands.del(formatStoreKey(key))) === 1;
  }

  async deleteIfEquals(key: StoreKey, value: string): Promise<boolean> {
    return await this.#run(key.customer, commands.deleteIfEquals(formatStoreKey(key), value)) === 1;
  }

  async take(key: StoreKey): Promise<string | undefined> {
    return await this.#run(key.customer, commands.getdel(formatStoreKey(key))) ?? undefined;
  }

  async takeTokens(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer> {
    const windowMs = checkBucket(limit, cost);
    const take = () => this.#run(key.customer, commands.takeTokens(formatStoreKey(key), limit, windowMs, cost));
    // One late answer does not mean that Redis is away: this process may have stood still. After an error the caller would
    // use its own full bucket, so ask again. Tokens that the late command took are lost, which exceeds no limit.
    const [allowed, remaining, waitMs] = await take().catch((error) => {
      if (error instanceof StoreError && isTimeout(error.cause)) return take();
      throw error;
    });
    return bucketAnswer(allowed === 1, remaining, waitMs);
  }

  async append(key: StoreKey, entry: NewEntry, options: AppendOptions): Promise<AppendAnswer> {
    const ttlMs = checkTtl(options.ttlMs);
    const command = commands.appendEntry(formatStoreKey(key), entry, { ...options, ttlMs });
    const [appended, number, mark] = await this.#run(key.customer, command);
    const head = { number, mark };
    return appended === 1 ? { appended: true, head } : { appended: false, head: number === 0 ? undefined : head };
  }

  async entries(key: StoreKey, { before, limit }: ListPage): Promise<ListEntry[]> {
    const newest = before === undefined ? "+" : `(${before}-0`;
    const found = await this.#run(key.customer, commands.xrevrange(formatStoreKey(key), newest, limit)).catch(
      (error) => {
        // Other data in place of a list counts as an empty list. Appending replaces it with a list.
        if (error instanceof StoreError && isWrongType(error.cause)) return [];
        throw error;
      },
    );
    return found.map(([id, [, mark = "", , value = ""]]) => ({ number: Number.parseInt(id), mark, value }));
  }

  async publish(channel: Channel, text: string): Promise<number> {
    return await this.#run(channel.customer, commands.publish(formatChannel(channel), text));
  }

  async subscribe(channel: Channel, listener: Listener): Promise<Unsubscribe> {
    return await this.#withPlace(channel.customer, () => this.#subscriptions.add(formatChannel(channel), listener));
  }

  async ping(): Promise<void> {
    await this.#run("shared", commands.ping());
  }

  /** The time by Redis' clock, in milliseconds since the Unix epoch. */
  async time(): Promise<number> {
    const [seconds, microseconds] = await this.#run("shared", commands.time());
    return seconds * 1000 + microseconds / 1000;
  }

  async close(): Promise<void> {
    await Promise.all([this.#connection.close(), this.#subscriptions.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #run<T>(customer: string, command: RedisCommand<T>): Promise<T> {
    const run = () => this.#connection.run(command);
    const watch = this.#watch;
    return this.#withPlace(customer, watch === undefined ? run : () => watch.command(command.name, run));
  }

  /** @param customer The owner of the entry, so that no customer takes all places. */
  async #withPlace<T>(customer: string, work: () => Promise<T>): Promise<T> {
    const release = this.#places.tryAcquire({ customer }) ?? await this.#waitForPlace(customer);
    try {
      return await work();
    } finally {
      release();
    }
  }

  async #waitForPlace(customer: string): Promise<() => void> {
    const tooMany = () => new StoreError(`Too many Redis commands at once: no place within ${this.#maxWaitMs} ms.`);
    using deadline = new Deadline(this.#maxWaitMs, tooMany);
    return await this.#places.acquire({ customer }, deadline.signal);
  }
}
