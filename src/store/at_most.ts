/** Options of an `LRUCache`, besides its own. */
export interface AtMost {
  maxSize: number;
  sizeCalculation: () => number;
}

/**
 * Options of an `LRUCache` of so many entries, one at least. Its own option `max` means the same, but takes the memory
 * for all of them at once, which made up most of the time of a start.
 */
export function atMost(entries: number): AtMost {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
