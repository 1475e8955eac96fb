/** Finds what is wrong with a message, and says so in a sentence that names the member. */
import { memberOf } from "../text/member.ts";

/**
 * The first reason why a message is not valid JSON-RPC 2.0; undefined if it is valid. The sentence repeats nothing that
 * was sent.
 */
export function messageProblem(message: unknown): string | undefined {
  if (!isObject(message)) return "a message must be a JSON object.";
  if (memberOf(message, "jsonrpc") !== "2.0") return 'jsonrpc must be "2.0".';
  return Object.hasOwn(message, "method") ? requestProblem(message) : responseProblem(message);
}

function requestProblem(message: object): string | undefined {
  const method = memberOf(message, "method");
  if (typeof method !== "string" || method === "") return "method must be a text, such as tools/call.";
  if (Object.hasOwn(message, "id")) {
    const problem = idProblem("id", memberOf(message, "id"));
    if (problem !== undefined) return problem;
  }
  const params = memberOf(message, "params");
  if (params === undefined) return undefined;
  if (!isObject(params)) return "params must be an object.";
  const meta = memberOf(params, "_meta");
  if (meta === undefined) return undefined;
  if (!isObject(meta)) return "params._meta must be an object.";
  const token = memberOf(meta, "progressToken");
  return token === undefined ? undefined : idProblem("params._meta.progressToken", token);
}

function responseProblem(message: object): string | undefined {
  const [result, error] = [memberOf(message, "result"), memberOf(message, "error")];
  if (result === undefined && error === undefined) return "method is missing; an answer has result or error instead.";
  if (result !== undefined && error !== undefined) return "an answer has result or error, not both.";
  if (result !== undefined && !isObject(result)) return "result must be an object.";
  const id = memberOf(message, "id");
  return id === null && error !== undefined ? errorProblem(error) : idProblem("id", id) ?? errorProblem(error);
}

function errorProblem(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  const isError = Number.isInteger(memberOf(error, "code")) && typeof memberOf(error, "message") === "string";
  return isError ? undefined : "error must be an object with a whole number as code and a text as message.";
}

function idProblem(name: string, id: unknown): string | undefined {
  if (typeof id === "string" || Number.isSafeInteger(id)) return undefined;
  if (Number.isInteger(id)) return `${name} is beyond 2^53, where numbers lose digits; send it as a text.`;
  return `${name} must be a text or a whole number.`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
