import assert from "node:assert/strict";
import { KEY_HEADERS, TOKEN_HEADERS } from "../clients.ts";
import { startService } from "../harness.ts";
import { callTool } from "../rpc.ts";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";
import { outputProblems } from "../tool_contract.ts";

const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };

/** Every basic tool with the arguments it needs, and where it asks. */
const TOOLS: Record<string, { args?: Record<string, unknown>; asks: string[] }> = {
  ping: { asks: ["list_providers"] },
  customer_info: { asks: [] },
  rate_limit_status: { asks: [] },
  list_servers: { args: { detail: "full" }, asks: ["server_list"] },
  find_resources: { args: { query: "shop" }, asks: ["server_list"] },
  get_server_details: { args: SERVER, asks: ["server_list", "monitoring_server_summary"] },
  get_app_details: { args: APP, asks: ["server_list"] },
  get_app_credentials: { args: APP, asks: ["server_list", "app_credentials"] },
  get_app_settings: { args: APP, asks: ["server_list", "app_settings_get"] },
  get_app_monitoring_summary: { args: APP, asks: ["server_list", "monitoring_app_summary"] },
  list_projects: { asks: ["project_list", "server_list"] },
  list_team_members: { asks: ["team_member_list"] },
  get_alerts: { args: { before_id: 88880 }, asks: ["cloudways_bot_alerts_page_list"] },
  get_ssh_keys: { args: SERVER, asks: ["server_list", "app_credentials"] },
  get_available_providers: { asks: ["list_providers"] },
  get_available_regions: { args: { provider: "do" }, asks: ["list_regions"] },
  get_available_server_sizes: { args: { provider: "do" }, asks: ["list_server_sizes"] },
  get_available_apps: { asks: ["list_apps"] },
  get_available_packages: { asks: ["list_packages"] },
  get_operation_status: { args: { operation_id: "92897180" }, asks: ["operation_status"] },
};

for (const forms of ["live", "documented"] as const) {
  for (const [name, { args, asks }] of Object.entries(TOOLS)) {
    Deno.test(`${name} gives what its schema says, with ${forms} replies`, async () => {
      await using service = await startService({ sandbox: { forms } });

      const answer = await callTool(service.mcpUrl, name, args, TOKEN_HEADERS);

      assert.equal(answer.isError, false, JSON.stringify(answer.json));
      assert.deepEqual(answer.structured, answer.json);
      assert.deepEqual(outputProblems(service.app.catalogue, name, answer.json), []);
      const asked = new Set(service.sandbox.requests.map(({ operationId }) => operationId));
      assert.deepEqual([...asked].sort(), [...asks].sort());
    });
  }
}

Deno.test("every basic tool is in the table above", async () => {
  await using service = await startService();

  const names = service.app.catalogue.entries().filter(({ tool }) => tool.toolset === "basic").map(({ tool }) =>
    tool.name
  );

  assert.deepEqual(Object.keys(TOOLS).sort(), names.sort());
});

Deno.test("no tool shows a secret of the account, or the caller's own credentials", async () => {
  const account = { ...DEMO_ACCOUNT, canary: "canary-3f9a" };
  await using service = await startService({ sandbox: { accounts: [account] }, env: { RATE_LIMIT_REQUESTS: "1000" } });

  for (const headers of [TOKEN_HEADERS, KEY_HEADERS]) {
    for (const [name, { args }] of Object.entries(TOOLS)) {
      const { json } = await callTool(service.mcpUrl, name, args, headers);
      const text = JSON.stringify(json);
      assert.ok(!text.includes("canary-3f9a"), `${name} shows a secret: ${text}`);
      for (const secret of Object.values(headers).filter((value) => value !== DEMO_ACCOUNT.email)) {
        assert.ok(!text.includes(secret), `${name} shows the caller's credentials`);
      }
    }
  }
  const logs = service.logLines.join("\n");
  assert.ok(!logs.includes("canary-3f9a"));
  assert.ok(!logs.includes(KEY_HEADERS["x-cloudways-api-key"]));
  assert.ok(!logs.includes(TOKEN_HEADERS["x-cloudways-access-token"]));
});

Deno.test("reveal is refused where nobody can be asked, and asks Cloudways nothing", async () => {
  await using service = await startService();

  const { json } = await callTool(service.mcpUrl, "get_app_credentials", { ...APP, reveal: true }, TOKEN_HEADERS);

  assert.equal(json.code, "confirmation_required");
  assert.equal(service.sandbox.requests.length, 0);
});

Deno.test("reveal is refused where one may only read", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });
  const headers = { ...TOKEN_HEADERS, "x-mcp-readonly": "true" };

  const { json } = await callTool(service.mcpUrl, "get_app_credentials", { ...APP, reveal: true }, headers);

  assert.equal(json.code, "read_only");
});

