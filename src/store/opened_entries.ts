import type * as z from "zod";
import type { Clock } from "../async/clock.ts";
import type { SealedStore, SealedValue } from "./sealed.ts";
import { HEAD_BYTES, nameWithinPurpose, type Store, type StoreKey } from "./store.ts";

/** What {@linkcode OpenedEntries} needs. */
export interface OpenedEntriesOptions {
  store: Store;
  sealed: SealedStore;
  clock: Clock;
  /** How long the entries live, in milliseconds. No value is kept longer after it was opened. */
  ttlMs: number;
  /** Most characters of all values that are kept: those of their sealed texts, unless a value counts otherwise. */
  maxCharacters: number;
  /** Most characters of one value; a longer one is opened each time. Defaults to `maxCharacters`. */
  maxCharactersEach?: number;
}

/** How many characters a value counts. */
export type CharactersOf<T> = (value: T, sealed: string) => number;

/** An opened entry, and how many characters it counts. */
interface Content<T> {
  value: T | undefined;
  characters: number;
}

/** A value that is kept, or is being opened. */
interface Kept<T> {
  schema: z.ZodType<T>;
  head: string;
  content: Promise<Content<T>>;
  characters: number;
  /** When it is dropped, in milliseconds of the monotonic clock. */
  until: number;
}

/** What a value takes besides the characters of its text, about. */
const OVERHEAD = 200;

/**
 * Keeps the values of sealed entries of one purpose in this process, so that an entry is opened and parsed once and not
 * for each call. A value is used while its entry has the same head, which has a random part that no two sealed texts
 * share. The values that were opened first go first.
 */
export class OpenedEntries {
  readonly #options: Required<OpenedEntriesOptions>;
  /** By the key within their purpose. In the order in which they were opened, and so in that of their ends. */
  readonly #kept = new Map<string, Kept<unknown>>();
  #characters = 0;
  /** No value ends earlier. In milliseconds of the monotonic clock. */
  #nextEnd = 0;

  constructor(options: OpenedEntriesOptions) {
    this.#options = { maxCharactersEach: options.maxCharacters, ...options };
  }

  /**
   * The value of an entry; undefined if it does not open, or does not match the schema. All calls get the same object and
   * must not change it.
   *
   * @param head The entry's head, just read from the store; undefined if there is no entry.
   * @param charactersOf By default a value counts the characters of its sealed text.
   */
  async read<T>(
    key: StoreKey,
    head: string | undefined,
    schema: z.ZodType<T>,
    charactersOf: CharactersOf<T> = lengthOfSealed,
  ): Promise<T | undefined> {
    this.#dropExpired();
    if (head === undefined) return undefined;
    const name = nameWithinPurpose(key);
    const found = this.#kept.get(name);
    if (found?.head === head && isOf(found, schema)) return (await found.content).value;
    return (await this.#keep(name, head, schema, this.#open(key, head, schema, charactersOf))).value;
  }

  /** Writes an entry, and keeps its value: what it would be opened to. */
  async write<T>(
    key: StoreKey,
    entry: SealedValue,
    schema: z.ZodType<T>,
    value: T,
    charactersOf: CharactersOf<T> = lengthOfSealed,
  ): Promise<void> {
    const { sealed, ttlMs } = this.#options;
    const text = await sealed.write(key, entry, ttlMs);
    const content = Promise.resolve({ value, characters: charactersOf(value, text) });
    await this.#keep(nameWithinPurpose(key), text.slice(0, HEAD_BYTES), schema, content);
  }

  /** Keeps a value as soon as it is open. Who asks for it in the meantime waits with the first. */
  async #keep<T>(name: string, head: string, schema: z.ZodType<T>, content: Promise<Content<T>>): Promise<Content<T>> {
    const until = this.#options.clock.monotonic() + this.#options.ttlMs;
    const kept: Kept<T> = { schema, head, content, characters: 0, until };
    this.#drop(name);
    this.#kept.set(name, kept);
    try {
      const opened = await content;
      if (this.#kept.get(name) === kept) this.#count(name, kept, opened);
      return opened;
    } catch (error) {
      if (this.#kept.get(name) === kept) this.#drop(name);
      throw error;
    }
  }

  /** Opens an entry. A head that is not full is the whole text. */
  async #open<T>(
    key: StoreKey,
    head: string,
    schema: z.ZodType<T>,
    charactersOf: CharactersOf<T>,
  ): Promise<Content<T>> {
    const { store, sealed } = this.#options;
    const text = head.length < HEAD_BYTES ? head : await store.get(key);
    if (text === undefined) return { value: undefined, characters: 0 };
    const value = await sealed.open(key, schema, text);
    return { value, characters: value === undefined ? 0 : charactersOf(value, text) };
  }

  /** Counts a value that is open now, and makes room for it. */
  #count(name: string, kept: Kept<unknown>, { value, characters }: Content<unknown>): void {
    const { maxCharacters, maxCharactersEach } = this.#options;
    if (value === undefined || characters > maxCharactersEach) return this.#drop(name);
    kept.characters = characters + OVERHEAD;
    this.#characters += kept.characters;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= maxCharacters) return;
      this.#drop(oldest);
    }
  }

  #dropExpired(): void {
    const now = this.#options.clock.monotonic();
    if (now < this.#nextEnd) return;
    for (const [name, { until }] of this.#kept) {
      this.#nextEnd = until;
      if (now < until) return;
      this.#drop(name);
    }
  }

  #drop(name: string): void {
    this.#characters -= this.#kept.get(name)?.characters ?? 0;
    this.#kept.delete(name);
  }
}

function lengthOfSealed(_value: unknown, { length }: string): number {
  return length;
}

/** Whether a value was parsed by this schema, so that it has its type. */
function isOf<T>(kept: Kept<unknown>, schema: z.ZodType<T>): kept is Kept<T> {
  return kept.schema === schema;
}
