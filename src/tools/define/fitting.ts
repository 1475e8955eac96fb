/** Enough for one answer. */
const MAX_PAGE_CHARACTERS = 40_000;

/** The first entries of a page that fit into one answer, at least one. The others come with the next page. */
export function fitting<T>(page: Iterable<T>): T[] {
  const shown: T[] = [];
  let characters = 0;
  for (const entry of page) {
    characters += JSON.stringify(entry).length;
    if (characters > MAX_PAGE_CHARACTERS && shown.length > 0) break;
    shown.push(entry);
  }
  return shown;
}
