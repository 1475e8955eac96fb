import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import * as z from "zod";
import { KEY_HEADERS, toAnswer, TOKEN_HEADERS } from "../support/clients.ts";
import { DEFAULT_LIST } from "../support/default_list.ts";
import { type Service, startService } from "../support/harness.ts";
import { inheritedEnv, run } from "../support/process.ts";

const MCP_REMOTE = "mcp-remote@0.15.1";
const INSPECTOR = "@modelcontextprotocol/inspector@2.12.0";

type Headers = Readonly<Record<string, string>>;

/** `name:value` without a space: some hosts split arguments at spaces. */
function headerArgs(headers: Headers): string[] {
  return Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}:${value}`]);
}

/** A client that speaks only stdio, behind mcp-remote. */
async function connectThroughMcpRemote(service: Service, headers: Headers) {
  const client = new Client({ name: "test-behind-mcp-remote", version: "1.0.0" });
  const transport = new StdioClientTransport({
    command: "npx",
    args: ["-y", MCP_REMOTE, service.mcpUrl.href, ...headerArgs(headers)],
    env: inheritedEnv(),
    stderr: "ignore",
  });
  // Called this way since the SDK's types contradict each other under exactOptionalPropertyTypes.
  await Reflect.apply(client.connect, client, [transport, { timeout: 180_000 }]);
  return {
    toolNames: async () => (await client.listTools()).tools.map(({ name }: { name: string }) => name),
    call: async (name: string) => toAnswer(await client.callTool({ name, arguments: {} })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

for (const headers of [TOKEN_HEADERS, KEY_HEADERS]) {
  Deno.test(`a client behind mcp-remote with ${Object.keys(headers).join(" and ")} sees its servers`, async () => {
    await using service = await startService();
    await using client = await connectThroughMcpRemote(service, headers);

    const names = await client.toolNames();
    const answer = await client.call("list_servers");

    assert.deepEqual(names, DEFAULT_LIST);
    assert.equal(answer.isError, false);
    assert.ok(Array.isArray(answer.json.servers));
    assert.equal(answer.json.servers.length, service.sandbox.account().servers.length);
  });
}

Deno.test("a client behind mcp-remote without credentials lists tools, can't call them, and is not sent to a sign-in page", async () => {
  await using service = await startService();
  await using client = await connectThroughMcpRemote(service, {});

  const names = await client.toolNames();
  const refused = await client.call("list_servers");

  assert.deepEqual(names, DEFAULT_LIST);
  assert.equal(refused.json.code, "authentication_required");
});

const listSchema = z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })) });

Deno.test("the command line of the inspector lists the tools and calls one", async () => {
  await using service = await startService();
  const inspect = (...args: string[]) =>
    run("npx", [
      ...["-y", INSPECTOR, "--cli", service.mcpUrl.href, "--transport", "http"],
      ...["--header", `x-cloudways-access-token: ${TOKEN_HEADERS["x-cloudways-access-token"]}`],
      ...args,
    ]);

  const list = await inspect("--method", "tools/list");
  const call = await inspect("--method", "tools/call", "--tool-name", "list_servers");

  assert.equal(list.code, 0, list.stderr);
  assert.deepEqual(listSchema.parse(JSON.parse(list.stdout)).tools.map(({ name }) => name), DEFAULT_LIST);
  assert.equal(call.code, 0, call.stderr);
  assert.equal(toAnswer(JSON.parse(call.stdout)).isError, false);
});
