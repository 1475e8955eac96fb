/** Size options of an `LRUCache`. */
export interface AtMost {
  maxSize: number;
  sizeCalculation: () => number;
}

/**
 * Size options for an `LRUCache` of at most `entries` entries; at least 1. The cache's own option `max` means the same, but
 * allocates memory for all entries at once, which took most of the start-up time.
 */
export function atMost(entries: number): AtMost {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
