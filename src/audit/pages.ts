/** The two lists of a customer as one, in the order of time, a page at a time. */
import type { ListEntry } from "../store/store.ts";
import type { AuditPage } from "./record.ts";
import type { OpenedRecord } from "./records.ts";

/** A place between two records of the merged lists: which numbers of each list come after it. */
export interface AuditPlace {
  /** Records of what was done with a smaller number. */
  done: number;
  /** Refusals with a number that is not larger. */
  refused: number;
}

/** An entry of a list, and what could be read of it. */
export interface ListedRecord {
  entry: ListEntry;
  opened: OpenedRecord | undefined;
}

/** One list from a place on, newest first: one entry more than a page has, which shows what the last one follows. */
export type ListPart = readonly ListedRecord[];

/** More records than one list ever had. */
const RADIX = 2 ** 26;

/** The place that a number names; where no refusals are left it is the number of a record of what was done. */
export function placeOf(number: number): AuditPlace {
  return { done: number % RADIX, refused: Math.floor(number / RADIX) };
}

/** Merges two lists into one page. A record that can't be read is a fault, and takes a place on the page. */
export function mergedPage(doneList: ListPart, refusedList: ListPart, limit: number): AuditPage {
  const page: AuditPage = { records: [], next: null, faults: 0 };
  const done = new Cursor(doneList);
  const refused = new Cursor(refusedList);
  for (let shown = 0; shown < limit; shown++) {
    const newest = refused.time > done.time ? refused : done;
    const { current, next } = newest;
    if (current === undefined) return { ...page, next: null };
    newest.advance();
    const number = numberAfter(done, refused);
    if (!followsNext(current.opened, next?.entry)) page.faults++;
    if (current.opened !== undefined) page.records.push({ ...current.opened.record, number });
    page.next = number;
  }
  return done.current ?? refused.current ? page : { ...page, next: null };
}

/** A place in a list. */
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

  /** The current record's time; that of one that can't be read is later than any, and behind the last there is none. */
  get time(): number {
    if (this.current === undefined) return -Infinity;
    return Date.parse(this.current.opened?.record.time ?? "") || Infinity;
  }

  advance(): void {
    this.#at++;
  }
}

/** Names the place behind what was taken so far. It falls with every record, whichever list that is of. */
function numberAfter(done: Cursor, refused: Cursor): number {
  const taken = done.previous?.entry.number ?? (done.current?.entry.number ?? 0) + 1;
  return taken + (refused.current?.entry.number ?? 0) * RADIX;
}

/** Whether a record was opened and follows the one before it; where that is kept no more, it begins the chain. */
function followsNext(found: OpenedRecord | undefined, before: ListEntry | undefined): boolean {
  if (found === undefined) return false;
  const { record: { number }, previous } = found;
  if (before === undefined) return number > 1 || previous === null;
  return previous === before.mark && number === before.number + 1;
}
