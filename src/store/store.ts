/**
 * Shared state: what several requests, processes or replicas must agree on. Two adapters with the same semantics,
 * `memory/` and `redis/`; one conformance suite runs against both.
 */

import type { Purpose } from "./purposes.ts";

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

/** What is told on a channel. */
export type ChannelKind =
  /** The client's answer to a question inside a call, sealed. */
  | "answer"
  /** That the client wants a call to end, sealed. */
  | "cancellation";

/** Where one part tells others something that is of use at this moment only. Nothing told is kept. */
export interface Channel {
  kind: ChannelKind;
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** Tells channels of one kind and customer apart. Letters, digits, `_`, `-`, `.` only. */
  name: string;
}

/** The channel as Redis knows it: `cw:channel:<kind>:<customer>:<name>`. */
export function formatChannel({ kind, customer, name }: Channel): string {
  return `cw:channel:${kind}:${customer}:${name}`;
}

/** Hears what is told on a channel. Must not throw. */
export type Listener = (text: string) => void;

/** Ends a subscription: from now on its listener hears nothing. Calling it again does nothing. */
export type Unsubscribe = () => void;

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

/** What tells the newest entry of a list from any other. */
export interface ListHead {
  /** Counts up within the list, from 1. */
  number: number;
  /** Given by whoever appended it. */
  mark: string;
}

/** An entry to be appended to a list; it gets the next number. */
export interface NewEntry {
  mark: string;
  value: string;
}

/** An entry of a list. */
export type ListEntry = ListHead & NewEntry;

/** How an entry is appended. */
export interface AppendOptions {
  /** The newest entry as the caller knows it; undefined for a list that has none. */
  after: ListHead | undefined;
  /** How many entries the list keeps, the newest ones; a positive integer. */
  keep: number;
  /** Milliseconds until the whole list is gone, counted from the last append; positive. */
  ttlMs: number;
}

/** What came of appending, and the entry that is the newest now. Not appended: the newest entry was another one. */
export type AppendAnswer =
  | { appended: true; head: ListHead }
  | { appended: false; head: ListHead | undefined };

/** Which entries of a list to read. */
export interface ListPage {
  /** Only entries with a smaller number. Defaults to all. */
  before?: number | undefined;
  /** Most entries; a positive integer. */
  limit: number;
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
  /** Appends to a list in one atomic step, if nobody else has appended meanwhile. */
  append(key: StoreKey, entry: NewEntry, options: AppendOptions): Promise<AppendAnswer>;
  /** The entries of a list, newest first. */
  entries(key: StoreKey, page: ListPage): Promise<ListEntry[]>;
  /**
   * Tells whoever listens on a channel at this moment. Neither listener nor publisher waits for the other.
   *
   * @returns How many replicas have a listener there; 0 where nobody heard.
   */
  publish(channel: Channel, text: string): Promise<number>;
  /**
   * Listens on a channel. Whatever is published after this has resolved is heard, but for what falls into an outage:
   * the subscription itself outlives one.
   */
  subscribe(channel: Channel, listener: Listener): Promise<Unsubscribe>;
  /** Fails when the store does not answer. */
  ping(): Promise<void>;
  /** Closes connections and timers. */
  close(): Promise<void>;
}

/** The store did not answer, or refused. Its message holds no value and no password. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
