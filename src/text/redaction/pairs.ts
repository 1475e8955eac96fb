/** Secrets whose name is next to them: rows, XML elements, serialised PHP, arguments of functions. */
import { kindOfName } from "./names.ts";
import { HIDDEN, matchAt, type Rule, type Span } from "./spans.ts";
import { isPlaceholder, looksLikeSecret } from "./values.ts";

function isSecretName(name: string): boolean {
  return ["secret", "credential"].includes(kindOfName(name));
}

/** A span as a list; none where it is empty, hidden already or a placeholder. */
function secretSpan(text: string, from: number, to: number): Span[] {
  if (to <= from || text.startsWith(HIDDEN, from)) return [];
  return isPlaceholder(text.slice(from, to)) ? [] : [{ from, to }];
}

/** `s:8:"password";s:6:"…"`, its quotes escaped any number of times. */
const SERIALISED = /s:\d{1,6}:\\{0,16}"([^"\\]{1,64})\\{0,16}";\s?s:(\d{1,7}):(\\{0,16})"/g;

/** Texts in serialised PHP under a secret's name. */
export const serialised: Rule = function* (text) {
  if (!text.includes("s:")) return;
  let named = false;
  for (const { 0: found, 1: name = "", 2: bytes, 3: slashes = "", index } of text.matchAll(SERIALISED)) {
    const from = index + found.length;
    const exact = from + Number(bytes);
    const closing = `${slashes}"`;
    const closed = text.startsWith(closing, exact) ? exact : text.indexOf(closing, from);
    const to = closed === -1 ? text.length : closed;
    if (isSecretName(name) || (named && VALUE_FIELD.test(name))) yield* secretSpan(text, from, to);
    named = NAME_FIELD.test(name) && isSecretName(text.slice(from, Math.min(to, from + 64)));
  }
};

const NAME_FIELD = /^(?:option|meta|setting|config|variable)?_?(?:name|key|path|field)$/i;
const VALUE_FIELD = /^(?:option|meta|setting|config|variable)?_?(?:value|val|content)$/i;

/** A name in one field and its value in the next: rows in text, form fields, environments of containers. */
const ROW = new RegExp(
  "(?:option_name|meta_key|setting_name|config_key|variable_name|name|key|path|field)\\\\{0,8}[\"']?\\s{0,3}(?:=>|[:=])\\s{0,3}" +
    "\\\\{0,8}[\"']?([\\w./-]{2,64})\\\\{0,8}[\"']?[\\s,;&}{]{0,6}(?:(?:type|id|class)=[\"'][\\w -]{0,40}[\"']\\s{0,3}){0,3}" +
    "\\\\{0,8}[\"']?(?:option_value|meta_value|setting_value|config_value|value|val|content)\\\\{0,8}[\"']?\\s{0,3}(?:=>|[:=])\\s{0,3}",
  "gi",
);

const QUOTED = /(\\{0,8})(["'`])/y;
const BARE = /[^\s,;&"'<>\\|]+/y;

/** The value at an index: the inside of quotes, or one word. */
function valueAt(text: string, start: number): Span[] {
  const quote = matchAt(QUOTED, text, start);
  if (quote === undefined) {
    const bare = matchAt(BARE, text, start);
    return bare === undefined ? [] : secretSpan(text, start, start + bare[0].replace(/[.)\]}]{1,4}$/, "").length);
  }
  const from = start + quote[0].length;
  const end = text.indexOf(quote[0], from);
  return secretSpan(text, from, end === -1 ? text.length : end);
}

/** Values in rows with a secret's name. */
export const rows: Rule = function* (text) {
  for (const { 0: found, 1: name = "", index } of text.matchAll(ROW)) {
    if (isSecretName(name)) yield* valueAt(text, index + found.length);
  }
};

