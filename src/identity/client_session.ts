/**
 * The session of a call from a 2025 client: its nonce (32 hex digits), or `unknown` if this server did not issue the
 * session id that was sent.
 */
export type ClientSession = { nonce: string } | "unknown";
