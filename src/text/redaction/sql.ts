/** String literals in SQL, by the rules of MySQL: where they are, and which of them hold secrets. */
import { kindOfName } from "./names.ts";
import { HIDDEN, matchAt, type Span, withoutSpans } from "./spans.ts";

/** A string literal: the span between its quotes. */
export interface Literal extends Span {
  /** The text between the previous literal and this one: its last 200 characters, enough for a name or a function. */
  readonly before: string;
}

/** A query whose string literals are masked; numbers, names and comments stay. */
export function maskSql(query: string): string {
  return withoutSpans(query, [...literalsOf(query)].filter((literal) => needsMask(query, literal)));
}

/** The beginnings of statements that only SQL has, in any case. */
const STATEMENT = new RegExp(
  [
    'SELECT\\s[^;]{0,400}?\\sFROM\\s+[`"\\w.({]',
    "SELECT\\s+\\\\{0,4}['\"][^'\"]{0,200}['\"]\\s+AS\\s",
    'INSERT\\s+(?:LOW_PRIORITY\\s+|DELAYED\\s+|IGNORE\\s+){0,2}INTO\\s+[`"\\w]',
    'REPLACE\\s+INTO\\s+[`"\\w]',
    'UPDATE\\s+(?:LOW_PRIORITY\\s+|IGNORE\\s+){0,2}[`"\\w.]{1,130}(?:\\s+(?:AS\\s+)?\\w{1,64})?\\s+SET\\s',
    'DELETE\\s+(?:\\w{1,64}\\s+){0,2}FROM\\s+[`"\\w]',
    "(?:CREATE|ALTER|DROP|RENAME)\\s+(?:USER|ROLE|LOGIN)\\s",
    "(?:GRANT|REVOKE)\\s[\\w, ]{1,200}\\sON\\s",
    "SET\\s+PASSWORD\\b",
    "IDENTIFIED\\s+(?:BY|WITH|VIA|AS)\\s",
    "CHANGE\\s+(?:MASTER|REPLICATION\\s+SOURCE)\\s+TO\\s",
    'WHERE\\s+[`"\\w.(]{1,130}[`")]?\\s*(?:=|<>|!=|<=?|>=?|(?:NOT\\s+)?(?:LIKE|IN|REGEXP|BETWEEN)\\b)',
    "(?:AND|OR)\\s+[`\\w.(]{1,130}\\s*(?:=|<>|!=|LIKE|IN)\\s*\\(?\\s*['\"]",
    "VALUES?\\s*\\(",
    "(?:PASSWORD|OLD_PASSWORD|AES_ENCRYPT|AES_DECRYPT|ENCRYPT|DES_ENCRYPT|SHA2|MD5|SHA1)\\s*\\([^()]{0,100}['\"]",
    "(?:EXECUTE\\s+IMMEDIATE|PREPARE\\s+\\w{1,64}\\s+FROM)\\s",
    "(?<=^\\s{0,8})SELECT\\s[^;]{0,2000}$",
    "LOAD\\s+DATA\\s|SET\\s+(?:@\\w|GLOBAL\\s|SESSION\\s|@@)|CALL\\s+[`\\w.]{1,130}\\s*\\(",
  ].map((start) => `\\b${start}`).join("|"),
  "gi",
);

