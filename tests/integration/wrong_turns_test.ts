/** Wrong turns that assistants took, and what each is told. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";

const call = (service: Service, tool: string, args: Record<string, unknown>, headers: Record<string, string> = {}) =>
  callTool(service.mcpUrl, tool, args, { ...TOKEN_HEADERS, ...headers });

/** What a call of a tool that is not there says. */
async function unknownTool(service: Service, tool: string, headers?: Record<string, string>): Promise<string> {
  return await call(service, tool, {}, headers).then(() => "", (error: unknown) => String(error));
}

Deno.test("a figure that a server does not have is refused with those that it has", async () => {
  await using service = await startService();

  const { json } = await call(service, "get_server_monitoring_detail", {
    server_id: 100001,
    target: "Load",
    duration: "1 Hour",
  });

  assert.equal(json.code, "invalid_arguments");
  for (const target of ["Idle CPU", "Free memory", "Free Disk"]) assert.ok(String(json.message).includes(target));
  assert.deepEqual(service.sandbox.requests, []);
});

Deno.test("an unknown tool is answered with three at most that fit, and with find_tools", async () => {
  await using service = await startService();

  const said = await unknownTool(service, "restart_apache_on_the_server");

  const names = [...said.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g)].map(([name]) => name);
  const suggested = names.filter((name) => name !== "restart_apache_on_the_server" && name !== "find_tools");
  assert.ok(suggested.includes("change_service_state"), said);
  assert.ok(suggested.length <= 3, said);
  assert.ok(names.includes("find_tools"), said);
});

Deno.test("an unknown tool is never answered with one that the caller may not use", async () => {
  await using service = await startService();
  const wish = "restart_apache_on_the_server";

  const said = await unknownTool(service, wish, { "x-mcp-readonly": "true" });
  const without = await unknownTool(service, wish, { "x-mcp-toolsets": "basic" });

  for (const text of [said, without]) assert.ok(!/change_service_state|restart_server/.test(text), text);
});
