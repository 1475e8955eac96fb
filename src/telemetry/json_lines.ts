/** Log lines as JSON, one object a line. */
import type { LogLevel as TapeLevel, LogRecord } from "@logtape/logtape";
import type { SecretHider } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import { isCount, USUAL_FIELDS } from "./usual_fields.ts";

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

/** Most texts remembered, and the longest of them. Words of the code, names of tools and of clients come again. */
const MAX_REMEMBERED = 2_000;
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
  readonly #remembered = new Set<string>();
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
      if (typeof value === "string") {
        if (!this.#isShown(value, field.repeats, hider)) return undefined;
        text += `${field.label}"${value}"`;
      } else if (isCount(value)) text += field.label + value;
      else if (value !== undefined) return undefined;
    }
    return new ReadyFields(text, names);
  }

  /** The line; undefined if a secret of the hider may be in it. */
  line(level: TapeLevel, message: string, { text }: ReadyFields, hider: SecretHider): string | undefined {
    if (!this.#isShown(message, true, hider)) return undefined;
    const rest = `"message":"${message}"${text}`;
    if (!hider.isPlainlyFree(rest)) return undefined;
    return `{"timestamp":"${this.#time.now()}","level":"${LEVELS[level]}",${rest}}`;
  }

  /** Whether a text is shown as it is to everybody among whose own secrets it is not, nor a part of it. */
  #isShown(text: string, repeats: boolean, hider: SecretHider): boolean {
    if (!repeats && ID.test(text)) return true;
    return this.#remembered.has(text) || this.#learn(text, hider);
  }

  /** Remembers a text that is shown. Never one that is a secret of the caller. */
  #learn(text: string, hider: SecretHider): boolean {
    const isShown = text.length <= MAX_REMEMBERED_LENGTH && BARE.test(text) && hider.isPlainlyFree(text) &&
      safeText(text, { maxLength: MAX_REMEMBERED_LENGTH }) === text;
    if (!isShown) return false;
    // Made-up names must not fill the memory.
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.add(text);
    return true;
  }
}

const LEVELS: Readonly<Record<TapeLevel, string>> = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  warning: "WARNING",
  error: "ERROR",
  fatal: "FATAL",
};

/** Any record as a line. */
export function formatJson({ timestamp, level, message, properties }: LogRecord): string {
  return JSON.stringify({
    timestamp: new Date(timestamp).toISOString(),
    level: LEVELS[level],
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
