/** As much of the Gemini API as a client needs to be told which tool to call. */
import { z } from "zod";
import { events, type ModelApi } from "./api.ts";
import type { ScriptedCall } from "./script.ts";

const functionResponse = z.looseObject({ id: z.string().optional(), name: z.string(), response: z.unknown() });
const part = z.looseObject({ functionResponse: functionResponse.optional() });
const requestSchema = z.looseObject({
  tools: z.array(z.looseObject({ functionDeclarations: z.array(z.looseObject({ name: z.string() })).optional() }))
    .optional(),
  contents: z.array(z.looseObject({ parts: z.array(part).optional() })),
});

/** The API under `/v1beta/models/`. */
export const geminiApi: ModelApi = {
  handles: (path) => path.startsWith("/v1beta/models/"),
  async answer(path, body, script) {
    if (path.endsWith(":countTokens")) return Response.json({ totalTokens: 1 });
    const { tools = [], contents } = requestSchema.parse(body);
    const responses = contents.flatMap(({ parts = [] }) => parts.flatMap((each) => each.functionResponse ?? []));
    // Not every client sends the ids back; the order of the calls is the order of the answers.
    const results = new Map(responses.map(({ response }, index) => [`call_${index + 1}`, JSON.stringify(response)]));
    const offered = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations);
    const answer = candidate(await script.next(offered.map(({ name }) => ({ name })), results));
    return path.endsWith(":streamGenerateContent") ? events([answer]) : Response.json(answer);
  },
};

function candidate(call: ScriptedCall | undefined) {
  const parts = call === undefined
    ? [{ text: "Done." }]
    : [{ functionCall: { id: call.id, name: call.tool.name, args: call.arguments } }];
  return {
    candidates: [{ index: 0, content: { role: "model", parts }, finishReason: "STOP" }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    modelVersion: "stand-in",
  };
}
