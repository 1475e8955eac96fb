/** Which field names hold secrets. Names come in any spelling: `apiKey`, `API_KEY`, `x-api-key`, `app[api_key]`. */
import type { Members } from "../walk.ts";
import { isMessage } from "./words.ts";

/**
 * What the name of a field says about its value:
 * - `secret`: every text and number under it is hidden, however deep.
 * - `secrets`: several of them, or how many there are. Small numbers and words such as `yes` stay.
 * - `credential`: a record of a credential. Its own texts are hidden; of an object only what names or places it stays.
 * - `flag`: says something about a secret. Numbers and words such as `yes` or `enabled` stay, other texts are hidden.
 * - `title`: may be the title of a page or a product. As `secret`, but small numbers stay, also inside it.
 * - `titled`: is inside a record with such a name.
 * - `plain`: says nothing about its value.
 */
export type NameKind = "secret" | "secrets" | "title" | "titled" | "credential" | "flag" | "plain";

/** Marks of a secret in a name that is reduced to letters and digits. */
const SECRET = new RegExp(
  [
    "password|passwd|passphrase|passcode|passkey|passwort|kennwort|contrasea|contrasena|wachtwoord|psswd|pswd|passw$|pwd\\d*$",
    "secret(?!ar)|token(?!i[sz])|authori[sz]ation|approvalcode",
    "apikey|privatekey|sslkey|tlskey|(?:github|gitlab|bitbucket)oauth$",
    "(?:app|priv|admin|access|encryption|encrypt|signing|master|auth|licen[sc]e|shared|session|service|hmac|customerid)keys?\\d*$",
    "(?:account|loggedin|nonce|security|crypt|cipher|consumer|webhook|recovery|storage|deploy)key\\d*$",
    "^(?:set)?cookies?$|^bearer$|^jwt|jwt$",
    "requirepass|masterauth|pincode|^phpsessid|^jsessionid|^wordpress(?:loggedin|sec)|laravelsession$|gitlabsession$|woocommercesession|connectsid$|aspnetsessionid",
  ].join("|"),
);

const CREDENTIAL = /credential/;

/** Words that mark a secret only at the end of a name; a match anywhere would catch too much. */
const SECRET_ENDINGS = new Set(["pass", "pw", "psk", "otp", "totp", "salt", "passe", "senha", "cvv", "cvc"]);

/** Names that end with `pass` or `pw` without a mark between the words. */
const RUN_TOGETHER =
  /^[a-z]*(?:mysql|db|smtp|ftp|user|redis|admin|root|login|mail|ssh|require|web|sql|http|ldap|my)(?:pass|pw)$/;

/** Words for "password" in other languages, compared with whole names. */
const FOREIGN_PASSWORD =
  /^(?:пароль|密码|密碼|パスワード|비밀번호|hasło|şifre|parola|lösenord|salasana|heslo|jelszó|adgangskode|κωδικός)$/i;

/** Names that end like a secret and are not one: settings of web servers. */
const NO_PASSWORD = /(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached|by)pass$/;

/** Last words that make a name a fact about a secret, not the secret itself. */
const DESCRIPTIONS = new Set(
  ("id ids type kind name names label at in expires expiry expire expiration ttl lifetime age days minutes seconds " +
    "date time timestamp count counts length size limit max min total usage used remaining version endpoint " +
    "algorithm format scope scopes role source fingerprint url uri path filename page field column table provider " +
    "issuer bucket position index").split(" "),
);

const FLAG_STARTS = new Set(
  "has had is are can should need needs require requires allow allows use uses with without weak missing invalid".split(
    " ",
  ),
);

const FLAG_ENDINGS = new Set(
  ("protection protected policy status state enabled disabled required enforced strength set changed rotated expired " +
    "exists present valid invalid visible rotation auth reset resets change changes attempts tries failures failed " +
    "requests logins errors hits visits views refreshes rotations updates management manager recovery login " +
    "authentication verification requirements rules strategy mode support").split(" "),
);

/** Words next to which `tokens` means a number of tokens. */
const COUNTING = /^(?:max|min|used|total|remaining|available|input|output|prompt|completion|num|number)$/;

/** Last words that mean several secrets, or their number. */
const PLURAL = /^(?:passwords|tokens|secrets|keys|passkeys|apikeys|cookies)$/;

