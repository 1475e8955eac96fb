// mcp-use for JavaScript: its client, without an agent.
import { MCPClient } from "mcp-use/client";
import { follow, headers, textOf, url } from "./plan.mjs";

const questions = [];
const client = new MCPClient({ mcpServers: { cloudways: { url, headers } } }, {
  onElicitation: ({ message }) => {
    questions.push(message);
    return { action: "accept", content: { approve: true } };
  },
});
const session = await client.createSession("cloudways");

await follow({
  tools: async () => (await session.listTools()).map(({ name }) => name),
  call: async (name, args, { onProgress, signal }) =>
    textOf(await session.callTool(name, args, { onprogress: onProgress, signal })),
  questions,
  progress: true,
  cancel: true,
});
await client.closeAllSessions();
