/** Reads many things for one answer: side by side, within a share of what the caller may ask, and until a deadline. */
import type { Clock } from "../../async/clock.ts";
import { KeyedMutex } from "../../async/keyed_mutex.ts";
import { Semaphore } from "../../async/semaphore.ts";
import { within } from "../../async/within.ts";
import type { CloudwaysClient } from "../../cloudways/client.ts";
import { type ErrorCode, ToolError } from "../../errors.ts";
import type { Customer } from "../../identity/caller.ts";

/** Whose allowance is used, and the time. A tool's context has both. */
export interface ReadingContext {
  account: { customer: Customer; client: Pick<CloudwaysClient, "bucket" | "bucketLimit" | "upstreamLimits"> };
  clock: Clock;
}

/** How much one answer may read. */
export interface WideReadingLimits {
  /** Most requests to Cloudways; undefined for as many as there are. */
  requests: number | undefined;
  /** Milliseconds until the answer must be there. */
  ms: number;
}

/** One of the things to read. */
export interface Part {
  /** The Cloudways operation of each request that reading it takes. */
  operations: readonly string[];
  /** Set if reading it starts work on this server: such parts of one server are read one after the other. */
  busyServer?: number;
}

/**
 * Why a part was not read: the share of requests is used up, the deadline is over, or Cloudways or this service
 * refused it with a code.
 */
export type NotReadReason = "allowance" | "deadline" | ErrorCode;

/** A part that was read, or why it was not. */
export type Reading<T> = { read: true; value: T } | { read: false; reason: NotReadReason; message: string };

/** The share of what the caller may ask that one answer uses. */
const SHARE = 1 / 3;
/** What Cloudways said about its limits counts for so long, in milliseconds. */
const LIMIT_FRESH_MS = 60_000;
/** How many parts are read at the same time. */
const SIDE_BY_SIDE = 6;

/** Refusals by our own limit, or by Cloudways', after which nothing was done. */
const LIMITED: ReadonlySet<NotReadReason> = new Set(["rate_limited", "upstream_rate_limited"]);

const MESSAGES = {
  allowance: "It was left out, so that most of the requests that this account may send now stay free for other calls.",
  deadline: "The time for this answer was up.",
} as const;

/** Reads the parts of one answer. Parts are taken in the order in which they are asked for. */
export class WideReading {
  readonly #clock: Clock;
  /** In milliseconds since the Unix epoch. */
  readonly #endsAt: number;
  readonly #waitsForLimit: boolean;
  readonly #places = new Semaphore(SIDE_BY_SIDE);
  readonly #servers = new KeyedMutex();
  /** Requests that are left for each Cloudways operation, where that is known. */
  readonly #leftAtCloudways: Map<string, number>;
  #left: number;
  #used = 0;

  private constructor(clock: Clock, limits: WideReadingLimits, left: number, atCloudways: Map<string, number>) {
    this.#clock = clock;
    this.#endsAt = clock.now() + limits.ms;
    this.#waitsForLimit = limits.requests === undefined;
    this.#left = left;
    this.#leftAtCloudways = atCloudways;
  }

  /** Begins with what the caller may ask now. With a limit on requests, it uses at most a third of that. */
  static async begin(
    { account, clock }: ReadingContext,
    limits: WideReadingLimits,
  ): Promise<WideReading> {
    if (limits.requests === undefined) return new WideReading(clock, limits, Infinity, new Map());
    const { client, customer } = account;
    const { remaining } = await client.bucket(customer);
    const share = Math.floor(client.bucketLimit.capacity * SHARE);
    const fresh = client.upstreamLimits(customer).filter(({ seenAt }) => seenAt > clock.now() - LIMIT_FRESH_MS);
    const atCloudways = new Map(
      fresh.flatMap(({ operation, remaining }) =>
        remaining === undefined ? [] : [[operation, Math.floor(remaining * SHARE)]]
      ),
    );
    return new WideReading(clock, limits, Math.min(limits.requests, share, remaining), atCloudways);
  }

  /** How many requests the parts that were read took, at most. */
  get requests(): number {
    return this.#used;
  }

  /** Milliseconds until the deadline; 0 if it is over. */
  get msLeft(): number {
    return Math.max(0, this.#endsAt - this.#clock.now());
  }

  /**
   * Reads a part, if its requests fit into the share and the time is not up.
   *
   * @throws What is not a {@linkcode ToolError}.
   */
  async read<T>(part: Part, work: () => Promise<T>): Promise<Reading<T>> {
    if (!this.#take(part.operations)) return notRead("allowance");
    const { busyServer } = part;
    const placed = () => this.#inPlace(work);
    const inTurn = busyServer === undefined ? placed() : this.#servers.run(String(busyServer), placed);
    return await within(this.msLeft, inTurn, () => notRead("deadline"));
  }

  /** Takes the requests of a part from the share: all of them or none. */
  #take(operations: readonly string[]): boolean {
    if (operations.length > this.#left) return false;
    const needed = Map.groupBy(operations, (operation) => operation);
    for (const [operation, { length }] of needed) {
      if (length > (this.#leftAtCloudways.get(operation) ?? Infinity)) return false;
    }
    for (const [operation, { length }] of needed) {
      const left = this.#leftAtCloudways.get(operation);
      if (left !== undefined) this.#leftAtCloudways.set(operation, left - length);
    }
    this.#left -= operations.length;
    this.#used += operations.length;
    return true;
  }

  async #inPlace<T>(work: () => Promise<T>): Promise<Reading<T>> {
    const release = await this.#places.acquire();
    try {
      while (this.msLeft > 0) {
        const reading = await attempt(work);
        const waitMs = this.#waitMs(reading);
        if (waitMs === undefined) return reading;
        await this.#clock.sleep(waitMs);
      }
      return notRead("deadline");
    } finally {
      release();
    }
  }

  /** How long to wait before the part is tried again; undefined if it is not. */
  #waitMs(reading: Attempt<unknown>): number | undefined {
    if (reading.read || !this.#waitsForLimit || !LIMITED.has(reading.reason)) return undefined;
    const waitMs = (reading.retryAfter ?? 1) * 1000;
    return waitMs < this.msLeft ? waitMs : undefined;
  }
}

type Attempt<T> = Reading<T> & { retryAfter?: number };

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { read: true, value: await work() };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const { code: reason, message, retryAfter } = error;
    return { read: false, reason, message, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
}

function notRead(reason: keyof typeof MESSAGES): Reading<never> {
  return { read: false, reason, message: MESSAGES[reason] };
}