/** Words a flag may hold as its value. */
const FLAG_VALUE =
  /^(?:-?\d{1,3}|true|false|yes|no|on|off|none|null|enabled?|disabled?|(?:in)?active|(?:in)?valid|expired|(?:un)?set|present|missing|required|optional|strong|medium|weak|ok|read|write|view|edit|manage|full|all|allow(?:ed)?|den(?:y|ied)|granted|password|publickey|session|token|basic|bearer|digest|oauth2?|jwt|default)$/i;

/** Last words of the fields of a credential that may be shown: who it is for, and where. */
const CREDENTIAL_FACTS = new Set(
  ("id ids user users username name label ip ips host hostname port email url path type kind role status state at " +
    "server app application keys expires expiry").split(" "),
);

/** Names that are no settings: pages, hosts, files and methods. Statistics are keyed by them. */
const NO_SETTING = new RegExp(
  [
    "^/|://|::|->|\\(\\)",
    "^[\\w-]{1,63}(?:\\.[\\w-]{1,63}){0,6}\\.(?:com|net|org|io|dev|app|co|eu|de|uk|nl|fr|info|shop|store|site|online|cloud|example|test)$",
    "\\.(?:php|phtml|inc|m?jsx?|tsx?|css|html?|py|rb|go|java|json|ya?ml|xml|txt|log|md|sql)$",
  ].join("|"),
  "i",
);

/** Most names remembered, since they repeat thousands of times in a listing. Made-up names must not fill the memory. */
const MAX_REMEMBERED = 4096;
const MAX_REMEMBERED_LENGTH = 64;
const remembered = new Map<string, NameFacts>();

/** What is known of a name by itself. */
interface NameFacts {
  kind: NameKind;
  /** Its value may be named by another field of the record. */
  isValueField: boolean;
  /** Its value may be a code of a few digits. */
  isCodeField: boolean;
}

/** Most characters of a name that count; a longer one is judged by its end. No name with a meaning is longer. */
const MAX_NAME = 256;

/** What a field's name says about its value. */
export function kindOfName(name: string): NameKind {
  return factsOf(name).kind;
}

function factsOf(name: string): NameFacts {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const facts = {
    kind: classify(name.slice(-MAX_NAME).normalize("NFKC")),
    isValueField: VALUE_FIELD.test(name),
    isCodeField: CODE_NAME.test(name),
  };
  if (name.length <= MAX_REMEMBERED_LENGTH) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, facts);
  }
  return facts;
}

/** Whether a text under a flag's name is a flag's value. */
export function isFlagValue(text: string): boolean {
  return text === "" || FLAG_VALUE.test(text);
}

/** Whether a text under a name of this kind is hidden even if it does not look like a secret. */
export function hidesText(kind: NameKind, text: string): boolean {
  if (kind === "plain" || text === "") return false;
  if (kind !== "secret" && kind !== "credential" && isFlagValue(text)) return false;
  return !isMessage(text);
}

/** Whether a number under a name of this kind is hidden. */
export function hidesNumber(kind: NameKind, value: number): boolean {
  if (kind === "secrets" || kind === "title") return !(Number.isInteger(value) && value >= 0 && value < 10_000);
  return kind === "secret" || kind === "credential";
}

/** What a name says about its value, given the kind of the record around it and the other members of that record. */
export function kindWithin(outer: NameKind, name: string, members: Members): NameKind {
  if (outer === "secret") return "secret";
  if (outer === "secrets") {
    const words = wordsOf(name);
    return words.length === 1 && isFact(words[0] ?? "") ? "secrets" : "secret";
  }
  const { kind, isValueField, isCodeField } = factsOf(name);
  if (kind === "plain" && (outer === "title" || outer === "titled")) return "titled";
  if (kind === "plain" && isValueField && isNamedSecret(members)) return "secret";
  if (kind === "plain" && isCodeField && isShortCode(name, members)) return "secret";
  if (kind !== "plain" || outer !== "credential") return kind;
  return CREDENTIAL_FACTS.has(wordsOf(name).at(-1) ?? "") ? "plain" : "credential";
}

