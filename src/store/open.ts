import type { Clock } from "../async/clock.ts";
import type { KeyNames } from "../crypto/key_ring.ts";
import { MemoryStore } from "./memory/adapter.ts";
import { RedisStore } from "./redis/adapter.ts";
import { fitsSharedKeys, OTHER_KEYS, tellSharedKeys } from "./shared_keys.ts";
import { StandInStore } from "./stand_in.ts";
import type { Store } from "./store.ts";

/** Takes what an operator should know of the store. */
export interface StoreLog {
  info(message: string): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** What {@linkcode openStore} needs. */
export interface OpenStoreOptions {
  /** Undefined keeps everything in this process. */
  redisUrl: string | undefined;
  redisPoolSize: number;
  /** Names of the keys in use, to compare with those of other replicas. */
  keyNames: () => Promise<KeyNames>;
  clock: Clock;
  log: StoreLog;
}

/**
 * Opens the store: Redis, in front of which this process stands in while it is away, or the process's own memory.
 *
 * @throws {StoreError} Where Redis does not answer.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { redisUrl, redisPoolSize, clock, log } = options;
  if (redisUrl === undefined) return new MemoryStore({ clock });
  const standIn: { store?: StandInStore } = {};
  const redis = await RedisStore.connect(redisUrl, {
    poolSize: redisPoolSize,
    onStateChange: (up, reason) => {
      if (!up) return log.error("redis is away, this process stands in for what it can", { reason });
      log.info("redis is back");
      standIn.store?.catchUp().catch((error) =>
        log.warn("the other replicas were not told of stale listings and refusals", { error })
      );
    },
    onRefusals: (refuses, reason) => {
      if (refuses) log.error("redis refuses commands, this process stands in for what it can", { reason });
      else log.info("redis takes commands again");
    },
  });
  for (const warning of redis.warnings) log.warn(`Redis ${warning}`);
  await compareKeys(redis, options).catch((error) => log.warn("keys were not compared with other replicas", { error }));
  standIn.store = new StandInStore(redis, { clock });
  return standIn.store;
}

/** Replicas with other keys can't read each other's approvals, tokens and records, and each counts its own limits. */
async function compareKeys(redis: RedisStore, { keyNames, log }: OpenStoreOptions): Promise<void> {
  const names = await keyNames();
  if (!await fitsSharedKeys(redis, names)) log.warn(OTHER_KEYS);
  await tellSharedKeys(redis, names);
}
