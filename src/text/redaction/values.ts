/** Whether a value looks like a secret, judged by the value itself. */
import { kindOfName } from "./names.ts";
import { HIDDEN } from "./spans.ts";
import { isStateWord } from "./words.ts";

/** Placeholders for values that are filled in elsewhere, and values that another program has masked. */
const PLACEHOLDER = new RegExp(
  [
    "[*•xX.…_#?-]+|__[A-Z0-9_]{2,40}__", // masks
    "[<{[(]{1,3}[^<>{}[\\]()]{0,60}[>}\\])]{1,3}", // <password>, {{ token }}, [password]
    "%(?:\\([\\w.]{1,40}\\))?\\d{0,2}\\$?[sdvq]|%\\w{1,40}%", // formats, and variables of Windows
    "\\$\\$?(?:\\w{1,60}|[({].{0,80})", // variables of shells and of PHP
    "[:@]\\w{1,40}|\\?\\d{0,2}|#\\{.{0,60}\\}", // parameters of SQL
    "(?:your|my|the|insert|enter|change|replace|put|add)[-_ ]\\w[\\w -]{0,60}", // your-api-key
    "[A-Z][A-Z0-9]{0,20}(?:_[A-Z0-9]{1,20}){0,6}_(?:KEY|TOKEN|SECRET|PASSWORD|PASS|HERE|ME)(?:_HERE)?",
    "%\\{[^{}]{0,60}\\}?|env:[A-Z_]{2,60}|(?:vault|file|ssm|op|arn):[\\w/.-]{0,40}[/:].{0,120}", // references
    "&(?:lt|gt|quot|apos|amp|#\\w{1,6});?.{0,80}", // HTML entities: the decoded text is judged
  ].map((form) => `(?:${form})`).join("|").replace(/^/, "^(?:").replace(/$/, ")$"),
);

/** Calls, members and variables: program code, which names a secret and does not hold it. */
const CODE = new RegExp(
  [
    "[\\w$\\\\]{1,80}(?:(?:::|->|\\?->|\\?\\.|\\.)[\\w$]{1,80}){0,8}\\(.*", // call(), A::call(), a->call()
    "[\\w$\\\\]{1,80}(?:::|->|\\?->)[\\w$].{0,80}",
    "\\$[A-Za-z_]\\w{0,60}.{0,80}",
    "(?:process|os|import|Deno|System)\\.[\\w.[\\]'\"]{1,80}",
    "`.{0,80}",
  ].map((form) => `(?:${form})`).join("|").replace(/^/, "^(?:").replace(/$/, ")$"),
  "s",
);

const MEMBER = /^[A-Za-z_$][\w$]{0,60}(?:\.[A-Za-z_$][\w$]{0,60}){1,6}$/;
const FILE_PATH = /^(?:[.~]|[A-Za-z]:)?(?:[/\\][\w.@+-]{1,64}){2,20}\/?$/;
const FILE_NAME =
  /\.(?:php|phtml|inc|jsx?|mjs|cjs|tsx?|css|html?|py|rb|go|java|json|ya?ml|xml|txt|log|md|ini|conf|sql|sh|pem|key|crt|pub)$/i;
/** Character sets of MySQL, and validation rules of Laravel: `required|min:8`. */
const SCHEMA_WORD =
  /^(?:(?:utf8|utf16|utf32|ucs2|latin1)\w{0,40}|[a-z_]{1,30}(?::[\w,.]{1,40})?(?:\|[a-z_]{1,30}(?::[\w,.]{1,40})?){1,12})$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HOST = /^(?:[a-z0-9_-]{1,63}\.){1,8}[a-z]{2,24}$/i;
const DATE_OR_VERSION = /^v?\d{1,4}(?:[-./:T ]\d{1,4}){1,6}(?:Z|[-+.]\w{1,12})?$/;
const EMAIL = /^[\w.+-]{1,64}@[\w.-]{1,100}$/;
const ADDRESS = /^https?:\/\//i;

/** Whether a value only marks where a secret would be. */
export function isPlaceholder(value: string): boolean {
  return value === "" || value === HIDDEN || PLACEHOLDER.test(value) || PLACEHOLDER.test(decoded(value));
}

/** Whether a value without quotes is program code. */
export function isCode(value: string): boolean {
  return CODE.test(value);
}

/** Whether a value without quotes is a member of an object, such as `u.token` or `config.stripe.secret`. */
export function isMember(value: string): boolean {
  return MEMBER.test(value) && !/\d/.test(value);
}

/** Whether a member has a secret's name. An assignment from `u.token` names the secret but does not show it. */
export function isSecretMember(value: string): boolean {
  if (!isMember(value)) return false;
  const kind = kindOfName(value.slice(value.lastIndexOf(".") + 1));
  return kind === "secret" || kind === "secrets";
}

/** Whether a value is a path or a URL. Other rules find the secrets in these. */
export function isPlace(value: string): boolean {
  if (ADDRESS.test(value)) return true;
  return FILE_PATH.test(value) && !value.split(/[/\\]/).some((part) => part.length >= 12 && isRandom(part));
}

/**
 * Whether a value looks like a secret, for use where its name does not decide. It is long enough, mixes kinds of
 * characters, and is no word, name, number, date, address, id or placeholder.
 *
 * @param least Fewest characters. Shorter values are more often words with a number.
 */
export function looksLikeSecret(value: string, least = 8): boolean {
  if (value.length < least || isPlaceholder(value) || isCode(value) || isPlace(value) || isStateWord(value)) {
    return false;
  }
  if (/^[\p{L}’'-]+$/u.test(value) && !isMixedCase(value)) return false;
  if (/^[\d.,:+-]+$/.test(value) || DATE_OR_VERSION.test(value) || UUID.test(value)) return false;
  if (HOST.test(value) || EMAIL.test(value) || FILE_NAME.test(value) || value.includes("::")) return false;
  return !SCHEMA_WORD.test(value) && isRandom(value);
}

/** Whether letters and digits, or upper and lower case, are mixed as in no word. */
function isRandom(value: string): boolean {
  const mixed = /[A-Za-z]/.test(value) && /\d/.test(value);
  if (!mixed) return isMixedCase(value) || /[A-Za-z][^\w\s.,:;/'"()&#-]+[A-Za-z]?/.test(value);
  // `product-12` and `step_2_of_3` are words with numbers.
  const parts = value.split(/[^A-Za-z0-9]+/).filter((part) => part !== "");
  return parts.some((part) => part.length >= 6 && /[A-Za-z]/.test(part) && /\d/.test(part)) ||
    /[^\w.,:;/()&#-]/.test(value);
}

/** `aGVsbG8gd29y`, and not `CheckPassword`, `iPhone` or `README`. */
function isMixedCase(value: string): boolean {
  const changes = value.match(/[a-z][A-Z]|[A-Z]{2}[a-z]/g)?.length ?? 0;
  return value.length >= 12 && changes >= 4 && changes * 4 >= value.length / 2;
}

function decoded(value: string): string {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