/** Fields whose value is named by another field of the record. */
const VALUE_FIELD = /^(?:option|meta|setting|config|param|attribute|variable|env)?_?(?:value|val|content)$/i;
const NAME_FIELD =
  /^(?:option|meta|setting|config|param|attribute|variable|env)?_?(?:name|key|path|field|label|title|variable|setting|option)$/i;

/** Whether this is the value in a row such as `{"option_name": "smtp_password", "option_value": …}`. */
function isNamedSecret(members: Members): boolean {
  return members().some(([field, said]) =>
    typeof said === "string" && said.length <= MAX_REMEMBERED_LENGTH && NAME_FIELD.test(field) &&
    ["secret", "title", "credential"].includes(kindOfName(said))
  );
}

const CODE_NAME = /(?:^|[_-])(?:pin|(?:verification|security|login|otp|2fa|sms|one_?time)[_-]?code)$/i;

/** Whether this is a code of a few digits, such as `{"pin": "4829"}`. */
function isShortCode(name: string, members: Members): boolean {
  const value = members().find(([field]) => field === name)?.[1];
  return typeof value === "string" && /^\d{4,8}$/.test(value);
}

/** Whether a name is the word for "password" in another language. A form may say after it that one is needed. */
export function isForeignName(name: string): boolean {
  return FOREIGN_PASSWORD.test(name);
}

function classify(name: string): NameKind {
  if (NO_SETTING.test(name)) return "plain";
  if (FOREIGN_PASSWORD.test(name)) return "secret";
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  // Odd casing (`pAsSwOrD_Id`) can't be split as camel case, so a name is also read in lower case.
  const readings = [wordsOf(name), wordsOf(name.toLowerCase())];
  const secret = isSecret(letters, readings);
  const credential = CREDENTIAL.test(letters) || readings.some((words) => words.some((word) => /^creds?$/.test(word)));
  if (!secret && !credential) return readings.some((words) => words.at(-1) === "auth") ? "flag" : "plain";
  if (readings.some(isDescription)) return "plain";
  if (readings.some(isFlag)) return "flag";
  if (isTitle(name, readings[1] ?? [])) return "plain";
  if (!secret) return "credential";
  if (/\S\s+\S/.test(name.trim())) return "title";
  return readings.some((words) => PLURAL.test(words.at(-1) ?? "")) ? "secrets" : "secret";
}

function isSecret(letters: string, readings: string[][]): boolean {
  if (SECRET.test(letters) || RUN_TOGETHER.test(letters)) return true;
  return readings.some((words) => SECRET_ENDINGS.has(words.at(-1) ?? "")) && !NO_PASSWORD.test(letters);
}

/**
 * A secret and a word that says what it belongs to: "Password for the shop" names a password, "Secret Garden" does not.
 */
const BELONGING =
  /\b(?:password|passphrase|secret|token|key|pass|pw)s?\s*(?:\(|(?:for|of|to|used|value|hash|no|nr)\b)/i;

/**
 * Whether a name is a title, as "Secret Garden" and "Token Ring Networks": several words, and the last means no secret.
 */
function isTitle(name: string, words: readonly string[]): boolean {
  if (!/\S\s+\S/.test(name.trim()) || BELONGING.test(name)) return false;
  const last = words.filter((word) => !/^\d+$/.test(word)).at(-1) ?? "";
  return !isSecret(last, [[last]]) && !/^(?:key|code|phrase|value|hash)s?$/.test(last);
}

/** Whether a word says how many secrets there are, or of which kind. */
function isFact(word: string): boolean {
  return DESCRIPTIONS.has(word) || COUNTING.test(word) || FLAG_STARTS.has(word) || FLAG_ENDINGS.has(word);
}

function isDescription(words: string[]): boolean {
  const last = words.at(-1) ?? "";
  if (words.length < 2 || !DESCRIPTIONS.has(last)) return false;
  // `token_expires_at` describes a secret; `password_in` could be the secret.
  return (last !== "at" && last !== "in") || !SECRET.test(words.at(-2) ?? "");
}

function isFlag(words: string[]): boolean {
  if (words.length < 2) return false;
  if (FLAG_STARTS.has(words[0] ?? "") || FLAG_ENDINGS.has(words.at(-1) ?? "")) return true;
  return words.includes("tokens") && words.some((word) => COUNTING.test(word));
}

function wordsOf(name: string): string[] {
  const separated = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  return separated.toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== "");
}
