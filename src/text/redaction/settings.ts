/** Secrets in the settings of servers, where a space separates a name from its value; and in lists of logins. */
import { kindOfName } from "./names.ts";
import { HIDDEN, type Rule } from "./spans.ts";
import { isCode, isPlace, isPlaceholder, looksLikeSecret } from "./values.ts";
import { isMessageWord, isStateWord } from "./words.ts";

/** `SetEnv DB_PASSWORD …`, `fastcgi_param API_KEY "…";`, `proxy_set_header X-Api-Key …;`. */
const DIRECTIVE =
  /(?<![\w-])(?:setenv|(?:fastcgi|uwsgi|scgi)_param|(?:proxy|grpc|fastcgi)_set_header|add_header|php_(?:admin_)?value)\s{1,8}["']?([\w.-]{2,64})["']?\s{1,8}(?:"([^"\n]{1,300})(?:"|$)|'([^'\n]{1,300})(?:'|$)|([^\s"';\\]{1,300}))/gi;

/** `requirepass …` of Redis. */
const REDIS = /(?<![\w-])(?:requirepass|masterauth)\s{1,8}["']?((?=[^\s"'#]{0,100}\d)[^\s"'#\\<>]{3,300})/g;

/** `user default on >… ~* +@all` in Redis' list of users, and in the command that changes it. */
const REDIS_USER = /\b(?:user|setuser)[ \t]+[^\s]{1,64}[ \t]+(?:on|off)[ \t][^\n>]{0,200}?>([^\s"'\\<>]{3,300})/gi;

/** The encryption key of Magento, and the key in any other array of this name. */
const CRYPT =
  /["']crypt["']\s{0,8}(?:=>|:)\s{0,8}(?:array\s{0,4}\(|[[{])\s{0,20}["']key["']\s{0,8}(?:=>|:)\s{0,8}["']([^"']{8,200})/g;

/** Values in settings of web servers, of Redis and of Magento. */
export const settings: Rule = function* (text) {
  for (const { 0: found, 1: name = "", 2: double, 3: single, 4: bare, index } of text.matchAll(DIRECTIVE)) {
    const value = double ?? single ?? bare ?? "";
    if (!["secret", "credential"].includes(kindOfName(name)) || /cookie$/i.test(name) || isNoSecret(value)) continue;
    const to = index + found.length - (bare === undefined && /["']$/.test(found) ? 1 : 0);
    yield { from: to - value.length, to };
  }
  for (const pattern of [REDIS, REDIS_USER, CRYPT]) {
    for (const { 0: found, 1: value = "", index } of text.matchAll(pattern)) {
      const from = index + found.lastIndexOf(value);
      if (!isNoSecret(value)) yield { from, to: from + value.length };
    }
  }
};

function isNoSecret(value: string): boolean {
  return value.startsWith(HIDDEN.slice(0, -1)) || isPlaceholder(value) || isCode(value) || isPlace(value) ||
    isStateWord(value) || isMessageWord(value);
}

const CODE =
  /(?<![\p{L}\p{N}_.$-])(?:pin|otp|(?:verification|security|one[- ]?time|login|2fa|otp|sms|authentication|recovery|two-factor) code)["']?(?:\s{1,2}is\s{0,2}:?|\s{0,2}[:=])\s{0,4}["']?(\d{4,8})(?![\p{L}\p{N}_%-]|[.,]\d)(?!\s\p{L})|(?<![\p{L}\p{N}_-])code:?\s{1,2}(\d{4,8})\s{1,2}\(?otp(?!\w)/giu;

/** `PIN: 4829`, "your verification code is 482913". */
export const shortCodes: Rule = function* (text) {
  for (const { 0: found, 1: pin, 2: code, index } of text.matchAll(CODE)) {
    const value = pin ?? code ?? "";
    const from = index + found.indexOf(value);
    yield { from, to: from + value.length };
  }
};

/** A user and a password with one mark between them: after a word for a login, and as Oracle takes them. */
const LOGIN =
  /(?<![\w.$/-])(?:login|logins|creds?|credentials?|account|username|user)\s{0,2}[:=]?\s{1,2}[\w.@+-]{1,64}\s?[/:]\s?([^\s"'<>]{8,300})|\b(?:oracle:thin:|sqlplus\s{1,4}(?:-\w{1,4}\s{1,4}){0,3})[\w$#]{1,64}\/([^\s@"'/]{3,300})(?=@)/gi;

/** `login bob/…`, `jdbc:oracle:thin:bob/…@host`. */
export const logins: Rule = function* (text) {
  for (const { 0: found, 1: either, 2: oracle, index } of text.matchAll(LOGIN)) {
    const value = (either ?? oracle ?? "").replace(/[.,;:!?)\]}]{1,4}$/, "");
    const from = index + found.lastIndexOf(value);
    if (oracle === undefined ? looksLikeSecret(value) && !/^\w{1,20}=/.test(value) : !isNoSecret(value)) {
      yield { from, to: from + value.length };
    }
  }
};

const KEY =
  /(?<![\w.[\]$%?&;-])(?<!(?:cache|sort|meta|primary|foreign|array|object|index|group|search|public)\s)key\s?=\s?["']?([A-Za-z0-9+/_-]{12,300}={0,2})(?![\w.])/giu;

/** `key=…` where the value has letters of both cases and digits, as ordinary names don't. */
export const bareKeys: Rule = function* (text) {
  for (const { 0: found, 1: value = "", index } of text.matchAll(KEY)) {
    const isMixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
    if (isMixed && looksLikeSecret(value, 12)) {
      yield { from: index + found.length - value.length, to: index + found.length };
    }
  }
};

const PASSWORD_FILE = /(?<![\w:/.*-])[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w*-]{1,64}:[\w*-]{1,64}:([^\s:"'<>]{3,})/g;

/** Lines of `.pgpass`: host, port, database, user and password. */
export const passwordFiles: Rule = function* (text) {
  for (const { 0: found, 1: password = "", index } of text.matchAll(PASSWORD_FILE)) {
    yield { from: index + found.length - password.length, to: index + found.length };
  }
};
