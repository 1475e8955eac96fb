/** Reads and describes the body of a request to `/mcp`. */
import { JSON_RPC_ERRORS, type JsonBody, jsonRpcError, usableIdOf } from "../mcp/json_rpc.ts";
import { longName, MAX_NAME_LENGTH } from "../mcp/long_name.ts";
import { isInForm, normalizeBody } from "../mcp/message_form.ts";
import { messageProblem } from "../mcp/message_problem.ts";
import { oversized } from "../text/json_size.ts";
import type { Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import { BodyError, type BodyProblem, type BodyReader } from "./request_body.ts";
import type { RequestInfo } from "./handled_request.ts";
import { memberOf } from "../text/member.ts";

/** Reads and parses a body, or returns the refusal of a malformed one. */
export async function readMessage(
  request: Request,
  bodies: BodyReader,
  info: Pick<RequestInfo, "address" | "limited">,
): Promise<JsonBody | Response> {
  try {
    const text = await bodies.read(request, info);
    const size = oversized(text);
    if (size !== undefined) return invalid(`the body is ${size}.`);
    const parsed: unknown = JSON.parse(text);
    const body = isInForm(text) ? parsed : normalizeBody(parsed);
    const long = Array.isArray(body) ? body.map(longName).find((name) => name !== undefined) : longName(body);
    if (long !== undefined) return invalid(`${long} is longer than ${MAX_NAME_LENGTH} characters.`);
    const problem = Array.isArray(body) ? undefined : messageProblem(body);
    if (problem !== undefined) return invalid(problem, usableIdOf(body));
    return isJsonBody(body) ? body : invalid("the body is not a JSON-RPC message.");
  } catch (error) {
    if (error instanceof BodyError && error.problem === "no_room") info.limited("bodies");
    if (error instanceof BodyError) return refuseBody(error.problem);
    return jsonRpcError(400, JSON_RPC_ERRORS.parseError, "Parse error: the body is not valid JSON.");
  }
}

function invalid(problem: string, id: string | number | null = null): Response {
  return jsonRpcError(400, JSON_RPC_ERRORS.invalidRequest, `Invalid request: ${problem}`, id);
}

/** The refusal of a request that can't be served now; nothing of it was begun. */
export function unavailable(reason: string): Response {
  const response = jsonRpcError(503, JSON_RPC_ERRORS.refused, `${reason} Nothing was done; try again in a moment.`);
  response.headers.set("retry-after", "1");
  return response;
}

/** The refusal of a body. The rest of the body may still arrive, so the connection is not used again. */
function refuseBody(problem: BodyProblem): Response {
  const refusal = BODY_ANSWERS[problem]();
  refusal.headers.set("connection", "close");
  return refusal;
}

const BODY_ANSWERS: Record<BodyProblem, () => Response> = {
  too_large: () => jsonRpcError(413, JSON_RPC_ERRORS.refused, "The body is larger than 1 MiB."),
  too_slow: () => jsonRpcError(408, JSON_RPC_ERRORS.refused, "The body took too long to come."),
  no_room: () => unavailable("Too much is being sent to this server."),
  cut_off: () => unavailable("The body broke off."),
};

/** Whether a body contains a request, rather than only answers and notifications. */
export function startsWork(body: JsonBody): boolean {
  return Array.isArray(body) ? body.some(isRequest) : isRequest(body);
}

function isRequest(message: unknown): boolean {
  return memberOf(message, "method") !== undefined && memberOf(message, "id") !== undefined;
}

/** The log fields of a message: its method and tool, cut and cleaned, since both are the caller's text. */
export function describeBody(body: JsonBody, secrets: Secrets): Record<string, unknown> {
  if (Array.isArray(body)) return { batch: body.length };
  const method = shownName(body.method, secrets);
  if (method === undefined) return {};
  const tool = method === "tools/call" ? shownName(memberOf(body.params, "name"), secrets) : undefined;
  return tool === undefined ? { mcp_method: method } : { mcp_method: method, tool };
}

function shownName(value: unknown, secrets: Secrets): string | undefined {
  return typeof value === "string" ? safeText(value, { secrets, maxLength: 60 }) : undefined;
}

function isJsonBody(value: unknown): value is JsonBody {
  return typeof value === "object" && value !== null;
}
