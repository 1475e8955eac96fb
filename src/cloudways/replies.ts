import { type ErrorCode, ToolError, type ToolErrorOptions } from "../errors.ts";
import { cleanDeep } from "../text/clean_deep.ts";
import { nextStep, type WireReply, type WireRequest } from "./http.ts";
import { tiedId, wholeMinutes } from "./models.ts";
import { isOperationId } from "./operation_id.ts";

/** The request that a reply answers. */
export interface Asked {
  /** The operation's name in the Cloudways API. */
  operation: string;
  method: WireRequest["method"];
  /** Whether an answer without a body says that it was done. */
  mayBeEmpty?: boolean;
}

type JsonObject = Record<string, unknown>;

/** Cloudways' answer to an unknown path, with status 200; nothing was done. */
const GREETING = /You have reached Cloudways API/i;

/** Cloudways knows no such path, or nothing with this id. Nothing was done. */
export class UnknownToCloudwaysError extends ToolError {
  constructor(code: ErrorCode, message: string, options: ToolErrorOptions) {
    super(code, message, { ...options, done: "nothing" });
  }
}

/** Used if a 429 comes without `Retry-After`; Cloudways' limits count by the minute. */
const DEFAULT_RETRY_AFTER_SECONDS = 60;
/** The longest wait that is believed. Cloudways' longest known window is 90 seconds; a mistake must lock nobody out. */
const MAX_RETRY_AFTER_SECONDS = 900;

/** Statuses by which Cloudways' proxies say that Cloudways does not answer. */
const OUTAGE_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);
/** Codes by which `CloudwaysHttp` says so. */
const OUTAGE_CODES: ReadonlySet<ErrorCode> = new Set(["upstream_timeout", "upstream_unreachable"]);

/**
 * Returns the JSON of an answer, or throws the error that the answer means. Understands every form of error body that
 * Cloudways is known to send.
 *
 * @param request The request, for messages.
 * @throws {ToolError} For any answer but a 2xx with JSON that does not report a failure.
 */
export function readReply(reply: WireReply, request: Asked): unknown {
  const { operation } = request;
  const json = parseJson(reply.text);
  if (reply.status >= 200 && reply.status < 300) return readSuccess(reply, json, request);
  const text = errorText(json);
  const said = asDetails(text);
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

/** Whether a request failed because Cloudways can't be reached: no connection, no answer, or a status 502 to 504. */
export function isOutage(outcome: WireReply | ToolError): boolean {
  return outcome instanceof ToolError ? OUTAGE_CODES.has(outcome.code) : OUTAGE_STATUSES.has(outcome.status);
}

/**
 * The whole seconds that an answer asks to wait, within bounds; undefined if it doesn't say. A date is compared with
 * the answer's own `Date`, so that our clock need not agree with Cloudways'.
 */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? "";
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, headers.get("date") ?? "");
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(1, seconds), MAX_RETRY_AFTER_SECONDS);
}

/** Seconds between two HTTP dates; NaN if either is not one. */
function secondsUntil(then: string, now: string): number {
  return then.endsWith("GMT") ? Math.ceil((Date.parse(then) - Date.parse(now)) / 1000) : NaN;
}

/** How long a 429 pauses an operation, in seconds. */
export function pauseSeconds(headers: Headers): number {
  return retryAfterSeconds(headers) ?? DEFAULT_RETRY_AFTER_SECONDS;
}

/**
 * The error of a call that exceeds Cloudways' own limit.
 *
 * @param limitedBy Set if the request was not sent, because Cloudways' pause still lasts.
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
  if (reply.text === "" && request.mayBeEmpty === true) return [];
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
  // An operation's record says itself whether the operation failed; `status` beside the record does not.
  const isRecord = isObject(json) && request.operation === "operation_status" && "operation" in json;
  if (isObject(json) && saysItFailed(json) && !isRecord) {
    throw new ToolError("upstream_error", "Cloudways answered that it failed.", {
      hint: "Look at the present state before you try again.",
      ...asDetails(errorText(json)),
    });
  }
  return json;
}

/** Whether JSON reports a failure: `status: false`, or an `error`, which may come with status 200. */
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
 * Puts Cloudways' message into a member of its own. Our sentences contain no text of others, which could pass for ours.
 * The text is not cut here, since half a secret would not be recognised; it is cut where errors are shown.
 */
function asDetails(text: string | undefined): Pick<ToolErrorOptions, "details"> {
  return text === undefined ? {} : { details: { cloudways_message: text } };
}

/** Cloudways' message in the details of an error, to put into another error or answer. */
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
    details: { operation, ...asDetails(text).details },
  });
}

const NAMES_AN_ID = /\bids?\b|_id\b|not found|does not exist|doesn't exist|not exist/i;

/** The error of a 422. Its three forms are tried in this order: a busy server, a message, messages about fields. */
function unprocessable(json: unknown, text: string | undefined): ToolError {
  if (!isObject(json)) {
    return new ToolError("validation_failed", "Cloudways found the request wrong and did not say why.", {
      hint: "Check the arguments; the same call will be refused again.",
    });
  }
  if (isObject(json.operation)) return busy(json.operation, text);
  if (text !== undefined) {
    return new ToolError("validation_failed", "Cloudways found the request wrong.", {
      ...asDetails(text),
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
      ...asDetails(text).details,
      operation: { ...running, estimated_minutes_remaining: wholeMinutes(estimated_time_remaining) },
    },
  };
  return new ToolError("upstream_busy", "An operation is already running on that server.", options);
}

/**
 * Reads `{field: [{code, message}]}` as a list. In a map, messages about a field named `password` would be hidden like
 * a password.
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
