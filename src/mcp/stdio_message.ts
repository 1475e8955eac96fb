import { type JSONRPCMessage, parseJSONRPCMessage } from "@modelcontextprotocol/server";
import { isDeep, JSON_RPC_ERRORS, MAX_DEPTH, usableIdOf } from "./json_rpc.ts";
import { readForm } from "./message_form.ts";
import { messageProblem } from "./message_problem.ts";

/** What a line of the input is. */
export type StdioLine =
  | { kind: "message"; message: JSONRPCMessage }
  /** No message; whoever sent it has to hear so. */
  | { kind: "refused"; code: number; reason: string; id: string | number | null }
  /** No message either, but one that nobody waits to have answered. */
  | { kind: "ignored"; reason: string };

/** Understands one line. An empty one is no message, and no mistake. */
export function readStdioLine(line: string): StdioLine {
  if (line.trim() === "") return { kind: "ignored", reason: "an empty line" };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: "refused", code: JSON_RPC_ERRORS.parseError, reason: "Parse error: not valid JSON.", id: null };
  }
  if (isDeep(value)) return invalid(value, `the message is nested more than ${MAX_DEPTH} deep.`);
  if (Array.isArray(value)) return invalid(value, "there are no batches over stdio.");
  const message = readForm(value);
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

/** Notifications and responses are never answered, however wrong they are. */
function wantsNoAnswer(value: unknown): boolean {
  if (has(value, "method")) return !has(value, "id");
  return has(value, "result") || has(value, "error");
}

function has(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name);
}
