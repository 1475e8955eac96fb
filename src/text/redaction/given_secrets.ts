/** Finds known secrets in texts, in every form in which they may be written. */
import { MultiSearch } from "./multi_search.ts";
import { formsOf } from "./secret_forms.ts";
import { ELLIPSIS } from "../clean.ts";
import type { WorkCounts } from "../work_counts.ts";

/**
 * Secrets of fewer characters are compared with whole values only; as parts of texts they would match ordinary words.
 */
export const MIN_SEARCHED = 6;

/** The characters of `isIdOrTime`, and of the same in lower case. */
const OF_ID_OR_TIME = /^[\dabcdefmorstuz_:.TZ+-]*$/;

/** Secrets, and the forms in which they may be written. */
class Wanted {
  readonly whole: ReadonlySet<string>;
  /** Those that are searched for. */
  readonly searched: readonly string[];
  /** The length of the shortest of these. No form of a secret is shorter than the secret. */
  readonly shortest: number;
  /** The length of the shortest of all. */
  readonly shortestWhole: number;
  readonly #lengths: ReadonlySet<number>;
  #forms: readonly string[] | undefined;
  #heads: readonly string[] | undefined;
  #mayBeInIdOrTime: boolean | undefined;

  constructor(secrets: readonly string[]) {
    this.whole = new Set(secrets.filter((secret) => secret !== ""));
    this.searched = [...this.whole].filter((secret) => secret.length >= MIN_SEARCHED);
    this.shortest = Math.min(...this.searched.map(({ length }) => length));
    this.#lengths = new Set([...this.whole].map(({ length }) => length));
    this.shortestWhole = Math.min(...this.#lengths);
  }

  /** Whether a text is one of them. A look at its length is cheaper than a search for a text that is new. */
  has(text: string): boolean {
    return this.#lengths.has(text.length) && this.whole.has(text);
  }

  /** All forms, each once. */
  get forms(): readonly string[] {
    return this.#forms ??= [...new Set(this.searched.flatMap(formsOf).map(foldCase))];
  }

  /** The first characters of the forms. Most texts contain none of these, and that check is fast. */
  get heads(): readonly string[] {
    return this.#heads ??= [...new Set(this.forms.map((form) => form.slice(0, MIN_SEARCHED)))];
  }

  /** Whether one consists of characters that ids of ours and times consist of. */
  get mayBeInIdOrTime(): boolean {
    return this.#mayBeInIdOrTime ??= [...this.whole, ...this.forms].some((form) => OF_ID_OR_TIME.test(form));
  }
}

/** Hides given secrets. An instance costs nothing until a text needs a search: only then is the search built. */
export class GivenSecrets {
  readonly #wanted: Wanted;
  readonly #work: WorkCounts | undefined;
  #search: MultiSearch | undefined;

  constructor(secrets: readonly string[] | Wanted, work?: WorkCounts) {
    this.#wanted = secrets instanceof Wanted ? secrets : new Wanted(secrets);
    this.#work = work;
  }

  /**
   * The same secrets and forms, with a search of its own. A search takes many times the memory of the forms, so what is
   * kept for long keeps no search.
   */
  again(): GivenSecrets {
    return new GivenSecrets(this.#wanted, this.#work);
  }

  /** Whether there is anything to hide. */
  get isEmpty(): boolean {
    return this.#wanted.whole.size === 0;
  }

  /** Whether a text is one of them. */
  has(text: string): boolean {
    return this.#wanted.has(text);
  }

  /** Whether a text that was not cut holds one of them. */
  isIn(text: string): boolean {
    return text.length >= this.#wanted.shortestWhole && this.hideIn(text, "") !== text;
  }

  /** As {@linkcode isIn}, for an id of ours or a time: hardly any secret can be in one. */
  isInIdOrTime(text: string): boolean {
    return text.length >= this.#wanted.shortestWhole && this.#wanted.mayBeInIdOrTime && this.isIn(text);
  }

  /**
   * Whether {@linkcode hideIn} leaves this text and each part of it as it is, if that is seen at once. While there are
   * secrets that are compared with whole texts only, it is not seen for any but short texts.
   *
   * @param ascii A text of ASCII characters.
   */
  isPlainlyFree(ascii: string): boolean {
    const { shortestWhole, heads } = this.#wanted;
    if (ascii.length < shortestWhole) return true;
    if (shortestWhole < MIN_SEARCHED) return false;
    const folded = ascii.toLowerCase();
    for (const head of heads) if (folded.includes(head)) return false;
    return true;
  }

  /**
   * The text with `mark` in place of each secret. Case is ignored, because part of a URL may come back in lower case.
   * In a text that was cut, and so ends with an ellipsis, the beginning of a secret right before the cut is hidden too.
   */
  hideIn(text: string, mark: string): string {
    const { searched, shortest } = this.#wanted;
    if (this.#wanted.has(text)) return mark;
    if (text.length < (text.endsWith(ELLIPSIS) ? MIN_SEARCHED : shortest)) return text;
    if (searched.length === 0) return text;
    const folded = foldCase(text);
    if (!this.#wanted.heads.some((head) => folded.includes(head))) return text;
    this.#search ??= this.#makeSearch(this.#wanted.forms);
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
