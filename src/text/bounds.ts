/**
 * Bounds on what is not ours, before anybody looks at it: cleaning and searching cost as much as there is to look at, and
 * what is not kept need not be looked at.
 */
import { ELLIPSIS } from "./clean.ts";

/** How much of a value is looked at. */
export interface ValueBounds {
  /** Most code points that are kept of one text or name. */
  text: number;
  /** Most entries of one list or object. */
  items: number;
  /** Most characters of all texts together, every value counting as a few more. */
  total: number;
}

/** Looked at beyond what is kept, so that a secret across the cut is recognised by what surrounds it. */
const MARGIN = 1024;

const VALUE_COST = 8;

/**
 * The beginning of a text of which only `maxLength` code points are kept. It ends with an ellipsis where there was
 * more, however little of it cleaning leaves.
 */
export function boundText(text: string, maxLength: number): string {
  const most = 2 * maxLength + MARGIN;
  return text.length <= most ? text : text.slice(0, most) + ELLIPSIS;
}

/** What is left of the bounds while a value is walked through. */
export class Budget {
  readonly #bounds: ValueBounds;
  #left: number;

  constructor(bounds: ValueBounds) {
    this.#bounds = bounds;
    this.#left = bounds.total;
  }

  /** Takes what any value costs. */
  takeValue(): void {
    this.#left -= VALUE_COST;
  }

  /** As much of a text or a name as there is room for. */
  takeText(text: string): string {
    const kept = this.#left <= 0 ? ELLIPSIS : boundText(text, Math.min(this.#bounds.text, this.#left));
    this.#left -= kept.length;
    return kept;
  }

  /** Whether there is room for one more entry in a list or an object that has so many. */
  hasRoom(entries: number): boolean {
    return entries < this.#bounds.items && this.#left > 0;
  }
}
