import { idOf, JSON_RPC_ERRORS, jsonRpcError } from "./json_rpc.ts";
import { memberOf } from "../text/member.ts";

const MAX_BATCH = 20;

/**
 * Checks a batch. Only revision 2025-03-26 has batches, and its clients name no revision in a header.
 *
 * @returns The refusal; undefined if the batch may be served, each message by itself.
 */
export function refuseBatch(headers: Headers, messages: readonly unknown[]): Response | undefined {
  const revision = headers.get("mcp-protocol-version");
  if (revision !== null && revision !== "2025-03-26") {
    return invalid("Batches are part of protocol revision 2025-03-26 alone.");
  }
  if (headers.has("mcp-method") || headers.has("mcp-name")) return invalid("A batch has no Mcp-Method or Mcp-Name.");
  if (messages.length === 0 || messages.length > MAX_BATCH) return invalid(`A batch holds 1 to ${MAX_BATCH} messages.`);
  if (messages.some((message) => memberOf(message, "method") === "initialize")) {
    return invalid("initialize can't be part of a batch.");
  }
  const ids = messages.map(idOf).filter((id) => id !== null);
  if (new Set(ids).size < ids.length) return invalid("Two messages of the batch have the same id.");
  // A cancelled request is never answered, but the batch is answered only when all its requests are.
  if (messages.some((message) => ids.some((id) => id === cancelledBy(message)))) {
    return invalid("A message of the batch cancels another one of it.");
  }
  return undefined;
}

function cancelledBy(message: unknown): unknown {
  const isCancellation = memberOf(message, "method") === "notifications/cancelled";
  return isCancellation ? memberOf(memberOf(message, "params"), "requestId") : undefined;
}

/**
 * Checks that the headers, which proxies may read, agree with the body, in every revision.
 *
 * @returns The refusal; undefined if they agree or are absent.
 */
export function refuseHeaderMismatch(headers: Headers, message: unknown): Response | undefined {
  const params = memberOf(message, "params");
  const expected: [string, unknown][] = [
    ["Mcp-Method", memberOf(message, "method")],
    ["Mcp-Name", memberOf(params, "name") ?? memberOf(params, "uri")],
  ];
  for (const [name, value] of expected) {
    const header = headers.get(name);
    if (header === null || decodeHeader(header) === value) continue;
    const text = `The header ${name} does not match the body.`;
    return jsonRpcError(400, JSON_RPC_ERRORS.headerMismatch, text, idOf(message));
  }
  return undefined;
}

/** Decodes a header. In revision 2026-07-28 a value that is not plain ASCII is sent as Base64 between markers. */
function decodeHeader(text: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(text)?.[1];
  if (encoded === undefined) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(encoded));
  } catch {
    return undefined;
  }
}

function invalid(message: string): Response {
  return jsonRpcError(400, JSON_RPC_ERRORS.invalidRequest, message);
}
