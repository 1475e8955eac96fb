import type { Clock } from "../async/clock.ts";
import type { KeyNames } from "../crypto/key_ring.ts";
import { RedisStore } from "./redis/adapter.ts";
import { DIFFERENT_KEYS, matchesSharedKeys, writeSharedKeys } from "./shared_keys.ts";
import { StandInStore } from "./stand_in.ts";
import type { Store } from "./store.ts";
import type { StoreWatch } from "./watch.ts";

/** Takes log lines about the store for the operator. */
export interface StoreLog {
  info(message: string): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** What {@linkcode openRedis} needs. */
export interface OpenRedisOptions {
  redisPoolSize: number;
  /** Reads the names of this process's keys, to compare them with those of other replicas. */
  keyNames: () => Promise<KeyNames>;
  clock: Clock;
  log: StoreLog;
  watch?: StoreWatch;
}

/**
 * Opens Redis behind a {@linkcode StandInStore}.
 *
 * @throws {StoreError} If Redis does not answer.
 */
export async function openRedis(redisUrl: string, options: OpenRedisOptions): Promise<Store> {
  const { redisPoolSize, clock, log, watch } = options;
  const state = { up: true, refuses: false };
  watch?.watchStore(() => state);
  const standIn: { store?: StandInStore } = {};
  const redis = await RedisStore.connect(redisUrl, {
    poolSize: redisPoolSize,
    watch,
    onStateChange: (up, reason) => {
      state.up = up;
      if (!up) return log.error("redis is away, this process goes on alone where it can", { reason });
      log.info("redis is back");
      standIn.store?.catchUp().catch((error) =>
        log.warn("stale listings and refusals of an outage did not reach the other replicas", { error })
      );
    },
    onRefusals: (refuses, reason) => {
      state.refuses = refuses;
      if (refuses) log.error("redis refuses commands, this process goes on alone where it can", { reason });
      else log.info("redis takes commands again");
    },
  });
  for (const warning of redis.warnings) log.warn(`Redis ${warning}`);
  await compareKeys(redis, options).catch((error) => log.warn("keys were not compared with other replicas", { error }));
  standIn.store = new StandInStore(redis, { clock });
  return standIn.store;
}

/** Replicas with different keys can't read each other's approvals, tokens and records, and don't share limits. */
async function compareKeys(
  redis: RedisStore,
  { keyNames, log }: OpenRedisOptions,
): Promise<void> {
  const names = await keyNames();
  if (!await matchesSharedKeys(redis, names)) log.warn(DIFFERENT_KEYS);
  await writeSharedKeys(redis, names);
}
