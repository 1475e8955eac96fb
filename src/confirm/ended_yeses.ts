import type { Clock } from "../async/clock.ts";
import { RetainedTable } from "../store/memory/table.ts";
import type { EndedMarks } from "../audit/record.ts";
import { OPEN_MS } from "./approval_records.ts";

/** Where a yes was given. */
export type YesKind = "page" | "form";

/** What {@linkcode EndedYeses} needs. */
export interface EndedYesesOptions {
  clock: Clock;
  /** The record of what was done, by this process and the others. */
  records: EndedMarks;
  /** Yeses of one customer that are remembered. Defaults to 1,000. */
  maxPerCustomer?: number;
}

/** As long as a yes can be used, and a minute for clocks that differ. */
const REMEMBERED_MS = OPEN_MS + 60_000;

const MAX_REMEMBERED = 50_000;

/**
 * Remembers the yeses that were used or taken back. The store gives a yes out once, but somebody who can write there can
 * put it back. So one that ended in this process is no yes here, and one that ended elsewhere is found in the record of
 * what was done.
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
   * Ends a yes. False where it had ended before.
   *
   * @throws {StoreError} Where there is no room to remember it, or the record can't be read. It is no yes then.
   */
  async end(customer: string, mark: string): Promise<boolean> {
    const now = this.#options.clock.now();
    if (this.#remembered.get(mark, now) !== undefined) return false;
    // Before anything is waited for: of two at the same time one goes on.
    this.#remembered.set(mark, customer, { value: mark, expiresAt: now + REMEMBERED_MS }, now);
    return !await this.#options.records.hasMark(customer, mark, now - REMEMBERED_MS);
  }
}

/** What a yes is recognised by: a digest that leads nobody back to its page or its question. */
export async function markOf(kind: YesKind, name: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`used ${kind} ${name}`));
  return new Uint8Array(digest).toHex().slice(0, 32);
}
