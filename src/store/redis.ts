import { Semaphore } from "../semaphore.ts";
import { type RedisClient, RedisConnection, type StateListener } from "./redis_connection.ts";
import {
  type BucketAnswer,
  type BucketLimit,
  formatStoreKey,
  type SetOptions,
  type Store,
  StoreError,
  type StoreKey,
} from "./store.ts";
import { bucketAnswer, checkBucket } from "./token_bucket.ts";
import { checkTtl } from "./ttl.ts";

/** Settings of a {@linkcode RedisStore}. */
export interface RedisStoreOptions {
  /** Most commands in flight at once; above that, callers wait. Positive integer. */
  poolSize: number;
  /** Longest a caller waits for a place in flight, in milliseconds. Defaults to 1,000. */
  maxWaitMs?: number;
  /** Called when Redis goes away (with the reason) and when it is back. */
  onStateChange?: StateListener;
}

/**
 * Shared state in Redis 6.2 or later.
 *
 * A command fails with a StoreError at the latest `maxWaitMs` plus 250 ms after the call, and at once while Redis is
 * known to be away; the connection then comes back by itself. A command that timed out may still have been carried out.
 */
export class RedisStore implements Store, AsyncDisposable {
  readonly kind = "redis";
  readonly #connection: RedisConnection;
  readonly #places: Semaphore;
  readonly #maxWaitMs: number;

  private constructor(connection: RedisConnection, options: RedisStoreOptions) {
    this.#connection = connection;
    this.#places = new Semaphore(options.poolSize);
    this.#maxWaitMs = options.maxWaitMs ?? 1000;
  }

  /**
   * Connects within 2 seconds.
   *
   * @param url `redis[s]://[user:password@]host[:port][/db]`.
   * @throws {StoreError} That names the cause, and neither user nor password.
   */
  static async connect(url: string, options: RedisStoreOptions): Promise<RedisStore> {
    return new RedisStore(await RedisConnection.open(url, options.onStateChange), options);
  }

  async get(key: StoreKey): Promise<string | undefined> {
    return await this.#run((redis) => redis.get(formatStoreKey(key))) ?? undefined;
  }

  async set(key: StoreKey, value: string, { ttlMs, ifAbsent }: SetOptions): Promise<boolean> {
    const ttl = checkTtl(ttlMs);
    const name = formatStoreKey(key);
    const reply = await this.#run((redis) =>
      ifAbsent ? redis.set(name, value, "PX", ttl, "NX") : redis.set(name, value, "PX", ttl)
    );
    return reply === "OK";
  }

  async delete(key: StoreKey): Promise<boolean> {
    return await this.#run((redis) => redis.del(formatStoreKey(key))) === 1;
  }

  async deleteIfEquals(key: StoreKey, value: string): Promise<boolean> {
    return await this.#run((redis) => redis.deleteIfEquals(formatStoreKey(key), value)) === 1;
  }

  async take(key: StoreKey): Promise<string | undefined> {
    return await this.#run((redis) => redis.getdel(formatStoreKey(key))) ?? undefined;
  }

  async takeTokens(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer> {
    const windowMs = checkBucket(limit, cost);
    const [allowed, remaining, waitMs] = await this.#run((redis) =>
      redis.takeTokens(formatStoreKey(key), limit.capacity, windowMs, cost)
    );
    return bucketAnswer(allowed === 1, remaining, waitMs);
  }

  async ping(): Promise<void> {
    await this.#run((redis) => redis.ping());
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run<T>(command: (redis: RedisClient) => Promise<T>): Promise<T> {
    const release = this.#places.tryAcquire() ?? await this.#waitForPlace();
    try {
      return await this.#connection.run(command);
    } finally {
      release();
    }
  }

  async #waitForPlace(): Promise<() => void> {
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(new StoreError(`Too many Redis commands at once: no place within ${this.#maxWaitMs} ms.`));
    }, this.#maxWaitMs);
    try {
      return await this.#places.acquire(deadline.signal);
    } finally {
      clearTimeout(timer);
    }
  }
}
