// mcp-remote, for clients that know stdio alone; behind it stands the official SDK without forms.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { follow, headers, textOf, url } from "./plan.mjs";

const client = new Client({ name: "behind-mcp-remote", version: "1.0.0" });
const header = Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}:${value}`]);
await client.connect(
  new StdioClientTransport({
    command: process.execPath,
    args: ["node_modules/mcp-remote/dist/proxy.js", url, "--transport", "http-only", "--allow-http", ...header],
    env: process.env,
    stderr: "inherit",
  }),
);

await follow({
  tools: async () => (await client.listTools()).tools.map(({ name }) => name),
  call: async (name, args, { onProgress, signal }) =>
    textOf(await client.callTool({ name, arguments: args }, undefined, { onprogress: onProgress, signal })),
  progress: true,
  cancel: true,
});
await client.close();
