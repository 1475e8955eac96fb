/** Secrets in free text, by context: each rule knows one way in which a secret is written. */
import { signedParameters, userInfo, webhooks } from "./redaction_addresses.ts";
import { assignments, passwordFiles, prose, schemes } from "./redaction_assignments.ts";
import { commandLines, pipedSecrets, secretOptions } from "./redaction_commands.ts";
import { cookieHeaders, sessionCookies } from "./redaction_cookies.ts";
import { encodedBeyond, layersOf } from "./redaction_layers.ts";
import { columns, elements, functionArguments, rows, serialised, tuples } from "./redaction_pairs.ts";
import { HIDDEN, type Rule, type Span, withoutSpans } from "./redaction_spans.ts";
import { secretLiterals, sqlLiterals } from "./redaction_sql.ts";
import { awsSecrets, cloudwaysTokens, privateKeys, publishedTokens } from "./redaction_tokens.ts";

export { HIDDEN };

/** Without one of these marks no rule can match; most texts of a listing have none. */
const SUSPICIOUS =
  /pass|pwd|pw|secret|token|key|auth|cred|cookie|session|salt|otp|jwt|psk|pin|bearer|basic|cw_|eyJ|code|sig|mac|contrase|kennwort|senha|wachtwoord|:\/\/|-BEGIN|- BEGIN|Private-Lines|%[0-9a-f]{2}|&#?\w+;|\s-[A-Za-z]|\b(?:select|insert|update|delete|replace|where|values?|identified|grant|call)\b|[\w.$+/*:~|-]{10}|_[A-Za-z0-9]|\$/i;

/** Every rule for texts that are not known to be something else. */
export const RULES: Readonly<Record<string, Rule>> = {
  privateKeys,
  userInfo,
  webhooks,
  signedParameters,
  assignments,
  prose,
  schemes,
  passwordFiles,
  cookieHeaders,
  sessionCookies,
  serialised,
  rows,
  tuples,
  columns,
  elements,
  functionArguments,
  commandLines,
  secretOptions,
  pipedSecrets,
  publishedTokens,
  awsSecrets,
  cloudwaysTokens,
};

const ALL_RULES = Object.values(RULES);

/** How {@linkcode hidePatterns} hides. */
export interface PatternOptions {
  /** String literals in SQL stay, but for those that are secrets. By default all are hidden. */
  showLiterals?: boolean;
}

/** Replaces every secret that its form or what is around it gives away. Text without one comes back as it is. */
export function hidePatterns(text: string, { showLiterals = false }: PatternOptions = {}): string {
  if (!SUSPICIOUS.test(text)) return text;
  const layers = layersOf(text);
  const found: Span[] = encodedBeyond(layers);
  for (const layer of layers) {
    const spans = ALL_RULES.flatMap((rule) => [...rule(layer.text)]);
    if (layer.trueQuotes) spans.push(...literals(layer.text, showLiterals));
    found.push(...spans.map(layer.original));
  }
  return withoutSpans(text, found);
}

function literals(text: string, showLiterals: boolean): Span[] {
  const all = [...sqlLiterals(text)];
  return showLiterals ? secretLiterals(text, all) : all;
}
