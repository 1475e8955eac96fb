/** Bodies and answers of the endpoints for OAuth clients. */
import { type OAuthErrorCode, OAuthProblem } from "../../sign_in/oauth_error.ts";
import { StoreError } from "../../store/store.ts";
import { mediaType } from "../pages/page_form.ts";
import { BodyError, type BodyReader } from "../request_body.ts";
import type { RequestInfo } from "../handled_request.ts";

/** Most bytes of a body. Tokens are the longest part. */
const MAX_BYTES = 64 * 1024;

const STATUS: Partial<Record<OAuthErrorCode, number>> = { invalid_client: 401, temporarily_unavailable: 503 };

/** Runs an endpoint. What goes wrong becomes an error of OAuth; a store that is away is never a refusal. */
export async function oauthAnswer(info: RequestInfo, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OAuthProblem) {
      info.note({ oauth_error: error.code });
      return errorAnswer(error.code, error.message);
    }
    if (error instanceof StoreError) {
      info.log.debug("store failed", { error });
      return errorAnswer(
        "temporarily_unavailable",
        "A part of this service does not answer. Try again in a few seconds.",
      );
    }
    if (error instanceof BodyError) return bodyError(error, info);
    throw error;
  }
}

/** An error as OAuth writes it. */
export function errorAnswer(error: OAuthErrorCode, description: string): Response {
  const status = STATUS[error] ?? 400;
  const headers = { ...(status === 503 && { "retry-after": "5" }) };
  return Response.json({ error, error_description: description }, { status, headers });
}

/**
 * Reads the fields of a form. A parameter may come once.
 *
 * @throws {OAuthProblem} `invalid_request`.
 */
export async function readFields(
  request: Request,
  bodies: BodyReader,
  { address }: Pick<RequestInfo, "address">,
): Promise<ReadonlyMap<string, string>> {
  if (mediaType(request) !== "application/x-www-form-urlencoded") {
    throw new OAuthProblem("invalid_request", "Content-Type must be application/x-www-form-urlencoded.");
  }
  const text = await bodies.read(request, { address, maxBytes: MAX_BYTES });
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) throw new OAuthProblem("invalid_request", "A parameter comes twice.");
    fields.set(name, value);
  }
  return fields;
}

/**
 * Reads a JSON body.
 *
 * @throws {OAuthProblem} `invalid_client_metadata`.
 */
export async function readJsonBody(
  request: Request,
  bodies: BodyReader,
  { address }: Pick<RequestInfo, "address">,
): Promise<unknown> {
  const text = await bodies.read(request, { address, maxBytes: MAX_BYTES });
  try {
    return JSON.parse(text);
  } catch {
    throw new OAuthProblem("invalid_client_metadata", "The body is not JSON.");
  }
}

function bodyError({ problem }: BodyError, info: Pick<RequestInfo, "limited">): Response {
  if (problem === "no_room") info.limited("bodies");
  if (problem === "too_large") return errorAnswer("invalid_request", "The body is too large.");
  return errorAnswer("temporarily_unavailable", "The body did not arrive completely.");
}
