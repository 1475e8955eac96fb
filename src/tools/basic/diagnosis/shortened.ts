/** Keeps the answer of a diagnosis short, whatever the account holds. */

/** Most characters of an answer. */
export const MAX_CHARACTERS = 12_000;

/** Leaves out figures, then the least sure causes, until the answer is short enough. */
export function shortened<T extends { figures: Record<string, unknown>; causes: unknown[] }>(answer: T): T {
  const figures = Object.entries(answer.figures);
  let { causes } = answer;
  const made = (): T => ({ ...answer, figures: Object.fromEntries(figures), causes });
  while (JSON.stringify(made()).length > MAX_CHARACTERS && (figures.length > 0 || causes.length > 1)) {
    if (figures.length > 0) figures.pop();
    else causes = causes.slice(0, -1);
  }
  return made();
}
