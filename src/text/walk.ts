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
  const walk = new Walk(rules);
  walk.begin(value, depth);
  // Without turns there is no pause.
  void walk.goOn();
  return walk.result;
}

/** As {@linkcode transform}, with pauses in which other work gets its turn. */
export async function transformInTurns<Context>(value: unknown, rules: Rules<Context>): Promise<JsonValue> {
  const walk = new Walk(rules, new Turns());
  walk.begin(value, 0);
  for (let pause = walk.goOn(); pause !== undefined; pause = walk.goOn()) await pause;
  return walk.result;
}

const UNBOUNDED: ValueBounds = { text: Infinity, items: Infinity, total: Infinity };

/** Reads everything as it came. */
export const AS_IS: Reading = { text: (text) => text, name: (name) => name };

/** Most code points read of a member's text to see what it says about the other members. */
const MAX_MEMBER_TEXT = 64;

/**
 * Parts walked between two looks at the clock, each of which costs as much as a short part. A text counts as one more
 * for every 64 characters.
 */
const PARTS_BETWEEN = 16;

/** A list or an object that is being copied. */
type Frame<Context> = ListFrame<Context> | ObjectFrame<Context>;

class ListFrame<Context> {
  readonly source: readonly unknown[];
  readonly context: Context;
  readonly depth: number;
  readonly close: Opened["close"];
  readonly shown: JsonValue[] = [];
  /** The next item. */
  index = 0;
  /** The text right before it, as read. */
  before: string | undefined;

  constructor(source: readonly unknown[], { context, depth }: Place<Context>, close: Opened["close"]) {
    this.source = source;
    this.context = context;
    this.depth = depth;
    this.close = close;
  }

  get length(): number {
    return this.source.length;
  }

  add(value: JsonValue): void {
    this.shown.push(value);
  }
}

class ObjectFrame<Context> {
  readonly source: object;
  readonly names: readonly string[];
  /** The value of each name. Each is read once. */
  readonly values: readonly unknown[];
  readonly context: Context;
  readonly depth: number;
  readonly close: Opened["close"];
  readonly members: Members;
  readonly shown: Record<string, JsonValue> = {};
  /** The next field. */
  index = 0;
  /** How the name of the present field is shown. */
  name = "";
  #place: Place<Context> | undefined;
  #changed: Set<string> | undefined;

  constructor(source: object, { context, depth }: Place<Context>, close: Opened["close"], reading: MemberReading) {
    this.source = source;
    this.names = Object.keys(source);
    this.values = this.names.map((name): unknown => Reflect.get(source, name));
    this.context = context;
    this.depth = depth;
    this.close = close;
    let members: [string, unknown][] | undefined;
    this.members = () => members ??= reading(this.names, this.values);
  }

  get length(): number {
    return this.names.length;
  }

