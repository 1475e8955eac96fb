import { LRUCache } from "lru-cache";
import { shortCustomerId } from "../identity/customer_id.ts";
import { KeyedMutex } from "../async/keyed_mutex.ts";
import { atMost } from "../store/at_most.ts";
import { type ListHead, type Store, StoreError, type StoreKey } from "../store/store.ts";
import { type AuditPage, type EndedMarks, YesEndedError } from "./record.ts";
import { isDoneOrDecided, type StampedEntry } from "./entry.ts";
import { decodePlace, type ListPart, mergedPage } from "./pages.ts";
import { auditKey, type AuditListName, type AuditRecords, type GapEntry } from "./records.ts";
import type { Logger } from "../telemetry/log.ts";

/** What {@linkcode CustomerAuditLists} need. */
export interface CustomerAuditListsOptions {
  store: Store;
  records: AuditRecords;
  log: Logger;
  /** How many records each list of a customer keeps. Defaults to 1,000 in `done` and 200 in `refused`. */
  keep?: Readonly<Record<AuditListName, number>>;
}

const TTL_MS = 90 * 24 * 3600_000;
const KEEP: Readonly<Record<AuditListName, number>> = { done: 1_000, refused: 200 };

/** Each failed try means that another process has appended a record. So many in a row mean that something is wrong. */
const MAX_TRIES = 50;

/** Lists whose missing records are counted. Beyond that, the counts of the least recently used lists are dropped. */
const MAX_COUNTED = 10_000;

/** How many records the search for a mark reads at once. */
const MARKS_PAGE = 25;

/** How far back a mark is searched for; longer than any yes can be used. */
const MARK_MS = 31 * 60_000;

/** The records of each customer, in the store. Several processes append to one list, and it stays one chain. */
export class CustomerAuditLists implements EndedMarks {
  readonly #options: CustomerAuditListsOptions;
  readonly #mutex = new KeyedMutex();
  /** How many records are missing, by customer and list. */
  readonly #missing = new LRUCache<string, number>(atMost(MAX_COUNTED));
  /** Whether a warning was logged, and no record has been kept since. */
  #hasWarned = false;

  constructor(options: CustomerAuditListsOptions) {
    this.#options = options;
  }

  /**
   * Appends one record. If the store fails, the record is counted as missing, and the next record follows a gap.
   *
   * @throws {YesEndedError} If a record of the last minutes has the same mark.
   */
  async append(customer: string, entry: StampedEntry): Promise<void> {
    const list = isDoneOrDecided(entry) ? "done" : "refused";
    await this.#mutex.run(`${customer} ${list}`, () => this.#append(customer, list, entry));
  }

  /** The customer's records of both lists, newest first. */
  async read(customer: string, { before, limit }: { before?: number | undefined; limit: number }): Promise<AuditPage> {
    const place = before === undefined ? undefined : decodePlace(before);
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
    const countKey = `${customer} ${list}`;
    try {
      let [head]: (ListHead | undefined)[] = await store.entries(key, { limit: 1 });
      const missing = this.#missing.get(countKey);
      const appendNext = (record: StampedEntry | GapEntry) =>
        this.#appendAfter(key, record, { after: head, keep: keep[list] });
      if (missing !== undefined) head = await appendNext({ time: entry.time, event: "gap", missing });
      this.#missing.delete(countKey);
      head = await appendNext(entry);
    } catch (error) {
      if (error instanceof YesEndedError) throw error;
      this.#count(countKey, entry.count ?? 1, error);
    }
  }

  /** Appends one record after the newest one, even if that changes meanwhile. Returns the new head. */
  async #appendAfter(
    key: StoreKey,
    entry: StampedEntry | GapEntry,
    { after, keep }: { after: ListHead | undefined; keep: number },
  ): Promise<ListHead> {
    const { store, records } = this.#options;
    let newest = after;
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      // The append fails if the list has changed since this search, so no two records ever have one mark.
      await this.#refuseKnownMark(key, entry);
      const sealed = await records.seal(key, entry, newest);
      const answer = await store.append(key, sealed, { after: newest, keep, ttlMs: TTL_MS });
      if (answer.appended) {
        this.#hasWarned = false;
        return answer.head;
      }
      newest = answer.head;
    }
    throw new StoreError(`Other processes appended first, ${MAX_TRIES} times in a row.`);
  }

  async #refuseKnownMark({ customer }: StoreKey, entry: StampedEntry | GapEntry): Promise<void> {
    if (entry.event !== "intent" || entry.mark === undefined) return;
    if (await this.hasMark(customer, entry.mark, Date.parse(entry.time) - MARK_MS)) {
      throw new YesEndedError("The yes was used or taken back before.");
    }
  }

  #count(countKey: string, records: number, error: unknown): void {
    // The store logs an outage once, so one more line for the first missing record is enough. Where only one customer's
    // records fail, the first failure is logged and those after it are not.
    if (!(error instanceof StoreError)) this.#options.log.error("audit record not kept", { error });
    else if (!this.#hasWarned && !this.#missing.has(countKey)) {
      this.#hasWarned = true;
      this.#options.log.warn("audit records are not kept for customers", { error });
    }
    this.#missing.set(countKey, (this.#missing.get(countKey) ?? 0) + records);
  }
}
