/** Speaks MCP of 2026-07-28 to a server with `fetch` only, for tests that answer questions, or answer wrongly. */
import * as z from "zod";
import { type Answer, toAnswer } from "./clients.ts";
import { post, readMessage } from "./rpc.ts";

/** What a call was answered by. */
export type ModernAnswer =
  | { kind: "result"; answer: Answer }
  | { kind: "question"; message: string; url: string | undefined; mode: string; schema: unknown; state: string }
  | { kind: "error"; code: number; message: string };

/** How a call is made. */
export interface ModernCall {
  url: URL;
  name: string;
  args?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** What the client calls itself. */
  client?: string;
  /** What the client declares. Defaults to forms. */
  capabilities?: Record<string, unknown>;
  /** What comes back after a question. */
  answered?: { state: string; reply?: unknown };
  signal?: AbortSignal;
}

/** A person's yes in a form. */
export const YES = { action: "accept", content: { approve: true } };

let nextId = 1;

/** Calls a tool as a client of 2026-07-28. */
export async function callModern(call: ModernCall): Promise<ModernAnswer> {
  const { url, name, headers, signal } = call;
  const message = { jsonrpc: "2.0", id: nextId++, method: "tools/call", params: paramsOf(call) };
  const revised = { ...modernHeaders("tools/call", name), ...headers };
  return read(await readMessage(await post(url, message, revised, signal && { signal })));
}

/** The data on itself that a client of 2026-07-28 sends in every message. */
export function modernMeta(client: string, capabilities: Record<string, unknown> = {}) {
  return {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: client, version: "1.0.0" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
}

/** The headers of a message of 2026-07-28, with the name of its tool or prompt if it has one. */
export function modernHeaders(method: string, name?: string): Record<string, string> {
  return {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(name !== undefined && { "mcp-name": name }),
  };
}

function paramsOf(
  { name, args = {}, client = "raw-2026", capabilities = { elicitation: { form: {} } }, answered }: ModernCall,
) {
  return {
    name,
    arguments: args,
    ...(answered && { requestState: answered.state }),
    ...(answered?.reply !== undefined && { inputResponses: { approval: answered.reply } }),
    _meta: modernMeta(client, capabilities),
  };
}

const questionSchema = z.object({
  resultType: z.literal("input_required"),
  requestState: z.string(),
  inputRequests: z.object({
    approval: z.object({
      method: z.literal("elicitation/create"),
      params: z.looseObject({
        message: z.string(),
        mode: z.string().default("form"),
        url: z.string().optional(),
        requestedSchema: z.unknown().optional(),
      }),
    }),
  }),
});

const errorSchema = z.looseObject({ code: z.number(), message: z.string() });

function read({ result, error }: { result?: unknown; error?: unknown }): ModernAnswer {
  if (error !== undefined) return { kind: "error", ...errorSchema.parse(error) };
  const question = questionSchema.safeParse(result).data;
  if (question === undefined) return { kind: "result", answer: toAnswer(result) };
  const { message, mode, url, requestedSchema: schema } = question.inputRequests.approval.params;
  return { kind: "question", message, mode, url, schema, state: question.requestState };
}
