/**
 * Shared state: data that several requests, processes or replicas must agree on. The adapters `memory/` and `redis/` have
 * the same semantics; one conformance suite runs against both.
 */

import type { Purpose } from "./purposes.ts";

/** The address of one entry. */
export interface StoreKey {
  purpose: Purpose;
  /** All 64 hex digits of the customer id, or `shared` for entries of no single customer. */
  customer: string;
  /** Tells entries of one purpose and customer apart. Letters, digits, `_`, `-`, `.` only. */
  name?: string;
}

/** The key in Redis: `cw:<purpose>:<customer>[:<name>]`. */
export function formatStoreKey(key: StoreKey): string {
  return key.name === undefined ? `cw:${key.purpose}:${key.customer}` : `cw:${key.purpose}:${key.customer}:${key.name}`;
}

/** Tells an entry apart from the others of its purpose. */
export function nameWithinPurpose({ customer, name }: StoreKey): string {
  // The id as it is where there is no name: a text that was just put together must be hashed before it is looked up.
  return name === undefined ? customer : `${customer}:${name}`;
}

/** Tells an entry apart from the others of its customer. */
export function nameWithinCustomer({ purpose, name }: StoreKey): string {
  return name === undefined ? purpose : `${purpose}:${name}`;
}

/** The kinds of messages. */
export type ChannelKind =
  /** The client's answer to a question inside a call, sealed. */
  | "answer"
  /** The client's wish to end a call, sealed. */
  | "cancellation";

/** A channel for messages that are of use at this moment only. No message is kept. */
export interface Channel {
  kind: ChannelKind;
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** Tells channels of one kind and customer apart. Letters, digits, `_`, `-`, `.` only. */
  name: string;
}

/** The channel in Redis: `cw:channel:<kind>:<customer>:<name>`. */
export function formatChannel({ kind, customer, name }: Channel): string {
  return `cw:channel:${kind}:${customer}:${name}`;
}

/** Gets the messages of a channel. Must not throw. */
export type Listener = (text: string) => void;

/** Ends a subscription: its listener gets no more messages. Calling it again does nothing. */
export type Unsubscribe = () => void;

/** How an entry is written. */
export interface SetOptions {
  /** Milliseconds until the entry expires; positive. Every entry expires. */
  ttlMs: number;
  /** Write only if there is no entry. Defaults to false. */
  ifAbsent?: boolean;
}

/** How much {@linkcode Store.heads} reads of an entry: a mark whole, and a sealed number. */
export const HEAD_BYTES = 100;

/** The size and speed of a token bucket. */
export interface BucketLimit {
  /** Most tokens in the bucket; a new bucket is full. Positive integer. */
  capacity: number;
  /** Seconds in which `capacity` tokens flow back, evenly. */
  windowSeconds: number;
}

/** The answer of a token bucket. */
export interface BucketAnswer {
  /** Whether the tokens were taken: all of them or none. */
  allowed: boolean;
  /** Whole tokens left. */
  remaining: number;
  /** Seconds (fractional, 0 when allowed) until the bucket has as many tokens as asked for. */
  retryAfterSeconds: number;
}

/** Identifies the newest entry of a list. */
export interface ListHead {
  /** Counts up within the list, from 1. */
  number: number;
  /** Chosen by the caller that appended it. */
  mark: string;
}

/** An entry to append to a list. It gets the next number. */
export interface NewEntry {
  mark: string;
  value: string;
}

/** An entry in a list. */
export type ListEntry = ListHead & NewEntry;

/** How an entry is appended. */
export interface AppendOptions {
  /** The newest entry that the caller knows; undefined for an empty list. */
  after: ListHead | undefined;
  /** How many of the newest entries the list keeps; a positive integer. */
  keep: number;
  /** Milliseconds from the last append until the whole list expires; positive. */
  ttlMs: number;
}

/** The result of appending, and the newest entry now. `appended` is false if the newest entry was not `after`. */
export type AppendAnswer =
  | { appended: true; head: ListHead }
  | { appended: false; head: ListHead | undefined };

/** Which entries of a list to read. */
export interface ListPage {
  /** Only entries with a smaller number. Defaults to all. */
  before?: number | undefined;
  /** Most entries to read; a positive integer. */
  limit: number;
}

/** Shared state. Every call fails with a {@linkcode StoreError} within a bounded time instead of hanging. */
export interface Store {
  /** The kind of store, as `/health` shows it. */
  readonly kind: "embedded" | "redis";
  /** The entry's value, or undefined. */
  get(key: StoreKey): Promise<string | undefined>;
  /**
   * The beginnings of entries, in one round trip and in the order of the keys: at most {@linkcode HEAD_BYTES} bytes of each.
   * A shorter one is the whole entry. For ASCII texts, such as sealed ones. An empty entry counts as absent.
   */
  heads(keys: readonly StoreKey[]): Promise<(string | undefined)[]>;
  /** Writes an entry. False only if `ifAbsent` found one. */
  set(key: StoreKey, value: string, options: SetOptions): Promise<boolean>;
  /** Removes an entry; true if there was one. */
  delete(key: StoreKey): Promise<boolean>;
  /** Removes an entry in one atomic step if it still has this value: to release a lock, to drop a stale token. */
  deleteIfEquals(key: StoreKey, value: string): Promise<boolean>;
  /** Reads and removes an entry in one atomic step: exactly one of many callers gets the value. */
  take(key: StoreKey): Promise<string | undefined>;
  /** Takes `cost` tokens in one atomic step on the store's own clock. A cost of 0 only looks at the bucket. */
  takeTokens(key: StoreKey, limit: BucketLimit, cost: number): Promise<BucketAnswer>;
  /** Appends to a list in one atomic step, if `after` is still its newest entry. */
  append(key: StoreKey, entry: NewEntry, options: AppendOptions): Promise<AppendAnswer>;
  /** The entries of a list, newest first. */
  entries(key: StoreKey, page: ListPage): Promise<ListEntry[]>;
  /**
   * Sends a message to all present listeners of a channel. Neither listener nor publisher waits for the other.
   *
   * @returns How many replicas have a listener on the channel; 0 if the message reached none.
   */
  publish(channel: Channel, text: string): Promise<number>;
  /**
   * Listens on a channel. The listener gets every message that is published after this has resolved, except during an
   * outage. The subscription survives an outage.
   */
  subscribe(channel: Channel, listener: Listener): Promise<Unsubscribe>;
  /** Fails if the store does not answer. */
  ping(): Promise<void>;
  /** Closes connections and timers. */
  close(): Promise<void>;
}

/** The store did not answer, or refused. The message holds no value and no password. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
