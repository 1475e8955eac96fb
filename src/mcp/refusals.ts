import { hideSecrets } from "../redaction.ts";
import { cleanDeep } from "../text.ts";
import { memberOf } from "./json_rpc.ts";

/**
 * A refusal whose error holds no credential of the caller's. Whoever refuses a message likes to repeat what is wrong
 * with it, and that is the caller's text. The id stays as it is: the client finds its request by it.
 */
export async function withoutSecrets(response: Response, secrets: readonly string[]): Promise<Response> {
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  if (response.status < 400 || !isJson || secrets.length === 0) return response;
  const refusal: unknown = await response.json();
  const error = hideSecrets(cleanDeep(memberOf(refusal, "error")), secrets);
  return new Response(JSON.stringify({ jsonrpc: "2.0", error, id: memberOf(refusal, "id") ?? null }), response);
}
