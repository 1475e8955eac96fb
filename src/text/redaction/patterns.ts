/** Secrets in free text, found by their form and context. Each rule covers one way of writing a secret. */
import { cleanText } from "../clean.ts";
import { signedParameters, userInfo, webhooks } from "./addresses.ts";
import { assignments, prose } from "./assignments.ts";
import { commandLines, pipedSecrets, secretOptions } from "./commands.ts";
import { cookieHeaders, sessionCookies } from "./cookies.ts";
import { encodedBeyond, layersOf } from "./layers.ts";
import { columns, elements, functionArguments, rows, serialised, tuples } from "./pairs.ts";
import { refusedValues, unquotedValues } from "./database_words.ts";
import { schemes } from "./schemes.ts";
import { bareKeys, logins, passwordFiles, settings, shortCodes } from "./settings.ts";
import { HIDDEN, type Rule, type Span, withoutSpans } from "./spans.ts";
import { secretLiterals, sqlLiterals } from "./sql.ts";
import { awsSecrets, cloudwaysTokens, discordTokens, privateKeys, publishedTokens } from "./tokens.ts";

export { HIDDEN };

/**
 * Matches a part of every secret's name. All letters beyond ASCII match, because they may look like those of a name.
 */
const NAME =
  /pass|pwd|pw|secret|token|key|auth|cred|cookie|salt|otp|jwt|psk|bearer|pincode|contrase|kennwort|senha|wachtwoord|session|sessid|connect|wordpress_|[^\0-\x7f]|psswd|pswd|cvv|cvc|parola|salasana|heslo|adgangskode/i;

/** Applies a rule only to texts that match the marks. Most texts don't, and the check costs little. */
function where(marks: RegExp, rule: Rule): Rule {
  return (text) => marks.test(text) ? rule(text) : [];
}

/** As {@linkcode where}, for rules that need a secret's name in the text. */
function whereNamed(marks: RegExp, rule: Rule): Rule {
  return (text) => marks.test(text) && NAME.test(text) ? rule(text) : [];
}

