// The official TypeScript SDK, second generation. It looks for the newest revision by itself.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { follow, headers, textOf, url } from "./plan.mjs";

const questions = [];
const client = new Client({ name: "sdk-ts-2", version: "1.0.0" }, {
  versionNegotiation: { mode: "auto" },
  capabilities: { elicitation: { form: {} } },
});
client.setRequestHandler("elicitation/create", ({ params }) => {
  questions.push(params.message);
  return { action: "accept", content: { approve: true } };
});
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));

await follow({
  tools: async () => (await client.listTools()).tools.map(({ name }) => name),
  call: async (name, args, { onProgress, signal }) =>
    textOf(await client.callTool({ name, arguments: args }, { onprogress: onProgress, signal })),
  questions,
  progress: true,
  cancel: true,
});
await client.close();
