/** Speaks MCP to a server with `fetch` only, for tests that make many calls, or wrong ones. */
import { type Answer, toAnswer } from "./clients.ts";
import { withRowPlans } from "./row_plans.ts";

/** Longer than any answer may take: a missing answer fails its test instead of blocking all of them. */
const LONGEST_ANSWER_MS = 60_000;

let nextId = 1;

/** Posts one message. */
export async function post(
  url: URL,
  message: unknown,
  headers: Record<string, string> = {},
  { signal = AbortSignal.timeout(LONGEST_ANSWER_MS) }: { signal?: AbortSignal } = {},
): Promise<Response> {
  const sent = await withRowPlans(url, message, headers);
  return await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: JSON.stringify(sent),
    signal,
  });
}

/** Calls a tool and reads its answer, whether it comes as JSON or as a stream. */
export async function callTool(
  url: URL,
  name: string,
  args: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const message = { jsonrpc: "2.0", id: nextId++, method: "tools/call", params: { name, arguments: args } };
  const response = await post(url, message, headers);
  const { result, error } = await readMessage(response);
  if (error !== undefined) throw new Error(`JSON-RPC error: ${JSON.stringify(error)}`);
  return toAnswer(result);
}

/** The JSON-RPC answer in a response: its JSON, or the last event of its stream. */
export async function readMessage(response: Response): Promise<{ result?: unknown; error?: unknown }> {
  const text = await response.text();
  if (response.headers.get("content-type")?.startsWith("text/event-stream") !== true) return JSON.parse(text);
  const data = text.split("\n").filter((line) => line.startsWith("data: ") && line.length > 6);
  return JSON.parse(data.at(-1)?.slice(6) ?? "{}");
}
