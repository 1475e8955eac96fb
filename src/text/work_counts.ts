/** What was done for a stranger's input. Tests count it, to hold it to bounds; nothing else reads it. */
export interface WorkCounts {
  /** Characters that were looked through for secrets. */
  searchedCharacters: number;
  /** Searches for given secrets that were made, and the characters of their patterns. */
  searches: number;
  patternCharacters: number;
  /** Encrypted keys that were tried. */
  openedKeys: number;
}

/** Nothing done yet. */
export function noWork(): WorkCounts {
  return { searchedCharacters: 0, searches: 0, patternCharacters: 0, openedKeys: 0 };
}
