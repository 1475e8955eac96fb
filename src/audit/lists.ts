import { LRUCache } from "lru-cache";
import { shortCustomerId } from "../identity/customer_id.ts";
import { KeyedMutex } from "../async/keyed_mutex.ts";
import { atMost } from "../store/at_most.ts";
import { type ListHead, type Store, StoreError, type StoreKey } from "../store/store.ts";
import { type AuditPage, type EndedMarks, YesEndedError } from "./record.ts";
import { isDeed, type StampedEntry } from "./entry.ts";
import { type ListPart, mergedPage, placeOf } from "./pages.ts";
import { auditKey, type AuditListName, type AuditRecords, type GapEntry } from "./records.ts";
import type { Logger } from "../telemetry/log.ts";

/** What {@linkcode CustomerAuditLists} need. */
export interface CustomerAuditListsOptions {
  store: Store;
  records: AuditRecords;
  log: Logger;
  /** How many records each list of a customer keeps. Defaults to 1,000 of what was done and 200 refusals. */
  keep?: Readonly<Record<AuditListName, number>>;
}

const TTL_MS = 90 * 24 * 3600_000;
const KEEP: Readonly<Record<AuditListName, number>> = { done: 1_000, refused: 200 };

/** Each time another process was faster it got on, so this many in a row mean that something is wrong. */
const MAX_TRIES = 50;

/** Lists whose missing records are counted; beyond that the counts of those longest quiet are dropped. */
const MAX_COUNTED = 10_000;

/** How many records are read at once in search of a mark. */
const MARKS_PAGE = 25;

/** Longer than a yes can be used. */
const MARK_MS = 11 * 60_000;

/** The records of each customer, in the store: several processes append to one list, and it stays one chain. */
export class CustomerAuditLists implements EndedMarks {
  readonly #options: CustomerAuditListsOptions;
  readonly #mutex = new KeyedMutex();
  /** By the name of the list. */
  readonly #missing = new LRUCache<string, number>(atMost(MAX_COUNTED));
  /** Whether it was said that records are not kept, and none has been kept since. */
  #isSaid = false;

  constructor(options: CustomerAuditListsOptions) {
    this.#options = options;
  }

  /**
   * Appends one record. Where that fails it is counted, and the next one that succeeds stands after a gap.
   *
   * @throws {YesEndedError} Where a record of the last minutes bears the same mark.
   */
  async append(customer: string, entry: StampedEntry): Promise<void> {
    const list = isDeed(entry) ? "done" : "refused";
    await this.#mutex.run(`${customer} ${list}`, () => this.#append(customer, list, entry));
  }

  /** The customer's records of both lists, newest first. */
  async read(customer: string, { before, limit }: { before?: number | undefined; limit: number }): Promise<AuditPage> {
    const place = before === undefined ? undefined : placeOf(before);
    const [done, refused] = await Promise.all([
      this.#part(customer, "done", { before: place?.done, limit: limit + 1 }),
      this.#part(customer, "refused", { before: place && place.refused + 1, limit: limit + 1 }),
    ]);
    const page = mergedPage(done, refused, limit);
    if (page.faults > 0) {
      const { log } = this.#options;
      log.warn("audit records were changed or are missing", {
        customer: shortCustomerId(customer),
        faults: page.faults,
      });
    }
    return page;
  }

  async hasMark(customer: string, mark: string, since: number): Promise<boolean> {
    let before: number | undefined;
    while (true) {
      const part = await this.#part(customer, "done", { before, limit: MARKS_PAGE });
      if (part.some(({ opened }) => opened?.mark === mark)) return true;
      const oldest = part.findLast(({ opened }) => opened !== undefined)?.opened?.record.time;
      if (part.length < MARKS_PAGE || (oldest !== undefined && Date.parse(oldest) < since)) return false;
      before = part.at(-1)?.entry.number;
    }
  }

  async #part(
    customer: string,
    list: AuditListName,
    page: { before: number | undefined; limit: number },
  ): Promise<ListPart> {
    const { store, records } = this.#options;
    const key = auditKey(customer, list);
    const entries = await store.entries(key, page);
    return await Promise.all(entries.map(async (entry) => ({ entry, opened: await records.open(key, entry) })));
  }

  async #append(customer: string, list: AuditListName, entry: StampedEntry): Promise<void> {
    const { store, keep = KEEP } = this.#options;
    const key = auditKey(customer, list);
    const counted = `${customer} ${list}`;
    try {
      let [head]: (ListHead | undefined)[] = await store.entries(key, { limit: 1 });
      const missing = this.#missing.get(counted);
      const put = (record: StampedEntry | GapEntry) => this.#put(key, record, { after: head, keep: keep[list] });
      if (missing !== undefined) head = await put({ time: entry.time, event: "gap", missing });
      this.#missing.delete(counted);
      head = await put(entry);
    } catch (error) {
      if (error instanceof YesEndedError) throw error;
      this.#count(counted, entry.count ?? 1, error);
    }
  }

  /** Appends one record to what is there by then, and gives its place. */
  async #put(
    key: StoreKey,
    entry: StampedEntry | GapEntry,
    { after, keep }: { after: ListHead | undefined; keep: number },
  ): Promise<ListHead> {
    const { store, records } = this.#options;
    let newest = after;
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      // It is appended only if nothing was since the list was searched, so no two with one mark ever are.
      await this.#refuseKnownMark(key, entry);
      const sealed = await records.seal(key, entry, newest);
      const answer = await store.append(key, sealed, { after: newest, keep, ttlMs: TTL_MS });
      if (answer.appended) {
        this.#isSaid = false;
        return answer.head;
      }
      newest = answer.head;
    }
    throw new StoreError(`Others were faster to append ${MAX_TRIES} times.`);
  }

  async #refuseKnownMark({ customer }: StoreKey, entry: StampedEntry | GapEntry): Promise<void> {
    if (entry.event !== "intent" || entry.mark === undefined) return;
    if (await this.hasMark(customer, entry.mark, Date.parse(entry.time) - MARK_MS)) {
      throw new YesEndedError("The yes was used or taken back before.");
    }
  }

  #count(counted: string, records: number, error: unknown): void {
    // The store says once that it is away; one line more, when the first record is missing, is enough. Where one
    // customer's records alone fail and those of others don't, they are no news after the first.
    if (!(error instanceof StoreError)) this.#options.log.error("audit record not kept", { error });
    else if (!this.#isSaid && !this.#missing.has(counted)) {
      this.#isSaid = true;
      this.#options.log.warn("audit records are not kept for customers", { error });
    }
    this.#missing.set(counted, (this.#missing.get(counted) ?? 0) + records);
  }
}
