import MiniSearch from "minisearch";
import type { Effect } from "../define/tool.ts";
import { Sayings } from "./sayings.ts";
import { SYNONYMS } from "./synonyms.ts";
import { boundedQuery, isQuestion, isTelling, stemOf, wordsOf } from "./terms.ts";
import { TOOL_WORDS } from "./tool_words.ts";
import { WISHES } from "./wishes.ts";

/** What the search reads of a tool. */
export interface SearchableTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly toolset: string;
  readonly effect: Effect;
}

/** What somebody said, and the words of the tools that they mean. */
export type Synonyms = readonly (readonly [said: string, meant: string])[];

/** What somebody wishes that Cloudways' API can't do, and what is possible instead. */
export type Wishes = readonly (readonly [said: string, statement: string])[];

/** What a query found. */
export interface Found<T extends SearchableTool> {
  /** Best first. Empty where no word of the query is known. */
  tools: T[];
  /** For each thing asked for that can't be done: a sentence that says so, and what is possible instead. */
  statements: string[];
}

/** How a search is narrowed. */
export interface SearchOptions<T extends SearchableTool> {
  /** At most so many tools; 5 where it is left out. */
  limit?: number;
  /** Which tools may be found; all where it is left out. */
  isAllowed?: (tool: T) => boolean;
}

const DEFAULT_LIMIT = 5;

/** A word put in the place of what somebody said counts less than one they said; one for a whole saying, more. */
const SYNONYM_WEIGHT = 0.7;
const SAYING_WEIGHT = 1.3;

/** How much a tool gains that reads where a question is asked, or that changes where none is. */
const QUESTION_WEIGHT = 1.6;
const REQUEST_WEIGHT = 1.3;

/** A removal that nobody asked for comes after its neighbours. */
const UNASKED_REMOVAL_WEIGHT = 0.7;
const REMOVES = /^(?:delete|remove|revoke|cancel|deactivate)_/;
const REMOVALS = ["delete", "remove", "revoke", "cancel", "deactivate"].map(stemOf);

/** A word that no tool has, and that is long enough, may have one letter wrong. */
const MIN_FUZZY_LENGTH = 5;

/** BM25: how soon a repeated word stops counting, and how much a long description costs. */
const BM25 = { k: 2, b: 0.3, d: 0 };

/**
 * Finds tools by plain words: those of names, titles and descriptions, and those that people use for them. Made once;
 * what a search costs is bounded by MAX_QUERY_CHARACTERS, however long the query is.
 */
export class ToolSearch<T extends SearchableTool> {
  readonly #tools: ReadonlyMap<string, T>;
  /** Every stem that a tool is found by. */
  readonly #known = new Set<string>();
  readonly #index: MiniSearch<T>;
  readonly #synonyms: Sayings<readonly string[]>;
  readonly #wishes: Sayings<string>;

  constructor(tools: readonly T[], synonyms: Synonyms = SYNONYMS, wishes: Wishes = WISHES) {
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.#synonyms = new Sayings(synonyms.map(([said, meant]) => [said, tellingStems(wordsOf(meant))]));
    this.#wishes = new Sayings(wishes);
    this.#index = new MiniSearch<T>({
      idField: "name",
      fields: ["text"],
      extractField: (tool, field) => field === "text" ? textOf(tool) : tool.name,
      tokenize: wordsOf,
      processTerm: (word) => isTelling(word) && this.#learn(stemOf(word)),
    });
    this.#index.addAll(tools);
  }

  /** Searches for what somebody wants. Of a long query only the start is read. */
  search(query: string, { limit = DEFAULT_LIMIT, isAllowed = () => true }: SearchOptions<T> = {}): Found<T> {
    const text = boundedQuery(query).toLowerCase();
    const words = wordsOf(text);
    const stems = words.map(stemOf);
    const weights = this.#weights(words, stems);
    const asksToSee = isQuestion(words);
    const asksToRemove = REMOVALS.some((removal) => weights.has(removal));
    const results = this.#index.search([...weights.keys()].join(" "), {
      tokenize: (text) => text.split(" "),
      processTerm: (term) => term,
      boostTerm: (term) => weights.get(term) ?? 1,
      boostDocument: (name) => this.#fitness(name, { asksToSee, asksToRemove }),
      bm25: BM25,
      fuzzy: (term) => term.length >= MIN_FUZZY_LENGTH && !this.#known.has(term) && 1,
    });
    const names = new Set([...namesIn(text), ...results.map(({ id }) => id)]);
    const tools = [...names].map((name) => this.#tools.get(name)).filter((tool) => tool !== undefined);
    const statements = this.#wishes.foundIn(stems).map(({ meant }) => meant);
    return { tools: tools.filter(isAllowed).slice(0, limit), statements: [...new Set(statements)] };
  }

  /** How well what a tool does fits how somebody asks. */
  #fitness(name: string, { asksToSee, asksToRemove }: { asksToSee: boolean; asksToRemove: boolean }): number {
    const reads = this.#tools.get(name)?.effect === "read";
    if (!asksToRemove && REMOVES.test(name)) return UNASKED_REMOVAL_WEIGHT;
    if (asksToSee) return reads ? QUESTION_WEIGHT : 1;
    return reads ? 1 : REQUEST_WEIGHT;
  }

  #learn(stem: string): string {
    this.#known.add(stem);
    return stem;
  }

  /** What to look for: the query's own stems, and those that its sayings mean. */
  #weights(words: readonly string[], stems: readonly string[]): ReadonlyMap<string, number> {
    const weights = new Map(tellingStems(words).map((stem) => [stem, 1]));
    for (const { meant, length } of this.#synonyms.foundIn(stems)) {
      const weight = length > 1 ? SAYING_WEIGHT : SYNONYM_WEIGHT;
      for (const stem of meant) weights.set(stem, Math.max(weights.get(stem) ?? 0, weight));
    }
    return weights;
  }
}

/** Everything that a tool is found by. Its name and the words people use count twice. */
function textOf({ name, title, description }: SearchableTool): string {
  const nameWords = name.replaceAll("_", " ");
  const peoplesWords = TOOL_WORDS[name] ?? "";
  return [nameWords, nameWords, title, peoplesWords, peoplesWords, description].join(" ");
}

/** The names of tools that a query spells out. */
function namesIn(query: string): string[] {
  return query.match(/[a-z]+(?:_[a-z]+)+/g) ?? [];
}

function tellingStems(words: readonly string[]): string[] {
  return words.filter(isTelling).map(stemOf);
}
