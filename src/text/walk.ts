/**
 * Copies a value into JSON form in one walk. Each text and name is bounded, then read (cleaned), then shown (secrets
 * hidden, cut), in that order.
 */
import { Turns } from "../async/turns.ts";
import { boundText, Budget, type ValueBounds } from "./bounds.ts";
import { ELLIPSIS, type JsonValue } from "./clean.ts";

/** How deep lists and objects may be nested. */
export const MAX_DEPTH = 64;

/** Where a part is inside the walked value. */
export interface Place<Context> {
  /** What the names around it say about it. */
  readonly context: Context;
  /** How many lists and objects enclose it. */
  readonly depth: number;
  /** The text right before it in its list, as read. */
  readonly before?: string | undefined;
}

/** How texts and names are read. All later decisions about a part see it as read. */
export interface Reading {
  text(text: string): string;
  /** A field is left out if reading makes its name equal to another field's: it must not replace the other. */
  name(name: string): string;
}

/** The members of an object, as read. */
export type Members = () => readonly [name: string, value: unknown][];

/** How texts, names and numbers are shown once they have been read. */
export interface Showing<Context> {
  /** The context of the whole value. */
  readonly outermost: Context;
  /** The context of a field's value. The other members of its object may affect it. */
  within(outer: Context, name: string, members: Members): Context;
  text(text: string, place: Place<Context>): string;
  name(name: string, depth: number): string;
  number(value: number, place: Place<Context>): JsonValue;
}

/** A replacement for a value. */
export interface Opened {
  /** Walked in place of the value. */
  readonly value: unknown;
  /** Turns the result of that walk into what is shown; by default it is shown unchanged. */
  readonly close?: (result: JsonValue) => JsonValue;
}

/** What a walk does with a value. */
export interface Rules<Context> {
  /** How much of it is processed; everything by default. */
  readonly bounds?: ValueBounds;
  readonly reading?: Reading;
  readonly showing: Showing<Context>;
  /** Replaces what is nested too deep; an ellipsis by default. */
  readonly tooDeep?: string;
  /**
   * Replaces a value before it is walked; undefined keeps it.
   *
   * @param outer The lists and objects around it, the outermost first.
   */
  open?(value: unknown, place: Place<Context>, outer: readonly object[]): Opened | undefined;
}

/** Shows everything as it was read. */
export const AS_READ: Showing<undefined> = {
  outermost: undefined,
  within: () => undefined,
  text: (text) => text,
  name: (name) => name,
  number: (value) => value,
};

/**
 * Copies a value by the rules. What JSON can't hold is left out of objects and is null elsewhere. Dates and URLs become
 * texts. Only an object's own fields count.
 *
 * @param depth How many lists and objects enclose the value.
 */
export function transform<Context>(value: unknown, rules: Rules<Context>, depth = 0): JsonValue {
  const walk = new Walk(rules).value(value, { context: rules.showing.outermost, depth });
  let step = walk.next();
  while (step.done !== true) step = walk.next();
  return step.value;
}

/** As {@linkcode transform}, with pauses in which other work gets its turn. */
export async function transformInTurns<Context>(value: unknown, rules: Rules<Context>): Promise<JsonValue> {
  const walk = new Walk(rules, new Turns()).value(value, { context: rules.showing.outermost, depth: 0 });
  let step = walk.next();
  while (step.done !== true) {
    await step.value;
    step = walk.next();
  }
  return step.value;
}

const UNBOUNDED: ValueBounds = { text: Infinity, items: Infinity, total: Infinity };

const AS_IS: Reading = { text: (text) => text, name: (name) => name };

/** A walk that yields a promise for each pause, and goes on when the promise resolves. */
type Steps<Result> = Generator<Promise<void>, Result>;

/** A part of a value that is read but not yet shown. */
interface Part {
  /** Texts as read; lists and objects as they came. */
  readonly read: unknown;
  /** The value before {@linkcode Rules.open} replaced it. */
  readonly origin: unknown;
  readonly close: Opened["close"] | undefined;
}

/** Most code points read of a member's text to see what it says about the other members. */
const MAX_MEMBER_TEXT = 64;

/** Replaces a value whose name was cut. */
const CUT: Part = { read: ELLIPSIS, origin: ELLIPSIS, close: undefined };

class Walk<Context> {
  readonly #rules: Rules<Context>;
  readonly #reading: Reading;
  readonly #showing: Showing<Context>;
  readonly #bounds: ValueBounds;
  readonly #budget: Budget;
  readonly #turns: Turns | undefined;
  readonly #outer: object[] = [];

