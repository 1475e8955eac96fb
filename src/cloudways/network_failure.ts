/**
 * Why a request got no answer, as far as the runtime tells: the name is not known, nobody listens, no secure connection
 * came about, or the connection was lost.
 */
export type NetworkFailure = "dns" | "refused" | "tls" | "reset";

/** In this order: what fails while a connection is made secure may read like a lost one. */
const SIGNS: readonly (readonly [NetworkFailure, RegExp])[] = [
  ["dns", /\bdns error\b|failed to lookup address/i],
  ["refused", /\bconnection refused\b|actively refused/i],
  ["tls", /\btls\b|certificate|handshake|corrupt message/i],
  [
    "reset",
    /\bconnection (?:was )?(?:reset|closed|aborted)\b|broken pipe|unexpected eof|forcibly closed|reading a body/i,
  ],
];

/** Error messages of the runtime are shorter. */
const MAX_MESSAGE = 2_000;

/**
 * Sorts an error of `fetch`. The runtime gives no code, so its words decide; where they are worded otherwise one day, the
 * failure has no name, and nothing else changes.
 */
export function networkFailure(error: unknown): NetworkFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const below = error.cause instanceof Error ? error.cause.message : "";
  const text = `${error.message} ${below}`.slice(0, MAX_MESSAGE);
  return SIGNS.find(([, sign]) => sign.test(text))?.[0];
}
