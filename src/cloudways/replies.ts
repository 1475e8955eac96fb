import { type ErrorCode, ToolError, type ToolErrorOptions } from "../errors.ts";
import { cleanDeep } from "../text/clean_deep.ts";
import { nextStep, type WireReply, type WireRequest } from "./http.ts";
import { tiedId, wholeMinutes } from "./models.ts";
import { isOperationId } from "./operation_id.ts";

/** What was asked of Cloudways. */
export interface Asked {
  /** The name of the operation in the facts. */
  operation: string;
  method: WireRequest["method"];
}

type JsonObject = Record<string, unknown>;

/** What Cloudways sends when a path is unknown, with status 200: nothing was done. */
const GREETING = /You have reached Cloudways API/i;

/** Cloudways knows no such path or thing. Whatever was asked for, nothing was done. */
export class UnknownToCloudwaysError extends ToolError {
  constructor(code: ErrorCode, message: string, options: ToolErrorOptions) {
    super(code, message, { ...options, done: "nothing" });
  }
}

/** Cloudways' 429 may come without `Retry-After`; a minute is its window. */
const DEFAULT_RETRY_AFTER_SECONDS = 60;
/** Its longest known window is a minute and a half; more than this is a mistake that must not shut anybody out. */
const MAX_RETRY_AFTER_SECONDS = 900;

/** Statuses by which what stands before Cloudways says that Cloudways does not answer. */
const OUTAGE_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);
/** Errors by which {@linkcode CloudwaysHttp} says so. */
const OUTAGE_CODES: ReadonlySet<ErrorCode> = new Set(["upstream_timeout", "upstream_unreachable"]);

/**
 * Turns an answer into JSON, or into the error that it means. Understands every form of error body that Cloudways is
 * known to send.
 *
 * @param request What was asked, for messages.
 * @throws {ToolError} For anything that is not a 2xx with JSON that claims success.
 */
export function readReply(reply: WireReply, request: Asked): unknown {
  const { operation } = request;
  const json = parseJson(reply.text);
  if (reply.status >= 200 && reply.status < 300) return readSuccess(reply, json, request);
  const text = errorText(json);
  const said = saying(text);
  switch (reply.status) {
    case 400:
      throw new ToolError("validation_failed", "Cloudways refused the request.", {
        hint: "Check the arguments; the same call will be refused again.",
        ...said,
      });
    case 401:
      throw new ToolError("authentication_failed", "Cloudways did not accept the credentials.", {
        hint: "Ask the user to check the access token or the e-mail and API key, and to make new ones in the " +
          "Cloudways console under API Integration.",
        ...said,
      });
    case 403:
      throw forbidden(json, text, operation);
    case 404:
      throw new UnknownToCloudwaysError("not_found", "Cloudways does not know this.", {
        hint: "Check the ids with list_servers or find_resources; it may have been deleted.",
        ...said,
      });
    case 422:
      throw unprocessable(json, text);
    case 429:
      throw upstreamRateLimited(pauseSeconds(reply.headers));
    default:
      throw unexpectedStatus(reply, said);
  }
}

/** Whether what came of a request shows that the way to Cloudways is shut: no connection, no answer, or 502 to 504. */
export function isOutage(outcome: WireReply | ToolError): boolean {
  return outcome instanceof ToolError ? OUTAGE_CODES.has(outcome.code) : OUTAGE_STATUSES.has(outcome.status);
}

/**
 * The whole seconds for which an answer asks to wait, within bounds; undefined where it does not say. A date counts from
 * the answer's own, so that two clocks need not agree.
 */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? "";
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, headers.get("date") ?? "");
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(1, seconds), MAX_RETRY_AFTER_SECONDS);
}

/** NaN where one of them is no date of HTTP. */
function secondsUntil(then: string, now: string): number {
  return then.endsWith("GMT") ? Math.ceil((Date.parse(then) - Date.parse(now)) / 1000) : NaN;
}

/** For how long a 429 stops an operation, in seconds. */
export function pauseSeconds(headers: Headers): number {
  return retryAfterSeconds(headers) ?? DEFAULT_RETRY_AFTER_SECONDS;
}

/**
 * The answer to a call that Cloudways' own limit stops.
 *
 * @param limitedBy Set where it was not sent, since Cloudways said so before.
 */
