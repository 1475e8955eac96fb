import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Customer } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import { atMost } from "../store/at_most.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { Store, StoreKey } from "../store/store.ts";

/** When a customer was seen; times in milliseconds since the Unix epoch. */
export interface CustomerRecord {
  firstSeen: number;
  lastSeen: number;
}

const recordSchema = z.object({ firstSeen: z.number(), lastSeen: z.number() });

/** How long a customer that stays away is remembered, and that its credentials were refused. */
const RECORD_TTL_MS = 30 * 24 * 3600_000;
/** A record is written at most this often, so that a busy customer costs no write per call. */
const WRITE_INTERVAL_MS = 60_000;
/** For how long an acceptance lets cached data be given. */
const ACCEPTED_MS = 10 * 60_000;
/**
 * Remembers which credentials Cloudways accepted, when, and whether it refused them since. Nothing is kept of
 * credentials that it never accepted.
 *
 * A refusal leaves a mark. The mark blocks what is cached and never a request: the next request that Cloudways accepts
 * removes it. Only a request that left after the mark was seen does, so that a slow answer from before the refusal
 * opens nothing.
 */
export class CustomerRecords {
  readonly #sealed: SealedStore;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #written = new LRUCache<string, number>(atMost(10_000));
  /** Accepted customers that were met. */
  readonly #known = new LRUCache<string, true>(atMost(10_000));

  constructor(options: { store: Store; sealed: SealedStore; clock: Clock }) {
    this.#store = options.store;
    this.#sealed = options.sealed;
    this.#clock = options.clock;
  }

  /**
   * Notes that Cloudways just accepted these credentials.
   *
   * @param mark What {@linkcode refusalMark} gave before the accepted request left.
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
    await this.#sealed.write(seenKey(customer.id), record, RECORD_TTL_MS);
    await this.#sealed.write(acceptedKey(customer), now, ACCEPTED_MS);
  }

  /** Notes that Cloudways just refused these credentials: nothing cached is given until it accepts them again. */
  async refused(customer: Customer): Promise<void> {
    if (!await this.isAccepted(customer)) return;
    await this.#store.set(revokedKey(customer), crypto.randomUUID(), { ttlMs: RECORD_TTL_MS });
  }

  /** The mark of the last refusal; undefined where Cloudways has accepted these credentials since, or never refused them. */
  async refusalMark(customer: Customer): Promise<string | undefined> {
    return await this.#store.get(revokedKey(customer));
  }

  /** Whether Cloudways accepted these credentials within the last ten minutes, and has not refused them since. */
  async acceptedLately(customer: Customer): Promise<boolean> {
    const [mark, acceptedAt] = await Promise.all([
      this.refusalMark(customer),
      this.#sealed.read(acceptedKey(customer), z.number()),
    ]);
    return mark === undefined && acceptedAt !== undefined && this.#clock.now() - acceptedAt < ACCEPTED_MS;
  }

  /** Whether Cloudways accepted these credentials before. */
  async isAccepted(customer: Pick<Customer, "id">): Promise<boolean> {
    if (this.isKnown(customer.id)) return true;
    const isAccepted = (await this.#store.get(seenKey(customer.id))) !== undefined;
    if (isAccepted) this.#known.set(customer.id, true);
    return isAccepted;
  }

  /** Whether Cloudways accepted these credentials before, as far as this process has met them. Asks no store. */
  isKnown(customer: string): boolean {
    return this.#known.get(customer) === true;
  }

  /** The customer's record, or undefined for credentials that were never accepted. */
  async read(customer: Customer): Promise<CustomerRecord | undefined> {
    return await this.#sealed.read(seenKey(customer.id), recordSchema);
  }
}

/** Where the store keeps what is known of a customer, by its id; nothing is there for credentials that were never accepted. */
export function seenKey(customer: string): StoreKey {
  return { purpose: "seen", customer };
}

function acceptedKey(customer: Customer): StoreKey {
  return { purpose: "accepted", customer: customer.id };
}

function revokedKey(customer: Customer): StoreKey {
  return { purpose: "revoked", customer: customer.id };
}
