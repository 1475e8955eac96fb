/**
 * Values of secret names in free text: `name=value`, `name: value`, `"name": "value"`, and sentences that state them.
 */
import { hidesNumber, isFlagValue, isForeignName, kindOfName, type NameKind } from "./names.ts";
import { HIDDEN, matchAt, type Rule, type Span } from "./spans.ts";
import { isCode, isMember, isPlace, isPlaceholder, isSecretMember, looksLikeSecret } from "./values.ts";
import { isMessage, isMessageWord, isStateWord } from "./words.ts";

/** A name, perhaps its closing quote, and a separator. The lookbehind for the start of the name keeps it linear. */
const ASSIGNMENT =
  /(?<![\p{L}\p{N}_%.[\]$-])(\$?[\p{L}\p{N}_%.[\]-]+)(\\*["'`])?(\]?)(\s{0,8})(=>|:=|[!=]={1,2}|[:=：])(\s{0,20})/gu;

/** A name with its separator, and where the value after them starts. */
interface Assignment {
  name: string;
  kind: NameKind;
  /** The quote that closes the name, as in JSON. */
  quote: string;
  separator: string;
  /** Whether it reads like prose, a header or YAML: `name: value`. */
  spacedColon: boolean;
  /** Whether spaces surround the separator, as in program code. */
  spaced: boolean;
  /** Whether it is in the query of a URL. */
  inAddress: boolean;
  start: number;
}

/** Values of secret names. */
export const assignments: Rule = function* (text) {
  ASSIGNMENT.lastIndex = 0;
  for (let match = ASSIGNMENT.exec(text); match !== null; match = ASSIGNMENT.exec(text)) {
    const assignment = readAssignment(text, match, ASSIGNMENT.lastIndex);
    const span = assignment.kind === "plain" ? undefined : valueSpan(text, assignment);
    if (span === undefined) continue;
    yield span;
    ASSIGNMENT.lastIndex = Math.max(span.to, ASSIGNMENT.lastIndex);
  }
};

function readAssignment(text: string, match: RegExpExecArray, start: number): Assignment {
  const [, written = "", quote = "", , before = "", separator = "", after = ""] = match;
  const name = nameAt(text, match.index, written, quote);
  const isScope = separator === ":" && (text.charAt(start) === ":" || text.charAt(match.index - 1) === ":");
  return {
    name,
    kind: isScope && after === "" ? "plain" : kindOfName(name),
    quote,
    separator,
    spacedColon: separator === ":" && (after !== "" || before !== "") && quote === "",
    spaced: before !== "" && after !== "",
    inAddress: /[?&]/.test(text.charAt(match.index - 1)),
    start,
  };
}

/** Last words that mean a secret only with the word before them: "API key", "pass phrase". */
const NEEDS_WORD_BEFORE = /^(?:keys?|code|phrase|word)$/i;
const WORD_BEFORE = /([\p{L}]{2,20})[ \t]$/u;

/**
 * The full name, of which the pattern sees the last word. Quotes enclose it; in prose the word before may belong to it.
 */
function nameAt(text: string, index: number, written: string, quote: string): string {
  const before = text.slice(Math.max(0, index - 64), index);
  if (quote !== "") {
    const opened = before.lastIndexOf(quote.slice(-1));
    const words = opened === -1 ? "" : before.slice(opened + 1);
    return /^[\p{L}\p{N} /_.-]{1,64}$/u.test(words) ? words + written : written;
  }
  const word = NEEDS_WORD_BEFORE.test(written) ? WORD_BEFORE.exec(before)?.[1] : undefined;
  return word === undefined ? written : `${word}_${written}`;
}

const OPENING_QUOTE = /(\\*)(["'`])/y;
/** A value without quotes. It ends where it would in a URL, in a list, in an HTML element or in a quoted text. */
const BARE_VALUE =
  /(?:[^\s&"'`<>\\,;]|[,;](?![\s"'}\])]|[\w.-]{1,64}\s?[=:])|&(?![\w.%[\]-]{1,64}=|(?:amp|quot|lt|gt|apos|#\w{1,6});)|["'](?=\w)|<(?![A-Za-z/!?])|>(?=\w)|\\(?![nrtbfu"'\\/]|$)){1,300}/y;
/** The rest of a value that is longer than 300 characters. */
const BARE_REST = /[^\s"'`<>\\]+/y;
const ADDRESS_VALUE = /[^\s&"'<>\\#]{1,300}/y;
/** Placeholders that may contain spaces. */
const SPACED_PLACEHOLDER = /\{\{[^{}]{0,60}\}\}|\$\{[^{}]{0,60}\}|\$\([^()]{0,80}\)|<[A-Za-z][^<>]{0,60}>/y;
const TRAILING_PUNCTUATION = /[.,;:!?)\]}]{1,4}$/;
/** Application passwords of Google and WordPress: groups of four characters. */
const WORDS_OF_FOUR = /(?:[A-Za-z0-9]{4} ){3,5}[A-Za-z0-9]{4}(?!\w)|(?:[A-Za-z0-9]{4} ){1,5}[A-Za-z0-9]{0,4}$/y;
const BLOCK = /[|>][+-]?\d?\s{1,20}(\S+)/y;

/** A type before the value: a YAML tag, or a type as PHP prints it. */
const TYPE = /!\w{1,20}\s{1,4}|string(?:\(\d{1,9}\))?\s{1,4}(?=["'])/y;

function valueSpan(text: string, given: Assignment): Span | undefined {
  const assignment = { ...given, start: given.start + (matchAt(TYPE, text, given.start)?.[0].length ?? 0) };
  const { start, quote, name } = assignment;
  if (text.startsWith(HIDDEN, start)) return undefined;
  if (/authori[sz]ation$/i.test(name)) return authorizationSpan(text, start);
  if (/cookies?$/i.test(name) && quote === "") return undefined;
  const quoted = quotedSpan(text, start);
  if (quoted !== undefined) return isKeptQuoted(text.slice(quoted.from, quoted.to), assignment) ? undefined : quoted;
  if (quote !== "" && isContainer(text, start)) return containerSpan(text, assignment);
  return matchAt(SPACED_PLACEHOLDER, text, start) === undefined ? bareSpan(text, assignment) : undefined;
}

function isKeptQuoted(value: string, { kind, quote }: Assignment): boolean {
  // `"a=password=","next":1`: the quote ends the text that contains the name.
  if (quote === "" && /^\s*[,}\]]/.test(value)) return true;
  if (isPlaceholder(value) || isFact(value, kind) || isMessage(value)) return true;
  return /^(?:Bearer|Basic|Token)\s*$/i.test(value) || /^(?:true|false|null|none|undefined)$/i.test(value);
}

/** Whether a value only states a fact: the state of a flag, or a number of secrets. */
function isFact(value: string, kind: NameKind): boolean {
  if (kind !== "flag" && kind !== "secrets" && kind !== "title") return false;
  return isStateWord(value) || isFlagValue(value) || (/^[\d.]+$/.test(value) && !hidesNumber(kind, Number(value)));
}

/** The inside of a quoted value; its quotes may be escaped any number of times. An unclosed one reaches to the end. */
function quotedSpan(text: string, start: number): Span | undefined {
  const match = matchAt(OPENING_QUOTE, text, start);
  if (match === undefined) return undefined;
  const [opening, slashes = "", quote = ""] = match;
  const from = start + opening.length;
  const closing = new RegExp(`(?<!\\\\)(?:\\\\\\\\){0,8}\\\\{${Math.min(slashes.length, 64)}}${quote}`, "g");
  closing.lastIndex = from;
  const found = closing.exec(text);
  return { from, to: found === null ? text.length : found.index + found[0].length - slashes.length - 1 };
}

/** Whether a list or object follows. The text is not valid JSON, so where that ends can't be known. */
function isContainer(text: string, start: number): boolean {
  return /^(?:\[\s{0,8}[^\]\s]|\{\s{0,8}[^}\s{])/.test(text.slice(start, start + 20));
}

/** All that follows, unless the list or object holds a message or only numbers. */
function containerSpan(text: string, { start, kind }: Assignment): Span | undefined {
  const inside = text.slice(start + 1, start + 300).split(/[\]}]/, 1)[0]?.replace(/["'\\]/g, "") ?? "";
  const isCounting = (kind === "secrets" || kind === "title" || kind === "flag") && holdsOnlyNumbers(text, start);
  return isCounting || isMessage(inside) ? undefined : { from: start, to: text.length };
}

const FIGURE = /[\\"']{0,8}[\w .-]{1,64}[\\"']{1,8}\s{0,4}:\s{0,4}-?[\d.]{1,20}\s{0,4}/g;

/** Whether an object holds only numbers: `{"total": 12, "used": 4}`. */
function holdsOnlyNumbers(text: string, start: number): boolean {
  const inside = /^\{([^{}[\]]{1,400})\}/.exec(text.slice(start, start + 402))?.[1];
  return inside !== undefined && inside.replace(FIGURE, "").replace(/[,\s]/g, "") === "";
}

const SCHEME = /["'`]?(?:([A-Za-z][\w-]{1,20})\s{1,4})?([^\s"'`,;<>\\]+)/y;

/** The credentials after the scheme in an `Authorization` header. With some schemes they have several parts. */
function authorizationSpan(text: string, start: number): Span | undefined {
  const match = matchAt(SCHEME, text, start);
  if (match === undefined) return undefined;
  const [whole, scheme = "", given = ""] = match;
  const from = start + whole.length - given.length;
  const isScheme =
    /^(?:basic|bearer|digest|token|negotiate|ntlm|hawk|apikey|key|hmac|oauth|aws|aws4-hmac-sha256|sso-key)$/i
      .test(scheme);
  if (/^(?:digest|oauth|hawk|aws4-hmac-sha256)$/i.test(scheme)) {
    const end = text.indexOf("\n", from);
    return { from, to: end === -1 ? text.length : end };
  }
  if (isPlaceholder(given) || isCode(given) || isMessageWord(given) || isStateWord(given)) return undefined;
  if (scheme !== "" && !isScheme) return undefined;
  return { from, to: start + whole.replace(TRAILING_PUNCTUATION, "").length };
}

function bareSpan(text: string, assignment: Assignment): Span | undefined {
  const { start, kind, name, spacedColon, inAddress } = assignment;
  const block = matchAt(BLOCK, text, start);
  if (block?.[1] !== undefined && assignment.separator === ":") {
    const from = start + block[0].length - block[1].length;
    return isMessageWord(block[1]) ? undefined : { from, to: from + block[1].length };
  }
  const words = matchAt(WORDS_OF_FOUR, text, start);
  if (words !== undefined && !inAddress && !words[0].split(" ").some(isMessageWord)) {
    return { from: start, to: start + words[0].trimEnd().length };
  }
  // The query of a URL ends at a space.
  if (inAddress && /\s/.test(text.charAt(start - 1))) return undefined;
  const match = matchAt(inAddress ? ADDRESS_VALUE : BARE_VALUE, text, start);
  if (match === undefined) return undefined;
  const [written] = match;
  const value = written.replace(TRAILING_PUNCTUATION, "");
  // The value is another name, and the secret follows that one: `password: X-Api-Key: value`.
  if (/^[\w.-]{1,64}[:=]$/.test(written) && kindOfName(value) !== "plain") return undefined;
  const rest = text.slice(start + written.length, start + written.length + 40);
  if (isKeptBare(value, written, rest, assignment)) return undefined;
  if (spacedColon && isProse(value, rest)) return undefined;
  if (kind === "flag" && ((spacedColon && name !== "auth") || !looksLikeSecret(value))) return undefined;
  if (isFileAndLine(name, value) || (isForeignName(name) && /^[\p{L}\p{M}]+$/u.test(value))) return undefined;
  const longer = written.length < 300 ? undefined : matchAt(BARE_REST, text, start + written.length);
  return { from: start, to: start + (longer === undefined ? value.length : written.length + longer[0].length) };
}

/**
 * Whether a value without quotes is no secret: a placeholder, program code, a member's name, a state, a path or URL.
 */
function isKeptBare(
  value: string,
  written: string,
  rest: string,
  { name, kind, separator, spaced }: Assignment,
): boolean {
  if (isPlaceholder(value) || isPlaceholder(written) || isFact(value, kind)) return true;
  if (/^(?:null|true|false|undefined|none|nil)$/i.test(value) || isPlace(value)) return true;
  if (isCode(written) || (/^[\w.$]+$/.test(value) && /^\s?[([]/.test(rest) && !/\d/.test(value))) return true;
  if (isSecretMember(value)) return true;
  if (/^[!=]=/.test(separator)) return !looksLikeSecret(value);
  // `token = other.value`, `this.password = value;`: with spaces around the sign it is program code.
  const isProgram = (spaced && separator !== ":") || /^(?:\$|this\.|self\.|[a-z]\w{0,20}\.)/.test(name);
  if (
    isProgram &&
    (isMember(value) || /^[A-Za-z_$]{1,3}$/.test(value) || isStateWord(value) ||
      /^[a-z]+(?:[A-Z][a-z]+)*;$/.test(written))
  ) return true;
  return separator !== "=" && isStateWord(value);
}

/** Whether a sentence follows and no secret: "password: The field is required", "Secret: how to win". */
function isProse(value: string, rest: string): boolean {
  if (isMessageWord(value) && /^\s+[\p{L}\d]/u.test(rest)) return true;
  if (isStateWord(value)) return true;
  if (/^\d{1,3}$/.test(value)) return /^\s+\p{L}/u.test(rest) || rest.trim() === "";
  // If another name follows the word, the word is a password: `password: hunter user: bob`.
  return /^[\p{L}’']+$/u.test(value) && /^\s+[\p{L}’']{1,30}(?![\p{L}\p{N}_-]{0,30}\s?[:=@\d])/u.test(rest);
}

/** Whether this is a line in a file: `session-tokens.php:95`. */
function isFileAndLine(name: string, value: string): boolean {
  return /^\d{1,6}(?::\d{1,6})?$/.test(value) && /\.[A-Za-z]{1,5}$/.test(name);
}

const NOUN =
  "(?:pass(?:word|code|phrase|wd)?|pwd|pw|passwort|kennwort|contraseña|mot de passe|senha|wachtwoord|secret(?: key)?|token|api[ _-]?key|access[ _-]?key|pin(?: code)?|otp)";
const VERB = "(?:is|was|are|has been|ist|es|est)(?:\\s(?:now|set to|changed to|reset to))?|(?:set|changed|reset) to";
const OF_WHAT = "\\s{1,2}(?:for|of|to)\\s{1,2}[^\\s:=]{1,60}(?:\\s[^\\s:=]{1,40}){0,2}?|\\s{0,2}\\([^()]{1,60}\\)";
const PROSE = new RegExp(
  `(?<![\\p{L}\\p{N}_.$-])${NOUN}(?![\\p{L}\\p{N}_-])` +
    `(?:(${OF_WHAT})?(?:\\s{1,2}(${VERB}))?(\\s{0,2}(?:[:=]|[=-]>|→)\\s{0,4})|(?:\\s{1,2}(${VERB}))?\\s{1,4}(?:[–-]\\s{1,2})?)` +
    "([\"'`“‘»«]?)([^\\s\"'`”’»«]{3,})",
  "giu",
);

/** "The password is: …", "password for the shop: …", "password …". */
export const prose: Rule = function* (text) {
  for (const match of text.matchAll(PROSE)) {
    const { 0: found, 1: ofWhat, 3: mark, 5: quote, 6: given = "", index } = match;
    const verb = match[2] ?? match[4];
    // A value assigned to the noun alone is left to `assignments`.
    if (/^\s{0,2}[:=](?!>)/.test(mark ?? "") && ofWhat === undefined && verb === undefined) continue;
    const value = given.replace(/\\{1,8}$/, "").replace(TRAILING_PUNCTUATION, "");
    if (value.length < 3 || given.startsWith(HIDDEN.slice(0, -1)) || isNoSecret(value)) continue;
    const from = index + found.length - given.length;
    const rest = text.slice(from + given.length, from + given.length + 40);
    const isStated = mark !== undefined || (verb !== undefined && quote !== "");
    const isMemorable = /^p/i.test(found) && (verb !== undefined || quote !== "") && WORDS_AND_DIGITS.test(value);
    if (isStated ? !isProse(value, rest) : isMemorable || looksLikeSecret(value, verb === undefined ? 8 : 6)) {
      yield { from, to: from + value.length };
    }
  }
};

/** `correct-horse-42`: a secret only where the text says that it is a password. */
const WORDS_AND_DIGITS =
  /^(?!(?:sha|md|bcrypt|base|utf|argon|aes|v)\d)(?=.{6,60}$)[A-Za-z][A-Za-z!@#$%^&*_-]{2,40}\d{1,8}[!?]?$/i;

function isNoSecret(value: string): boolean {
  return isPlaceholder(value) || isCode(value) || isPlace(value) || isMessageWord(value) || isStateWord(value) ||
    isMember(value) ||
    /^(?:v?\d+(?:\.\d+)*|\w{0,12}(?:sha|md|aes|rsa|utf|2fa|oauth)\W?\d{0,4}\w{0,8}(?:-\w{4,10})?)$/i.test(value);
}
