import type { CallToolResult } from "@modelcontextprotocol/server";
import type { ToolError } from "../errors.ts";
import { hiderOf, type Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import { cleanKeepingSpaces, cleanText, ELLIPSIS } from "../text/clean.ts";
import { CLEANED } from "../text/clean_deep.ts";
import { type Reading, transform } from "../text/walk.ts";
import { boundAnswer, fitCeiling, MAX_ANSWER_CHARACTERS } from "./ceiling.ts";

/** Far more than an answer may hold; the rest is not processed. */
const FAILURE_BOUNDS = { text: 4_000, items: 2_000, total: 2 * MAX_ANSWER_CHARACTERS };

/** How a value is made safe to show. */
export interface ShapeOptions {
  /** The caller's own credentials, hidden wherever they occur. */
  secrets: Secrets;
  /** Secret-named fields are shown: a person said yes to exactly that. */
  reveal: boolean;
  /** The string literals of queries are shown, except those that are secrets. By default none is. */
  literals?: boolean;
  /** How a shorter answer is asked for; left out where it can't be. */
  shorter?: string | undefined;
}

/** Spaces in an answer may be part of a name that is sent back. */
const KEEPING_SPACES: Reading = { ...CLEANED, text: cleanKeepingSpaces };

/**
 * A success: the same JSON as text and as structured content, cleaned, redacted and bounded in this one place. The
 * structured content may be the value itself, which calls may share.
 */
export function successResult(
  value: Record<string, unknown>,
  { secrets, reveal, literals = false, shorter }: ShapeOptions,
): CallToolResult {
  if (!isObject(value)) throw notAnObject();
  const { value: bounded, leftOut, text: json } = boundAnswer(value);
  const hider = hiderOf(secrets);
  const shower = literals ? hider.with({ showLiterals: true }) : hider;
  const fits = json !== undefined && json.length <= MAX_ANSWER_CHARACTERS;
  if (fits && !reveal && shower.leavesValue(value, KEEPING_SPACES, MAX_ANSWER_CHARACTERS)) return success(value, json);
  const shown = transform(bounded, {
    reading: KEEPING_SPACES,
    showing: reveal ? shower.showingOthers : shower.showing,
  });
  const { value: fitted, text } = fitCeiling(toObject(shown), { shorter, before: leftOut });
  return success(fitted, text);
}

function success(value: Record<string, unknown>, text: string): CallToolResult {
  return { content: [{ type: "text", text }], structuredContent: value };
}

/**
 * A failure: one text, which begins with the code and continues with JSON. There is no structured content, and the text
 * as a whole is not JSON. Clients check structured content against the tool's output schema even for failures, some
 * make it from any text that parses as JSON, and they drop what does not fit.
 */
export function errorResult(error: ToolError, requestId: string, secrets: Secrets): CallToolResult {
  const { code, hint, retryAfter, details } = error;
  const others = {
    ...(hint !== undefined && { hint }),
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
    ...(details !== undefined && { details }),
    request_id: requestId,
  };
  const { showing } = hiderOf(secrets);
  const shown = transform(others, { bounds: FAILURE_BOUNDS, reading: CLEANED, showing });
  const before = `${code}: `;
  const failure = { status: "error", code, message: shownMessage(error, secrets), ...toObject(shown) };
  const { text } = fitCeiling(failure, { taken: before.length });
  return { isError: true, content: [{ type: "text", text: before + text }] };
}

const MAX_MESSAGE = 2_000;

function shownMessage({ message, isShown }: ToolError, secrets: Secrets): string {
  if (!isShown) return safeText(message, { secrets, maxLength: MAX_MESSAGE });
  // All line breaks of a question are ours: what it quotes has none.
  const lines = message.split("\n").map((line) =>
    cleanKeepingSpaces(hiderOf(secrets).givenInText(cleanKeepingSpaces(line)))
  );
  return cutAtLine(lines, MAX_MESSAGE);
}

/** As many whole lines as fit. */
function cutAtLine(lines: readonly string[], maxLength: number): string {
  const text = lines.join("\n");
  if (text.length <= maxLength) return text;
  const end = text.lastIndexOf("\n", maxLength - 2);
  return `${end > 0 ? text.slice(0, end) : cleanText(text, { maxLength: maxLength - 2 })}\n${ELLIPSIS}`;
}

function toObject(value: unknown): Record<string, unknown> {
  if (isObject(value)) return { ...value };
  throw notAnObject();
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function notAnObject(): TypeError {
  return new TypeError("A tool's answer must be an object.");
}
