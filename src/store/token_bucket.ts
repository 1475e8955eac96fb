/**
 * The arithmetic of the token bucket: here in TypeScript, in `redis/take_tokens.lua.ts` for Redis. Both give the same
 * answers, because both use whole numbers only:
 *
 * - Time is whole milliseconds. `windowMs` is the window in milliseconds.
 * - A token is split into `windowMs` parts. In every millisecond `capacity` parts flow back, which is exactly
 *   `capacity` tokens a window. A full bucket holds `capacity × windowMs` parts, at most {@linkcode MAX_PARTS}.
 * - An entry is the text `<parts> <at> <windowMs>`: the parts in the bucket at the time `at`. No entry means full.
 *
 * The level of the bucket at the time `now`:
 *
 * 1. If the window has changed, a token has another number of parts: parts = floor(parts ÷ old × new).
 * 2. A smaller capacity clamps: parts = min(parts, full).
 * 3. elapsed = now − at, at least 0 and at most `windowMs`; parts = min(full, parts + elapsed × capacity).
 * 4. at = max(at, now). So a clock that steps back gives nothing twice: no parts flow until it has caught up.
 *
 * Taking `cost` tokens needs `cost × windowMs` parts; all of them are taken, or none. Only a success writes an entry. The
 * entry expires when the bucket is full again (on Redis after a second at least): then it means the same as no entry.
 */
import type { BucketAnswer, BucketLimit } from "./store.ts";

/** Most parts a bucket may hold; twice as many are still exact in a double. */
export const MAX_PARTS = 2 ** 52;

/** A bucket at one moment. */
interface Level {
  parts: number;
  at: number;
}

/** The result of looking at a bucket or taking from it. */
export interface BucketOutcome {
  answer: BucketAnswer;
  /** The entry to write; absent if nothing was taken. */
  write?: { entry: string; fullInMs: number };
}

/**
 * The window in whole milliseconds, after checking the arguments of `takeTokens`.
 *
 * Throws a RangeError for a capacity that is not a positive integer, a window under a millisecond, a bucket of more
 * than {@linkcode MAX_PARTS} parts, and a cost that is not an integer from 0 to the capacity: no wait could ever meet a
 * higher cost, so it is a mistake in the program.
 */
export function checkBucket(limit: BucketLimit, cost: number): number {
  const windowMs = Math.round(limit.windowSeconds * 1000);
  if (!Number.isSafeInteger(limit.capacity) || limit.capacity < 1) {
    throw new RangeError(`A bucket's capacity must be a positive integer: ${limit.capacity}`);
  }
  if (!Number.isSafeInteger(windowMs) || windowMs < 1) {
    throw new RangeError(`A bucket's window must be at least a millisecond: ${limit.windowSeconds} s`);
  }
  if (limit.capacity * windowMs > MAX_PARTS) {
    throw new RangeError(`Too large a bucket: ${limit.capacity} tokens in ${limit.windowSeconds} s`);
  }
  if (!Number.isSafeInteger(cost) || cost < 0 || cost > limit.capacity) {
    throw new RangeError(`The cost must be an integer from 0 to the capacity ${limit.capacity}: ${cost}`);
  }
  return windowMs;
}

/**
 * Takes `cost` tokens from the bucket that `entry` describes; `now` is in milliseconds.
 *
 * Throws a RangeError like {@linkcode checkBucket}.
 */
export function takeFromBucket(
  entry: string | undefined,
  limit: BucketLimit,
  cost: number,
  now: number,
): BucketOutcome {
  const windowMs = checkBucket(limit, cost);
  const level = levelAt(entry, limit.capacity, windowMs, Math.floor(now));
  const missing = cost * windowMs - level.parts;
  if (cost > 0 && missing > 0) {
    const waitMs = level.at - Math.floor(now) + Math.ceil(missing / limit.capacity);
    return { answer: bucketAnswer(false, Math.floor(level.parts / windowMs), waitMs) };
  }
  const parts = level.parts - cost * windowMs;
  const answer = bucketAnswer(true, Math.floor(parts / windowMs), 0);
  if (cost === 0) return { answer };
  const fullInMs = level.at - Math.floor(now) + Math.ceil((limit.capacity * windowMs - parts) / limit.capacity);
  return { answer, write: { entry: `${parts} ${level.at} ${windowMs}`, fullInMs } };
}

/** Makes an answer. The script for Redis returns the same three values. */
export function bucketAnswer(allowed: boolean, remaining: number, waitMs: number): BucketAnswer {
  return { allowed, remaining, retryAfterSeconds: waitMs / 1000 };
}

function levelAt(entry: string | undefined, capacity: number, windowMs: number, now: number): Level {
  const full = capacity * windowMs;
  const match = /^(\d+) (\d+) ([1-9]\d*)$/.exec(entry ?? "");
  if (match === null) return { parts: full, at: now };
  const stored = Number(match[1]);
  const at = Number(match[2]);
  const storedWindowMs = Number(match[3]);
  const parts = Math.min(full, storedWindowMs === windowMs ? stored : Math.floor(stored / storedWindowMs * windowMs));
  const elapsed = Math.min(windowMs, Math.max(0, now - at));
  return { parts: Math.min(full, parts + elapsed * capacity), at: Math.max(at, now) };
}
