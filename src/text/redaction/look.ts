/** Looks whether a value is shown as it is, before it is copied: most answers are. */
import { MAX_DEPTH, type Members, type Place, type Reading, type Showing } from "../walk.ts";
import type { JsonValue } from "../clean.ts";
import type { NameKind } from "./names.ts";

/** What decides how a value is shown. */
interface Shower {
  readonly showing: Showing<NameKind>;
  /** Whether a text is known to be shown as it is, as it came and cleaned. */
  leaves(text: string): boolean;
}

/** What a value or a name counts besides its characters. So nothing counts more than its JSON has characters. */
const COST = 1;

/**
 * One look at one value. It decides as a walk with the same reading and showing does, and ends at the first part that
 * the walk would change, or that JSON does not hold as it is.
 */
export class Look {
  readonly #shower: Shower;
  readonly #showing: Showing<NameKind>;
  readonly #reading: Reading;
  /** Characters that may still be read. */
  #left: number;

  constructor(shower: Shower, reading: Reading, most: number) {
    this.#shower = shower;
    this.#showing = shower.showing;
    this.#reading = reading;
    this.#left = most;
  }

  /** Whether the value is shown as it is. */
  leaves(value: unknown): value is JsonValue {
    return this.#leaves(value, { context: this.#showing.outermost, depth: 0 });
  }

  #leaves(value: unknown, place: Place<NameKind>): boolean {
    if (typeof value === "string") return this.#leavesText(value, place);
    this.#left -= COST;
    if (typeof value === "number") return this.#showing.number(value, place) === value;
    if (typeof value === "boolean" || value === null) return true;
    if (typeof value !== "object" || place.depth >= MAX_DEPTH || this.#left < 0) return false;
    if (Array.isArray(value)) return this.#leavesItems(value, place);
    return isPlainObject(value) && this.#leavesFields(value, place);
  }

  #leavesItems(items: readonly unknown[], { context, depth }: Place<NameKind>): boolean {
    let before: string | undefined;
    for (const item of items) {
      if (!this.#leaves(item, { context, depth: depth + 1, before })) return false;
      before = typeof item === "string" ? item : undefined;
    }
    return true;
  }

  #leavesFields(fields: Readonly<Record<string, unknown>>, { context, depth }: Place<NameKind>): boolean {
    const names = Object.keys(fields);
    const members: Members = () => names.map((name) => [name, fields[name]]);
    let place: Place<NameKind> | undefined;
    for (const name of names) {
      if (!this.#leavesName(name, depth)) return false;
      const within = this.#showing.within(context, name, members);
      if (place === undefined || place.context !== within) place = { context: within, depth: depth + 1 };
      if (!this.#leaves(fields[name], place)) return false;
    }
    return true;
  }

  #leavesName(name: string, depth: number): boolean {
    this.#left -= name.length + COST;
    if (this.#left < 0) return false;
    return this.#shower.leaves(name) ||
      (this.#reading.name(name) === name && this.#showing.name(name, depth) === name);
  }

  #leavesText(text: string, place: Place<NameKind>): boolean {
    this.#left -= text.length + COST;
    if (this.#left < 0) return false;
    if (place.context === "plain" && place.before === undefined && this.#shower.leaves(text)) return true;
    return this.#reading.text(text) === text && this.#showing.text(text, place) === text;
  }
}

/** Whether an object is no instance of a class, which JSON could write in another way. */
function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
