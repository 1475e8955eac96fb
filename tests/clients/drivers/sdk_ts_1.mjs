// The official TypeScript SDK, first generation.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { follow, headers, textOf, url } from "./plan.mjs";

const questions = [];
const client = new Client({ name: "sdk-ts-1", version: "1.0.0" }, { capabilities: { elicitation: {} } });
client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
  questions.push(params.message);
  return { action: "accept", content: { approve: true } };
});
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));

await follow({
  tools: async () => (await client.listTools()).tools.map(({ name }) => name),
  call: async (name, args, { onProgress, signal }) =>
    textOf(await client.callTool({ name, arguments: args }, undefined, { onprogress: onProgress, signal })),
  questions,
  progress: true,
  cancel: true,
});
await client.close();
