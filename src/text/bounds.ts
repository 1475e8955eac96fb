/**
 * Bounds what is not ours before anybody looks at it: cleaning and searching cost as much as there is to look at, and
 * what is not kept need not be looked at.
 */
import { ELLIPSIS } from "./clean.ts";

/** How much of a value is looked at. */
export interface ValueBounds {
  /** Most code points that are kept of one text or name. */
  text: number;
  /** Most entries of one list or object. */
  items: number;
  /** Most characters of all texts together, a value that is no text counting as a few. */
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

/** A copy of a value in which lists, objects and texts are bounded. Lists say how much is missing. */
export function boundValue(value: unknown, bounds: ValueBounds): unknown {
  let left = bounds.total;
  const bound = (inner: unknown): unknown => {
    left -= VALUE_COST;
    if (typeof inner === "string") return boundString(inner);
    if (typeof inner !== "object" || inner === null || inner instanceof Date || inner instanceof URL) return inner;
    if (Array.isArray(inner)) return boundList(inner);
    return boundObject(inner);
  };
  const boundString = (text: string): string => {
    const kept = left <= 0 ? ELLIPSIS : boundText(text, Math.min(bounds.text, left));
    left -= kept.length;
    return kept;
  };
  const boundList = (list: readonly unknown[]): unknown[] => {
    const kept: unknown[] = [];
    while (kept.length < Math.min(list.length, bounds.items) && left > 0) kept.push(bound(list[kept.length]));
    return kept.length === list.length ? kept : [...kept, `… ${list.length - kept.length} more`];
  };
  const boundObject = (object: object): Record<string, unknown> => {
    const kept: [string, unknown][] = [];
    for (const [name, inner] of Object.entries(object).slice(0, bounds.items)) {
      if (left <= 0) break;
      // What a name says of its value may stand where it is cut.
      const shown = boundString(name);
      kept.push([shown, shown === name ? bound(inner) : ELLIPSIS]);
    }
    return Object.fromEntries(kept);
  };
  return bound(value);
}
