import type { Clock } from "../async/clock.ts";
import { RetainedTable } from "../store/memory/table.ts";
import type { EndedMarks } from "../audit/record.ts";
import { MAX_OPEN_MS } from "./approval_records.ts";

/** Where a yes was given. */
export type YesKind = "page" | "form";

/** What {@linkcode EndedYeses} needs. */
export interface EndedYesesOptions {
  clock: Clock;
  /** The audit records of this process and the others. */
  records: EndedMarks;
  /** How many yeses of one customer are remembered. Defaults to 1,000. */
  maxPerCustomer?: number;
}

/** The time in which a yes can be used, and a minute more for clocks that differ. */
const REMEMBERED_MS = MAX_OPEN_MS + 60_000;

const MAX_REMEMBERED = 50_000;

/**
 * Remembers the yeses that were used or taken back. The store gives a yes out once, but somebody who can write to the
 * store can put it back. This process remembers the yeses that ended here, and finds those that ended elsewhere in the
 * audit records.
 */
export class EndedYeses {
  readonly #options: EndedYesesOptions;
  readonly #remembered: RetainedTable;

  constructor(options: EndedYesesOptions) {
    this.#options = options;
    this.#remembered = new RetainedTable({
      name: "used yes",
      maxEntries: MAX_REMEMBERED,
      maxEntriesPerOwner: options.maxPerCustomer ?? 1_000,
    });
  }

  /**
   * Ends a yes. False if it has ended before.
   *
   * @throws {StoreError} If there is no room to remember it, or the audit records can't be read. The yes must not
   * count.
   */
  async end(customer: string, mark: string): Promise<boolean> {
    const now = this.#options.clock.now();
    if (this.#remembered.get(mark, now) !== undefined) return false;
    // Set before the first await, so that only one of two concurrent calls goes on.
    this.#remembered.set(mark, customer, { value: mark, expiresAt: now + REMEMBERED_MS }, now);
    return !await this.#options.records.hasMark(customer, mark, now - REMEMBERED_MS);
  }
}

/** Identifies a yes: a digest that does not reveal its page or its question. 32 hex digits. */
export async function markOf(kind: YesKind, name: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`used ${kind} ${name}`));
  return new Uint8Array(digest).toHex().slice(0, 32);
}