/** Clauses that ordinary sentences don't have: `select "Restart" from the menu` has none. */
const CLAUSE =
  /\b(?:SELECT|INSERT|REPLACE|UPDATE|DELETE|WHERE|IDENTIFIED|GRANT|REVOKE|(?:CREATE|ALTER|DROP) (?:USER|ROLE|LOGIN)|SET PASSWORD|SET GLOBAL|SET SESSION|LOAD DATA|VALUES|PASSWORD|CALL)\b|\b(?:AND|OR)\s+[`\w.]{1,130}\s*(?:=|LIKE|IN)|\bwhere\s+[`\w.(]+\s*(?:=|<|>|!=|\b(?:like|in|is|not|regexp|between)\b)|\*\s+from\b|\bvalues?\s*\(|\bset\s+[`\w.]+\s*=|\b(?:order|group)\s+by\b|\blimit\s+\d|\bjoin\s+[`\w]|\bidentified\s+by\b|\bmd5\(|\bpassword\(|`\w+`/;

/** Texts that WordPress and MySQL put after a query that they quote. */
const AFTER = / made by |' at line \d/g;

/** The literals of the queries in free text; none where it is not clearly SQL. A text may quote several queries. */
export function* sqlLiterals(text: string): Generator<Literal> {
  if (!CLAUSE.test(text)) return;
  let at = 0;
  for (let start = statementFrom(text, at); start !== -1; start = statementFrom(text, at)) {
    const end = endOfQuery(text, start);
    for (const literal of literalsOf(text.slice(0, end), start)) if (needsMask(text, literal)) yield literal;
    at = Math.max(end, start + 1);
  }
}

function statementFrom(text: string, at: number): number {
  STATEMENT.lastIndex = at;
  return STATEMENT.exec(text)?.index ?? -1;
}

/** The literals of a query that are secrets, for queries whose other literals are shown. */
export function secretLiterals(text: string, literals: readonly Literal[]): Span[] {
  const columns = columnNames(text);
  let place = 0;
  return literals.filter(({ from, before }, index) => {
    place = /\(\s*$/.test(before) ? 0 : place + (before.match(/,/g)?.length ?? 0);
    const name = NAMED_BEFORE.exec(before)?.slice(1).find((found) => found !== undefined);
    if (name !== undefined && isSecretName(name)) return true;
    if (SECRET_FUNCTION.test(before)) return true;
    const last = literals[index - 1];
    const beside = last === undefined || !/^\s*['"]?\s*,\s*$/.test(before.replace(/^['"]/, ""))
      ? ""
      : text.slice(last.from, last.to);
    return isSecretName(beside) || (from > columns.end && isSecretName(columns.names[place] ?? ""));
  });
}

/** The column to which a literal is assigned or with which it is compared. */
const NAMED_BEFORE =
  /[`"]?([\w-]{1,64})[`"]?\s*(?:=|<>|!=|\bLIKE\b)\s*(?:BINARY\s*)?$|\b(IDENTIFIED)\s+(?:WITH\s+\S{1,64}\s+)?(?:BY|AS)\s+(?:PASSWORD\s+)?$/i;
const SECRET_FUNCTION =
  /\b(?:PASSWORD|OLD_PASSWORD|AES_(?:EN|DE)CRYPT|ENCRYPT|DES_(?:EN|DE)CRYPT|MD5|SHA1?|SHA2)\s*\([^()]{0,64}$|\bIDENTIFIED\s+(?:WITH\s+\S{1,64}\s+)?(?:BY|AS)\s+(?:PASSWORD\s+)?$|\bSET\s+PASSWORD\b[^=]{0,130}=\s*$/i;
const COLUMNS = /\bINTO\s+[`"\w.]{1,130}\s*\(([^()]{1,2000})\)\s*VALUES?/i;

function columnNames(text: string): { names: string[]; end: number } {
  const match = COLUMNS.exec(text);
  if (match === null) return { names: [], end: Infinity };
  return {
    names: (match[1] ?? "").split(",").map((name) => name.replace(/[`"\s]/g, "")),
    end: match.index + match[0].length,
  };
}

function isSecretName(name: string): boolean {
  if (/^identified$/i.test(name)) return true;
  return name.length <= 64 && !/\s/.test(name) && ["secret", "credential"].includes(kindOfName(name));
}

/** Whether a literal needs a mask: it is not empty, not a parameter and not masked yet. */
function needsMask(text: string, { from, to }: Span): boolean {
  const value = text.slice(from, to);
  return value.trim() !== "" && value !== HIDDEN && !/^(?:[?%*:$]|:\w{1,40}|%[sdi])$/.test(value);
}

/** Where the query ends: at the end of the double quotes around it, or before the text that MySQL or WordPress adds. */
function endOfQuery(text: string, start: number): number {
  AFTER.lastIndex = start;
  const after = AFTER.exec(text)?.index ?? text.length;
  const opening = /(\\{0,8})"\s{0,8}(?:EXPLAIN\s{1,4}|DESCRIBE\s{1,4})?$/.exec(
    text.slice(Math.max(0, start - 32), start),
  );
  if (opening === null) return after;
  const closing = new RegExp(`(?<!\\\\)\\\\{${opening[1]?.length ?? 0}}"`, "g");
  closing.lastIndex = start;
  return Math.min(after, closing.exec(text)?.index ?? text.length);
}

/** What ends a stretch of SQL without literals: a quote, a name in backticks, a comment, hexadecimal digits. */
const MARK = /(\\{0,8})(['"])|`|\/\*(?!!)|--(?=\s)|#|\b0x(?=[0-9A-Fa-f]{8})/g;
const HEX = /[0-9A-Fa-f]+/y;

/** Every literal of a query from an index on. One that is cut off ends with the text. */
function* literalsOf(sql: string, start = 0): Generator<Literal> {
  let previousEnd = start;
  MARK.lastIndex = start;
  for (let mark = MARK.exec(sql); mark !== null; mark = MARK.exec(sql)) {
    const { index } = mark;
    const [opening, slashes = "", quote] = mark;
    const from = index + opening.length;
    if (quote === undefined) {
      const hex = opening === "0x" ? matchAt(HEX, sql, from) : undefined;
      if (hex !== undefined) {
        yield { from, to: from + hex[0].length, before: sql.slice(Math.max(previousEnd, from - 200), index) };
      }
      const next = hex === undefined ? endOfAside(sql, opening, from) : from + hex[0].length;
      if (next === undefined) {
        yield* restAfterComment(sql, from);
        return;
      }
      MARK.lastIndex = next;
      continue;
    }
    const to = endOfLiteral(sql, from, slashes.length, quote);
    yield { from, to, before: sql.slice(Math.max(previousEnd, index - 200), index) };
    previousEnd = to + slashes.length + 1;
    MARK.lastIndex = previousEnd;
    if (previousEnd >= sql.length) return;
  }
}

/** The rest of a query after a comment without an end. Line breaks may be lost, so a literal may follow the comment. */
function* restAfterComment(sql: string, from: number): Generator<Literal> {
  const quote = sql.slice(from).search(/['"]/);
  if (quote !== -1) yield { from: from + quote + 1, to: sql.length, before: "" };
}

/** The index after a name in backticks or after a comment; undefined for a comment without an end. */
function endOfAside(sql: string, opening: string, from: number): number | undefined {
  const closing = opening === "`" ? "`" : opening === "/*" ? "*/" : "\n";
  const end = sql.indexOf(closing, from);
  if (end !== -1) return end + closing.length;
  return opening === "`" ? sql.length : undefined;
}

/**
 * The index of the closing quote. It has as many backslashes as the opening one. Doubled quotes and escaped ones belong
 * to the literal.
 */
function endOfLiteral(sql: string, from: number, slashes: number, quote: string): number {
  let at = from;
  while (true) {
    const found = sql.indexOf(quote, at);
    if (found === -1) return sql.length;
    let before = 0;
    while (found - before > from && sql.charAt(found - before - 1) === "\\") before++;
    const closes = slashes === 0 ? before % 2 === 0 : before <= slashes;
    if (!closes) at = found + 1;
    else if (slashes === 0 && sql.charAt(found + 1) === quote) at = found + 2;
    else return Math.max(from, found - (slashes === 0 ? 0 : before));
  }
}
