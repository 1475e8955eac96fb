/**
 * Keeps secrets out of whatever leaves the process: answers, logs, audit records, questions and pages. Clean the text
 * first (`clean.ts`), then hide: an invisible character inside a token must not save it from being recognised.
 */
import { boundText, boundValue, type ValueBounds } from "../bounds.ts";
import { GivenSecrets, MIN_SEARCHED } from "./given_secrets.ts";
import { hidesNumber, hidesText, kindOfName, kindWithin, type NameKind } from "./names.ts";
import { HIDDEN, hidePatterns, type PatternOptions } from "./patterns.ts";
import { looksLikeSecret } from "./values.ts";
import { cleanDeep, cleanText, type JsonValue } from "../clean.ts";
import { Turns } from "../../async/turns.ts";
import type { WorkCounts } from "../work_counts.ts";

export { HIDDEN };

/** Texts to hide wherever they occur; where that is done more than once, a hider that was made of them. */
export type Secrets = readonly string[] | SecretHider;

/** Names of fields that one hider remembers; the bound is against names made up by others. */
const MAX_REMEMBERED = 1_000;
const MAX_REMEMBERED_LENGTH = 64;

/** How deep values and JSON kept as text may be nested. What lies deeper is hidden unseen. */
const MAX_DEPTH = 64;

/**
 * A copy of a JSON value without secrets: values of secret-named fields at any depth, also inside JSON kept as text,
 * and whatever {@linkcode hideSecretsInText} finds in texts and names. Booleans, nulls and empty texts stay: they say
 * whether there is a secret. What JSON cannot hold is left out.
 *
 * @param secrets texts to hide wherever they occur, such as the caller's own credentials
 */
export function hideSecrets(value: unknown, secrets: Secrets = [], patterns: PatternOptions = {}): JsonValue {
  const hider = hiderOf(secrets);
  return (patterns.showLiterals === true ? hider.with(patterns) : hider).value(value);
}

/**
 * Free text, such as an error's message or stack, without secrets: private keys, tokens, user info and parameters of
 * addresses, values assigned to secret names, and the given secrets in plain, escaped, percent-encoded and base64
 * form.
 */
export function hideSecretsInText(text: string, secrets: Secrets = []): string {
  return hiderOf(secrets).text(text);
}

/** How {@linkcode safeText} hides and cuts. */
export interface SafeTextOptions {
  /** Texts to hide wherever they occur, such as the caller's own credentials. None by default. */
  secrets?: Secrets;
  /** Most code points of the result, the ellipsis included. */
  maxLength: number;
}

/**
 * Text that is not ours, fit to be seen: bounded to what can be kept, cleaned, without secrets, and cut. Cutting comes
 * last, since half a secret would not be recognised; bounding comes first, so that nobody makes us look through more.
 */
export function safeText(text: string, { secrets = [], maxLength }: SafeTextOptions): string {
  return cleanText(hideSecretsInText(cleanText(boundText(text, maxLength)), secrets), { maxLength });
}

/** A value that is not ours, fit to be seen: its texts and names as by {@linkcode safeText}, and few of them. */
export function safeValue(value: unknown, bounds: ValueBounds, secrets: Secrets = []): JsonValue {
  return cutTexts(hideSecrets(cleanDeep(boundValue(value, bounds)), secrets), bounds.text);
}

function cutTexts(value: JsonValue, maxLength: number): JsonValue {
  if (typeof value === "string") return cleanText(value, { maxLength });
  if (Array.isArray(value)) return value.map((item) => cutTexts(item, maxLength));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, item]) => [cleanText(name, { maxLength }), cutTexts(item, maxLength)]),
  );
}

/** Hides the same secrets many times over. Making one costs nothing until there is a text to hide them in. */
export class SecretHider {
  /** What is hidden; for one who has more to hide. */
  readonly secrets: readonly string[];
  readonly #given: GivenSecrets;
  readonly #work: WorkCounts | undefined;
  readonly #patterns: PatternOptions;
  readonly #names = new Map<string, string>();

  /**
   * @param work Counts what is done.
   * @param patterns What is hidden besides the given secrets.
   */
  constructor(secrets: readonly string[], work?: WorkCounts, patterns: PatternOptions = {}) {
    this.secrets = secrets;
    this.#given = new GivenSecrets(secrets, work);
    this.#work = work;
    this.#patterns = patterns;
  }

