/** The parts of an answer that is too long, each with its size, so that shortening one measures the others once. */

/** What was shortened, and by how many entries or characters. */
export interface ShortenedPart {
  path: string;
  count: number;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The characters of a value as JSON; none for what JSON leaves out. */
function sizeOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}

/** A part of an answer. The value that it was made from stays as it is: calls may share it. */
export class AnswerPart {
  #value: unknown;
  #size: number;
  /** The members of an object, or the only entry of a list, once they were measured. */
  #parts: Map<string, AnswerPart> | undefined;
  /** Whether a part has become shorter than in the value. */
  #isStale = false;

  /** @param parts Its members, if they are measured. */
  private constructor(value: unknown, size: number, parts?: Map<string, AnswerPart>) {
    this.#value = value;
    this.#size = size;
    this.#parts = parts;
  }

  /** A whole answer. Its size is that of its members, so that each is written once. */
  static whole(answer: JsonObject): AnswerPart {
    const parts = partsOf(answer);
    let size = 1;
    // A member that JSON leaves out takes no room.
    for (const [name, part] of parts) if (part.#size > 0) size += sizeOf(name) + part.#size + 2;
    return new AnswerPart(answer, Math.max(2, size), parts);
  }

  /** A part, not yet divided further. */
  static of(value: unknown): AnswerPart {
    return new AnswerPart(value, sizeOf(value));
  }

  /** Whether a part of it was shortened. */
  get isShorter(): boolean {
    return this.#isStale;
  }

  /** The characters of its JSON. */
  get size(): number {
    return this.#size;
  }

  /** The members of an object, as far as they were shortened. */
  members(): Record<string, unknown> {
    return Object.fromEntries([...this.#measured()].map(([name, part]) => [name, part.#shortened()]));
  }

  /** The value, as far as it was shortened. */
  #shortened(): unknown {
    if (this.#isStale) this.#value = Array.isArray(this.#value) ? Object.values(this.members()) : this.members();
    this.#isStale = false;
    return this.#value;
  }

  /**
   * Shortens the largest member of an object. Returns nothing if it can't be shortened, or is less than half of a nested
   * object.
   *
   * @param path Where the object is in the answer; empty for the answer itself.
   * @param excess Removes about as many characters, and at least one entry.
   */
  shortenMember(path: string, excess: number): ShortenedPart | undefined {
    let [name, largest]: [string, AnswerPart | undefined] = ["", undefined];
    for (const [candidate, part] of this.#measured()) {
      if (largest === undefined || part.#size > largest.#size) [name, largest] = [candidate, part];
    }
    if (largest === undefined || (path !== "" && largest.#size < this.#size / 2)) return undefined;
    return this.#within(largest, path === "" ? name : `${path}.${name}`, excess);
  }

  #measured(): Map<string, AnswerPart> {
    return this.#parts ??= partsOf(this.#shortened());
  }

  /** Shortens a part of this one. */
  #within(part: AnswerPart, path: string, excess: number): ShortenedPart | undefined {
    const before = part.#size;
    const shortened = part.#shorten(path, excess);
    if (shortened === undefined) return undefined;
    this.#size -= before - part.#size;
    this.#isStale = true;
    return shortened;
  }

  #shorten(path: string, excess: number): ShortenedPart | undefined {
    const value = this.#shortened();
    if (typeof value === "string") return this.#shortenText(value, path, excess);
    if (typeof value !== "object" || value === null) return undefined;
    if (!Array.isArray(value)) return this.shortenMember(path, excess) ?? this.#removeMembers(value, path, excess);
    // A list with a single entry is shortened inside that entry.
    if (value.length === 1) return this.#shortenEntry(path, excess) ?? this.#removeEntries(value, path, excess);
    if (value.length === 0) return undefined;
    return this.#shortenListsWithin(value, path, excess) ?? this.#removeEntries(value, path, excess);
  }

  #shortenEntry(path: string, excess: number): ShortenedPart | undefined {
    const [entry] = this.#measured().values();
    // A text in a list is an entry: it stays whole, or goes.
    return entry === undefined || typeof entry.#value === "string"
      ? undefined
      : this.#within(entry, `${path}[]`, excess);
  }

  /** Shortens a list at its end. */
  #removeEntries(list: readonly unknown[], path: string, excess: number): ShortenedPart {
    const { length, count } = commonLength([list], { excess, size: this.#size + 2, least: 0 });
    this.#become(list.slice(0, length));
    return { path, count };
  }

  /**
   * Shortens the lists that the records of a list have under one name, if removing all but one entry of each makes enough
   * room. So all of many servers are shown with fewer applications each, not a few servers with all of theirs.
   */
  #shortenListsWithin(records: readonly unknown[], path: string, excess: number): ShortenedPart | undefined {
    const largest = largestLists(records);
    if (largest === undefined) return undefined;
    const { name, lists, size } = largest;
    const kept = lists.reduce((sum, [first]) => sum + sizeOf(first) + 3, 0);
    if (size - kept < excess) return undefined;
    const { length, count } = commonLength(lists, { excess, size, least: 1 });
    this.#become(records.map((record) => withShorterList(record, name, length)));
    return { path: `${path}[].${name}`, count };
  }

  /** Shortens an object whose names are data, such as one for each application: its last entries go. */
  #removeMembers(object: object, path: string, excess: number): ShortenedPart | undefined {
    const entries = Object.entries(object);
    if (entries.length === 0) return undefined;
    const count = Math.min(entries.length, Math.max(1, Math.ceil(entries.length * excess / this.#size)));
    this.#become(Object.fromEntries(entries.slice(0, entries.length - count)));
    return { path, count };
  }

  /** Shortens a long text at its end, never within a character. */
  #shortenText(text: string, path: string, excess: number): ShortenedPart | undefined {
    if (text === "") return undefined;
    const wanted = Math.max(1, Math.ceil(text.length * excess / this.#size));
    const kept = text.slice(0, Math.max(0, text.length - wanted)).replace(/[\uD800-\uDBFF]$/, "");
    this.#become(kept);
    return { path: `${path} (characters)`, count: text.length - kept.length };
  }

  #become(value: unknown): void {
    [this.#value, this.#size, this.#parts, this.#isStale] = [value, sizeOf(value), undefined, false];
  }
}

function partsOf(value: unknown): Map<string, AnswerPart> {
  return new Map(Object.entries(value ?? {}).map(([name, item]) => [name, AnswerPart.of(item)]));
}

/** The lists with several entries that records have under one name: those that are the largest together. */
function largestLists(records: readonly unknown[]) {
  const byName = new Map<string, unknown[][]>();
  for (const record of records) {
    if (!isObject(record)) continue;
    for (const name of Object.keys(record)) {
      const item = record[name];
      if (!Array.isArray(item) || item.length < 2) continue;
      const found = byName.get(name);
      if (found === undefined) byName.set(name, [item]);
      else found.push(item);
    }
  }
  let largest: { name: string; lists: unknown[][]; size: number } | undefined;
  for (const [name, lists] of byName) {
    const size = sizeOf(lists);
    if (largest === undefined || size > largest.size) largest = { name, lists, size };
  }
  return largest;
}

function withShorterList(record: unknown, name: string, length: number): unknown {
  if (!isObject(record)) return record;
  const list = record[name];
  if (!Array.isArray(list) || list.length <= length) return record;
  const shorter = list.slice(0, length);
  return Array.isArray(record) ? record.with(Number(name), shorter) : { ...record, [name]: shorter };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}

/**
 * To what length lists are shortened together, from their ends and the longest first, and how many entries go.
 *
 * @param size The characters of all lists together.
 * @param least The length below which no list is shortened.
 */
function commonLength(
  lists: readonly (readonly unknown[])[],
  { excess, size, least }: { excess: number; size: number; least: number },
): { length: number; count: number } {
  const entries = lists.reduce((sum, list) => sum + list.length, 0);
  const wanted = Math.max(1, Math.ceil(entries * excess / size));
  const gone = (length: number) => lists.reduce((sum, list) => sum + Math.max(0, list.length - length), 0);
  let [length, tooLong] = [least, lists.reduce((most, list) => Math.max(most, list.length), 0)];
  while (tooLong - length > 1) {
    const middle = Math.floor((length + tooLong) / 2);
    if (gone(middle) >= wanted) length = middle;
    else tooLong = middle;
  }
  return { length, count: gone(length) };
}
