/** Values that databases and their frameworks repeat in error messages. */
import { kindOfName } from "./names.ts";
import type { Rule, Span } from "./spans.ts";
import { isPlaceholder, looksLikeSecret } from "./values.ts";

function isSecretName(name: string): boolean {
  return ["secret", "credential"].includes(kindOfName(name));
}

/** The piece of a query that a syntax error quotes after `near`. */
const NEAR = /\bnear (["'])([^\s"']{8,300})\1(?= at line \d|: syntax error)/g;

/** A refused value and its column or key. */
const REFUSED =
  /\b(?:Duplicate entry|(?:Incorrect|Invalid|Truncated incorrect) [a-zA-Z]{2,12} value:?) '([^']{1,300})' for (?:key|column) ['"`]?([\w.`]{1,130})/g;
const KEY_ENDING = /_(?:unique|index|idx|key|uindex)$/i;

/** Secrets in `near '…' at line 1` and in `Duplicate entry '…' for key 'users.api_token_unique'`. */
export const refusedValues: Rule = function* (text) {
  for (const { 0: found, 2: piece = "", index } of text.matchAll(NEAR)) {
    const from = index + found.length - 1 - piece.length;
    if (looksLikeSecret(piece, 10)) yield { from, to: from + piece.length };
  }
  for (const { 0: found, 1: value = "", 2: place = "", index } of text.matchAll(REFUSED)) {
    const column = place.replaceAll("`", "").split(".").at(-1) ?? "";
    const from = index + found.indexOf("'") + 1;
    if (isSecretName(column.replace(KEY_ENDING, "")) && !isPlaceholder(value)) yield { from, to: from + value.length };
  }
};

const INSERT = /\binsert\s+(?:ignore\s+)?into\s+[`"\w.]{1,130}\s*\(([^()]{1,2000})\)\s*values?\s*\(([^()]{1,4000})\)/gi;

/** Secrets in `insert into users (name, token) values (bob, …)`: frameworks show values of queries without quotes. */
export const unquotedValues: Rule = function* (text) {
  for (const { 0: found, 1: columns = "", 2: values = "", index } of text.matchAll(INSERT)) {
    yield* secretValues(columns.split(","), values.split(","), index + found.length - 1 - values.length);
  }
};

function* secretValues(columns: readonly string[], values: readonly string[], start: number): Generator<Span> {
  if (columns.length !== values.length) return;
  let from = start;
  for (const [place, value] of values.entries()) {
    const plain = value.trim();
    const isBare = plain !== "" && !/^["'?:@(]|^null$|^default$|^\d+$/i.test(plain) && !isPlaceholder(plain);
    const at = from + value.indexOf(plain);
    if (isBare && isSecretName((columns[place] ?? "").replace(/[`"\s]/g, ""))) {
      yield { from: at, to: at + plain.length };
    }
    from += value.length + 1;
  }
}
