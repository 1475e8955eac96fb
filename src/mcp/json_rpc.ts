import { memberOf } from "../text/member.ts";

/** The JSON-RPC error codes this server answers with outside of a call. */
export const JSON_RPC_ERRORS = {
  parseError: -32700,
  invalidRequest: -32600,
  /** The transport refuses: wrong host, method, media type, or too large. */
  refused: -32000,
  headerMismatch: -32020,
} as const;

/** A parsed request body: one message, or a list of them. */
export type JsonBody = Record<string, unknown> | unknown[];

/** The forms of answer that a client takes, by its `Accept` header; one of them at least. */
export interface AnswerForms {
  json: boolean;
  /** Server-sent events. */
  stream: boolean;
}

/** An HTTP answer that holds a JSON-RPC error. */
export function jsonRpcError(
  status: number,
  code: number,
  message: string,
  id: string | number | null = null,
): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id }, { status });
}

/** The id of a message, as an error about it carries it. */
export function idOf(message: unknown): string | number | null {
  const id = memberOf(message, "id");
  return typeof id === "string" || typeof id === "number" ? id : null;
}

/** The id of a message where an answer can carry it as it was sent: numbers beyond 2^53 have lost digits. */
export function usableIdOf(message: unknown): string | number | null {
  const id = idOf(message);
  return typeof id === "string" || Number.isSafeInteger(id) ? id : null;
}
