/**
 * The SDK used plainly: its high-level server with the same tools as the list of ours, made for each request, behind
 * its own handler for both eras. Argument: port.
 */
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { Catalogue } from "../src/calls/catalogue.ts";
import { parseConfig } from "../src/config.ts";
import { processBounds } from "../src/identity/bounds.ts";
import { allTools } from "../src/tools/all.ts";

const [port] = Deno.args;
const listed = new Map(new Catalogue(allTools).list(processBounds(parseConfig({}))).map((tool) => [tool.name, tool]));
const tools = allTools.filter(({ name }) => listed.has(name)).map(({ name, title, description, input, output }) => ({
  name,
  config: { title, description, inputSchema: input, outputSchema: output, annotations: listed.get(name)?.annotations },
}));
const PONG = { service: "ok", signed_in_with: "nothing", accepted: null, message: "No credentials came." };
const answer = { content: [{ type: "text" as const, text: JSON.stringify(PONG) }], structuredContent: PONG };

function makeServer(): McpServer {
  const server = new McpServer({ name: "plain", version: "1.0.0" });
  for (const { name, config: { annotations, ...config } } of tools) {
    server.registerTool(name, { ...config, ...(annotations && { annotations }) }, () => answer);
  }
  return server;
}

const handler = createMcpHandler(makeServer);
Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen: () => {} }, (request) => handler.fetch(request));
