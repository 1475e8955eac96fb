/**
 * Keeps secrets out of whatever leaves the process: answers, logs, audit records, questions and pages. Clean the text
 * first (`text.ts`), then hide: an invisible character inside a token must not save it from being recognised.
 */
import { hidesNumber, hidesText, kindWithin, type NameKind } from "./redaction_names.ts";
import { HIDDEN, hidePatterns, type PatternOptions } from "./redaction_patterns.ts";
import { cleanText, type JsonValue } from "./text.ts";

export { HIDDEN };

/** Secrets shorter than this are compared with whole values only; as parts of texts they would hit ordinary words. */
const MIN_SEARCHED = 6;

/** How deep values and JSON kept as text may be nested. What lies deeper is hidden unseen. */
const MAX_DEPTH = 64;

/**
 * A copy of a JSON value without secrets: values of secret-named fields at any depth, also inside JSON kept as text,
 * and whatever {@linkcode hideSecretsInText} finds in texts and names. Booleans, nulls and empty texts stay: they say
 * whether there is a secret. What JSON cannot hold is left out.
 *
 * @param secrets texts to hide wherever they occur, such as the caller's own credentials
 */
export function hideSecrets(
  value: unknown,
  secrets: readonly string[] = [],
  patterns: PatternOptions = {},
): JsonValue {
  return hiderFor(secrets, patterns).value(value);
}

/**
 * Free text, such as an error's message or stack, without secrets: private keys, tokens, user info and parameters of
 * addresses, values assigned to secret names, and the given secrets in plain, escaped, percent-encoded and base64
 * form.
 */
export function hideSecretsInText(text: string, secrets: readonly string[] = []): string {
  return hiderFor(secrets).text(text);
}

/** How {@linkcode safeText} hides and cuts. */
export interface SafeTextOptions {
  /** Texts to hide wherever they occur, such as the caller's own credentials. None by default. */
  secrets?: readonly string[];
  /** Most code points of the result, the ellipsis included. */
  maxLength: number;
}

/**
 * Text that is not ours, fit to be seen: cleaned, without secrets, and cut. Cutting comes last, since half a secret
 * would not be recognised.
 */
export function safeText(text: string, { secrets = [], maxLength }: SafeTextOptions): string {
  return cleanText(hideSecretsInText(cleanText(text), secrets), { maxLength });
}

/** Hides the same secrets many times over, with the search for them prepared once. */
export class SecretHider {
  readonly #patterns: PatternOptions;
  readonly #whole: ReadonlySet<string>;
  readonly #parts: RegExp | undefined;
  readonly #shortestPart: number;

  /** @param patterns What is hidden besides the given secrets. */
  constructor(secrets: readonly string[], patterns: PatternOptions = {}) {
    this.#patterns = patterns;
    this.#whole = new Set(secrets.filter((secret) => secret !== ""));
    const forms = new Set(secrets.filter((secret) => secret.length >= MIN_SEARCHED).flatMap(formsOf));
    // Longest first, so that a form which contains another is hidden whole.
    const sorted = [...forms].sort((a, b) => b.length - a.length);
    this.#shortestPart = sorted.at(-1)?.length ?? Infinity;
    // In any case, since a part of an address may come back in lower case.
    this.#parts = sorted.length === 0 ? undefined : new RegExp(sorted.map(escapePattern).join("|"), "gi");
  }

  /** As {@linkcode hideSecrets}. */
  value(value: unknown): JsonValue {
    return this.#walk(value, "plain", 0);
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
    if (this.#whole.has(text)) return HIDDEN;
    const searched = this.#parts !== undefined && text.length >= this.#shortestPart;
    return searched ? text.replace(this.#parts, HIDDEN) : text;
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
    if (Array.isArray(value)) return value.map((item: unknown) => this.#walk(item, kind, depth + 1));
    return this.#object(value, kind, depth);
  }

  #object(value: object, kind: NameKind, depth: number): JsonValue {
    const fields: [string, JsonValue][] = [];
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined || typeof field === "function" || typeof field === "symbol") continue;
      fields.push([this.#text(name, depth), this.#walk(field, kindWithin(kind, name, value), depth + 1)]);
    }
    return Object.fromEntries(fields);
  }

  #leaf(text: string, kind: NameKind, depth: number): string {
    return hidesText(kind, text) ? HIDDEN : this.#text(text, depth);
  }

  #number(value: number, kind: NameKind): JsonValue {
    if (hidesNumber(kind, value)) return HIDDEN;
    if (this.#parts === undefined) return value;
    const digits = String(value);
    return digits.length >= MIN_SEARCHED && this.#whole.has(digits) ? HIDDEN : value;
  }

  #text(text: string, depth: number): string {
    if (this.#whole.has(text)) return HIDDEN;
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

function hiderFor(secrets: readonly string[], patterns: PatternOptions = {}): SecretHider {
  const isUsual = secrets.length === 0 && patterns.showLiterals !== true;
  return isUsual ? PATTERNS_ONLY : new SecretHider(secrets, patterns);
}

/** The ways in which a secret is written when it travels inside other text. */
function formsOf(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const percent = encodeURIComponent(secret.toWellFormed());
  const strict = percent.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [
    secret,
    escaped,
    escaped.replaceAll("/", "\\/"),
    JSON.stringify(escaped).slice(1, -1),
    percent,
    strict,
    new URLSearchParams([["", secret]]).toString().slice(1),
    encodeURIComponent(percent),
  ];
  const lowerHex = forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  const base64 = base64Forms(secret);
  const base64Url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  return [...forms, ...lowerHex, ...base64, ...base64Url];
}

/** The secret in base64 at each of its three alignments, so that it is found in `base64("user:secret")` too. */
function base64Forms(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  return [0, 1, 2].map((offset) => {
    const encoded = new Uint8Array([...new Uint8Array(offset), ...bytes]).toBase64();
    // Characters that also carry bits of a neighbour differ from text to text.
    const first = offset === 0 ? 0 : offset + 1;
    return encoded.slice(first, Math.floor((offset + bytes.length) * 8 / 6));
  });
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
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
