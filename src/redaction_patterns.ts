/** Secrets in free text: keys, tokens, addresses and assignments that are recognised by their form. */
import { isFlagValue, kindOfName, type NameKind } from "./redaction_names.ts";

/** What stands where a secret stood. */
export const HIDDEN = "[hidden]";

/** Without one of these marks no pattern below can match; most texts of a listing have none. */
const SUSPICIOUS =
  /pass|pwd|secret|token|key|auth|cred|cookie|salt|otp|jwt|psk|pw|bearer|basic|cw_|eyJ|code|sig|:\/\/|-BEGIN|- BEGIN|%[0-9a-f]{2}/i;

/** What follows BEGIN or END: the kind of key, with spaces as they are or as an address writes them. */
const KEY_LABEL = "[^-\\n]{0,60}PRIVATE[^-\\n]{0,6}KEY[^-\\n]{0,12}-{4,5}";

/** A private key block of any kind, its line breaks real, escaped or gone; one that was cut off ends with the text. */
const PRIVATE_KEY = new RegExp(
  `-{4,5} ?BEGIN${KEY_LABEL}(?:[\\s\\S]*?-{4,5} ?END${KEY_LABEL}|[\\s\\S]*)`,
  "gi",
);

/** User info of a URL. `user:` before anything but a port counts even where an unencoded slash follows. */
const USER_INFO = /:\/\/(?:[^\s/?#"'<>\\]+|[^\s/:@"'<>\\]*:(?!\d+[/?#])[^\s"'<>\\]{1,300})@/g;

const BEARER = /\b(Bearer(?:\s+|%20|\+))([\w.~+/=%-]+)/gi;
const BASIC = /\b(Basic(?:\s+|%20))([A-Za-z0-9+/_-]{4,}={0,2})/gi;

/** One word of prose, as in "the bearer of this message"; anything else after `Bearer` is a token. */
const PROSE_WORD = /^[A-Za-z]?[a-z]{0,15}[.]?$/;

/** A Cloudways access token, also right after an escape such as `%22` or `\n`. */
const CLOUDWAYS_TOKEN = /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}|\\[bfnrt]|\\u[0-9A-Fa-f]{4}))cw_[\w.~+/=-]{6,}/g;

const JSON_WEB_TOKEN = /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*/g;

