/** Which field names hold secrets. Names come in any spelling: `apiKey`, `API_KEY`, `x-api-key`, `app[api_key]`. */

/**
 * What the name of a field says about its value:
 * - `secret`: every text and number under it is hidden, however deep.
 * - `credential`: a record of a credential. Its own texts are hidden; of an object only what names or places it stays.
 * - `flag`: says something about a secret. Numbers and words such as `yes` or `enabled` stay, other texts are hidden.
 * - `plain`: says nothing about its value.
 */
export type NameKind = "secret" | "credential" | "flag" | "plain";

/** Marks of a secret in a name of which only letters and digits are left. */
const SECRET = new RegExp(
  [
    "password|passwd|passphrase|passcode|passkey|pwd\\d*$",
    "secret(?!ar)|token(?!i[sz])|authori[sz]ation|approvalcode",
    "apikey|privatekey|sslkey|tlskey",
    "(?:app|priv|access|encryption|encrypt|signing|master|auth|licen[sc]e|shared|session|service|hmac|customerid)keys?\\d*$",
    "^(?:set)?cookies?$|^bearer$|^jwt|jwt$|(?:mysql|db|smtp|ftp|user|redis)pass$",
  ].join("|"),
);

const CREDENTIAL = /credential/;

/** Last words that make a whole name a secret, where a shorter match would catch too much. */
const SECRET_ENDINGS = new Set(["pass", "pw", "psk", "otp", "totp", "salt"]);

/** Names that end like a secret and are not one: settings of web servers. */
const NO_PASSWORD = /(?:proxy|fastcgi|uwsgi|scgi|by)pass$/;

/** Last words that make a name a fact about a secret, not the secret. */
const DESCRIPTIONS = new Set(
  ("id ids type kind name names label at in expires expiry expire expiration ttl lifetime age days minutes seconds " +
    "date time timestamp count counts length size limit max min total usage used remaining version endpoint " +
    "algorithm format scope scopes role source fingerprint").split(" "),
);

const FLAG_STARTS = new Set(
  "has had is are can should need needs require requires allow allows use uses with without weak missing invalid".split(
    " ",
  ),
);

const FLAG_ENDINGS = new Set(
  ("protection protected policy status state enabled disabled required enforced strength set changed rotated expired " +
    "exists present valid invalid visible rotation auth").split(" "),
);

/** Words beside which `tokens` is a number of them. */
const COUNTING = /^(?:max|min|used|total|remaining|available|input|output|prompt|completion|num|number)$/;

/** Words a flag may hold as its value. */
const FLAG_VALUE =
  /^(?:-?\d{1,3}|true|false|yes|no|on|off|none|null|enabled?|disabled?|(?:in)?active|(?:in)?valid|expired|(?:un)?set|present|missing|required|optional|strong|medium|weak|ok)$/i;

/** Last words of what may be seen of a credential: who it is for and where. */
const CREDENTIAL_FACTS = new Set(
  ("id ids user users username name label ip ips host hostname port email url path type kind role status state at " +
    "server app application keys expires expiry").split(" "),
);

/** Names repeat a thousandfold in a listing; the bound is against names made up by others. */
const MAX_REMEMBERED = 4096;
const MAX_REMEMBERED_LENGTH = 64;
const remembered = new Map<string, NameKind>();

/** What a field's name says about its value. */
export function kindOfName(name: string): NameKind {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const kind = classify(name.normalize("NFKC"));
  if (name.length <= MAX_REMEMBERED_LENGTH) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, kind);
  }
  return kind;
}

/** Whether a text under a name that is a flag is what a flag says. */
export function isFlagValue(text: string): boolean {
  return text === "" || FLAG_VALUE.test(text);
}

/** Whether a field of a credential's record tells whose it is, and so may be seen. */
export function isCredentialFact(name: string): boolean {
  return CREDENTIAL_FACTS.has(wordsOf(name).at(-1) ?? "");
}

function classify(name: string): NameKind {
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  // Odd casing (`pAsSwOrD_Id`) makes nonsense of camel case, so a name is read both ways.
  const readings = [wordsOf(name), wordsOf(name.toLowerCase())];
  const secret = isSecret(letters, readings);
  const credential = CREDENTIAL.test(letters) || readings.some((words) => words.some((word) => /^creds?$/.test(word)));
  if (!secret && !credential) return readings.some((words) => words.at(-1) === "auth") ? "flag" : "plain";
  if (readings.some(isDescription)) return "plain";
  if (readings.some(isFlag)) return "flag";
  return secret ? "secret" : "credential";
}

function isSecret(letters: string, readings: string[][]): boolean {
  if (SECRET.test(letters)) return true;
  return readings.some((words) => SECRET_ENDINGS.has(words.at(-1) ?? "")) && !NO_PASSWORD.test(letters);
}

function isDescription(words: string[]): boolean {
  const last = words.at(-1) ?? "";
  if (words.length < 2 || !DESCRIPTIONS.has(last)) return false;
  // `expires_at` describes; `password_in` alone could be the password that goes in.
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
