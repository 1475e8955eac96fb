/** Credentials after the name of an HTTP authentication scheme: `Bearer …`, `Basic …`. */
import type { Rule } from "./spans.ts";
import { isPlaceholder } from "./values.ts";

const BEARER = /\b(Bearer\s{1,4})([\w.~+/=%-]+)/gi;
const BASIC = /\b(Basic\s{1,4})([A-Za-z0-9+/_-]{4,}={0,2})/gi;

/** One word of prose, as in "the bearer of this message"; anything else after `Bearer` is a token. */
const PROSE_WORD = /^[A-Za-z]?[a-z]{0,15}[.]?$/;

/** Credentials after the name of a scheme, anywhere in a text. */
export const schemes: Rule = function* (text) {
  for (const { 0: found, 1: scheme = "", 2: token = "", index } of text.matchAll(BEARER)) {
    if (!PROSE_WORD.test(token) && !isPlaceholder(token)) {
      yield { from: index + scheme.length, to: index + found.length };
    }
  }
  for (const { 0: found, 1: scheme = "", 2: token = "", index } of text.matchAll(BASIC)) {
    if (isUserAndPassword(token)) yield { from: index + scheme.length, to: index + found.length };
  }
};

function isUserAndPassword(token: string): boolean {
  if (PROSE_WORD.test(token)) return false;
  try {
    return atob(token.replaceAll("-", "+").replaceAll("_", "/")).includes(":");
  } catch {
    return false;
  }
}
