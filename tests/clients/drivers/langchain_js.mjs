// LangChain for JavaScript.
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { follow, headers, url } from "./plan.mjs";

let onProgress;
const client = new MultiServerMCPClient({
  mcpServers: { cloudways: { transport: "http", url, headers } },
  onProgress: () => onProgress?.(),
});
const byName = Object.fromEntries((await client.getTools()).map((tool) => [tool.name, tool]));

await follow({
  tools: () => Object.keys(byName),
  call: async (name, args, options) => {
    onProgress = options.onProgress;
    const answer = await byName[name].invoke(args, { signal: options.signal });
    return typeof answer === "string" ? answer : JSON.stringify(answer);
  },
  progress: true,
  cancel: true,
});
await client.close();
