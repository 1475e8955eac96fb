/**
 * Shared state: what several requests, processes or replicas must agree on. Two adapters with the same semantics,
 * `memory.ts` and `redis.ts`; one conformance suite runs against both.
 */

/** What an entry is for. The first part of its key after `cw:`. */
export type Purpose =
  /** A sealed access token exchanged for a key pair. */
  | "token"
  /** The sealed server listing of one customer. */
  | "listing"
  /** A mark that changes whenever a write makes the listing stale. */
  | "listing_epoch"
  /** Reference data, the same for every customer. */
  | "reference"
  /** When a customer was first and last seen; exists only for credentials that Cloudways accepted. */
  | "seen"
  /** A key pair that Cloudways refused a moment ago. */
  | "refusal"
  /** A lock with an owner. */
  | "lock"
  /** A token bucket. */
  | "bucket";

/** The address of one entry. */
export interface StoreKey {
  purpose: Purpose;
  /** All 64 hex digits of the customer id, or `shared` for what belongs to everybody. */
  customer: string;
  /** Tells entries of one purpose and customer apart. Letters, digits, `_`, `-`, `.` only. */
  name?: string;
}

/** The key as it stands in Redis: `cw:<purpose>:<customer>[:<name>]`. */
export function formatStoreKey(key: StoreKey): string {
  return key.name === undefined ? `cw:${key.purpose}:${key.customer}` : `cw:${key.purpose}:${key.customer}:${key.name}`;
}

/** How an entry is written. */
export interface SetOptions {
  /** Milliseconds until the entry is gone; positive. Every entry has one. */
  ttlMs: number;
  /** Write only where no entry is. Defaults to false. */
  ifAbsent?: boolean;
}

/** The size and speed of a token bucket. */
export interface BucketLimit {
  /** Most tokens it holds; a new one is full. Positive integer. */
  capacity: number;
  /** Seconds in which `capacity` tokens flow back, evenly. */
  windowSeconds: number;
}

/** What a token bucket answers. */
export interface BucketAnswer {
  /** Whether the tokens asked for were taken; all of them or none. */
  allowed: boolean;
  /** Whole tokens left. */
  remaining: number;
  /** Seconds (fractional, 0 when allowed) until as many tokens as asked for are there. */
  retryAfterSeconds: number;
}

/** Shared state. Every call fails with a {@linkcode StoreError} within a bounded time instead of hanging. */
export interface Store {
  /** Which adapter this is, as `/health` shows it. */
  readonly kind: "embedded" | "redis";
  /** The entry's value, or undefined. */
  get(key: StoreKey): Promise<string | undefined>;
  /** Writes an entry. False only where `ifAbsent` found one. */
  set(key: StoreKey, value: string, options: SetOptions): Promise<boolean>;
  /** Removes an entry; true where there was one. */
  delete(key: StoreKey): Promise<boolean>;
  /** Removes an entry only if it still has this value, in one atomic step: releases locks, drops a stale token. */
  deleteIfEquals(key: StoreKey, value: string): Promise<boolean>;
  /** Reads and removes an entry in one atomic step: of many callers exactly one gets the value. */
  take(key: StoreKey): Promise<string | undefined>;
  /** Takes `cost` tokens in one atomic step on the store's own clock. A cost of 0 only looks. */
  takeTokens(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer>;
  /** Fails when the store does not answer. */
  ping(): Promise<void>;
  /** Closes connections and timers. */
  close(): Promise<void>;
}

/** The store did not answer, or refused. Its message holds no value and no password. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
