/** Counts the work that foreign input causes. Only tests read it, to check its bounds. */
export interface WorkCounts {
  /** Characters searched for secrets. */
  searchedCharacters: number;
  /** Searches built for given secrets. */
  searches: number;
  /** Characters of the patterns of those searches. */
  patternCharacters: number;
  /** Encrypted private keys that we tried to decrypt. */
  openedKeys: number;
}

/** All counts at zero. */
export function noWork(): WorkCounts {
  return { searchedCharacters: 0, searches: 0, patternCharacters: 0, openedKeys: 0 };
}
