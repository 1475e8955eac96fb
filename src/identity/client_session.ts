/**
 * The session of the 2025 revisions that a call came in: its nonce (32 hex digits), or `unknown` where the id that was
 * sent is none of this server's.
 */
export type ClientSession = { nonce: string } | "unknown";
