import { LRUCache } from "lru-cache";
import * as z from "zod";
import type { Customer } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import { atMost } from "../store/at_most.ts";
import { OpenedEntries } from "../store/opened_entries.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { Store, StoreKey } from "../store/store.ts";

/** When a customer was first and last accepted, in milliseconds since the Unix epoch. */
export interface CustomerRecord {
  firstSeen: number;
  lastSeen: number;
}

const acceptedSchema = z.number();
const recordSchema = z.object({ firstSeen: z.number(), lastSeen: z.number() });

/** Whether the customer's cached data may be given, and the heads of such data. */
export interface AcceptedAndHeads {
  acceptedLately: boolean;
  heads: (string | undefined)[];
}

/** How long a customer's record and refusal mark are kept after they were last written. */
const RECORD_TTL_MS = 30 * 24 * 3600_000;
/** A record is written at most this often, so that a busy customer costs no write per call. */
const WRITE_INTERVAL_MS = 60_000;
/** How long cached data may be given after Cloudways accepted the credentials. */
const ACCEPTED_MS = 10 * 60_000;
/** Sealed times, or sealed records, of some ten thousand customers. */
const MAX_CHARACTERS = 3_000_000;

/**
 * Remembers which credentials Cloudways accepted, when, and whether it has refused them since. Keeps nothing about
 * credentials that Cloudways never accepted.
 *
 * A refusal leaves a mark. The mark blocks cached data, but no request. The next accepted request removes it, if the
 * request was sent after the mark was read: a slow answer from before the refusal must not remove it.
 */
export class CustomerRecords {
  readonly #store: Store;
  readonly #clock: Clock;
  /** When each customer was last accepted. */
  readonly #accepted: OpenedEntries;
  readonly #seen: OpenedEntries;
  readonly #written = new LRUCache<string, number>(atMost(10_000));
  /** Accepted customers that this process has seen, by id. */
  readonly #known = new LRUCache<string, true>(atMost(10_000));

  constructor(options: { store: Store; sealed: SealedStore; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#accepted = new OpenedEntries({ ...options, ttlMs: ACCEPTED_MS, maxCharacters: MAX_CHARACTERS });
    this.#seen = new OpenedEntries({ ...options, ttlMs: RECORD_TTL_MS, maxCharacters: MAX_CHARACTERS });
  }

  /**
   * Notes that Cloudways just accepted these credentials.
   *
   * @param mark What {@linkcode refusalMark} returned before the accepted request was sent.
   */
  async accepted(customer: Customer, mark: string | undefined): Promise<void> {
    if (mark !== undefined) await this.#store.deleteIfEquals(revokedKey(customer), mark);
    const now = this.#clock.now();
    const written = this.#written.get(customer.id);
    if (written !== undefined && now - written < WRITE_INTERVAL_MS) return;
    this.#written.set(customer.id, now);
    this.#known.set(customer.id, true);
    const before = await this.read(customer);
    const record: CustomerRecord = { firstSeen: before?.firstSeen ?? now, lastSeen: now };
    await this.#seen.write(seenKey(customer.id), record, recordSchema, record);
    await this.#accepted.write(acceptedKey(customer), now, acceptedSchema, now);
  }

  /** Notes that Cloudways just refused these credentials. Cached data is blocked until it accepts them again. */
  async refused(customer: Customer): Promise<void> {
    if (!await this.isAccepted(customer)) return;
    await this.#store.set(revokedKey(customer), crypto.randomUUID(), { ttlMs: RECORD_TTL_MS });
  }

  /** The mark of the last refusal; undefined if Cloudways accepted the credentials since, or never refused them. */
  async refusalMark(customer: Customer): Promise<string | undefined> {
    return await this.#store.get(revokedKey(customer));
  }

  /** Whether Cloudways accepted these credentials within the last ten minutes, and has not refused them since. */
  async acceptedLately(customer: Customer): Promise<boolean> {
    return (await this.acceptedLatelyAndHeads(customer, [])).acceptedLately;
  }

  /** {@linkcode acceptedLately}, and the heads of further entries, which are read in the same step. */
  async acceptedLatelyAndHeads(customer: Customer, others: readonly StoreKey[]): Promise<AcceptedAndHeads> {
    const keys = [revokedKey(customer), acceptedKey(customer), ...others];
    const [mark, accepted, ...heads] = await this.#store.heads(keys);
    const at = mark === undefined
      ? await this.#accepted.read(acceptedKey(customer), accepted, acceptedSchema)
      : undefined;
    return { acceptedLately: at !== undefined && this.#clock.now() - at < ACCEPTED_MS, heads };
  }

  /** {@linkcode acceptedLately}, and the customer's record, which is looked for in the same step. */
  async acceptedLatelyAndRecord(
    customer: Customer,
  ): Promise<{ acceptedLately: boolean; record: CustomerRecord | undefined }> {
    const key = seenKey(customer.id);
    const { acceptedLately, heads: [head] } = await this.acceptedLatelyAndHeads(customer, [key]);
    return { acceptedLately, record: await this.#seen.read(key, head, recordSchema) };
  }

  /** {@linkcode refusalMark}, and the head of a further entry, which is read in the same step. */
  async refusalMarkAndHead(customer: Customer, other: StoreKey): Promise<{ mark?: string; head?: string }> {
    const [mark, head] = await this.#store.heads([revokedKey(customer), other]);
    return { ...(mark !== undefined && { mark }), ...(head !== undefined && { head }) };
  }

  /** Whether Cloudways accepted these credentials before. */
  async isAccepted(customer: Pick<Customer, "id">): Promise<boolean> {
    if (this.isKnown(customer.id)) return true;
    const isAccepted = (await this.#store.get(seenKey(customer.id))) !== undefined;
    if (isAccepted) this.#known.set(customer.id, true);
    return isAccepted;
  }

  /** Whether this process knows that Cloudways accepted these credentials before. Does not ask the store. */
  isKnown(customer: string): boolean {
    return this.#known.get(customer) === true;
  }

  /** The customer's record; undefined for credentials that were never accepted. */
  async read(customer: Customer): Promise<CustomerRecord | undefined> {
    const key = seenKey(customer.id);
    const [head] = await this.#store.heads([key]);
    return await this.#seen.read(key, head, recordSchema);
  }
}

/** The store key of a customer's record, by customer id. Credentials that were never accepted have no record. */
export function seenKey(customer: string): StoreKey {
  return { purpose: "seen", customer };
}

function acceptedKey(customer: Customer): StoreKey {
  return { purpose: "accepted", customer: customer.id };
}

function revokedKey(customer: Customer): StoreKey {
  return { purpose: "revoked", customer: customer.id };
}
