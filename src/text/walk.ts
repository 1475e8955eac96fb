/**
 * One walk through a value, and one copy of it, as JSON can hold it. Each text and name is bounded, then read (cleaned),
 * then shown (without secrets, cut), in that order.
 */
import { Turns } from "../async/turns.ts";
import { boundText, Budget, type ValueBounds } from "./bounds.ts";
import { ELLIPSIS, type JsonValue } from "./clean.ts";

/** How deep lists and objects may be nested. */
export const MAX_DEPTH = 64;

/** Where in a value a part of it stands. */
export interface Place<Context> {
  /** What is known of it from outside. */
  readonly context: Context;
  /** How many lists and objects it stands in. */
  readonly depth: number;
  /** The text before it in its list, as it was read. */
  readonly before?: string | undefined;
}

/** How texts and names are read: what decides about a part sees it as it was read. */
export interface Reading {
  text(text: string): string;
  /** A name that only reading makes equal to another one is left out, so that it can't take the other's place. */
  name(name: string): string;
}

/** The members of an object, as they were read. */
export type Members = () => readonly [name: string, value: unknown][];

/** How texts, names and numbers are shown once they have been read. */
export interface Showing<Context> {
  /** The context of the whole value. */
  readonly outermost: Context;
  /** The context of a field's value. Other members of its object may say something of it. */
  within(outer: Context, name: string, members: Members): Context;
  text(text: string, place: Place<Context>): string;
  name(name: string, depth: number): string;
  number(value: number, place: Place<Context>): JsonValue;
}

/** What is walked in place of a value. */
export interface Opened {
  readonly value: unknown;
  /** Makes of the result what stands in place of the value; by default it is the result itself. */
  readonly close?: (result: JsonValue) => JsonValue;
}

/** What becomes of a value on a walk. */
export interface Rules<Context> {
  /** How much of it is looked at; everything by default. */
  readonly bounds?: ValueBounds;
  readonly reading?: Reading;
  readonly showing: Showing<Context>;
  /** Stands for what is nested too deep; an ellipsis by default. */
  readonly tooDeep?: string;
  /**
   * What is walked in place of a value; undefined for the value itself.
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
 * The copy of a value that the rules make. What JSON has no form for is left out of objects and is null elsewhere; dates
 * and URLs become texts. Only an object's own fields count.
 *
 * @param depth How deep the value stands in another one.
 */
export function transform<Context>(value: unknown, rules: Rules<Context>, depth = 0): JsonValue {
  const walk = new Walk(rules).value(value, { context: rules.showing.outermost, depth });
  let step = walk.next();
  while (step.done !== true) step = walk.next();
  return step.value;
}

/** As {@linkcode transform}, with turns for others in between. */
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

/** A walk that pauses where others have their turn, for as long as that takes. */
type Steps<Result> = Generator<Promise<void>, Result>;

/** A part of a value that was looked at, and not yet shown. */
interface Part {
  /** Texts as they were read; lists and objects as they came. */
  readonly read: unknown;
  /** What it stands for. */
  readonly origin: unknown;
  readonly close: Opened["close"] | undefined;
}

/** A member that says something of another one is short. */
const MAX_TELLING = 64;

/** Stands for a value whose name was cut. */
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
    return yield* this.#show(this.#look(value, place), place);
  }

  #look(origin: unknown, place: Place<Context>): Part {
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

  *#show({ read, origin, close }: Part, place: Place<Context>): Steps<JsonValue> {
    if (!isObject(read)) return closed(this.#leaf(read, place), close);
    this.#outer.push(isObject(origin) ? origin : read);
    const shown = Array.isArray(read) ? yield* this.#list(read, place) : yield* this.#object(read, place);
    this.#outer.pop();
    return closed(shown, close);
  }

  #leaf(read: unknown, place: Place<Context>): JsonValue {
    if (typeof read === "string") return this.#showing.text(read, place);
    if (typeof read === "number") return this.#showing.number(read, place);
    return typeof read === "boolean" ? read : null;
  }

  *#list(list: readonly unknown[], { context, depth }: Place<Context>): Steps<JsonValue[]> {
    const shown: JsonValue[] = [];
    let before: string | undefined;
    for (const item of list) {
      if (!this.#budget.hasRoom(shown.length)) break;
      const others = this.#turns?.next();
      if (others !== undefined) yield others;
      const place = { context, depth: depth + 1, before };
      const part = this.#look(item, place);
      shown.push(yield* this.#show(part, place));
      before = typeof part.read === "string" ? part.read : undefined;
    }
    const missing = list.length - shown.length;
    if (missing > 0) shown.push(this.#showing.text(`… ${missing} more`, { context, depth: depth + 1, before }));
    return shown;
  }

  *#object(object: object, { context, depth }: Place<Context>): Steps<Record<string, JsonValue>> {
    const shown: [name: string, value: JsonValue][] = [];
    const changed = new Set<string>();
    const entries = Object.entries(object);
    const members = this.#members(entries);
    for (const [index, [name, value]] of entries.entries()) {
      if (!this.#budget.hasRoom(index)) break;
      const others = this.#turns?.next();
      if (others !== undefined) yield others;
      const bounded = this.#budget.takeText(name);
      const read = this.#reading.name(bounded);
      if (read !== name && (changed.has(read) || Object.hasOwn(object, read))) continue;
      const place = { context: this.#showing.within(context, read, members), depth: depth + 1 };
      // What a name says of its value may stand where it is cut.
      const part = bounded === name ? this.#look(value, place) : CUT;
      if (!hasForm(part.read)) continue;
      if (read !== name) changed.add(read);
      shown.push([this.#showing.name(read, depth), yield* this.#show(part, place)]);
    }
    return Object.fromEntries(shown);
  }

  /** The members that the bounds leave of an object, as they are read. Made at the first call, kept for the others. */
  #members(entries: readonly [string, unknown][]): Members {
    let members: [string, unknown][] | undefined;
    return () => members ??= entries.slice(0, this.#bounds.items).map((entry) => this.#member(entry));
  }

  #member([name, value]: [string, unknown]): [string, unknown] {
    const text = typeof value === "string" ? this.#reading.text(boundText(value, MAX_TELLING)) : value;
    return [this.#reading.name(boundText(name, this.#bounds.text)), text];
  }
}

function closed(shown: JsonValue, close: Part["close"]): JsonValue {
  return close === undefined ? shown : close(shown);
}

/** What JSON writes as text or as null, in that form. */
function plainOf(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof URL) return value.href;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Whether JSON has a form for it; fields that hold anything else are left out, as `JSON.stringify` does. */
function hasForm(value: unknown): boolean {
  return value !== undefined && typeof value !== "function" && typeof value !== "symbol";
}
