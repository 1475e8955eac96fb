/** Secrets in command lines: the options and arguments that carry them, program by program. */
import { kindOfName } from "./names.ts";
import type { Rule, Span } from "./spans.ts";
import { isPlaceholder, looksLikeSecret } from "./values.ts";
import { isMessageWord, isStateWord } from "./words.ts";

/** How a program takes secrets. */
interface Syntax {
  /** Options with the secret attached: `-pSECRET`. */
  attached?: readonly string[];
  /** Options whose next word is the secret: `-a SECRET`. */
  next?: readonly string[];
  /** Options whose value is a user, this mark, and the secret: `-u user:SECRET`. */
  user?: { options: readonly string[]; mark: string };
  /** Words after which the next word, or the word after a name, is the secret: `password SECRET`. */
  words?: readonly string[];
  /** The command takes secrets only if it contains this word, as in `docker login`. */
  only?: string;
  /** The last word is the secret if an option has this letter: `htpasswd -b file user SECRET`. */
  lastWith?: string;
}

const MYSQL: Syntax = { attached: ["-p"] };
const MONGO: Syntax = { attached: ["-p"], next: ["-p"] };
const CURL: Syntax = {
  next: ["--pass", "--proxy-pass", "--oauth2-bearer", "--tlspassword"],
  user: { options: ["-u", "--user", "-U", "--proxy-user"], mark: ":" },
};
const HTTPIE: Syntax = { user: { options: ["-a", "--auth"], mark: ":" } };
const LOGIN: Syntax = { next: ["-p", "--password"], only: "login" };

const PROGRAMS: ReadonlyMap<string, Syntax> = new Map(Object.entries({
  mysql: MYSQL,
  mysqldump: MYSQL,
  mysqladmin: { ...MYSQL, words: ["password"] },
  mysqlimport: MYSQL,
  mysqlcheck: MYSQL,
  mysqlshow: MYSQL,
  mysqlslap: MYSQL,
  mysqlpump: MYSQL,
  mysqlbinlog: MYSQL,
  mysqlsh: MYSQL,
  mycli: MYSQL,
  mydumper: { ...MYSQL, next: ["-p"] },
  myloader: { ...MYSQL, next: ["-p"] },
  mariadb: MYSQL,
  "mariadb-dump": MYSQL,
  "mariadb-admin": MYSQL,
  "mariadb-check": MYSQL,
  xtrabackup: MYSQL,
  mariabackup: MYSQL,
  mongo: MONGO,
  mongosh: MONGO,
  mongodump: MONGO,
  mongorestore: MONGO,
  curl: CURL,
  lynx: { user: { options: ["-auth"], mark: ":" } },
  wget: { user: { options: ["--user"], mark: ":" } },
  http: HTTPIE,
  https: HTTPIE,
  "redis-cli": { attached: ["-a'", '-a"'], next: ["-a", "--pass"], words: ["auth", "requirepass", "masterauth"] },
  "keydb-cli": { next: ["-a", "--pass"], words: ["auth", "requirepass", "masterauth"] },
  "valkey-cli": { next: ["-a", "--pass"], words: ["auth", "requirepass", "masterauth"] },
  sshpass: { attached: ["-p"], next: ["-p"] },
  htpasswd: { lastWith: "b" },
  openssl: { next: ["-k", "-K"] },
  wp: { words: ["set", "update", "add", "create", "patch"] },
  aws: { words: ["set"] },
  psql: {},
  ldapsearch: { next: ["-w"] },
  ldapmodify: { next: ["-w"] },
  ldapadd: { next: ["-w"] },
  smbclient: { user: { options: ["-U", "--user"], mark: "%" } },
  lftp: { user: { options: ["-u", "--user"], mark: "," } },
  ncftp: { next: ["-p"] },
  ncftpput: { next: ["-p"] },
  zip: { next: ["-P"] },
  unzip: { next: ["-P"] },
  "7z": { attached: ["-p"] },
  "7za": { attached: ["-p"] },
  rar: { attached: ["-p", "-hp"] },
  unrar: { attached: ["-p"] },
  docker: LOGIN,
  podman: LOGIN,
  helm: LOGIN,
  gh: { next: ["--body", "-b"], only: "secret" },
  netlify: { next: ["--auth"] },
  "ansible-vault": { words: ["encrypt_string"] },
  az: LOGIN,
  cqlsh: { next: ["-p", "--password"] },
  sqlcmd: { next: ["-P"], attached: ["-P"] },
  bcp: { next: ["-P"], attached: ["-P"] },
  "ssh-keygen": { next: ["-N", "-P"] },
  keytool: { next: ["-storepass", "-keypass", "-srcstorepass", "-deststorepass"] },
  snmpwalk: { next: ["-A", "-X", "-c"] },
  snmpget: { next: ["-A", "-X", "-c"] },
  ipmitool: { next: ["-P"] },
  rclone: { words: ["obscure", "pass"] },
  vault: { words: ["login"] },
  rabbitmqctl: { words: ["add_user", "change_password"] },
  sendemail: { next: ["-xp"] },
  swaks: { next: ["-ap"] },
  pdftk: { words: ["owner_pw", "user_pw", "input_pw"] },
  drush: { words: ["user:password", "upwd"] },
  composer: { words: ["config"] },
  ngrok: { words: ["authtoken", "add-authtoken"] },
}));

