/**
 * Why a request got no answer: the name can't be resolved, the connection was refused, TLS failed, or the connection
 * was lost.
 */
export type NetworkFailure = "dns" | "refused" | "tls" | "reset";

/** Tried in this order: a TLS failure may read like a lost connection. */
const PATTERNS: readonly (readonly [NetworkFailure, RegExp])[] = [
  ["dns", /\bdns error\b|failed to lookup address/i],
  ["refused", /\bconnection refused\b|actively refused/i],
  ["tls", /\btls\b|certificate|handshake|corrupt message/i],
  [
    "reset",
    /\bconnection (?:was )?(?:reset|closed|aborted)\b|broken pipe|unexpected eof|forcibly closed|reading a body/i,
  ],
];

/** Characters of a message that are read; the runtime's messages are shorter. */
const MAX_MESSAGE = 2_000;

/**
 * Classifies an error of `fetch`; undefined if the kind is unknown. The runtime gives no code, so the text decides. If
 * the runtime's wording changes, only this classification is lost.
 */
export function networkFailure(error: unknown): NetworkFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const below = error.cause instanceof Error ? error.cause.message : "";
  const text = `${error.message} ${below}`.slice(0, MAX_MESSAGE);
  return PATTERNS.find(([, pattern]) => pattern.test(text))?.[0];
}
