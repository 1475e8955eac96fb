import type { Secrets } from "../text/redaction/hider.ts";
import { safeValue } from "../text/safe.ts";
import { memberOf } from "../text/member.ts";

/** More than any refusal by this server contains. */
const BOUNDS = { text: 500, items: 20, total: 4_000 };

/**
 * Hides secrets in a refusal and bounds its size, since a refusal may quote what the caller sent. The id stays as it
 * is: the client finds its request by it.
 */
export async function safeRefusal(response: Response, secrets: Secrets): Promise<Response> {
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  if (response.status < 400 || !isJson) return response;
  const refusal: unknown = await response.json();
  const error = safeValue(memberOf(refusal, "error"), BOUNDS, secrets);
  return new Response(JSON.stringify({ jsonrpc: "2.0", error, id: memberOf(refusal, "id") ?? null }), response);
}
