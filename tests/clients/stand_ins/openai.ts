/** The part of the OpenAI responses API that makes a client call a tool. */
import * as z from "zod";
import { argumentsSchema, events, type ModelApi } from "./api.ts";
import type { OfferedTool, ScriptedCall } from "./script.ts";

const functionTool = z.looseObject({ type: z.string(), name: z.string().optional(), parameters: argumentsSchema });
const tool = functionTool.extend({ tools: z.array(functionTool).optional() });
const item = z.looseObject({
  type: z.string().optional(),
  call_id: z.string().optional(),
  output: z.unknown().optional(),
});
const requestSchema = z.looseObject({
  stream: z.boolean().optional(),
  tools: z.array(tool).optional(),
  input: z.union([z.string(), z.array(item)]),
});

/** The API under `/v1/responses`. */
export const openaiApi: ModelApi = {
  handles: (path) => path.startsWith("/v1/responses"),
  async answer(_path, body, script) {
    const { stream, tools = [], input } = requestSchema.parse(body);
    const results = new Map<string, string>();
    for (const { type, call_id, output } of typeof input === "string" ? [] : input) {
      if (type !== "function_call_output" || call_id === undefined) continue;
      results.set(call_id, typeof output === "string" ? output : textOf(output));
    }
    const call = await script.next(tools.flatMap(offeredBy), results);
    const response = completed(call);
    if (!stream) return Response.json(response);
    const [done] = response.output;
    return events(
      [
        { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
        { type: "response.output_item.added", output_index: 0, item: done },
        { type: "response.output_item.done", output_index: 0, item: done },
        { type: "response.completed", response },
      ].map((event, sequence_number) => ({ ...event, sequence_number })),
      true,
    );
  },
};

type Named = Pick<z.infer<typeof functionTool>, "name" | "parameters">;

/** A namespace holds the tools of one server. */
function offeredBy({ type, name, parameters, tools = [] }: z.infer<typeof tool>): OfferedTool[] {
  if (type === "namespace") return tools.flatMap((inner) => offered(inner, name));
  return type === "function" ? offered({ name, parameters }) : [];
}

function offered({ name, parameters }: Named, namespace?: string): OfferedTool[] {
  return name === undefined ? [] : [{ name, namespace, properties: parameters?.properties }];
}

const outputParts = z.array(z.looseObject({ text: z.string().optional() }));

function textOf(output: unknown): string {
  const parts = outputParts.safeParse(output);
  return parts.success ? parts.data.map(({ text = "" }) => text).join("\n") : JSON.stringify(output);
}

function completed(call: ScriptedCall | undefined) {
  const output = call === undefined
    ? {
      type: "message",
      id: "msg_1",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: "Done.", annotations: [] }],
    }
    : {
      type: "function_call",
      id: `fc_${call.id}`,
      call_id: call.id,
      name: call.tool.name,
      ...(call.tool.namespace !== undefined && { namespace: call.tool.namespace }),
      arguments: JSON.stringify(call.arguments),
      status: "completed",
    };
  return {
    id: "resp_1",
    object: "response",
    created_at: 0,
    status: "completed",
    model: "stand-in",
    output: [output],
    parallel_tool_calls: false,
    tool_choice: "auto",
    tools: [],
    usage: {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    },
  };
}
