/** The part of the Anthropic messages API that makes a client call a tool. */
import * as z from "zod";
import { argumentsSchema, events, type ModelApi } from "./api.ts";
import type { ScriptedCall } from "./script.ts";

const textPart = z.looseObject({ type: z.string(), text: z.string().optional() });
const resultContent = z.union([z.string(), z.array(textPart)]).optional();
const part = z.looseObject({ type: z.string(), tool_use_id: z.string().optional(), content: resultContent });
const requestSchema = z.looseObject({
  stream: z.boolean().optional(),
  tools: z.array(z.looseObject({ name: z.string(), input_schema: argumentsSchema })).optional(),
  messages: z.array(z.looseObject({ content: z.union([z.string(), z.array(part)]) })),
});

const USAGE = { input_tokens: 1, output_tokens: 1 };

/** The API under `/v1/messages`. */
export const anthropicApi: ModelApi = {
  handles: (path) => path.startsWith("/v1/messages"),
  async answer(path, body, script) {
    if (path.endsWith("/count_tokens")) return Response.json({ input_tokens: 1 });
    const { stream, tools = [], messages } = requestSchema.parse(body);
    const results = new Map<string, string>();
    for (const { content } of messages) {
      if (typeof content === "string") continue;
      for (const { tool_use_id, content: result } of content) {
        if (tool_use_id !== undefined) results.set(tool_use_id, textOf(result));
      }
    }
    const call = await script.next(
      tools.map(({ name, input_schema }) => ({ name, properties: input_schema?.properties })),
      results,
    );
    return stream ? events(streamed(call), true) : Response.json(message(call));
  },
};

function textOf(content: z.infer<typeof resultContent>): string {
  return typeof content === "string" ? content : (content ?? []).map(({ text = "" }) => text).join("\n");
}

function message(call: ScriptedCall | undefined) {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "stand-in",
    content: [
      call === undefined ? { type: "text", text: "Done." } : {
        type: "tool_use",
        id: call.id,
        name: call.tool.name,
        input: call.arguments,
      },
    ],
    stop_reason: call === undefined ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage: USAGE,
  };
}

function streamed(call: ScriptedCall | undefined) {
  const { content: [block], stop_reason, ...rest } = message(call);
  const opening = call === undefined ? { type: "text", text: "" } : { ...block, input: {} };
  const delta = call === undefined
    ? { type: "text_delta", text: "Done." }
    : { type: "input_json_delta", partial_json: JSON.stringify(call.arguments) };
  return [
    { type: "message_start", message: { ...rest, content: [], stop_reason: null } },
    { type: "content_block_start", index: 0, content_block: opening },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: USAGE },
    { type: "message_stop" },
  ];
}
