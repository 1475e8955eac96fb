/** The two lists of a customer as one, in the order of time, a page at a time. */
import type { ListEntry } from "../store/store.ts";
import type { AuditPage } from "./record.ts";
import type { AuditListName, OpenedRecord } from "./records.ts";

/** A place between two records of the merged lists: which numbers of each list come after it. */
export interface AuditPlace {
  /** Records of what was done with a smaller number. */
  done: number;
  /** Refusals with a number that is not larger. */
  refused: number;
}

/** One list from a place on, newest first: one entry more than a page has, which shows what the last one follows. */
export interface ListPart {
  list: AuditListName;
  entries: readonly ListEntry[];
  /** What of the entries could be read. */
  opened: readonly (OpenedRecord | undefined)[];
}

/** More records than one list ever had. */
const RADIX = 2 ** 26;

/** The place that a number names; where no refusals are left it is the number of a record of what was done. */
export function placeOf(number: number): AuditPlace {
  return { done: number % RADIX, refused: Math.floor(number / RADIX) };
}

/** Merges two lists into one page. A record that can't be read is a fault, and takes a place on the page. */
export function mergedPage(parts: readonly ListPart[], limit: number): AuditPage {
  const page: AuditPage = { records: [], next: null, faults: 0 };
  const lists = parts.map((part) => ({ ...part, at: 0 }));
  for (let shown = 0; shown < limit; shown++) {
    const newest = lists.filter(({ entries, at }) => at < entries.length).sort(byTime)[0];
    if (newest === undefined) return { ...page, next: null };
    const { opened, entries, at } = newest;
    const found = opened[at];
    const follows = followsNext(found, entries[at + 1]);
    newest.at++;
    const number = numberAfter(lists);
    if (!follows) page.faults++;
    if (found !== undefined) page.records.push({ ...found.record, number });
    page.next = number;
  }
  return lists.some(({ entries, at }) => at < entries.length) ? page : { ...page, next: null };
}

type Cursor = ListPart & { at: number };

/** The later one first; one without a time, since it can't be read, before both. */
function byTime(a: Cursor, b: Cursor): number {
  const [first, second] = [a, b].map(({ opened, at }) => Date.parse(opened[at]?.record.time ?? "") || Infinity);
  return first === second || first === undefined || second === undefined ? 0 : second - first;
}

/** Names the place behind what was taken so far. It falls with every record, whichever list that is of. */
function numberAfter(lists: readonly Cursor[]): number {
  const done = lists.find(({ list }) => list === "done");
  const refused = lists.find(({ list }) => list === "refused");
  const taken = done?.entries[done.at - 1]?.number ?? (done?.entries[0]?.number ?? 0) + 1;
  return taken + (refused?.entries[refused.at]?.number ?? 0) * RADIX;
}

/** Whether a record was opened and follows the one before it; where that is kept no more, it begins the chain. */
function followsNext(found: OpenedRecord | undefined, before: ListEntry | undefined): boolean {
  if (found === undefined) return false;
  const { record: { number }, previous } = found;
  if (before === undefined) return number > 1 || previous === null;
  return previous === before.mark && number === before.number + 1;
}
