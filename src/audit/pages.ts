/** Merges the two lists of a customer by time, a page at a time. */
import type { ListEntry } from "../store/store.ts";
import type { AuditPage } from "./record.ts";
import type { OpenedRecord } from "./records.ts";

/** A place between two records of the merged lists. Says which records of each list come after it. */
export interface AuditPlace {
  /** Records of `done` with a smaller number. */
  done: number;
  /** Records of `refused` with this number or a smaller one. */
  refused: number;
}

/** An entry of a list, and its record if it could be read. */
export interface ListedRecord {
  entry: ListEntry;
  opened: OpenedRecord | undefined;
}

/** One list from a place on, newest first. Has one entry more than a page, to check the link of the page's last record. */
export type ListPart = readonly ListedRecord[];

/** More than the number of any record. */
const RADIX = 2 ** 26;

/** Decodes a place from its number. With no refusals left, that is the number of a record in `done`. */
export function decodePlace(number: number): AuditPlace {
  return { done: number % RADIX, refused: Math.floor(number / RADIX) };
}

/** Merges two lists into one page. A record that can't be read is a fault, and counts towards `limit`. */
export function mergedPage(doneList: ListPart, refusedList: ListPart, limit: number): AuditPage {
  const page: AuditPage = { records: [], next: null, faults: 0 };
  const done = new Cursor(doneList);
  const refused = new Cursor(refusedList);
  for (let shown = 0; shown < limit; shown++) {
    const newest = refused.time > done.time ? refused : done;
    const { current, next } = newest;
    if (current === undefined) return { ...page, next: null };
    newest.advance();
    const number = encodePlace(done, refused);
    if (!isLinked(current.opened, next?.entry)) page.faults++;
    if (current.opened !== undefined) page.records.push({ ...current.opened.record, number });
    page.next = number;
  }
  return done.current ?? refused.current ? page : { ...page, next: null };
}

/** A position in a list. */
class Cursor {
  readonly #list: ListPart;
  #at = 0;

  constructor(list: ListPart) {
    this.#list = list;
  }

  get previous(): ListedRecord | undefined {
    return this.#list[this.#at - 1];
  }

  get current(): ListedRecord | undefined {
    return this.#list[this.#at];
  }

  get next(): ListedRecord | undefined {
    return this.#list[this.#at + 1];
  }

  /** The current record's time: Infinity if it can't be read, so that it comes first; -Infinity after the last record. */
  get time(): number {
    if (this.current === undefined) return -Infinity;
    return Date.parse(this.current.opened?.record.time ?? "") || Infinity;
  }

  advance(): void {
    this.#at++;
  }
}

/** The number of the place after the records taken so far. Every record of either list makes it smaller. */
function encodePlace(done: Cursor, refused: Cursor): number {
  const taken = done.previous?.entry.number ?? (done.current?.entry.number ?? 0) + 1;
  return taken + (refused.current?.entry.number ?? 0) * RADIX;
}

/** Whether a record was opened and is linked to the one before it, if that is still kept. */
function isLinked(found: OpenedRecord | undefined, before: ListEntry | undefined): boolean {
  if (found === undefined) return false;
  const { record: { number }, previous } = found;
  if (before === undefined) return number > 1 || previous === null;
  return previous === before.mark && number === before.number + 1;
}
