import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool, post } from "../support/rpc.ts";

const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };

/** The names that `tools/list` shows at an address. */
async function listedAt(service: Service, path: string, headers: Record<string, string> = {}): Promise<string[]> {
  const response = await post(new URL(path, service.mcpUrl), LIST, headers);
  const { result }: { result: { tools: { name: string }[] } } = await response.json();
  return result.tools.map(({ name }) => name);
}

function toolsOf(service: Service, ...toolsets: string[]): string[] {
  return service.app.catalogue.entries().filter(({ tool }) => toolsets.includes(tool.toolset))
    .map(({ tool }) => tool.name);
}

function readers(service: Service, names: readonly string[]): string[] {
  const reading = service.app.catalogue.entries().filter(({ tool }) => tool.effect === "read");
  return reading.map(({ tool }) => tool.name).filter((name) => names.includes(name));
}

Deno.test("an address narrows as the headers do, and both together narrow more", async () => {
  await using service = await startService();
  const apps = toolsOf(service, "apps", "discovery");

  const [narrow, reading, encoded, slash] = await Promise.all([
    listedAt(service, "/mcp/x/apps"),
    listedAt(service, "/mcp/x/apps/readonly"),
    listedAt(service, "/mcp/x/apps%2Cservers", { "x-mcp-toolsets": "apps,basic" }),
    listedAt(service, "/mcp/x/apps/"),
  ]);
  const readOnly = await listedAt(service, "/mcp/readonly");
  const one = await listedAt(service, "/mcp/x/apps/readonly", { "x-mcp-tools": "backup_app,get_app_varnish_settings" });

  assert.deepEqual(narrow, apps);
  assert.deepEqual(slash, apps);
  assert.deepEqual(reading, readers(service, apps));
  assert.deepEqual(encoded, apps);
  assert.deepEqual(readOnly, readers(service, await listedAt(service, "/mcp")));
  assert.deepEqual(one, ["get_app_varnish_settings"]);
});

Deno.test("what a narrowing takes away is not there, whatever is listed", async () => {
  await using service = await startService();
  const narrowed: [path: string, headers: Record<string, string>][] = [
    ["/mcp/x/apps", {}],
    ["/mcp/x/apps", { "x-mcp-list-toolsets": "all" }],
    ["/mcp", { "x-mcp-toolsets": "apps" }],
    ["/mcp", { "x-mcp-tools": "list_servers" }],
    ["/mcp", { "x-mcp-exclude-tools": "ping" }],
  ];

  for (const [path, headers] of narrowed) {
    const url = new URL(path, service.mcpUrl);
    assert.ok(!(await listedAt(service, path, headers)).includes("ping"), JSON.stringify([path, headers]));
    await assert.rejects(callTool(url, "ping", {}, { ...TOKEN_HEADERS, ...headers }), /Unknown tool: ping/);
  }
});

Deno.test("what is not listed can be called", async () => {
  await using service = await startService({ env: { LIST_TOOLSETS: "servers" } });

  const names = await listedAt(service, "/mcp");
  const { isError } = await callTool(service.mcpUrl, "ping", {}, TOKEN_HEADERS);

  assert.deepEqual(names, toolsOf(service, "servers", "discovery"));
  assert.equal(isError, false);
});

Deno.test("a client chooses its list by name, and else gets the list of the operator", async () => {
  await using service = await startService({ env: { TOOLSETS: "basic,apps", LIST_TOOLSETS: "basic" } });
  const lists: [headers: Record<string, string>, toolsets: string[]][] = [
    [{}, ["basic", "discovery"]],
    [{ "x-mcp-exclude-tools": "restart_server" }, ["basic", "discovery"]],
    [{ "x-mcp-toolsets": "apps" }, ["apps", "discovery"]],
    [{ "x-mcp-toolsets": "all" }, ["basic", "apps", "discovery"]],
    [{ "x-mcp-list-toolsets": "all" }, ["basic", "apps", "discovery"]],
    [{ "x-mcp-list-toolsets": "servers" }, ["discovery"]],
    [{ "x-mcp-toolsets": "apps", "x-mcp-list-toolsets": "basic" }, ["discovery"]],
  ];

  for (const [headers, toolsets] of lists) {
    assert.deepEqual(await listedAt(service, "/mcp", headers), toolsOf(service, ...toolsets), JSON.stringify(headers));
  }
});

Deno.test("an address that is not understood is refused, and says what is known", async () => {
  await using service = await startService();

  for (const path of ["/mcp/x/everything", "/mcp/x/apps,", "/mcp/x/readonly"]) {
    const response = await post(new URL(path, service.mcpUrl), LIST);
    const { error } = await response.json();

    assert.equal(response.status, 400, path);
    assert.equal(error.code, -32600, path);
    assert.match(error.message, /known are basic, servers/, path);
  }
  for (const path of ["/mcp/x", "/mcp/readonly/x", "/mcp/x/apps/all"]) {
    const response = await post(new URL(path, service.mcpUrl), LIST);
    await response.body?.cancel();

    assert.equal(response.status, 404, path);
  }
});

Deno.test("pages of allowed origins may use the addresses that narrow", async () => {
  await using service = await startService();
  const headers = { origin: "http://localhost:3000", "access-control-request-method": "POST" };

  const response = await fetch(new URL("/mcp/x/apps/readonly", service.mcpUrl), { method: "OPTIONS", headers });

  await response.body?.cancel();
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("access-control-allow-origin"), "http://localhost:3000");
});

Deno.test("a call at an address that only reads is refused as with the header", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });
  const url = new URL("/mcp/readonly", service.mcpUrl);

  const { json } = await callTool(url, "restart_server", { server_id: 100001 }, TOKEN_HEADERS);

  assert.equal(json.code, "read_only");
  assert.equal(service.sandbox.requests.length, 0);
});