/** Matches an option, or a word after which a command takes a secret. */
const COMMAND =
  /\s["']?-{1,2}[A-Za-z]|\s(?:set|update|add|create|patch|auth|requirepass|masterauth|password|login|obscure|pass|config|authtoken|add-authtoken|add_user|change_password|\w{4,5}_pw|user:password|upwd)\s/i;

/** All rules for free text, by name. */
export const RULES: Readonly<Record<string, Rule>> = {
  privateKeys: where(/BEGIN|Private-Lines/i, privateKeys),
  userInfo: where(/:\/\//, userInfo),
  webhooks: where(/hook|heartbeat|\.(?:com|org|io|cn|site|chat|cloud|link)[:/]/i, webhooks),
  signedParameters: where(/[?&;][\w.[\]-]{1,64}=/, signedParameters),
  assignments: whereNamed(/[:=：]/, assignments),
  prose: whereNamed(/\S[\s:=(]/, prose),
  schemes: where(/bearer|basic/i, schemes),
  passwordFiles: where(/:(?:\d{2,5}|\*):/, passwordFiles),
  cookieHeaders: where(/cookie|curl/i, cookieHeaders),
  sessionCookies: where(/[\w-]=/, sessionCookies),
  serialised: whereNamed(/s:\d/, serialised),
  rows: whereNamed(/value|val|content/i, rows),
  tuples: whereNamed(/["']\s{0,3},/, tuples),
  columns: whereNamed(/[_A-Za-z][\s|]/, columns),
  elements: whereNamed(/</, elements),
  functionArguments: where(/["']/, where(/\(/, functionArguments)),
  commandLines: where(COMMAND, commandLines),
  secretOptions: whereNamed(/-[A-Za-z]/, secretOptions),
  pipedSecrets: where(/\|/, pipedSecrets),
  refusedValues: where(/near ["']| for (?:key|column) /, refusedValues),
  unquotedValues: where(/insert/i, unquotedValues),
  settings: where(/setenv|_param|_header|_value|requirepass|masterauth|user\s|crypt/i, settings),
  shortCodes: where(/\d{4}/, shortCodes),
  logins: where(/[/:]/, logins),
  bareKeys: where(/key\s?=/i, bareKeys),
  publishedTokens,
  discordTokens: where(/[\w-]{23}\.[\w-]{6}\./, discordTokens),
  awsSecrets: where(/A[KS]IA/, awsSecrets),
  cloudwaysTokens: where(/cw_/, cloudwaysTokens),
};

const ALL_RULES = Object.values(RULES);

/** How {@linkcode hidePatterns} hides. */
export interface PatternOptions {
  /** String literals in SQL stay, except those that are secrets. By default all are hidden. */
  showLiterals?: boolean;
}

/** Hiding can change how the text around reads, so it is repeated until no rule finds more: seldom more than twice. */
const MAX_TIMES = 4;

/** Most short texts remembered that hold no secret, since labels, names and domains come again and again. */
const MAX_REMEMBERED = 20_000;
const MAX_REMEMBERED_LENGTH = 64;
/** Each with whether it is a settled one: see {@linkcode isSettled}. */
const harmless = new Map<string, boolean>();
/** The same, if string literals in SQL stay. */
const harmlessBesideLiterals = new Map<string, boolean>();

/** Hides every secret that its form or its context reveals. A text without one is returned unchanged. */
export function hidePatterns(text: string, { showLiterals = false }: PatternOptions = {}): string {
  if (isShownAsItIs(text)) return text;
  if (text.length > MAX_REMEMBERED_LENGTH) return hideAll(text, showLiterals);
  const known = showLiterals && MAY_HOLD_LITERAL.test(text) ? harmlessBesideLiterals : harmless;
  if (known.has(text)) return text;
  const hidden = hideAll(text, showLiterals);
  if (hidden === text) remember(text, known);
  return hidden;
}

/**
 * Whether a text is known to be shown as it is, unless it holds a given secret: by its form, or because no rule found
 * anything in it before. Then it is no JSON, and cleaning leaves it too.
 */
export function isKnownHarmless(text: string): boolean {
  if (text.length > MAX_REMEMBERED_LENGTH) return false;
  return harmless.get(text) ?? (isShownAsItIs(text) && remember(text, harmless));
}

/** Whether a text is an id of ours or a time. They are as harmless, and it is no use to remember them. */
export function isIdOrTime(text: string): boolean {
  return text.length >= 20 && ID_OR_TIME.test(text);
}

/** Remembers a harmless text, and returns whether it is a settled one. Made-up texts must not fill the memory. */
function remember(text: string, known: Map<string, boolean>): boolean {
  if (known.size >= MAX_REMEMBERED) known.clear();
  const settled = isSettled(text);
  known.set(text, settled);
  return settled;
}

/** Whether cleaning leaves a text, which is not JSON and was not cut. */
function isSettled(text: string): boolean {
  return !/^[{["]|…$/.test(text) && cleanText(text) === text;
}

function isShownAsItIs(text: string): boolean {
  return WORD.test(text) || FIGURES.test(text);
}

function hideAll(text: string, showLiterals: boolean): string {
  let hidden = text;
  for (let times = 0; times < MAX_TIMES; times++) {
    const before = hidden;
    hidden = hideOnce(before, showLiterals);
    if (hidden === before) break;
  }
  return hidden;
}

/**
 * A name, a method of HTTP or of MCP, a short path, an id of ours: most texts of a log line. None of these is a secret by
 * its form, and cleaning leaves them as they are.
 */
const WORD =
  /^(?:[a-z_]{1,30}|[A-Z]{1,7}|\/[a-z]{1,12}|[a-z]{1,13}\/[a-z]{1,13}|customer_[\da-f]{16}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

/** Numbers and times: many texts of a listing. */
const FIGURES = /^[\d :.TZ+-]{0,32}$/;

/** Those of these words and figures that differ from request to request. */
const ID_OR_TIME = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|customer_[\da-f]{16}|\d[\d:.TZ+-]{19,31})$/;

function hideOnce(text: string, showLiterals: boolean): string {
  const layers = layersOf(text);
  const found: Span[] = encodedBeyond(layers);
  for (const layer of layers) {
    for (const rule of ALL_RULES) for (const span of rule(layer.text)) found.push(layer.original(span));
    if (layer.trueQuotes) { for (const span of literals(layer.text, showLiterals)) found.push(layer.original(span)); }
  }
  return withoutSpans(text, found);
}

/** Matches every text that holds a literal, or reads in another way once it is decoded. */
const MAY_HOLD_LITERAL = /['"#%&+\\]|0x|--|\/\*/;

function literals(text: string, showLiterals: boolean): Span[] {
  if (!/['"#]|0x|--|\/\*/.test(text)) return [];
  const all = [...sqlLiterals(text)];
  return showLiterals ? secretLiterals(text, all) : all;
}
