/** Finds known secrets in texts, in every form in which they may be written. */
import { MultiSearch } from "./multi_search.ts";
import { formsOf } from "./secret_forms.ts";
import { ELLIPSIS } from "../clean.ts";
import type { WorkCounts } from "../work_counts.ts";

/**
 * Secrets of fewer characters are compared with whole values only; as parts of texts they would match ordinary words.
 */
export const MIN_SEARCHED = 6;

/** The forms of all secrets. */
interface Forms {
  all: readonly string[];
  /** Their first characters. Most texts contain none of these, and that check is fast. */
  heads: readonly string[];
}

/** Hides given secrets. An instance costs nothing until a text needs a search: only then is the search built. */
export class GivenSecrets {
  readonly #whole: ReadonlySet<string>;
  readonly #searched: readonly string[];
  /** The length of the shortest of these. No form of a secret is shorter than the secret. */
  readonly #shortest: number;
  readonly #work: WorkCounts | undefined;
  #forms: Forms | undefined;
  #search: MultiSearch | undefined;

  constructor(secrets: readonly string[], work?: WorkCounts) {
    this.#whole = new Set(secrets.filter((secret) => secret !== ""));
    this.#searched = [...this.#whole].filter((secret) => secret.length >= MIN_SEARCHED);
    this.#shortest = Math.min(...this.#searched.map(({ length }) => length));
    this.#work = work;
  }

  /** Whether there is anything to hide. */
  get isEmpty(): boolean {
    return this.#whole.size === 0;
  }

  /** Whether a text is one of them. */
  has(text: string): boolean {
    return this.#whole.has(text);
  }

  /**
   * The text with `mark` in place of each secret. Case is ignored, because part of a URL may come back in lower case.
   * In a text that was cut, and so ends with an ellipsis, the beginning of a secret right before the cut is hidden too.
   */
  hideIn(text: string, mark: string): string {
    if (this.#whole.has(text)) return mark;
    if (text.length < (text.endsWith(ELLIPSIS) ? MIN_SEARCHED : this.#shortest)) return text;
    if (this.#searched.length === 0) return text;
    const folded = foldCase(text);
    this.#forms ??= makeForms(this.#searched);
    if (!this.#forms.heads.some((head) => folded.includes(head))) return text;
    this.#search ??= this.#makeSearch(this.#forms.all);
    const places = folded.endsWith(ELLIPSIS)
      ? this.#search.search(folded.slice(0, -1), MIN_SEARCHED)
      : this.#search.search(folded);
    return places.length === 0 ? text : replace(text, places, mark);
  }

  #makeSearch(forms: readonly string[]): MultiSearch {
    if (this.#work !== undefined) {
      this.#work.searches++;
      this.#work.patternCharacters += forms.reduce((sum, { length }) => sum + length, 0);
    }
    return new MultiSearch(forms);
  }
}

function makeForms(secrets: readonly string[]): Forms {
  const all = [...new Set(secrets.flatMap(formsOf).map(foldCase))];
  return { all, heads: [...new Set(all.map((form) => form.slice(0, MIN_SEARCHED)))] };
}

/** The text in lower case and of the same length, so that its indices are those of the text. */
function foldCase(text: string): string {
  return text.replaceAll("\u0130", "I").toLowerCase().replaceAll("\u03c2", "\u03c3");
}

function replace(text: string, places: readonly { from: number; to: number }[], mark: string): string {
  let result = "";
  let copied = 0;
  for (const { from, to } of places) {
    result += text.slice(copied, from) + mark;
    copied = to;
  }
  return result + text.slice(copied);
}
