import { LRUCache } from "lru-cache";
import { shortCustomerId } from "../crypto/customer_id.ts";
import { type ListEntry, type ListHead, type Store, StoreError } from "../store/store.ts";
import { KeyedMutex } from "../keyed_mutex.ts";
import type { AuditPage } from "./audit.ts";
import type { StampedEntry } from "./audit_entry.ts";
import { auditKey, type AuditRecords, type GapEntry, type OpenedRecord } from "./audit_records.ts";
import type { Logger } from "./log.ts";

/** What {@linkcode CustomerAuditLists} need. */
export interface CustomerAuditListsOptions {
  store: Store;
  records: AuditRecords;
  log: Logger;
  /** Whether Cloudways has accepted the credentials behind this customer id. */
  isAccepted: (customer: string) => Promise<boolean>;
  /** How many records of a customer are kept. Defaults to 1,000. */
  keep?: number;
}

const TTL_MS = 90 * 24 * 3600_000;
const KEEP = 1_000;

/** Each time somebody else was faster somebody got on, so this many in a row mean that something is wrong. */
const MAX_TRIES = 50;

/** Customers whose missing records are counted; beyond that the counts of those longest quiet are dropped. */
const MAX_COUNTED = 10_000;

/** Records held back for credentials that Cloudways has not accepted yet, for each and for how many of them. */
const MAX_HELD = 10;
const MAX_HOLDERS = 1_000;

/**
 * The records of each customer, in the store: several processes append to one list, and it stays one chain.
 *
 * Credentials that Cloudways never accepted leave nothing in the store: their records wait in this process until it has.
 */
export class CustomerAuditLists {
  readonly #options: CustomerAuditListsOptions;
  readonly #mutex = new KeyedMutex();
  readonly #missing = new LRUCache<string, number>({ max: MAX_COUNTED });
  readonly #held = new LRUCache<string, StampedEntry[]>({ max: MAX_HOLDERS });
  /** Whether it was said that records are not kept, and none has been kept since. */
  #isSaid = false;

  constructor(options: CustomerAuditListsOptions) {
    this.#options = options;
  }

  /** Appends one record. Where that fails it is counted, and the next one that succeeds stands after a gap. */
  async append(customer: string, entry: StampedEntry): Promise<void> {
    await this.#mutex.run(customer, () => this.#append(customer, entry));
  }

  /** The customer's records, newest first. */
  async read(customer: string, { before, limit }: { before?: number | undefined; limit: number }): Promise<AuditPage> {
    const { store, records, log } = this.#options;
    // One more than is shown: whether it is there, and whether the last record shown follows it.
    const entries = await store.entries(auditKey(customer), { before, limit: limit + 1 });
    const opened = await Promise.all(entries.slice(0, limit).map((entry) => records.open(customer, entry)));
    const faults = opened.filter((found, index) => !follows(found, entries[index + 1])).length;
    if (faults > 0) {
      log.warn("audit records were changed or are missing", { customer: shortCustomerId(customer), faults });
    }
    return {
      records: opened.flatMap((found) => found === undefined ? [] : [found.record]),
      next: entries.length > limit ? entries[limit - 1]?.number ?? null : null,
      faults,
    };
  }

  async #append(customer: string, entry: StampedEntry): Promise<void> {
    const { store, isAccepted } = this.#options;
    const waiting = [...this.#held.get(customer) ?? [], entry];
    this.#held.delete(customer);
    try {
      let [head]: (ListHead | undefined)[] = await store.entries(auditKey(customer), { limit: 1 });
      if (head === undefined && !await isAccepted(customer)) return this.#hold(customer, waiting);
      const missing = this.#missing.get(customer);
      if (missing !== undefined) head = await this.#put(customer, { time: entry.time, event: "gap", missing }, head);
      this.#missing.delete(customer);
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        head = await this.#put(customer, next, head);
        waiting.shift();
      }
    } catch (error) {
      this.#count(customer, waiting.length, error);
    }
  }

  /** Appends one record to what is there by then, and gives its place. */
  async #put(customer: string, entry: StampedEntry | GapEntry, after: ListHead | undefined): Promise<ListHead> {
    const { store, records, keep = KEEP } = this.#options;
    let newest = after;
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const sealed = await records.seal(customer, entry, newest);
      const options = { after: newest, keep, ttlMs: TTL_MS };
      const { appended, head } = await store.append(auditKey(customer), sealed, options);
      if (appended && head !== undefined) {
        this.#isSaid = false;
        return head;
      }
      newest = head;
    }
    throw new StoreError(`Others were faster to append ${MAX_TRIES} times.`);
  }

  #hold(customer: string, waiting: readonly StampedEntry[]): void {
    this.#held.set(customer, waiting.slice(-MAX_HELD));
    const dropped = waiting.length - MAX_HELD;
    if (dropped > 0) this.#missing.set(customer, (this.#missing.get(customer) ?? 0) + dropped);
  }

  #count(customer: string, records: number, error: unknown): void {
    // The store says once that it is away; one line more, when the first record is missing, is enough. Where one
    // customer's records alone fail and those of others don't, they are no news after the first.
    if (!(error instanceof StoreError)) this.#options.log.error("audit record not kept", { error });
    else if (!this.#isSaid && !this.#missing.has(customer)) {
      this.#isSaid = true;
      this.#options.log.warn("audit records are not kept for customers", { error });
    }
    this.#missing.set(customer, (this.#missing.get(customer) ?? 0) + records);
  }
}

/** Whether a record was opened and follows the one before it; where that is kept no more, it begins the chain. */
function follows(found: OpenedRecord | undefined, before: ListEntry | undefined): boolean {
  if (found === undefined) return false;
  const { record: { number }, previous } = found;
  if (before === undefined) return number > 1 || previous === null;
  return previous === before.mark && number === before.number + 1;
}