const TUPLE = /[[(,]\s{0,3}(\\{0,8}["'])([\w.-]{3,64})\1\s{0,3},\s{0,3}(?=\1)/g;

/** `('smtp_password', '…')`: a value that looks like a secret after a secret's name, both in quotes. */
export const tuples: Rule = function* (text) {
  for (const { 0: found, 2: name = "", index } of text.matchAll(TUPLE)) {
    if (!isSecretName(name)) continue;
    for (const span of valueAt(text, index + found.length)) {
      if (looksLikeSecret(text.slice(span.from, span.to))) yield span;
    }
  }
};

/** `| smtp_password | … |`, with or without the lines: a name of several words and the value in the next column. */
const COLUMN =
  /(?<![\w.$>:/-])(requirepass|masterauth|[A-Za-z][A-Za-z0-9]{0,30}(?:_[A-Za-z0-9]{1,30}){1,6})[\s|]{1,40}([^\s|"'<>]{6,})/g;

/** Values next to secrets' names in tables of plain text. */
export const columns: Rule = function* (text) {
  if (!/_|requirepass|masterauth/.test(text)) return;
  for (const { 0: found, 1: name = "", 2: value = "", index } of text.matchAll(COLUMN)) {
    const to = index + found.length;
    if (isSecretName(name) && looksLikeSecret(value.replace(/[.,;:)]+$/, ""))) yield { from: to - value.length, to };
  }
};

const ELEMENT = /<([\w.-]{1,40}:)?([\w.-]{1,64})(\s[^<>]{0,300})?>\s{0,8}(?:<!\[CDATA\[)?/g;

/** The content of an XML element, and whether a tag follows it. */
function contentAt(text: string, from: number): Span & { closed: boolean } {
  const end = text.indexOf("<", from);
  const inside = end === -1 ? text.length : end;
  const cdata = text.slice(from - 9, from) === "<![CDATA[" ? text.indexOf("]]>", from) : -1;
  return { from, to: cdata === -1 ? inside : cdata, closed: end !== -1 };
}

/** The content of XML elements that their own name, or the element before them, names as a secret. */
export const elements: Rule = function* (text) {
  if (!text.includes("<")) return;
  let named = false;
  for (const { 0: tag, 2: name = "", 3: attributes = "", index } of text.matchAll(ELEMENT)) {
    const from = index + tag.length;
    const content = contentAt(text, from);
    const isEnded = text.startsWith("</", content.to) || text.startsWith("]]>", content.to);
    const value = text.slice(from, content.to);
    const cutOff = !content.closed && /^[\w!@#$%^&*.+/=~-]{3,200}$/.test(value);
    const called = /\s(?:name|key|id)=["']([\w.-]{1,64})["']/.exec(attributes)?.[1] ?? name;
    const isValue = isSecretName(name) || isSecretName(called) ||
      (named && /^(?:meta_value|option_value|value|string)$/i.test(name));
    if (isValue && (isEnded || cutOff)) yield* secretSpan(text, from, content.to);
    named = /^(?:meta_key|option_name|name|key)$/i.test(name) && value.length <= 64 && isSecretName(value);
  }
};

/** Functions that set what their first argument names. */
const SETTER =
  /\b(?:define|putenv|setenv|ini_set|set|setItem|setCookie|setcookie|update_option|add_option|update_site_option|set_transient|(?:add|update)_(?:post|user|term|site)?_?meta|setConfig|set_config|config|env|getenv|array|VALUES|append|setProperty|setHeader|header)\s{0,3}\(\s{0,3}(?:\d{1,12}\s{0,2},\s{0,2})?\\{0,8}["']([\w .-]{2,64})\\{0,8}["']\s{0,40},\s{0,40}(?=\\{0,8}["'])/gi;
const LOOKUPS = /^(?:getenv|env|config|array)/i;

/** Functions that take a secret as their first argument. */
const TAKES_SECRET =
  /(?<![\w$])set([A-Z]\w{2,40})\(\s{0,3}(?=["'])|\b(?:bcrypt|hash_password|Hash::make)\(\s{0,3}(?=["'])|\bredis(?:->|\.)auth\(\s{0,3}(?=["'])/gi;
/** `setPassword` sets a secret, `setPasswordHasher` does not. */
const SECRET_AT_END = /(?:password|passwd|passphrase|pwd|pass|secret|token|key|salt)$/i;
/** Functions that take a user and then a secret. */
const TAKES_USER =
  /(?:\b(?:login|authenticate|attempt|sign_?in)|auth=|->auth|(?<=["'])auth["']\s{0,3}(?:=>|:))\s{0,3}[([]{1,2}\s{0,3}(["'])[^"'\n]{1,100}\1\s{0,3},\s{0,3}(?=["'])/gi;

/** Functions that take a password among their arguments. */
const TAKES_PASSWORD =
  /\b(?:mysqli?_p?connect|mysqli_real_connect|(?:PDO|mysqli|new wpdb|wpdb)(?:->|::)__construct|new PDO|new mysqli|new wpdb|wp_authenticate(?:_\w{1,40})?|wp_set_password|wp_check_password|wp_hash_password|password_verify|password_hash|CheckPassword|HashPassword|ldap_bind|ftp_login|imap_open|ssh2_auth_password|pg_connect)\s{0,3}\(/g;
/** Those of them whose first argument is no secret. */
const FIRST_IS_HARMLESS = /connect|PDO|mysqli|wpdb|authenticate|bind|login|open|auth/;
const ARGUMENT = /(?:\w{1,40}\([\w\\]{0,60}\))?[^"'()]{0,40}?(["'])((?:[^"'\\]|\\.){0,400})(?:\1|$)/y;

/** Secrets among the arguments of functions, as in `define('DB_PASSWORD', '…')` and in stack traces. */
export const functionArguments: Rule = function* (text) {
  if (!text.includes("(")) return;
  for (const { 0: found, 1: name = "", index } of text.matchAll(SETTER)) {
    if (!isSecretName(name)) continue;
    for (const span of valueAt(text, index + found.length)) {
      if (!LOOKUPS.test(found) || looksLikeSecret(text.slice(span.from, span.to))) yield span;
    }
  }
  for (const { 0: found, 1: name, index } of text.matchAll(TAKES_SECRET)) {
    if (name === undefined || (isSecretName(name) && SECRET_AT_END.test(name))) {
      yield* valueAt(text, index + found.length);
    }
  }
  for (const { 0: found, index } of text.matchAll(TAKES_USER)) {
    for (const span of valueAt(text, index + found.length)) {
      if (looksLikeSecret(text.slice(span.from, span.to))) yield span;
    }
  }
  for (const { 0: call, index } of text.matchAll(TAKES_PASSWORD)) {
    let at = index + call.length;
    for (let place = 0; place < 6; place++) {
      const argument = matchAt(ARGUMENT, text, at);
      if (argument === undefined) break;
      const [whole, , value = ""] = argument;
      const to = at + whole.length - (/["']$/.test(whole) ? 1 : 0);
      at += whole.length;
      // Hosts, data sources and user names come before the password.
      const isHarmless = FIRST_IS_HARMLESS.test(call) &&
        (place === 0 || (place === 1 && /connect|PDO|mysqli/.test(call)));
      if (!isHarmless && !/^wp_|^\w+\.php$/.test(value)) yield* secretSpan(text, to - value.length, to);
    }
  }
};
