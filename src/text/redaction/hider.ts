/**
 * Keeps secrets out of whatever leaves the process: answers, logs, audit records, questions and pages. Clean the text
 * first (`clean.ts`), then hide: an invisible character inside a token must not save it from being recognised.
 */
import { boundText } from "../bounds.ts";
import { GivenSecrets, MIN_SEARCHED } from "./given_secrets.ts";
import { hidesNumber, hidesText, kindOfName, kindWithin, type NameKind } from "./names.ts";
import { HIDDEN, hidePatterns, type PatternOptions } from "./patterns.ts";
import { looksLikeSecret } from "./values.ts";
import type { JsonValue } from "../clean.ts";
import { MAX_DEPTH, type Opened, type Showing, transform, transformInTurns } from "../walk.ts";
import type { WorkCounts } from "../work_counts.ts";

export { HIDDEN };

/** Texts to hide wherever they occur; where that is done more than once, a hider that was made of them. */
export type Secrets = readonly string[] | SecretHider;

/** Names of fields that one hider remembers; the bound is against names made up by others. */
const MAX_REMEMBERED = 1_000;
const MAX_REMEMBERED_LENGTH = 64;

/**
 * A copy of a JSON value without secrets: values of secret-named fields at any depth, also inside JSON kept as text,
 * and whatever {@linkcode hideSecretsInText} finds in texts and names. Booleans, nulls and empty texts stay: they say
 * whether there is a secret. What JSON cannot hold is left out.
 *
 * @param secrets texts to hide wherever they occur, such as the caller's own credentials
 */
export function hideSecrets(value: unknown, secrets: Secrets = []): JsonValue {
  return hiderOf(secrets).value(value);
}

/**
 * Free text, such as an error's message or stack, without secrets: private keys, tokens, user info and parameters of
 * addresses, values assigned to secret names, and the given secrets in plain, escaped, percent-encoded and base64
 * form.
 */
export function hideSecretsInText(text: string, secrets: Secrets = []): string {
  return hiderOf(secrets).text(text);
}

/** Hides the same secrets many times over. Making one costs nothing until there is a text to hide them in. */
export class SecretHider {
  /** What is hidden; for one who has more to hide. */
  readonly secrets: readonly string[];
  /** Shows a value without any secret, as {@linkcode hideSecrets} does. */
  readonly showing: Showing<NameKind>;
  /** Shows a value without the given secrets, in whatever form; others may be seen. */
  readonly showingOthers: Showing<NameKind>;
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
    this.showing = {
      outermost: "plain",
      within: kindWithin,
      text: (text, { context, depth, before }) => this.#leaf(text, isNamedBy(before, text) ? "secret" : context, depth),
      name: (name, depth) => this.#name(name, depth),
      number: (value, { context }) => this.#number(value, context),
    };
    this.showingOthers = {
      outermost: "plain",
      within: () => "plain",
      text: (text) => this.givenInText(text),
      name: (name) => this.givenInText(name),
      number: (value) => this.#number(value, "plain"),
    };
  }

  /** One that hides the same secrets, and other things besides. */
  with(patterns: PatternOptions): SecretHider {
    return new SecretHider(this.secrets, this.#work, patterns);
  }

  /** As {@linkcode hideSecrets}. */
  value(value: unknown): JsonValue {
    return this.#value(value, 0);
  }

  /**
   * As {@linkcode hideSecrets}, for JSON of any size: others have their turn in between, and of a text that is longer than
   * anybody shows the end is left out unseen.
   */
  async valueInTurns(json: unknown, maxText: number): Promise<JsonValue> {
    const isCut = (text: string) => boundText(text, maxText) !== text;
    return await transformInTurns(json, {
      bounds: { text: maxText, items: Infinity, total: Infinity },
      showing: this.showing,
      tooDeep: HIDDEN,
      // Half of a report that is kept as JSON text would be none.
      open: (value, { context }) =>
        typeof value === "string" && context === "plain" ? openJson(value, isCut) : undefined,
    });
  }

  /** As {@linkcode hideSecretsInText}. */
  text(text: string): string {
    return this.#text(text, 0);
  }

  /** The text without the given secrets, in whatever form; others may be seen. */
  givenInText(text: string): string {
    return this.#given.hideIn(text, HIDDEN);
  }

  #value(value: unknown, depth: number): JsonValue {
    return transform(value, { showing: this.showing, tooDeep: HIDDEN }, depth);
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
    const hidden = stringify(this.#value(parsed.value, depth + 1));
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

/** In `["smtp_password", "…"]` the name of the second stands before it. */
function isNamedBy(before: string | undefined, text: string): boolean {
  return before !== undefined && before.length <= MAX_REMEMBERED_LENGTH &&
    ["secret", "credential"].includes(kindOfName(before)) && looksLikeSecret(text);
}

/** What is kept as JSON text, if it would be cut otherwise; undefined for any other text. */
function openJson(text: string, isCut: (text: string) => boolean): Opened | undefined {
  const parsed = isCut(text) && looksLikeJson(text) ? parseJson(text) : undefined;
  if (parsed === undefined) return undefined;
  const { value, close = (result) => result } =
    (typeof parsed.value === "string" ? openJson(parsed.value, isCut) : undefined) ?? parsed;
  return { value, close: (result) => escapeInvisible(JSON.stringify(close(result))) };
}

function looksLikeJson(text: string): boolean {
  const trimmed = text.trim();
  const ends = trimmed.charAt(0) + trimmed.charAt(trimmed.length - 1);
  return ends === "{}" || ends === "[]" || (ends === '""' && trimmed.length > 1);
}

function parseJson(text: string): Opened | undefined {
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
