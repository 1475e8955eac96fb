/**
 * Keeps secrets out of all that leaves the process: answers, logs, audit records, questions and pages. Clean a text
 * first (`clean.ts`), then hide: a token with an invisible character inside is not recognised.
 */
import { boundText } from "../bounds.ts";
import { GivenSecrets, MIN_SEARCHED } from "./given_secrets.ts";
import { hidesNumber, hidesText, kindOfName, kindWithin, type NameKind } from "./names.ts";
import { HIDDEN, hidePatterns, isIdOrTime, isKnownHarmless, type PatternOptions } from "./patterns.ts";
import { looksLikeSecret } from "./values.ts";
import type { JsonValue } from "../clean.ts";
import { AS_IS, MAX_DEPTH, type Opened, type Reading, type Showing, transform, transformInTurns } from "../walk.ts";
import { Look } from "./look.ts";
import type { WorkCounts } from "../work_counts.ts";

export { HIDDEN };

/** Texts to hide wherever they occur, or, for use more than once, a hider of such texts. */
export type Secrets = readonly string[] | SecretHider;

/** Longer texts name nothing. */
const MAX_NAME = 64;

/** Characters of a value that is looked at as a whole, without turns. */
const SHORT = 4_000;

/**
 * A copy of a JSON value without secrets. Hides the values of secret-named fields at any depth, also inside JSON kept
 * as text, and all that {@linkcode hideSecretsInText} finds in texts and names. Booleans, nulls and empty texts stay:
 * they say whether there is a secret. What JSON cannot hold is left out.
 *
 * @param secrets Texts to hide wherever they occur, such as the caller's own credentials.
 */
export function hideSecrets(value: unknown, secrets: Secrets = []): JsonValue {
  return hiderOf(secrets).value(value);
}

/**
 * Free text, such as an error's message or stack, without secrets: private keys, tokens, user info and parameters of
 * URLs, values assigned to secret names, and the given secrets in plain, escaped, percent-encoded and base64 form.
 */
export function hideSecretsInText(text: string, secrets: Secrets = []): string {
  return hiderOf(secrets).text(text);
}

/** Hides the same secrets in many texts. An instance costs nothing until a text needs a search. */
export class SecretHider {
  /** The given secrets, from which a hider of more secrets can be made. */
  readonly secrets: readonly string[];
  #showing: Showing<NameKind> | undefined;
  readonly #given: GivenSecrets;
  readonly #work: WorkCounts | undefined;
  readonly #patterns: PatternOptions;

  /**
   * @param work Counts the work done.
   * @param patterns How secrets are hidden that are not given.
   * @param given A search for these secrets, if there is one already.
   */
  constructor(
    secrets: readonly string[],
    work?: WorkCounts,
    patterns: PatternOptions = {},
    given = new GivenSecrets(secrets, work),
  ) {
    this.secrets = secrets;
    this.#given = given;
    this.#work = work;
    this.#patterns = patterns;
  }