/** A name followed by `:`, `=` or `=>`. Looking behind for the start of the name keeps the search linear. */
const ASSIGNMENT = /(?<![\w%.[\]-])([\w%.[\]-]+)(\\*["'])?\s*(=>|[:=])(\s*)/g;

const COMMAND_OPTION = /(?<![\w-])(--?[A-Za-z][\w-]*\s+)(?!-)("[^"]*"|'[^']*'|[^\s"']+)/g;

/** Text that is percent-encoded, once or more often, and may hold a whole JSON document. */
const ENCODED =
  /(?<![\w.~!*'()+%-])(?:[\w.~!*'()+-]|%[0-9A-Fa-f]{2})*%(?:25)*(?:22|3[AD])(?:[\w.~!*'()+-]|%[0-9A-Fa-f]{2})*/gi;

/**
 * How many times text is decoded. What is encoded more often is hidden unseen: each time costs as much as the first, and
 * a text of any length can be made that is encoded hundreds of times over.
 */
const MAX_DECODED = 4;

/** Parameters that are secrets in an address and ordinary words elsewhere. */
const URL_SECRET = /^(?:key|sig|auth|code)$|signature$/i;

/**
 * Replaces every secret that its form gives away. Text without one comes back as it is.
 *
 * @param decoded how many times the text has been decoded already
 */
export function hidePatterns(text: string, decoded = 0): string {
  if (!SUSPICIOUS.test(text)) return text;
  const withoutBlocks = text.replace(PRIVATE_KEY, HIDDEN).replace(USER_INFO, hideUserInfo);
  return hideEncoded(hideAssignments(withoutBlocks), decoded)
    .replace(COMMAND_OPTION, (match, option: string) => isHidden(kindOfName(option)) ? option + HIDDEN : match)
    .replace(BEARER, (match, scheme: string, token: string) => PROSE_WORD.test(token) ? match : scheme + HIDDEN)
    .replace(BASIC, (match, scheme: string, token: string) => isUserAndPassword(token) ? scheme + HIDDEN : match)
    .replace(CLOUDWAYS_TOKEN, HIDDEN)
    .replace(JSON_WEB_TOKEN, HIDDEN);
}

function isHidden(kind: NameKind): boolean {
  return kind === "secret" || kind === "credential";
}

function hideUserInfo(match: string): string {
  // `git@` is the account of every Git server, not a secret.
  return match === "://git@" ? match : `://${HIDDEN}@`;
}

function isUserAndPassword(token: string): boolean {
  try {
    return atob(token.replaceAll("-", "+").replaceAll("_", "/")).includes(":");
  } catch {
    return false;
  }
}

function hideEncoded(text: string, times: number): string {
  if (!text.includes("%")) return text;
  return text.replace(ENCODED, (match) => {
    const decoded = decode(match);
    if (decoded === match) return match;
    if (times === MAX_DECODED) return HIDDEN;
    const hidden = hidePatterns(decoded, times + 1);
    return hidden === decoded ? match : encodeURIComponent(hidden);
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where a name and its separator were found, and where the value after them starts. */
interface Assignment {
  name: string;
  kind: NameKind;
  /** Whether the name stands in quotes, as in JSON. */
  quoted: boolean;
  /** Whether it reads like prose or a header: `name: value`. */
  spacedColon: boolean;
  start: number;
}

/** Hides `name=value`, `name: value` and `"name":"value"` where the name is that of a secret. */
function hideAssignments(text: string): string {
  let result = "";
  let copied = 0;
  ASSIGNMENT.lastIndex = 0;
  for (let match = ASSIGNMENT.exec(text); match !== null; match = ASSIGNMENT.exec(text)) {
    const assignment = readAssignment(text, match, ASSIGNMENT.lastIndex);
    const span = isSuspect(assignment) ? valueSpan(text, assignment) : undefined;
    if (span === undefined) continue;
    result += text.slice(copied, span.from) + HIDDEN;
    copied = span.to;
    ASSIGNMENT.lastIndex = span.to;
  }
  return result + text.slice(copied);
}

function readAssignment(text: string, match: RegExpExecArray, start: number): Assignment {
  const [, written = "", quote, separator, space = ""] = match;
  const name = decode(written);
  const before = text.charAt(match.index - 1);
  const inUrl = separator === "=" && (before === "?" || before === "&") && URL_SECRET.test(name);
  return {
    name,
    kind: inUrl ? "secret" : kindOfName(name),
    quoted: quote !== undefined,
    spacedColon: separator === ":" && space !== "" && quote === undefined,
    start,
  };
}

function isSuspect({ kind, spacedColon }: Assignment): boolean {
  return isHidden(kind) || (kind === "flag" && !spacedColon);
}

/** From where to where a secret reaches. */
interface Span {
  from: number;
  to: number;
}

const OPENING_QUOTE = /(\\*)(["'])/y;
const HEADER_VALUE = /[^\r\n"'<>\\]+/y;
const BARE_VALUE = /[^\s&"'<>\\]+/y;
const TRAILING_PUNCTUATION = /[.,;:!?)\]}]{1,4}$/;
const LITERAL = /^(?:null|true|false|undefined)$/;

function valueSpan(text: string, assignment: Assignment): Span | undefined {
  const { start, kind, name, quoted } = assignment;
  if (text.startsWith(HIDDEN, start)) return undefined;
  const span = quotedSpan(text, start) ?? (quoted ? containerSpan(text, start) : undefined);
  if (span !== undefined) return isKept(text.slice(span.from, span.to), kind) ? undefined : span;
  // A header's value may have several words: `Authorization: Digest a, b`.
  if (/authori[sz]ation|cookie/i.test(name)) return stickySpan(HEADER_VALUE, text, start);
  return bareSpan(text, assignment);
}

function isKept(value: string, kind: NameKind): boolean {
  return value === "" || value === HIDDEN || (kind === "flag" && (isFlagValue(value) || /^[\d.]+$/.test(value)));
}

/** The inside of a quoted value; its quotes may be escaped any number of times. Without an end it takes all. */
function quotedSpan(text: string, start: number): Span | undefined {
  OPENING_QUOTE.lastIndex = start;
  const match = OPENING_QUOTE.exec(text);
  if (match === null) return undefined;
  const [opening, slashes = "", quote = ""] = match;
  const from = start + opening.length;
  const closing = new RegExp(`(?<!\\\\)\\\\{${slashes.length}}${quote}`, "g");
  closing.lastIndex = from;
  return { from, to: closing.exec(text)?.index ?? text.length };
}

/** A list or object under a secret name in what is not valid JSON: where it ends is a guess, so all that follows. */
function containerSpan(text: string, start: number): Span | undefined {
  return /^(?:\[\s*[^\]\s]|\{\s*[^}\s])/.test(text.slice(start, start + 40))
    ? { from: start, to: text.length }
    : undefined;
}

function stickySpan(pattern: RegExp, text: string, start: number): Span | undefined {
  pattern.lastIndex = start;
  const match = pattern.exec(text);
  return match === null ? undefined : { from: start, to: start + match[0].length };
}

function bareSpan(text: string, { start, kind, spacedColon }: Assignment): Span | undefined {
  const whole = stickySpan(BARE_VALUE, text, start);
  if (whole === undefined) return undefined;
  const written = text.slice(whole.from, whole.to);
  const value = written.replace(TRAILING_PUNCTUATION, "");
  // Another name, and the secret comes after that one: `password: X-Api-Key: value`.
  if (written.endsWith(":") && isHidden(kindOfName(value))) return undefined;
  if (value === "" || LITERAL.test(value) || isKept(value, kind)) return undefined;
  if (spacedColon && isProse(value, text.slice(whole.to, whole.to + 8))) return undefined;
  return { from: start, to: start + value.length };
}

/** "password: The field is required" names no password. */
function isProse(value: string, rest: string): boolean {
  return value.length < 4 || (/^[\p{L}’]+$/u.test(value) && /^\s+\p{L}/u.test(rest));
}