Deno.test("with CONFIRM=off reveal shows the passwords of that one application and keeps them nowhere", async () => {
  const account = { ...DEMO_ACCOUNT, canary: "canary-3f9a" };
  await using service = await startService({ sandbox: { accounts: [account] }, env: { CONFIRM: "off" } });

  const shown = await callTool(service.mcpUrl, "get_app_credentials", { ...APP, reveal: true }, TOKEN_HEADERS);
  const hidden = await callTool(service.mcpUrl, "get_app_credentials", APP, TOKEN_HEADERS);

  assert.match(JSON.stringify(shown.json), /canary-3f9a/);
  assert.ok(!JSON.stringify(hidden.json).includes("canary-3f9a"));
  assert.ok(!service.logLines.join("\n").includes("canary-3f9a"));
});

Deno.test("an application is found by its id alone, and a wrong pair names the right server", async () => {
  await using service = await startService();

  const alone = await callTool(service.mcpUrl, "get_app_details", { app_id: "200001" }, TOKEN_HEADERS);
  const wrong = await callTool(service.mcpUrl, "get_app_details", { ...APP, server_id: 100002 }, TOKEN_HEADERS);
  const unknown = await callTool(service.mcpUrl, "get_app_details", { app_id: 999999 }, TOKEN_HEADERS);

  assert.equal(alone.isError, false);
  assert.equal(wrong.json.code, "not_found");
  assert.match(String(wrong.json.message), /100001/);
  assert.equal(unknown.json.code, "not_found");
});

Deno.test("wrong arguments are named, and nothing is sent", async () => {
  await using service = await startService();
  const wrong: [string, Record<string, unknown>, RegExp][] = [
    ["get_server_details", {}, /server_id/],
    ["get_server_details", { server_id: "abc" }, /server_id/],
    ["get_server_details", { server_id: -1 }, /server_id/],
    ["get_server_details", { server_id: 1.5 }, /server_id/],
    ["list_servers", { detail: "everything" }, /detail/],
    ["list_servers", { unknown_argument: 1 }, /unknown_argument/],
    ["get_operation_status", { operation_id: "../server" }, /operation_id/],
    ["get_operation_status", { operation_id: "1", wait_seconds: 301 }, /wait_seconds/],
  ];

  for (const [name, args, message] of wrong) {
    const { json } = await callTool(service.mcpUrl, name, args, TOKEN_HEADERS);
    assert.equal(json.code, "invalid_arguments", `${name} ${JSON.stringify(args)}`);
    assert.match(String(json.message), message);
  }
  assert.equal(service.sandbox.requests.length, 0);
});

Deno.test("alerts are paged from the newest to the oldest without a gap", async () => {
  await using service = await startService();
  const ids: number[] = [];
  let before: Record<string, unknown> = {};

  while (true) {
    const { json } = await callTool(service.mcpUrl, "get_alerts", before, TOKEN_HEADERS);
    assert.ok(Array.isArray(json.alerts));
    if (json.alerts.length === 0) break;
    ids.push(...json.alerts.map(({ id }) => Number(id)));
    before = { before_id: json.next_before_id };
  }

  assert.deepEqual(ids, service.sandbox.account().alerts.map(({ id }) => id).sort((a, b) => b - a));
});

Deno.test("an operation that failed comes back as an error with its message", async () => {
  await using service = await startService();
  service.sandbox.failNextOperations(1);
  const started = await fetch(`${service.sandbox.baseUrl}/server/restart`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN_HEADERS["x-cloudways-access-token"]}` },
    body: new URLSearchParams({ server_id: "100001" }),
  });
  const { operation_id } = await started.json();
  service.sandbox.failOperation(String(operation_id));

  const { isError, json } = await callTool(service.mcpUrl, "get_operation_status", { operation_id }, TOKEN_HEADERS);

  assert.equal(isError, true);
  assert.equal(json.code, "operation_failed");
  assert.match(JSON.stringify(json.details), /failed/);
});

Deno.test("the listing of 25 servers and 120 applications is short when concise and bounded when full", async () => {
  const account = { ...DEMO_ACCOUNT, servers: 24, appsPerServer: 5 };
  await using service = await startService({ sandbox: { accounts: [account] } });

  const concise = await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  const full = await callTool(service.mcpUrl, "list_servers", { detail: "full" }, TOKEN_HEADERS);

  assert.ok(JSON.stringify(concise.json).length < 25_000, String(JSON.stringify(concise.json).length));
  assert.ok(JSON.stringify(full.json).length <= 60_000);
  assert.match(JSON.stringify(full.json.left_out), /entries.*how_to_get_them/);
});
