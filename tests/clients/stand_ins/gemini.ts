/** The part of the Gemini API that makes a client call a tool. */
import * as z from "zod";
import { argumentsSchema, events, type ModelApi } from "./api.ts";
import type { ScriptedCall } from "./script.ts";

const functionResponse = z.looseObject({ id: z.string().optional(), name: z.string(), response: z.unknown() });
const part = z.looseObject({ functionResponse: functionResponse.optional() });
/** Schemas come in the API's own form, or as JSON Schema. */
const declaration = z.looseObject({
  name: z.string(),
  parameters: argumentsSchema,
  parametersJsonSchema: argumentsSchema,
});
const requestSchema = z.looseObject({
  tools: z.array(z.looseObject({ functionDeclarations: z.array(declaration).optional() })).optional(),
  contents: z.array(z.looseObject({ parts: z.array(part).optional() })),
});

/** The API under `/v1/models/` and `/v1beta/models/`. */
export const geminiApi: ModelApi = {
  handles: (path) => /^\/v1(beta)?\/models\//.test(path),
  async answer(path, body, script) {
    if (path.endsWith(":countTokens")) return Response.json({ totalTokens: 1 });
    const { tools = [], contents } = requestSchema.parse(body);
    const responses = contents.flatMap(({ parts = [] }) => parts.flatMap((each) => each.functionResponse ?? []));
    // Not every client sends the ids back; answers come in the order of the calls.
    const results = new Map(responses.map(({ response }, index) => [`call_${index + 1}`, JSON.stringify(response)]));
    const declarations = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations);
    const offered = declarations.map(({ name, parameters, parametersJsonSchema }) => ({
      name,
      properties: (parametersJsonSchema ?? parameters)?.properties,
    }));
    const answer = candidate(await script.next(offered, results));
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