  /** The place of a field's value. Most fields of an object have the same. */
  placeIn(context: Context): Place<Context> {
    if (this.#place === undefined || this.#place.context !== context) this.#place = { context, depth: this.depth + 1 };
    return this.#place;
  }

  /** Whether another field has this name, which is not the field's own but what it was read as. */
  isTaken(name: string): boolean {
    return this.#changed?.has(name) === true || Object.hasOwn(this.source, name);
  }

  /** Notes what a name was read as. */
  take(name: string): void {
    (this.#changed ??= new Set()).add(name);
  }

  add(value: JsonValue): void {
    define(this.shown, this.name, value);
  }
}

/** Reads the members of an object. */
type MemberReading = (names: readonly string[], values: readonly unknown[]) => [string, unknown][];

/** A walk with a stack of its own, so that it can stop anywhere and go on later. */
class Walk<Context> {
  /** The copy, once the walk has ended. */
  result: JsonValue = null;
  readonly #rules: Rules<Context>;
  readonly #reading: Reading;
  readonly #showing: Showing<Context>;
  readonly #bounds: ValueBounds;
  readonly #budget: Budget;
  readonly #turns: Turns | undefined;
  /** Parts until the next look at the clock. */
  #partsLeft = PARTS_BETWEEN;
  /** The lists and objects around the present part, the outermost first. */
  readonly #frames: Frame<Context>[] = [];
  /** The same as they came, before {@linkcode Rules.open} replaced them. */
  readonly #outer: object[] = [];

  constructor(rules: Rules<Context>, turns?: Turns) {
    this.#rules = rules;
    this.#reading = rules.reading ?? AS_IS;
    this.#showing = rules.showing;
    this.#bounds = rules.bounds ?? UNBOUNDED;
    this.#budget = new Budget(this.#bounds);
    this.#turns = turns;
  }

  begin(value: unknown, depth: number): void {
    const place = { context: this.#showing.outermost, depth };
    const opened = this.#open(value, place);
    this.#show(this.#read(opened, value, depth), value, opened?.close, place);
  }

  /** Walks to the end, or to a pause, which it returns. */
  goOn(): Promise<void> | undefined {
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      if (frame.index >= frame.length || !this.#budget.hasRoom(frame.index)) {
        this.#end(frame);
        continue;
      }
      const pause = this.#turns === undefined ? undefined : this.#pause(this.#turns);
      if (pause !== undefined) return pause;
      if (frame instanceof ListFrame) this.#item(frame);
      else this.#field(frame);
    }
    return undefined;
  }

  /** A pause, if it is time for one. */
  #pause(turns: Turns): Promise<void> | undefined {
    if (this.#partsLeft-- > 0) return undefined;
    this.#partsLeft = PARTS_BETWEEN;
    return turns.next();
  }

  #item(frame: ListFrame<Context>): void {
    const item = frame.source[frame.index++];
    const place = { context: frame.context, depth: frame.depth + 1, before: frame.before };
    const opened = this.#open(item, place);
    const read = this.#read(opened, item, place.depth);
    frame.before = typeof read === "string" ? read : undefined;
    this.#show(read, item, opened?.close, place);
  }

  #field(frame: ObjectFrame<Context>): void {
    const index = frame.index++;
    const name = frame.names[index] ?? "";
    const bounded = this.#budget.takeText(name);
    const nameRead = this.#reading.name(bounded);
    if (nameRead !== name && frame.isTaken(nameRead)) return;
    const place = frame.placeIn(this.#showing.within(frame.context, nameRead, frame.members));
    // The missing end of a cut name could say that its value is secret.
    const value = bounded === name ? frame.values[index] : ELLIPSIS;
    const opened = bounded === name ? this.#open(value, place) : undefined;
    const read = bounded === name ? this.#read(opened, value, place.depth) : value;
    if (!fitsJson(read)) return;
    if (nameRead !== name) frame.take(nameRead);
    frame.name = this.#showing.name(nameRead, frame.depth);
    this.#show(read, value, opened?.close, place);
  }

  #open(value: unknown, place: Place<Context>): Opened | undefined {
    return this.#rules.open?.(value, place, this.#outer);
  }

  /** A text as read, and anything else as it came. */
  #read(opened: Opened | undefined, value: unknown, depth: number): unknown {
    this.#budget.takeValue();
    const plain = plainOf(opened === undefined ? value : opened.value);
    if (typeof plain === "string") {
      this.#partsLeft -= plain.length >> 6;
      return this.#reading.text(this.#budget.takeText(plain));
    }
    return isObject(plain) && depth >= MAX_DEPTH ? this.#rules.tooDeep ?? ELLIPSIS : plain;
  }

  /** Shows what was read. Of a list or an object, this begins its copy. */
  #show(read: unknown, origin: unknown, close: Opened["close"], place: Place<Context>): void {
    if (!isObject(read)) return this.#put(closed(this.#leaf(read, place), close));
    this.#outer.push(isObject(origin) ? origin : read);
    this.#frames.push(
      Array.isArray(read) ? new ListFrame(read, place, close) : new ObjectFrame(read, place, close, this.#readMembers),
    );
  }

  #leaf(read: unknown, place: Place<Context>): JsonValue {
    if (typeof read === "string") return this.#showing.text(read, place);
    if (typeof read === "number") return this.#showing.number(read, place);
    return typeof read === "boolean" ? read : null;
  }

  #end(frame: Frame<Context>): void {
    if (frame instanceof ListFrame) this.#noteMissing(frame);
    this.#frames.pop();
    this.#outer.pop();
    this.#put(closed(frame.shown, frame.close));
  }

  #noteMissing({ source, shown, context, depth, before }: ListFrame<Context>): void {
    const missing = source.length - shown.length;
    if (missing > 0) shown.push(this.#showing.text(`… ${missing} more`, { context, depth: depth + 1, before }));
  }

  /** Puts a copied part into the list or object around it. */
  #put(value: JsonValue): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) this.result = value;
    else frame.add(value);
  }

  /** The members of an object within the bounds, as read. */
  readonly #readMembers: MemberReading = (names, values) =>
    names.slice(0, this.#bounds.items).map((name, index) => this.#member(name, values[index]));

  #member(name: string, value: unknown): [string, unknown] {
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

function closed(shown: JsonValue, close: Opened["close"]): JsonValue {
  return close === undefined ? shown : close(shown);
}

/** Big integers, URLs and dates in their JSON form, text or null; any other value unchanged. */
function plainOf(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object") return value;
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
