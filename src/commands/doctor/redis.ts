/** Checks Redis: that it answers and knows every command, its version, memory, speed and clock, and the shared keys. */
import type { Clock } from "../../async/clock.ts";
import type { Config } from "../../config.ts";
import type { KeyNames } from "../../crypto/key_ring.ts";
import { RedisStore } from "../../store/redis/adapter.ts";
import type { RedisSettings } from "../../store/redis/check.ts";
import { DIFFERENT_KEYS, matchesSharedKeys } from "../../store/shared_keys.ts";
import { failure, type Finding, fine, warning } from "./finding.ts";

const NAME = "redis";

/** How many answers are timed. */
const TIMED_PINGS = 20;

/** A call takes some ten commands one after the other, so this much each is noticed. */
const SLOW_MS = 20;

/** Approvals, plans and tokens of one replica end by the clock of another one, and the shortest of them last minutes. */
const MAX_SKEW_MS = 5_000;

/** What is found about the Redis of a configuration, if there is one. */
export async function examineRedis(
  { redisUrl }: Config,
  { keyNames, clock }: { keyNames: () => Promise<KeyNames>; clock: Clock },
): Promise<Finding[]> {
  if (redisUrl === undefined) {
    return [fine(NAME, "REDIS_URL is not set: state stays in the process, for one replica only")];
  }
  try {
    await using store = await RedisStore.connect(redisUrl, { poolSize: 1 });
    const fits = await matchesSharedKeys(store, await keyNames());
    return [
      fine(NAME, "it answers, and every command needed works"),
      settingsOf(store.settings),
      ...store.warnings.map((text) => warning(NAME, `it ${text}`)),
      await speedOf(store, clock),
      await clockOf(store, clock),
      ...(fits ? [] : [failure("keys", DIFFERENT_KEYS)]),
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : "Unknown reason.";
    return [failure(NAME, `${reason} Check REDIS_URL, and that Redis runs and is reachable`)];
  }
}

function settingsOf(settings: RedisSettings | undefined): Finding {
  if (settings === undefined) {
    const missing = "its version and memory settings are not known, because this user may not run INFO";
    return fine("redis settings", `${missing}: to see them here, add +info to its ACL`);
  }
  const { version = "unknown", policy = "unknown", maxMemory } = settings;
  const memory = maxMemory === 0 ? "no memory limit" : `${Math.round(maxMemory / 1024 / 1024)} MB`;
  return fine("redis settings", `version ${version}, ${memory}, maxmemory-policy ${policy}`);
}

/** How fast it answers. The middle one counts, because this process may stand still once. */
async function speedOf(store: RedisStore, clock: Clock): Promise<Finding> {
  const times: number[] = [];
  for (let turn = 0; turn < TIMED_PINGS; turn++) {
    const from = clock.monotonic();
    await store.ping();
    times.push(clock.monotonic() - from);
  }
  times.sort((a, b) => a - b);
  const middle = times[TIMED_PINGS / 2] ?? 0;
  const text = `answers in ${shownMs(middle)}, at most in ${shownMs(times.at(-1) ?? 0)}, of ${TIMED_PINGS} tries`;
  if (middle <= SLOW_MS) return fine("redis latency", text);
  return warning("redis latency", `${text}: every call waits for several answers; run Redis in the same network`);
}

/** How far the two clocks are apart. */
async function clockOf(store: RedisStore, clock: Clock): Promise<Finding> {
  const before = clock.now();
  const there = await store.time();
  const after = clock.now();
  const apart = there - (before + after) / 2;
  // The command itself took that long, and the time was read somewhere in between.
  if (Math.abs(apart) - (after - before) / 2 <= MAX_SKEW_MS) {
    return fine("clock", "the clock of this machine agrees with that of Redis");
  }
  const seconds = Math.round(Math.abs(apart) / 1000);
  const side = apart > 0 ? "behind" : "ahead of";
  return warning(
    "clock",
    `the clock of this machine is ${seconds} s ${side} that of Redis, so approvals and tokens may end early or late: ` +
      "let both be set over the network (timedatectl set-ntp true)",
  );
}

function shownMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
