/** Calls in the wire format of either era, and the meaning of their answers. */
import * as z from "zod";
import { ERROR_CODES } from "../../src/errors.ts";
import { answerJson } from "../support/clients.ts";
import { modernHeaders, modernMeta, YES } from "../support/rpc_2026.ts";

/** The two eras of the protocol. */
export const ERAS = ["2025", "2026"] as const;
/** One of {@linkcode ERAS}. */
export type Era = typeof ERAS[number];

/** A tool call. */
export interface WireCall {
  era: Era;
  name: string;
  args: Record<string, unknown>;
  /** What comes back after a question of 2026. */
  answered?: { state: string; yes: boolean };
}

/** What an answer says. */
export type Meaning =
  | { kind: "ok"; json: Record<string, unknown> }
  | { kind: "error"; code: string; json: Record<string, unknown> }
  | { kind: "question"; state: string }
  | { kind: "protocol error"; code: number }
  | { kind: "nonsense" };

let nextId = 1;

/** The message of a call. */
export function messageOf({ era, name, args, answered }: WireCall): unknown {
  const params = { name, arguments: args };
  if (era === "2025") return { jsonrpc: "2.0", id: nextId++, method: "tools/call", params };
  const reply = answered?.yes === true ? YES : { action: "decline" };
  const modern = {
    ...params,
    ...(answered && { requestState: answered.state, inputResponses: { approval: reply } }),
    _meta: modernMeta("soak", { elicitation: { form: {} } }),
  };
  return { jsonrpc: "2.0", id: nextId++, method: "tools/call", params: modern };
}

/** The headers that belong to it. */
export function headersOf({ era, name }: WireCall): Record<string, string> {
  return era === "2025" ? {} : modernHeaders("tools/call", name);
}

/** The JSON-RPC message in a body: its JSON, or the last event of its stream. */
export function lastMessage(text: string, contentType: string): unknown {
  if (!contentType.startsWith("text/event-stream")) return parse(text);
  return parse(text.split("\n").filter((line) => line.startsWith("data: ") && line.length > 6).at(-1)?.slice(6) ?? "");
}

const errorMessage = z.looseObject({ error: z.looseObject({ code: z.number() }) });
const question = z.looseObject({
  result: z.looseObject({ resultType: z.literal("input_required"), requestState: z.string() }),
});
const toolResult = z.looseObject({
  result: z.looseObject({
    isError: z.boolean().optional(),
    content: z.array(z.looseObject({ text: z.string() })).min(1),
  }),
});
const failure = z.looseObject({ status: z.literal("error"), code: z.enum(ERROR_CODES), message: z.string() });

/** Reads the answer to a tool call. */
export function meaningOf(message: unknown): Meaning {
  const error = errorMessage.safeParse(message).data;
  if (error !== undefined) return { kind: "protocol error", code: error.error.code };
  const asked = question.safeParse(message).data;
  if (asked !== undefined) return { kind: "question", state: asked.result.requestState };
  const result = toolResult.safeParse(message).data?.result;
  const json = z.record(z.string(), z.unknown()).safeParse(parse(result?.content[0]?.text ?? "")).data;
  if (result === undefined || json === undefined) return { kind: "nonsense" };
  if (result.isError !== true) return { kind: "ok", json };
  const failed = failure.safeParse(json).data;
  return failed === undefined ? { kind: "nonsense" } : { kind: "error", code: failed.code, json };
}

function parse(text: string): unknown {
  try {
    return answerJson(text);
  } catch {
    return undefined;
  }
}
