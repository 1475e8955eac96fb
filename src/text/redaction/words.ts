/** Words that are no secrets: words of messages about secrets, types and states. */

/** The words of messages about passwords, tokens and keys. A text with any other word is no such message. */
const MESSAGE_WORDS =
  "a about above access account actual add added admin after again again all allow allowed already " +
  "alphanumeric also always an and any api app application are array as ask at attribute authentication authorization " +
  "auto automatically available based be because been before being below between blank body both but by bytes can " +
  "cannot can't case change changed changes changing char character characters chars check choose client code column " +
  "confirm confirmation confirmed contain contains cookie cookies could create created creating credential credentials current " +
  "data default delete deleted denied description did didn't different digit digits disabled do does doesn't don't " +
  "each edit either email empty enable enabled encoded encrypted ensure enter equal error every exactly exceed exist " +
  "existing exists expected expire expired expires failed field fields file find fix fixed for forgot forgotten form format found " +
  "from generate generated get given go greater has hash hashed have header help hidden hint how http https id if ignored in " +
  "incorrect input instead into invalid is isn't it its keep key keys kind last least left length letter letters less like limit list " +
  "log login long longer lower lowercase made make management many match matches max maximum may maybe message min minimum " +
  "missing mixed more most must name need needed needs never new no non none nor not nothing null number numbers of off " +
  "old on once one only option optional or other our out own page param parameter parameters pass passed passphrase password passwords per " +
  "permission permissions please policy present private protected protection provide provided public read received " +
  "recover recovery refresh refused regenerate registered reject rejected remember remove removed renew repeat replace " +
  "request require required requirement requirements requires reset retry retype revoke revoked right role rotate " +
  "rotated same save saved scope secret secrets secure security see send sensitive sent server session set setting settings should show sign signed " +
  "skip some special specified status still store stored string strong stronger succeeded success support supported " +
  "symbol symbols text than that the their them then there they this three time times to token tokens too try twice two type " +
  "type unable unauthorized unchanged undefined under unique unknown unless unset until up update updated updating " +
  "upper uppercase use used user username users using usually valid validation value values verification verified verify via " +
  "view want was we weak were what when where which who why will with within without word work wrong yes yet you your yours zero";

/** A message has at least one of these words. */
const SAYING_WORDS =
  "must required invalid should may cannot can't does doesn't don't expired incorrect match contain " +
  "least characters missing empty failed enter choose allowed changed short wrong confirmed unauthorized";

/** What settings, schemas and programs hold where a secret could be. */
const STATE_WORDS =
  "true false yes no on off null nil none undefined nan void unset empty blank ok n/a na todo tbd never " +
  "always auto default inherit active inactive enabled disabled present missing required optional valid invalid expired " +
  "revoked rotated changed updated done pending fix fixed redacted masked hidden removed secret omitted filtered protected sensitive encrypted " +
  "string str text varchar char tinytext longtext mediumtext blob bytes byte buffer int integer bigint tinyint number " +
  "float double decimal bool boolean bit date datetime timestamp json jsonb uuid object array list map set dict any " +
  "unknown never mixed callable self static parent this new await async function return typeof class const let var " +
  "bcrypt argon2 argon2i argon2id md5 sha1 sha256 sha384 sha512 hs256 rs256 es256 scrypt pbkdf2 plain plaintext basic " +
  "bearer digest session cookie header query body path read write readonly read-only read-write admin editor viewer full deny denied " +
  "allow allowed granted forbidden unauthorized mysql_native_password caching_sha2_password";

const messageWords = new Set(MESSAGE_WORDS.split(" "));
const saying = new Set(SAYING_WORDS.split(" "));
const stateWords = new Set(STATE_WORDS.split(" "));

/** Most characters of a message about one field. */
const MAX_MESSAGE = 300;

/** Whether a word means a state, a type or the absence of a value. */
export function isStateWord(word: string): boolean {
  return stateWords.has(word.toLowerCase());
}

/** Whether a word occurs in messages about secrets. */
export function isMessageWord(word: string): boolean {
  return messageWords.has(word.toLowerCase());
}

/** Whether a text is a sentence about a secret, such as "must be at least 8 characters", and so holds none. */
export function isMessage(text: string): boolean {
  if (text.length > MAX_MESSAGE) return false;
  const words = text.split(/[\s,;:.!?()"/]+/).filter((word) => word !== "");
  return words.length >= 3 && words.some((word) => saying.has(word.toLowerCase())) &&
    words.every((word) => /^\d{1,3}$/.test(word) || isMessageWord(word.replaceAll("_", "")));
}
