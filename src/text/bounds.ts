/**
 * Bounds on foreign texts and values, applied before cleaning and searching: their cost grows with the size of the
 * input, and what is not kept need not be read.
 */
import { ELLIPSIS } from "./clean.ts";

/** How much of a value is processed. */
export interface ValueBounds {
  /** Most code points kept of one text or name. */
  text: number;
  /** Most entries of one list or object. */
  items: number;
  /** Most characters of all texts together; each value counts as eight more. */
  total: number;
}

/** Characters read beyond those that are kept, so that a secret across the cut is still recognised. */
const MARGIN = 1024;

const VALUE_COST = 8;

/**
 * The beginning of a text: enough for `maxLength` code points and a margin. A shortened text ends with an ellipsis,
 * even if cleaning then leaves fewer than `maxLength` code points.
 */
export function boundText(text: string, maxLength: number): string {
  const most = 2 * maxLength + MARGIN;
  return text.length <= most ? text : text.slice(0, most) + ELLIPSIS;
}

/** What is left of the bounds during a walk through a value. */
export class Budget {
  readonly #bounds: ValueBounds;
  #left: number;

  constructor(bounds: ValueBounds) {
    this.#bounds = bounds;
    this.#left = bounds.total;
  }

  /** Subtracts the cost of one value. */
  takeValue(): void {
    this.#left -= VALUE_COST;
  }

  /** As much of a text or name as there is room for; subtracts its length. */
  takeText(text: string): string {
    const kept = this.#left <= 0 ? ELLIPSIS : boundText(text, Math.min(this.#bounds.text, this.#left));
    this.#left -= kept.length;
    return kept;
  }

  /** Whether a list or object with this many entries may get one more. */
  hasRoom(entries: number): boolean {
    return entries < this.#bounds.items && this.#left > 0;
  }
}