  /** One that hides the same secrets, and other things besides. */
  with(patterns: PatternOptions): SecretHider {
    return new SecretHider(this.secrets, this.#work, patterns);
  }

  /** As {@linkcode hideSecrets}. */
  value(value: unknown): JsonValue {
    return this.#walk(value, "plain", 0);
  }

  /**
   * As {@linkcode hideSecrets}, for JSON of any size: others have their turn in between, and of a text that is longer than
   * anybody shows the end is left out unseen.
   */
  async valueInTurns(json: unknown, maxText: number): Promise<JsonValue> {
    const turns = new Turns();
    const walk = async (value: unknown, kind: NameKind, depth: number): Promise<JsonValue> => {
      const others = turns.next();
      if (others !== undefined) await others;
      if (typeof value === "string") {
        const bounded = boundText(value, maxText);
        // Half of a report that is kept as JSON text would be none.
        const json = bounded !== value && kind === "plain" && depth < MAX_DEPTH && looksLikeJson(value)
          ? parseJson(value)
          : undefined;
        if (json === undefined) return this.#walk(bounded, kind, depth);
        return escapeInvisible(JSON.stringify(await walk(json.value, kind, depth + 1)));
      }
      if (typeof value !== "object" || value === null || depth >= MAX_DEPTH) return this.#walk(value, kind, depth);
      if (Array.isArray(value)) {
        const items: JsonValue[] = [];
        for (const item of value) items.push(await walk(item, kind, depth + 1));
        return items;
      }
      const fields: [string, JsonValue][] = [];
      for (const [name, field] of Object.entries(value)) {
        fields.push([
          this.#name(boundText(name, maxText), depth),
          await walk(field, kindWithin(kind, name, value), depth + 1),
        ]);
      }
      return Object.fromEntries(fields);
    };
    return await walk(json, "plain", 0);
  }

  /** As {@linkcode hideSecretsInText}. */
  text(text: string): string {
    return this.#text(text, 0);
  }

  /** A copy of a JSON value without the given secrets, in whatever form; others may be seen. */
  given(value: unknown): unknown {
    if (typeof value === "string") return this.givenInText(value);
    if (typeof value === "number") return this.#number(value, "plain");
    if (Array.isArray(value)) return value.map((item: unknown) => this.given(item));
    if (typeof value !== "object" || value === null) return value;
    const fields = Object.entries(value).map(([name, field]) => [this.givenInText(name), this.given(field)]);
    return Object.fromEntries(fields);
  }

  /** As {@linkcode SecretHider.given}, in a text. */
  givenInText(text: string): string {
    return this.#given.hideIn(text, HIDDEN);
  }

  #walk(value: unknown, kind: NameKind, depth: number): JsonValue {
    if (typeof value === "string") return this.#leaf(value, kind, depth);
    if (typeof value === "number") return this.#number(value, kind);
    if (typeof value === "bigint") return this.#leaf(value.toString(), kind, depth);
    if (typeof value === "boolean") return value;
    if (typeof value !== "object" || value === null) return null;
    if (depth >= MAX_DEPTH) return HIDDEN;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof URL) return this.#leaf(value.href, kind, depth);
    if (Array.isArray(value)) return this.#list(value, kind, depth);
    return this.#object(value, kind, depth);
  }

  /** In `["smtp_password", "…"]` the name of the second stands before it. */
  #list(items: readonly unknown[], kind: NameKind, depth: number): JsonValue[] {
    return items.map((item, index) => {
      const before: unknown = items[index - 1];
      const isNamed = typeof item === "string" && typeof before === "string" &&
        before.length <= MAX_REMEMBERED_LENGTH &&
        ["secret", "credential"].includes(kindOfName(before)) && looksLikeSecret(item);
      return this.#walk(item, isNamed ? "secret" : kind, depth + 1);
    });
  }

  #object(value: object, kind: NameKind, depth: number): JsonValue {
    const fields: [string, JsonValue][] = [];
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined || typeof field === "function" || typeof field === "symbol") continue;
      fields.push([this.#name(name, depth), this.#walk(field, kindWithin(kind, name, value), depth + 1)]);
    }
    return Object.fromEntries(fields);
  }

  /** Names repeat a thousandfold in a listing. */
  #name(name: string, depth: number): string {
    if (name.length > MAX_REMEMBERED_LENGTH) return this.#text(name, depth);
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const shown = this.#text(name, depth);
    if (this.#names.size < MAX_REMEMBERED) this.#names.set(name, shown);
    return shown;
  }

  #leaf(text: string, kind: NameKind, depth: number): string {
    return hidesText(kind, text) ? HIDDEN : this.#text(text, depth);
  }

  #number(value: number, kind: NameKind): JsonValue {
    if (hidesNumber(kind, value)) return HIDDEN;
    if (this.#given.isEmpty) return value;
    const digits = String(value);
    return digits.length >= MIN_SEARCHED && this.#given.has(digits) ? HIDDEN : value;
  }

  #text(text: string, depth: number): string {
    if (this.#work !== undefined) this.#work.searchedCharacters += text.length;
    if (this.#given.has(text)) return HIDDEN;
    const json = looksLikeJson(text) ? this.#json(text, depth) : undefined;
    if (json !== undefined) return json;
    return hidePatterns(this.givenInText(text), this.#patterns);
  }

  /** JSON kept as text, hidden; undefined where it is none, or where it says more than its parsed form shows. */
  #json(text: string, depth: number): string | undefined {
    if (depth >= MAX_DEPTH) return HIDDEN;
    const parsed = parseJson(text);
    if (parsed === undefined) return undefined;
    const hidden = stringify(this.#walk(parsed.value, "plain", depth + 1));
    const before = stringify(parsed.value);
    if (hidden === undefined || before === undefined) return HIDDEN;
    if (hidden !== before) return escapeInvisible(hidden);
    // A doubled name vanishes in parsing, so only text that parsing gives back exactly is known to be clean.
    return before === text ? text : undefined;
  }
}

const PATTERNS_ONLY = new SecretHider([]);

/** A hider of these secrets; the one that was given, where one was. */
export function hiderOf(secrets: Secrets): SecretHider {
  if (secrets instanceof SecretHider) return secrets;
  return secrets.length === 0 ? PATTERNS_ONLY : new SecretHider(secrets);
}

function looksLikeJson(text: string): boolean {
  const trimmed = text.trim();
  const ends = trimmed.charAt(0) + trimmed.charAt(trimmed.length - 1);
  return ends === "{}" || ends === "[]" || (ends === '""' && trimmed.length > 1);
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Undefined for what is nested too deep to be written. */
function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Parsing turned escapes into characters; those that cannot be seen go back to being escapes. */
function escapeInvisible(json: string): string {
  return json.replace(
    /[\p{Cc}\p{DI}\p{Zl}\p{Zp}]/gu,
    (char) =>
      [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  );
}
