// The Vercel AI SDK.
import { createMCPClient, ElicitationRequestSchema } from "@ai-sdk/mcp";
import { follow, headers, url } from "./plan.mjs";

const questions = [];
const client = await createMCPClient({
  transport: { type: "http", url, headers },
  capabilities: { elicitation: {} },
});
client.onElicitationRequest(ElicitationRequestSchema, ({ params }) => {
  questions.push(params.message);
  return { action: "accept", content: { approve: true } };
});
const tools = await client.tools();

await follow({
  tools: () => Object.keys(tools),
  call: async (name, args, { signal }) => {
    const output = await tools[name].execute(args, { toolCallId: "1", messages: [], abortSignal: signal });
    const shown = await tools[name].toModelOutput?.({ toolCallId: "1", input: args, output }) ?? output;
    return JSON.stringify(shown.value ?? shown.content ?? shown);
  },
  questions,
  cancel: true,
});
await client.close();
