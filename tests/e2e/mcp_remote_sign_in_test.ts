/** mcp-remote with its own OAuth code, in front of the address for signing in. */
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { toAnswer, TOKEN_HEADERS } from "../support/clients.ts";
import { freePort } from "../support/free_port.ts";
import { inheritedEnv } from "../support/process.ts";
import { consent, startSignIn } from "../support/sign_in.ts";

const MCP_REMOTE = "mcp-remote@0.15.1";

/** A folder for what mcp-remote keeps, removed after the test. */
async function keepingFolder() {
  await Deno.mkdir("dist", { recursive: true });
  const path = await Deno.makeTempDir({ dir: "dist", prefix: "mcp-remote-" });
  return { path: await Deno.realPath(path), [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Starts mcp-remote; `authorizationUrl` resolves when it wants a person to sign in. */
function startMcpRemote(url: string, folder: string, args: readonly string[] = []) {
  const transport = new StdioClientTransport({
    command: "npx",
    args: ["-y", MCP_REMOTE, url, String(freePort()), "--transport", "http-only", ...args],
    env: { ...inheritedEnv(), MCP_REMOTE_CONFIG_DIR: folder, BROWSER: "true" },
    stderr: "pipe",
  });
  const asked = Promise.withResolvers<string>();
  let output = "";
  transport.stderr?.on("data", (chunk: unknown) => {
    output += String(chunk);
    const found = /(http:\/\/127\.0\.0\.1:\d+\/connect\/authorize\?\S+)/.exec(output)?.[1];
    if (found !== undefined) asked.resolve(found);
  });
  return { transport, authorizationUrl: asked.promise, output: () => output };
}

Deno.test("a client behind mcp-remote signs in at /connect/mcp and calls a tool", async () => {
  await using service = await startSignIn();
  await using folder = await keepingFolder();
  const { transport, authorizationUrl } = startMcpRemote(`${service.url}/connect/mcp`, folder.path);
  const client = new Client({ name: "test-behind-mcp-remote", version: "1.0.0" });

  const connected = Reflect.apply(client.connect, client, [transport, { timeout: 180_000 }]);
  const back = await consent(service, await authorizationUrl);
  // The tests may reach this address, and no name.
  back.hostname = "127.0.0.1";
  await (await fetch(back)).body?.cancel();
  await connected;
  const answer = toAnswer(await client.callTool({ name: "list_servers", arguments: {} }));
  await client.close();

  assert.equal(answer.isError, false);
});

Deno.test("a client behind mcp-remote with a header is not asked to sign in at /mcp of the same server", async () => {
  await using service = await startSignIn();
  await using folder = await keepingFolder();
  const [[name, value] = ["", ""]] = Object.entries(TOKEN_HEADERS);
  const { transport, output } = startMcpRemote(service.mcpUrl.href, folder.path, ["--header", `${name}:${value}`]);
  const client = new Client({ name: "test-behind-mcp-remote", version: "1.0.0" });

  await Reflect.apply(client.connect, client, [transport, { timeout: 180_000 }]);
  const answer = toAnswer(await client.callTool({ name: "list_servers", arguments: {} }));
  await client.close();

  assert.equal(answer.isError, false);
  assert.doesNotMatch(output(), /connect\/authorize/);
});
