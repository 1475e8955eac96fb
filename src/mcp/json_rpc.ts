import { memberOf } from "../text/member.ts";

/** The JSON-RPC error codes that this server sends for errors outside tool calls. */
export const JSON_RPC_ERRORS = {
  parseError: -32700,
  invalidRequest: -32600,
  /** The transport refuses the request, for example for its host, method, media type or size. */
  refused: -32000,
  headerMismatch: -32020,
} as const;

/** A parsed request body: one message, or a batch. */
export type JsonBody = Record<string, unknown> | unknown[];

/** Which forms of answer a client accepts, by its `Accept` header. */
export interface AnswerForms {
  json: boolean;
  /** Server-sent events. */
  stream: boolean;
}

/** An HTTP answer with a JSON-RPC error. */
export function jsonRpcError(
  status: number,
  code: number,
  message: string,
  id: string | number | null = null,
): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id }, { status });
}

/** The id of a message, for an error about it; null if there is no valid one. */
export function idOf(message: unknown): string | number | null {
  const id = memberOf(message, "id");
  return typeof id === "string" || typeof id === "number" ? id : null;
}

/** The id of a message, unless an answer could not repeat it exactly: numbers beyond 2^53 have lost digits. */
export function usableIdOf(message: unknown): string | number | null {
  const id = idOf(message);
  return typeof id === "string" || Number.isSafeInteger(id) ? id : null;
}
