/** Enough for one answer. */
const MAX_PAGE_CHARACTERS = 40_000;

/** The first entries of a page that fit into one answer, at least one. The others come with the next page. */
export function fitting<T>(page: readonly T[]): T[] {
  let characters = 0;
  return page.filter((entry, index) =>
    (characters += JSON.stringify(entry).length) <= MAX_PAGE_CHARACTERS || index === 0
  );
}