const PROGRAM = new RegExp(`(?<![\\w.-])(?:${[...PROGRAMS.keys()].join("|")})(?=\\s)`, "g");

/** A word of a command line: quoted, bare or partly both. An unclosed quote reaches to the end of the line. */
const WORD =
  /(?:[^\s"'`;|&<>()\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|(?<=[\s=:]|-\w{1,2})(?:"[^"]*|'[^']*)$|&(?!&))+|&&|\|\|?|[;<>()`]/g;

/** Most characters of one command line that are parsed; a text may hold several. */
const MAX_LINE = 1_000;

/** Secrets in the arguments of programs that are known to take them. */
export const commandLines: Rule = function* (text) {
  PROGRAM.lastIndex = 0;
  for (let found = PROGRAM.exec(text); found !== null; found = PROGRAM.exec(text)) {
    const end = endOfLine(text, found.index);
    yield* secretsInLine(text.slice(found.index, end), found.index);
    PROGRAM.lastIndex = end;
  }
};

/**
 * Where the command ends: at the end of its line or of the quotes around it, and after {@linkcode MAX_LINE} at most.
 */
function endOfLine(text: string, start: number): number {
  const quote = /(?:^|[\s=(:,[{])(["'])[^"']{0,200}$/.exec(text.slice(Math.max(0, start - 201), start))?.[1];
  const lineEnd = text.indexOf("\n", start);
  const quoteEnd = quote === undefined
    ? -1
    : text.slice(start, start + MAX_LINE).search(quote === '"' ? /(?<!\\)"/ : /(?<!\\)'/);
  return Math.min(
    start + MAX_LINE,
    lineEnd === -1 ? text.length : lineEnd,
    quoteEnd === -1 ? text.length : start + quoteEnd,
  );
}

interface Word extends Span {
  text: string;
}

function* secretsInLine(line: string, offset: number): Generator<Span> {
  const words = [...line.matchAll(WORD)].map(({ 0: text, index }): Word => ({
    text,
    from: offset + index,
    to: offset + index + text.length,
  }));
  let start = 0;
  for (let index = 0; index <= words.length; index++) {
    const text = words[index]?.text;
    if (text !== undefined && !isEnd(text) && (index === start || !PROGRAMS.has(nameOf(text)))) continue;
    // A program's name starts another command, even where it is only an argument, as it may be after `wp db`.
    yield* secretsInCommand(words.slice(start, index));
    start = text !== undefined && isEnd(text) ? index + 1 : index;
  }
}

function isEnd(word: string): boolean {
  return /^(?:&&|\|\|?|[;<>()`])$/.test(word);
}

function nameOf(word: string): string {
  return unquoted(word).slice(unquoted(word).lastIndexOf("/") + 1);
}

function unquoted(word: string): string {
  return word.replace(/^["']|["']$/g, "");
}

function* secretsInCommand(words: readonly Word[]): Generator<Span> {
  const [program, ...args] = words;
  const syntax = PROGRAMS.get(nameOf(program?.text ?? ""));
  if (syntax === undefined) return;
  if (syntax.only !== undefined && !args.some(({ text }) => text === syntax.only)) return;
  for (const [index, word] of args.entries()) {
    yield* inOption(syntax, word, args[index + 1]);
    if (syntax.words?.includes(unquoted(word.text).toLowerCase())) {
      yield* afterWord(nameOf(program?.text ?? ""), args.slice(index + 1, index + 9));
    }
  }
  if (syntax.lastWith !== undefined) yield* lastWord(syntax.lastWith, args);
}

function* inOption(
  { attached = [], next = [], user }: Syntax,
  { text, from, to }: Word,
  following?: Word,
): Generator<Span> {
  const quote = /^["']/.test(text) ? 1 : 0;
  const option = attached.find((each) => text.startsWith(each, quote) && text.length > each.length + 2 * quote);
  if (option !== undefined && !text.startsWith("--", quote)) {
    yield* value(text.slice(quote + option.length), from + quote + option.length);
  }
  if (next.includes(text) && following !== undefined) yield* value(following.text, following.from);
  // Openssl takes a passphrase as `pass:SECRET`.
  const pass = /^["']?pass:(?=.)/.exec(text);
  if (pass !== null) yield* value(text.slice(pass[0].length), from + pass[0].length);
  if (user === undefined) return;
  const own = user.options.find((each) =>
    text === each || text.startsWith(`${each}=`) || (each.length === 2 && text.startsWith(each))
  );
  if (own === undefined) return;
  const skip = text === own ? 0 : own.length + (text.startsWith(`${own}=`) ? 1 : 0);
  const given = text === own ? following : { text: text.slice(skip), from: from + skip, to };
  if (given !== undefined) yield* ofUser(given, user.mark);
}

/** The secret after the user's name, and the name itself where it looks like a key. */
function* ofUser({ text, from, to }: Word, mark: string): Generator<Span> {
  const at = text.indexOf(mark);
  const closing = /["']$/.test(text) ? 1 : 0;
  if (at !== -1 && at + 1 < text.length - closing) yield* value(text.slice(at + 1), from + at + 1);
  const name = unquoted(at === -1 ? text : text.slice(0, at));
  if (looksLikeSecret(name, 16)) yield { from, to: at === -1 ? to : from + at };
}

/** `wp config set DB_PASSWORD SECRET`, `mysqladmin password SECRET`, `AUTH SECRET`. */
function* afterWord(program: string, args: readonly Word[]): Generator<Span> {
  const plain = args.filter(({ text }) => !text.startsWith("-"));
  if (program === "wp" || program === "aws") {
    const name = plain.findIndex(({ text }) => ["secret", "credential"].includes(kindOfName(unquoted(text))));
    const given = name === -1 || name > 2 ? undefined : plain[name + 1];
    if (given !== undefined) yield* value(given.text, given.from);
    return;
  }
  if (program === "composer") {
    const isAuth = /^(?:http-basic|bearer|github-oauth|gitlab-token)\./.test(plain[0]?.text ?? "");
    const last = isAuth ? plain.slice(1, 3).at(-1) : undefined;
    if (last !== undefined) yield* value(last.text, last.from);
    return;
  }
  const given = program === "rabbitmqctl" || program === "drush" || (program.endsWith("-cli") && plain.length === 2)
    ? plain[1]
    : plain[0];
  // "redis-cli auth failed"
  if (given !== undefined && !isMessageWord(given.text) && !isStateWord(given.text)) {
    yield* value(given.text, given.from);
  }
}

function* lastWord(letter: string, args: readonly Word[]): Generator<Span> {
  const plain = args.filter(({ text }) => !text.startsWith("-"));
  const isGiven = args.some(({ text }) => /^-[A-Za-z]+$/.test(text) && text.includes(letter));
  const named = args.some(({ text }) => /^-[A-Za-z]*n/.test(text)) ? 1 : 2;
  const last = plain[named];
  if (isGiven && last !== undefined) yield* value(last.text, last.from);
}

/** The span of a word that is a secret, without its quotes. */
function* value(text: string, from: number): Generator<Span> {
  const opening = /^["']/.test(text) ? 1 : 0;
  const closing = text.length > 1 && /["']$/.test(text) ? 1 : 0;
  const inside = text.slice(opening, text.length - closing).replace(/[.,:]{1,3}$/, "");
  const plain = inside.replace(/^\\+["']|\\+["']?$/g, "");
  if (inside !== "" && !isPlaceholder(plain)) yield { from: from + opening, to: from + opening + inside.length };
}

const OPTION = /(?<![\w-])--?([A-Za-z][\w-]{1,64})(\s{1,4})(?!-)("[^"]*"?|'[^']*'?|[^\s"']+)(\s\S{1,20})?/g;

/** Values of options with a secret's name, for any program: `--password SECRET`. */
export const secretOptions: Rule = function* (text) {
  if (!text.includes("-")) return;
  for (const { 0: found, 1: name = "", 2: space = "", 3: given = "", 4: after = "", index } of text.matchAll(OPTION)) {
    if (!["secret", "credential"].includes(kindOfName(name))) continue;
    // "the --password option is deprecated"
    if (/^[a-z]+[.,;:]?$/.test(given) && given.length < 12 && /^\s[A-Za-z]+[.,;:]?$/.test(after)) continue;
    const from = index + found.length - after.length - given.length;
    if (space !== "") yield* value(given, from);
  }
};

/** Passwords that are piped to a program that reads them. */
const PIPED =
  /\b(?:echo|printf)\s{1,3}(?:-\w{1,4}\s{1,3})?(["']?)([^|"'\n]{1,200}?)\1\s{0,3}\|\s{0,3}(?:sudo\s{1,3})?(?:chpasswd|passwd\b|-S\b|docker\s{1,3}login|gh\s{1,3}auth|openssl\b|gpg\b|cryptsetup\b|smbpasswd\b)/g;

/** `echo SECRET | passwd --stdin`. */
export const pipedSecrets: Rule = function* (text) {
  if (!text.includes("|")) return;
  for (const { 0: found, 2: said = "", index } of text.matchAll(PIPED)) {
    const user = /^[\w.-]{1,64}:/.exec(said)?.[0] ?? "";
    const from = index + found.indexOf(said) + user.length;
    yield* value(said.slice(user.length), from);
  }
};