export function upstreamRateLimited(seconds: number, limitedBy?: "upstream_pause"): ToolError {
  return new ToolError("upstream_rate_limited", "Cloudways' own rate limit for this account is reached.", {
    hint: `Wait ${seconds} seconds before you call this again. Other tools may still work.`,
    retryAfter: seconds,
    ...(limitedBy !== undefined && { limitedBy }),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readSuccess(reply: WireReply, json: unknown, request: Asked): unknown {
  if (json === undefined || isGreeting(json)) {
    if (GREETING.test(reply.text)) {
      throw new UnknownToCloudwaysError(
        "upstream_error",
        "Cloudways answered with its greeting, which means that it does not know this request. Nothing was done.",
        { hint: "Do not try again: report it to the operator of this server." },
      );
    }
    throw new ToolError("upstream_error", "Cloudways answered with something that is not JSON.", {
      hint: nextStep(request),
    });
  }
  // The record of an operation that is looked at has its own verdict, and `status` beside it is none.
  const isRecord = isObject(json) && request.operation === "operation_status" && "operation" in json;
  if (isObject(json) && saysItFailed(json) && !isRecord) {
    throw new ToolError("upstream_error", "Cloudways answered that it failed.", {
      hint: "Look at the present state before you try again.",
      ...saying(errorText(json)),
    });
  }
  return json;
}

/** `status: false`, or the `error` that was seen beside a status 200. */
function saysItFailed({ status, error }: JsonObject): boolean {
  return status === false || (typeof error === "string" && error !== "");
}

function isGreeting(json: unknown): boolean {
  return isObject(json) && typeof json.message === "string" && GREETING.test(json.message);
}

function errorText(json: unknown): string | undefined {
  if (!isObject(json)) return undefined;
  return [json.error_description, json.message, json.error].find((text): text is string =>
    typeof text === "string" && text !== ""
  );
}

/**
 * What Cloudways says, in a member of its own: no sentence of ours holds text of others, which may read like one of
 * ours. Not cut here: half a secret would no longer be recognised. Where errors are shown they are cut.
 */
function saying(text: string | undefined): Pick<ToolErrorOptions, "details"> {
  return text === undefined ? {} : { details: { cloudways_message: text } };
}

/** What Cloudways said with an error, for an answer that goes on without it. */
export function sayingOf({ details }: ToolError): { cloudways_message?: string } {
  const said = details?.cloudways_message;
  return typeof said === "string" ? { cloudways_message: said } : {};
}

function forbidden(json: unknown, text: string | undefined, operation: string): ToolError {
  if (isObject(json) && json.error === "insufficient_scope") {
    return new ToolError("forbidden", `The access token may not use this part of the API (${operation}).`, {
      hint: "Ask the account owner for a token whose role allows it; nothing you can send changes this.",
      details: { operation },
    });
  }
  if (json === undefined) {
    return new ToolError("forbidden", "The firewall in front of the Cloudways API refused the request.", {
      hint: "The address of this server may be blocked there. Report it to the operator of this server.",
    });
  }
  return new ToolError("forbidden", "Cloudways refused this.", {
    hint: "Tell the user: the account, its plan or its role does not allow it.",
    details: { operation, ...saying(text).details },
  });
}

const NAMES_AN_ID = /\bids?\b|_id\b|not found|does not exist|doesn't exist|not exist/i;

/** Told apart in this order: busy, message, fields. */
function unprocessable(json: unknown, text: string | undefined): ToolError {
  if (!isObject(json)) {
    return new ToolError("validation_failed", "Cloudways found the request wrong and did not say why.", {
      hint: "Check the arguments; the same call will be refused again.",
    });
  }
  if (isObject(json.operation)) return busy(json.operation, text);
  if (text !== undefined) {
    return new ToolError("validation_failed", "Cloudways found the request wrong.", {
      ...saying(text),
      hint: NAMES_AN_ID.test(text)
        ? "Check the ids with list_servers or find_resources."
        : "Correct what Cloudways names; the same call will be refused again.",
    });
  }
  const fields = fieldMessages(json);
  return new ToolError("validation_failed", "Cloudways found the request wrong.", {
    details: { fields },
    hint: "Correct the fields named in details and call again.",
  });
}

function busy(operation: JsonObject, text: string | undefined): ToolError {
  const { id: given, type, status, server_id, app_id, estimated_time_remaining } = operation;
  const id = typeof given === "string" || typeof given === "number" ? String(given) : undefined;
  const running = { operation_id: id, type, status, server_id: tiedId(server_id), app_id: tiedId(app_id) };
  const wait = id === undefined || !isOperationId(id)
    ? "Wait some minutes"
    : `Wait for the running operation with get_operation_status (operation_id ${id})`;
  const options: ToolErrorOptions = {
    hint: `Nothing was done. ${wait}, then call again.`,
    details: {
      ...saying(text).details,
      operation: { ...running, estimated_minutes_remaining: wholeMinutes(estimated_time_remaining) },
    },
  };
  return new ToolError("upstream_busy", "An operation is already running on that server.", options);
}

/**
 * `{field: [{code, message}]}` as a list. Kept as a map, the messages about a field named `password` would be hidden
 * like a password.
 */
function fieldMessages(json: JsonObject): { field: string; messages: string[] }[] {
  return Object.entries(json).map(([field, problems]) => ({
    field,
    messages: (Array.isArray(problems) ? problems : [problems]).map(oneMessage),
  }));
}

function oneMessage(problem: unknown): string {
  if (isObject(problem) && typeof problem.message === "string") return problem.message;
  return typeof problem === "string" ? problem : JSON.stringify(cleanDeep(problem));
}

function unexpectedStatus({ status, headers }: WireReply, said: ToolErrorOptions): ToolError {
  if (status >= 300 && status < 400) {
    return new ToolError(
      "upstream_error",
      `Cloudways answered with a redirect (HTTP ${status}), which is not followed.`,
      { hint: "Do not try again: report it to the operator of this server, who may have set a wrong address." },
    );
  }
  const retryAfter = retryAfterSeconds(headers);
  return new ToolError("upstream_error", `Cloudways answered with HTTP ${status}.`, {
    hint: `The fault is at Cloudways${retryAfter === undefined ? "" : `, which asks to wait ${retryAfter} s`}. ` +
      "For a change, look at the present state before you try again.",
    ...(retryAfter !== undefined && { retryAfter }),
    ...said,
  });
}