  constructor(rules: Rules<Context>, turns?: Turns) {
    this.#rules = rules;
    this.#reading = rules.reading ?? AS_IS;
    this.#showing = rules.showing;
    this.#bounds = rules.bounds ?? UNBOUNDED;
    this.#budget = new Budget(this.#bounds);
    this.#turns = turns;
  }

  *value(value: unknown, place: Place<Context>): Steps<JsonValue> {
    const part = this.#part(value, place);
    return isObject(part.read) ? yield* this.#show(part.read, part, place) : this.#leaf(part, place);
  }

  #part(origin: unknown, place: Place<Context>): Part {
    const opened = this.#rules.open?.(origin, place, this.#outer);
    const value = opened === undefined ? origin : opened.value;
    this.#budget.takeValue();
    return { read: this.#read(value, place.depth), origin, close: opened?.close };
  }

  #read(value: unknown, depth: number): unknown {
    const plain = plainOf(value);
    if (typeof plain === "string") return this.#reading.text(this.#budget.takeText(plain));
    return isObject(plain) && depth >= MAX_DEPTH ? this.#rules.tooDeep ?? ELLIPSIS : plain;
  }

  *#show(read: object, { origin, close }: Part, place: Place<Context>): Steps<JsonValue> {
    this.#outer.push(isObject(origin) ? origin : read);
    const shown = Array.isArray(read) ? yield* this.#list(read, place) : yield* this.#object(read, place);
    this.#outer.pop();
    return closed(shown, close);
  }

  #leaf({ read, close }: Part, place: Place<Context>): JsonValue {
    if (typeof read === "string") return closed(this.#showing.text(read, place), close);
    if (typeof read === "number") return closed(this.#showing.number(read, place), close);
    return closed(typeof read === "boolean" ? read : null, close);
  }

  *#list(list: readonly unknown[], { context, depth }: Place<Context>): Steps<JsonValue[]> {
    const shown: JsonValue[] = [];
    let before: string | undefined;
    for (const item of list) {
      if (!this.#budget.hasRoom(shown.length)) break;
      const pause = this.#turns?.next();
      if (pause !== undefined) yield pause;
      const place = { context, depth: depth + 1, before };
      const part = this.#part(item, place);
      shown.push(isObject(part.read) ? yield* this.#show(part.read, part, place) : this.#leaf(part, place));
      before = typeof part.read === "string" ? part.read : undefined;
    }
    const missing = list.length - shown.length;
    if (missing > 0) shown.push(this.#showing.text(`… ${missing} more`, { context, depth: depth + 1, before }));
    return shown;
  }

  *#object(object: object, { context, depth }: Place<Context>): Steps<Record<string, JsonValue>> {
    const shown: Record<string, JsonValue> = {};
    let changed: Set<string> | undefined;
    const entries = Object.entries(object);
    const members = this.#members(entries);
    for (const [index, [name, value]] of entries.entries()) {
      if (!this.#budget.hasRoom(index)) break;
      const pause = this.#turns?.next();
      if (pause !== undefined) yield pause;
      const bounded = this.#budget.takeText(name);
      const read = this.#reading.name(bounded);
      if (read !== name && (changed?.has(read) || Object.hasOwn(object, read))) continue;
      const place = { context: this.#showing.within(context, read, members), depth: depth + 1 };
      // The missing end of a cut name could say that its value is secret.
      const part = bounded === name ? this.#part(value, place) : CUT;
      if (!fitsJson(part.read)) continue;
      if (read !== name) (changed ??= new Set()).add(read);
      const result = isObject(part.read) ? yield* this.#show(part.read, part, place) : this.#leaf(part, place);
      define(shown, this.#showing.name(read, depth), result);
    }
    return shown;
  }

  /** The members of an object within the bounds, as read. They are read at the first call and kept. */
  #members(entries: readonly [string, unknown][]): Members {
    let members: [string, unknown][] | undefined;
    return () => members ??= entries.slice(0, this.#bounds.items).map((entry) => this.#member(entry));
  }

  #member([name, value]: [string, unknown]): [string, unknown] {
    const text = typeof value === "string" ? this.#reading.text(boundText(value, MAX_MEMBER_TEXT)) : value;
    return [this.#reading.name(boundText(name, this.#bounds.text)), text];
  }
}

/** Sets a field, whatever its name: a plain assignment would take `__proto__` for something else. */
function define(object: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  } else object[name] = value;
}

function closed(shown: JsonValue, close: Part["close"]): JsonValue {
  return close === undefined ? shown : close(shown);
}

/** Big integers, URLs and dates in their JSON form, text or null; any other value unchanged. */
function plainOf(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof URL) return value.href;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Whether JSON can hold a value. Fields with other values are left out, as by `JSON.stringify`. */
function fitsJson(value: unknown): boolean {
  return value !== undefined && typeof value !== "function" && typeof value !== "symbol";
}
