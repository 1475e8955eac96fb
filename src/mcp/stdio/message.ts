import { type JSONRPCMessage, parseJSONRPCMessage } from "@modelcontextprotocol/server";
import { JSON_RPC_ERRORS, usableIdOf } from "../json_rpc.ts";
import { oversized } from "../../text/json_size.ts";
import { longName, MAX_NAME_LENGTH } from "../long_name.ts";
import { normalizeBody } from "../message_form.ts";
import { messageProblem } from "../message_problem.ts";

/** The longest message that is parsed for its id although it is refused. */
const MAX_PARSED = 1024 * 1024;

/** A line of the input, as read. */
export type StdioLine =
  | { kind: "message"; message: JSONRPCMessage }
  /** Not a message; the client gets an error. */
  | { kind: "refused"; code: number; reason: string; id: string | number | null }
  /** Not a message either, but no answer is expected. */
  | { kind: "ignored"; reason: string };

/** Reads one line. An empty line is ignored. */
export function readStdioLine(line: string): StdioLine {
  if (line.trim() === "") return { kind: "ignored", reason: "an empty line" };
  const size = oversized(line);
  // A message of moderate length is parsed all the same: without its id the client would wait for ever. It delays only
  // this client, and not for long.
  if (size !== undefined && line.length > MAX_PARSED) return invalid(undefined, `the message is ${size}.`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: "refused", code: JSON_RPC_ERRORS.parseError, reason: "Parse error: not valid JSON.", id: null };
  }
  if (size !== undefined) return invalid(value, `the message is ${size}.`);
  const long = longName(value);
  if (long !== undefined) return invalid(undefined, `${long} is longer than ${MAX_NAME_LENGTH} characters.`);
  if (Array.isArray(value)) return invalid(value, "there are no batches over stdio.");
  const message = normalizeBody(value);
  const problem = messageProblem(message);
  if (problem !== undefined) return invalid(message, problem);
  try {
    return { kind: "message", message: parseJSONRPCMessage(message) };
  } catch {
    return invalid(message, "not a JSON-RPC message.");
  }
}

function invalid(value: unknown, what: string): StdioLine {
  const reason = `Invalid request: ${what}`;
  if (wantsNoAnswer(value)) return { kind: "ignored", reason };
  return { kind: "refused", code: JSON_RPC_ERRORS.invalidRequest, reason, id: usableIdOf(value) };
}

/** Whether a message is a notification or a response. Those are never answered, even if they are invalid. */
function wantsNoAnswer(value: unknown): boolean {
  if (has(value, "method")) return !has(value, "id");
  return has(value, "result") || has(value, "error");
}

function has(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name);
}
