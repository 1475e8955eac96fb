// mcp-use for JavaScript, by its adapter for LangChain.
process.env.MCP_USE_ANONYMIZED_TELEMETRY = "false";
const { MCPClient, LangChainAdapter } = await import("mcp-use");
import { follow, headers, url } from "./plan.mjs";

const client = new MCPClient({ mcpServers: { cloudways: { url, headers } } });
await client.createAllSessions();
const made = await new LangChainAdapter().createToolsFromConnectors(
  Object.values(client.getAllActiveSessions()).map((session) => session.connector),
);
const byName = Object.fromEntries(made.map((tool) => [tool.name, tool]));

await follow({
  tools: () => Object.keys(byName),
  call: async (name, args, { signal }) => {
    const answer = await byName[name].invoke(args, { signal });
    return typeof answer === "string" ? answer : JSON.stringify(answer);
  },
  cancel: true,
});
await client.closeAllSessions();