  /** Hides all secrets, as {@linkcode hideSecrets} does. */
  get showing(): Showing<NameKind> {
    return this.#showing ??= {
      outermost: "plain",
      within: kindWithin,
      text: (text, { context, depth, before }) => this.#leaf(text, isNamedBy(before, text) ? "secret" : context, depth),
      name: (name, depth) => this.#text(name, depth),
      number: (value, { context }) => this.#number(value, context),
    };
  }

  /** Hides only the given secrets, in every form; other secrets are shown. */
  get showingOthers(): Showing<NameKind> {
    return {
      outermost: "plain",
      within: () => "plain",
      text: (text) => this.givenInText(text),
      name: (name) => this.givenInText(name),
      number: (value) => this.#number(value, "plain"),
    };
  }

  /** A hider of the same secrets for other work, from one that is kept: see {@linkcode GivenSecrets.again}. */
  again(): SecretHider {
    return new SecretHider(this.secrets, this.#work, this.#patterns, this.#given.again());
  }

  /** A hider of the same secrets with other options for patterns. It shares the search for them. */
  with(patterns: PatternOptions): SecretHider {
    return new SecretHider(this.secrets, this.#work, patterns, this.#given);
  }

  /** As {@linkcode hideSecrets}. */
  value(value: unknown): JsonValue {
    return this.#value(value, 0);
  }

  /**
   * As {@linkcode hideSecrets}, for JSON of any size: other work gets its turn in between, and the end of a text that
   * has more than `maxText` code points is left out unread.
   */
  async valueInTurns(json: unknown, maxText: number): Promise<JsonValue> {
    if (this.leavesValue(json, AS_IS, Math.min(SHORT, maxText))) return json;
    const isCut = (text: string) => boundText(text, maxText) !== text;
    return await transformInTurns(json, {
      bounds: { text: maxText, items: Infinity, total: Infinity },
      showing: this.showing,
      tooDeep: HIDDEN,
      // Half of a JSON text can't be parsed, so a long one is parsed before it is cut.
      open: (value, { context }) =>
        typeof value === "string" && context === "plain" ? openJson(value, isCut) : undefined,
    });
  }

  /** As {@linkcode hideSecretsInText}. */
  text(text: string): string {
    return this.#text(text, 0);
  }

  /** Whether a text is known to be shown as it is. Cleaning does not change such a text either. */
  leaves(text: string): boolean {
    if (isIdOrTime(text)) return !this.#given.isInIdOrTime(text);
    return isKnownHarmless(text) && !this.#given.isIn(text);
  }

  /** Whether a JSON value of at most so many characters is known to be shown as it is, so that it needs no copy. */
  leavesValue(value: unknown, reading: Reading, most: number): value is JsonValue {
    return new Look(this, reading, most).leaves(value);
  }

  /** Whether a text of ASCII characters and each part of it hold no given secret, if that is seen at once. */
  isPlainlyFree(ascii: string): boolean {
    return this.#given.isPlainlyFree(ascii);
  }

  /** The text without the given secrets, in every form; other secrets stay. */
  givenInText(text: string): string {
    return this.#given.hideIn(text, HIDDEN);
  }

  #value(value: unknown, depth: number): JsonValue {
    return transform(value, { showing: this.showing, tooDeep: HIDDEN }, depth);
  }

  #leaf(text: string, kind: NameKind, depth: number): string {
    return kind !== "plain" && (text === HIDDEN || hidesText(kind, text)) ? HIDDEN : this.#text(text, depth);
  }

  #number(value: number, kind: NameKind): JsonValue {
    if (hidesNumber(kind, value)) return HIDDEN;
    if (this.#given.isEmpty) return value;
    const digits = String(value);
    return digits.length >= MIN_SEARCHED && this.#given.has(digits) ? HIDDEN : value;
  }

  #text(text: string, depth: number): string {
    if (this.#work !== undefined) this.#work.searchedCharacters += text.length;
    if (this.leaves(text)) return text;
    if (this.#given.has(text)) return HIDDEN;
    const json = looksLikeJson(text) ? this.#json(text, depth) : undefined;
    if (json !== undefined) return json;
    return hidePatterns(this.givenInText(text), this.#patterns);
  }

  /** JSON kept as text, without secrets. Undefined where the text is not JSON, or where parsing drops a part of it. */
  #json(text: string, depth: number): string | undefined {
    if (depth >= MAX_DEPTH) return HIDDEN;
    const parsed = parseJson(text);
    if (parsed === undefined) return undefined;
    const hidden = stringify(this.#value(parsed.value, depth + 1));
    const before = stringify(parsed.value);
    if (hidden === undefined || before === undefined) return HIDDEN;
    if (hidden !== before) return escapeInvisible(hidden);
    // Parsing drops duplicate names, so a text is known to be clean only where it equals its parsed form.
    return before === text ? text : undefined;
  }
}

const PATTERNS_ONLY = new SecretHider([]);

/** A hider of these secrets; a hider is returned as it is. */
export function hiderOf(secrets: Secrets): SecretHider {
  if (secrets instanceof SecretHider) return secrets;
  return secrets.length === 0 ? PATTERNS_ONLY : new SecretHider(secrets);
}

/** Whether the text before this one names it as a secret, as in `["smtp_password", "…"]`. */
function isNamedBy(before: string | undefined, text: string): boolean {
  if (before === undefined || before.length > MAX_NAME) return false;
  const kind = kindOfName(before);
  return (kind === "secret" || kind === "credential") && looksLikeSecret(text);
}

/** The value of a JSON text that would be cut; undefined for any other text. */
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

/** The JSON of a value; undefined where it is nested too deep to be written. */
function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Parsing turns escapes into characters; this turns the invisible ones back into escapes. */
function escapeInvisible(json: string): string {
  return json.replace(
    /[\p{Cc}\p{DI}\p{Zl}\p{Zp}]/gu,
    (char) =>
      [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  );
}
