/** Log lines as JSON, one object a line. */
import type { LogRecord } from "@logtape/logtape";
import type { SecretHider } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import type { Level } from "./levels.ts";
import { isCount, USUAL_FIELDS, type UsualField } from "./usual_fields.ts";

/** Usual fields as a part of a line, in their order. */
export class ReadyFields {
  readonly text: string;
  /** The bits of their names. */
  readonly names: number;

  constructor(text: string, names: number) {
    this.text = text;
    this.names = names;
  }
}

/** No fields. */
export const NO_FIELDS = new ReadyFields("", 0);

/** The names of a line's own fields. Any other field of such a name gets a prefix, so that it can't replace them. */
const RESERVED = ["timestamp", "level", "message"];

/**
 * Most values of one field that are remembered, and the longest of them. Words of the code, names of tools and of clients
 * come again and again.
 */
const MAX_REMEMBERED = 500;
const MAX_REMEMBERED_LENGTH = 64;

/** An id of a request or of a customer: neither a secret by its form nor changed by cleaning. */
const ID = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|customer_[\da-f]{16})$/;

/** Letters, digits and signs that need no escape, the first a letter, digit, `_` or `/`: no beginning of JSON. */
const BARE = /^[\w/][ !#-[\]-~]*$/;

/**
 * Puts lines of usual fields together from ready parts. Of their texts it takes only those that are shown as they are,
 * whatever the caller: what it can't take, it leaves to the long way, and so it decides nothing about secrets.
 */
export class JsonLines {
  /** For each field the parts that it makes of its values. */
  readonly #parts = Array.from(USUAL_FIELDS, (): Parts => new Map());
  readonly #messages: Parts = new Map();
  readonly #time = new Timestamps();

  /** The fields after those before; undefined if they are not all usual, or one of them replaces one before. */
  add(
    before: ReadyFields,
    fields: Readonly<Record<string, unknown>>,
    hider: SecretHider,
  ): ReadyFields | undefined {
    let { text, names } = before;
    for (const name of Object.keys(fields)) {
      const field = USUAL_FIELDS.get(name);
      if (field === undefined || (names & field.bit) !== 0) return undefined;
      names |= field.bit;
      const value = fields[name];
      if (value === undefined) continue;
      const part = field.repeats ? this.#parts[field.index]?.get(value) : undefined;
      const made = part ?? this.#make(field, value, hider);
      if (made === undefined) return undefined;
      text += made;
    }
    return new ReadyFields(text, names);
  }

  /** The line; undefined if a secret of the hider may be in it. */
  line(level: Level, message: string, { text }: ReadyFields, hider: SecretHider): string | undefined {
    const part = this.#messages.get(message) ?? this.#learn(this.#messages, '"message":', message, hider);
    if (part === undefined) return undefined;
    const rest = part + text;
    return hider.isPlainlyFree(rest) ? `{"timestamp":"${this.#time.now()}${level.json}${rest}}` : undefined;
  }

  /** What a value becomes in a line; undefined if it is no count, and no text that is shown as it is. */
  #make({ index, label, repeats }: UsualField, value: unknown, hider: SecretHider): string | undefined {
    const known = this.#parts[index];
    if (isCount(value)) return remember(known, value, label + value);
    if (typeof value !== "string") return undefined;
    return !repeats && ID.test(value) ? `${label}"${value}"` : this.#learn(known, label, value, hider);
  }

  /** The part of a text that is shown as it is to everybody among whose own secrets it is not, nor a part of it. */
  #learn(known: Parts | undefined, label: string, text: string, hider: SecretHider): string | undefined {
    const isShown = text.length <= MAX_REMEMBERED_LENGTH && BARE.test(text) && hider.isPlainlyFree(text) &&
      safeText(text, { maxLength: MAX_REMEMBERED_LENGTH }) === text;
    // Joined, since V8 makes one string of that, and a tree of strings of a sum.
    return isShown ? remember(known, text, [label, '"', text, '"'].join("")) : undefined;
  }
}

/** Parts of lines by the values that they show. */
type Parts = Map<unknown, string>;

/** Made-up values must not fill the memory. */
function remember(known: Parts | undefined, value: unknown, part: string): string {
  if (known !== undefined && known.size >= MAX_REMEMBERED) known.clear();
  known?.set(value, part);
  return part;
}

/** Any record as a line. */
export function formatJson({ timestamp, level, message, properties }: LogRecord): string {
  return JSON.stringify({
    timestamp: new Date(timestamp).toISOString(),
    level: level.toUpperCase(),
    message: message.join(""),
    ...withoutReserved(properties),
  });
}

/** The fields, with a prefix for the names of a line's own. */
function withoutReserved(properties: LogRecord["properties"]): LogRecord["properties"] {
  if (!RESERVED.some((name) => Object.hasOwn(properties, name))) return properties;
  const renamed = Object.entries(properties).map(([name, value]): [string, unknown] => [
    RESERVED.includes(name) ? `field_${name}` : name,
    value,
  ]);
  return Object.fromEntries(renamed);
}

/** The present time as text, which is made once a millisecond. */
class Timestamps {
  #milliseconds = NaN;
  #text = "";

  now(): string {
    const now = Date.now();
    if (now !== this.#milliseconds) {
      this.#milliseconds = now;
      this.#text = new Date(now).toISOString();
    }
    return this.#text;
  }
}
