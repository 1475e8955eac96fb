import assert from "node:assert/strict";
import * as z from "zod";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { DEMO_ACCOUNT, FakeClock } from "../sandbox/mod.ts";

const APP = { app_id: 200001 };

Deno.test("reveal is refused if nobody can be asked, and reads no password", async () => {
  await using service = await startService();

  const { json } = await callTool(service.mcpUrl, "get_app_credentials", { ...APP, reveal: true }, TOKEN_HEADERS);

  assert.equal(json.code, "confirmation_required");
  assert.deepEqual(service.sandbox.requests.map(({ operationId }) => operationId), ["server_list"]);
});

Deno.test("reveal is refused in read-only mode", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });
  const headers = { ...TOKEN_HEADERS, "x-mcp-readonly": "true" };

  const { json } = await callTool(service.mcpUrl, "get_app_credentials", { ...APP, reveal: true }, headers);

  assert.equal(json.code, "read_only");
  assert.deepEqual(service.sandbox.requests, []);
});

Deno.test("with CONFIRM=off reveal shows the passwords of that application and stores them nowhere", async () => {
  const account = { ...DEMO_ACCOUNT, canary: "canary-3f9a" };
  await using service = await startService({ sandbox: { accounts: [account] }, env: { CONFIRM: "off" } });

  const shown = await callTool(
    service.mcpUrl,
    "get_app_credentials",
    { ...APP, reveal: true, show: "answer" },
    TOKEN_HEADERS,
  );
  const hidden = await callTool(service.mcpUrl, "get_app_credentials", APP, TOKEN_HEADERS);

  assert.match(JSON.stringify(shown.json), /canary-3f9a/);
  assert.ok(!JSON.stringify(hidden.json).includes("canary-3f9a"));
  assert.ok(!service.logLines.join("\n").includes("canary-3f9a"));
});

Deno.test("reveal shows every password of the application, of its database and Redis too", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });

  const { json } = await callTool(
    service.mcpUrl,
    "get_app_credentials",
    { ...APP, reveal: true, show: "answer" },
    TOKEN_HEADERS,
  );

  const app = service.sandbox.account().servers[0]?.apps.find(({ id }) => id === APP.app_id);
  const { app_user, app_password, sys_user, sys_password, mysql_password, redis_password } = app ?? {};
  const passwords = { app_password, sys_password, mysql_password, redis_password };
  assert.deepEqual(json.main, { app_user, sys_user, mysql_db_name: sys_user, mysql_user: sys_user, ...passwords });
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

Deno.test("alerts are paged from the newest to the oldest without a gap", async () => {
  await using service = await startService();
  const ids: number[] = [];
  let before: Record<string, unknown> = {};

  while (true) {
    const { json } = await callTool(service.mcpUrl, "get_alerts", before, TOKEN_HEADERS);
    assert.ok(Array.isArray(json.alerts));
    if (json.alerts.length === 0) break;
    ids.push(...json.alerts.flatMap(({ ids }) => ids));
    before = { before_id: json.next_before_id };
  }

  assert.deepEqual(
    ids.sort((a, b) => b - a),
    service.sandbox.account().alerts.map(({ id }) => id).sort((a, b) => b - a),
  );
});

Deno.test("alerts that do not fit into one answer come with the next page", async () => {
  await using service = await startService();
  const alerts = [7, 9, 8].map((id) => ({ id, details: { subject: "Long", desc: "x".repeat(25_000) } }));
  service.sandbox.addFault({ operationId: "cloudways_bot_alerts_list", kind: { status: 200, body: { alerts } } });

  const { json } = await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);

  assert.ok(Array.isArray(json.alerts));
  assert.deepEqual(json.alerts.map(({ id }) => id), [9]);
  assert.equal(json.next_before_id, 9);
});

Deno.test("flags given as numbers or text become booleans, and missing ones null", async () => {
  await using service = await startService();
  const flags = [true, 1, "1", false, 0, "0", null, undefined];
  const alerts = flags.map((is_read, index) => ({ id: 100 - index, details: { subject: `${index}` }, is_read }));
  service.sandbox.addFault({ operationId: "cloudways_bot_alerts_list", kind: { status: 200, body: { alerts } } });
  const body = {
    status: true,
    webp: 1,
    cors_header: "1",
    geo_ip_setting: 0,
    xml_rpc_setting: "0",
    from_address: "1@x",
  };
  service.sandbox.addFault({ operationId: "app_settings_get", kind: { status: 200, body } });

  const listed = await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  const settings = await callTool(service.mcpUrl, "get_app_settings", APP, TOKEN_HEADERS);

  assert.ok(Array.isArray(listed.json.alerts));
  assert.deepEqual(
    listed.json.alerts.map(({ unread_count }) => unread_count),
    [0, 0, 0, 1, 1, 1, null, null],
  );
  assert.deepEqual(settings.json.settings, {
    webp: true,
    cors_header: true,
    geo_ip_setting: false,
    xml_rpc_setting: false,
    from_address: "1@x",
  });
});

const TIMES: Record<string, string | null> = {
  "2026-08-06 10:00:00": "2026-08-06T10:00:00Z",
  "2026-08-06T10:00:00.000000Z": "2026-08-06T10:00:00Z",
  "2026-08-06T10:00:00+02:00": "2026-08-06T10:00:00+02:00",
  "2026-08-06 10:00:00.123 -0530": "2026-08-06T10:00:00-05:30",
  "0000-00-00 00:00:00": null,
  "last week": "last week",
};

for (const [created_at, shown] of Object.entries(TIMES)) {
  Deno.test(`a time that Cloudways gives as ${created_at} is shown as ${shown}`, async () => {
    await using service = await startService();
    const body = { alerts: [{ id: 1, details: {}, created_at }] };
    service.sandbox.addFault({ operationId: "cloudways_bot_alerts_list", kind: { status: 200, body } });

    const { json } = await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);

    assert.ok(Array.isArray(json.alerts));
    assert.equal(json.alerts[0].last_at, shown);
  });
}

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

const LINE = { target: "Idle CPU", datapoints: [[79.5, 1786000000]] };
const SERIES = {
  series: [{
    target: "Idle CPU",
    unit: "percent",
    min: 79.5,
    mean: 79.5,
    max: 79.5,
    last: 79.5,
    last_at: "2026-08-06T07:06:40.000Z",
    gaps: 0,
    points: [{ at: "2026-08-06T07:06:40.000Z", value: 79.5 }],
  }],
};
const USAGE = {
  created_at: "2026-08-06 10:00:00",
  applications: { body: [["user-of-shop", "12.5", 3], ["stranger", 1, 2]] },
};
const DISK = { users: { "user-of-shop": { logs: 12 } } };
const NAMES_OF_SHOP = { app_id: 200001, app_label: "Shop" };

interface Result {
  name: string;
  operation: Record<string, unknown>;
  shown: unknown;
  /** The applications named with it. */
  apps?: unknown;
}

Deno.test("get_available_packages covers every platform that the account's servers run", async () => {
  await using service = await startService();
  const { servers } = service.sandbox.account();
  for (const [index, server] of servers.entries()) server.platform = ["debian11", "debian12"][index % 2] ?? "";

  const { json } = await callTool(service.mcpUrl, "get_available_packages", {}, TOKEN_HEADERS);

  const platforms = platformsSchema.parse(json.platforms);
  assert.deepEqual(platforms.map(({ platform }) => platform), ["debian11", "debian12"]);
  assert.deepEqual(platforms.flatMap((one) => one.servers.map(({ id }) => id)).sort(), servers.map(({ id }) => id));
  for (const { packages } of platforms) assert.deepEqual(packages.sort(), ["mysql", "php", "phpConfig"]);
  assert.deepEqual(json.problems, []);
});

Deno.test("get_available_packages says for which servers Cloudways lists nothing", async () => {
  await using service = await startService();
  const body = { packages: { php: { debian10: { "8.2": "PHP 8.2" } }, redis: { "0": "Uninstall" } } };
  service.sandbox.addFault({ operationId: "list_packages", kind: { status: 200, body } });

  const { json } = await callTool(service.mcpUrl, "get_available_packages", {}, TOKEN_HEADERS);

  for (const { packages } of platformsSchema.parse(json.platforms)) assert.deepEqual(packages, []);
  for (const { id } of service.sandbox.account().servers) {
    assert.match(JSON.stringify(json.problems), new RegExp(`${id}`));
  }
});

const platformsSchema = z.array(z.object({
  platform: z.string(),
  servers: z.array(z.object({ id: z.number(), label: z.string() })),
  packages: z.array(z.string()),
}));

/** Alerts as Cloudways lists them, newest first. */
function alertsBody(alerts: readonly { id: number; kind: string; app_id?: number; read?: boolean }[]) {
  return {
    alerts: alerts.map(({ id, kind, app_id, read }) => ({
      id,
      server_id: 100001,
      app_id: app_id ?? null,
      details: { subject: `Alert ${id}`, desc: "Words", template_slug: kind },
      created_at: `2026-08-06 10:00:${id}`,
      ...(read !== undefined && { is_read: read }),
    })),
  };
}

Deno.test("get_alerts shows the same alert of the same thing once, with how often, first and last", async () => {
  await using service = await startService();
  const body = alertsBody([
    { id: 16, kind: "disk-full", read: false },
    { id: 15, kind: "disk-full", app_id: 200001, read: false },
    { id: 14, kind: "disk-full", read: true },
    { id: 13, kind: "load", read: true },
    { id: 12, kind: "disk-full", read: false },
    { id: 11, kind: "backup" },
  ]);
  service.sandbox.addFault({ operationId: "cloudways_bot_alerts_list", kind: { status: 200, body } });

  const { json } = await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);

  const [disk, ofApp, load, backup, ...others] = z.array(z.record(z.string(), z.unknown())).parse(json.alerts);
  assert.deepEqual(disk, {
    id: 16,
    server_id: 100001,
    app_id: null,
    subject: "Alert 16",
    description: "Words",
    ids: [16, 14, 12],
    count: 3,
    unread_count: 2,
    first_at: "2026-08-06T10:00:12Z",
    last_at: "2026-08-06T10:00:16Z",
  });
  assert.deepEqual([ofApp?.app_id, ofApp?.count, load?.count, load?.unread_count], [200001, 1, 1, 0]);
  assert.deepEqual([backup?.count, backup?.unread_count, others.length], [1, null, 0]);
  assert.equal(json.next_before_id, 11, "the next page begins after the oldest alert, grouped or not");
});

Deno.test("rate_limit_status shows the bucket, and those of Cloudways' limits of which less than half is left", async () => {
  await using service = await startService();
  const left = { list_providers: "51", list_regions: "49", list_apps: "0", list_server_sizes: "50" };
  for (const [operationId, remaining] of Object.entries(left)) {
    const headers = { "x-ratelimit-limit": "100", "x-ratelimit-remaining": remaining };
    const body = { providers: [], regions: {}, apps: {}, sizes: {} };
    service.sandbox.addFault({ operationId, kind: { status: 200, body, headers } });
  }
  for (const tool of ["providers", "regions", "apps", "server_sizes"]) {
    assert.equal((await callTool(service.mcpUrl, `get_available_${tool}`, {}, TOKEN_HEADERS)).isError, false, tool);
  }

  const { json } = await callTool(service.mcpUrl, "rate_limit_status", {}, TOKEN_HEADERS);

  const shown = z.array(z.looseObject({ operation: z.string() })).parse(json.cloudways);
  assert.deepEqual(shown.map(({ operation }) => operation), ["list_apps", "list_regions"]);
  assert.equal(json.cloudways_half_or_more, 2);
  assert.deepEqual([json.limit, json.window_seconds], [90, 60]);
});

const POINT = { time: "2026-08-05T23:19:06", utc: "2026-08-05T23:19:06Z", age: "2 hours" };

const RESULTS: Result[] = [
  {
    name: "an analytics report",
    operation: {
      parameters: JSON.stringify({
        created_at: "2026-08-06 10:00:00",
        top_statuses: { header: ["Status", "Count"], body: [["200", 120]] },
      }),
    },
    shown: { created_at: "2026-08-06T10:00:00Z", top_statuses: { rows: [{ Status: "200", Count: 120 }] } },
  },
  {
    name: "restore points",
    operation: { parameters: JSON.stringify({ backup_dates: ["2026-08-05T23:19:06"], local_backup_exists: false }) },
    shown: { restore_points: [POINT], local_backup_exists: false, newest_automatic: null },
  },
  {
    name: "restore points that are nothing but a list",
    operation: { type: "app_restore_points", data: ["2026-08-05T23:19:06"] },
    shown: { restore_points: [POINT], local_backup_exists: null, newest_automatic: null },
  },
  {
    name: "who uses a server",
    operation: { server_id: "100001", app_id: "0", parameters: JSON.stringify(USAGE) },
    shown: {
      created_at: "2026-08-06T10:00:00Z",
      applications: {
        rows: [
          { sys_user: "user-of-shop", cpu: 12.5, ram: 3, ...NAMES_OF_SHOP },
          { sys_user: "stranger", cpu: 1, ram: 2, app_id: null, app_label: null },
        ],
      },
    },
  },
  {
    name: "what fills the disk of a server",
    operation: { server_id: "100001", app_id: "0", parameters: JSON.stringify(DISK) },
    shown: DISK,
    apps: [{ id: 200001, label: "Shop", sys_user: "user-of-shop" }],
  },
  {
    name: "a report on a server that is not there",
    operation: { server_id: "5", app_id: "0", parameters: JSON.stringify(DISK) },
    shown: DISK,
  },
  { name: "a graph", operation: { data: { content: JSON.stringify([LINE]) } }, shown: SERIES },
  { name: "a graph without a name", operation: { parameters: JSON.stringify([LINE]) }, shown: SERIES },
  { name: "a list", operation: { data: [{ id: 7 }, "x"] }, shown: [{ id: 7 }, "x"] },
  { name: "nothing", operation: { parameters: "", data: [] }, shown: null },
];

for (const { name, operation, shown, apps } of RESULTS) {
  Deno.test(`get_operation_status shows ${name} as the tool that started it does`, async () => {
    await using service = await startService({ clock: new FakeClock(Date.parse("2026-08-06T01:20:00Z")) });
    const shop = service.sandbox.account().servers[0]?.apps[0];
    assert.ok(shop?.label === "Shop");
    shop.sys_user = "user-of-shop";
    const body = { operation: { id: "flex-7", is_completed: "1", ...operation } };
    service.sandbox.addFault({ operationId: "operation_status", kind: { status: 200, body } });

    const { json } = await callTool(service.mcpUrl, "get_operation_status", { operation_id: "flex-7" }, TOKEN_HEADERS);

    assert.deepEqual(json.result, shown);
    assert.deepEqual(json.apps, apps);
  });
}

Deno.test("the hint for the rest of a long answer names only inputs that the tool has", async () => {
  await using service = await startService();
  const logs = Array.from({ length: 1_000 }, () => ({ branch_name: "main", description: "Git pull ".repeat(10) }));
  service.sandbox.addFault({ operationId: "git_history_get", kind: { status: 200, body: { logs } } });

  const { json } = await callTool(service.mcpUrl, "get_git_deployment_history", APP, TOKEN_HEADERS);

  assert.match(JSON.stringify(json.left_out), /"deployments":\d+.*can't show less at a time/);
});

Deno.test("the listing of 25 servers and 125 applications is short when concise and bounded when full", async () => {
  const account = { ...DEMO_ACCOUNT, servers: 25, appsPerServer: 5 };
  await using service = await startService({ sandbox: { accounts: [account] } });

  const concise = await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  const full = await callTool(service.mcpUrl, "list_servers", { detail: "full" }, TOKEN_HEADERS);

  assert.ok(JSON.stringify(concise.json).length < 25_000, String(JSON.stringify(concise.json).length));
  assert.ok(JSON.stringify(full.json).length <= 60_000);
  assert.equal(concise.json.next_after_id, null);
  assert.equal(typeof full.json.next_after_id, "number");
});

Deno.test("find_resources gives the ids for further calls, and where an application is", async () => {
  await using service = await startService();
  const [server] = service.sandbox.account().servers;
  const app = server?.apps.find(({ cname }) => cname !== "");

  const byDomain = await callTool(service.mcpUrl, "find_resources", { query: app?.cname }, TOKEN_HEADERS);
  const byId = await callTool(service.mcpUrl, "find_resources", { query: server?.id }, TOKEN_HEADERS);
  const byIp = await callTool(service.mcpUrl, "find_resources", { query: server?.public_ip }, TOKEN_HEADERS);
  const address = `https://${app?.cname.toUpperCase()}/cart?item=1`;
  const byAddress = await callTool(service.mcpUrl, "find_resources", { query: address }, TOKEN_HEADERS);

  const { label, application, cname } = app ?? {};
  const found = { id: Number(app?.id), label, application, domain: cname };
  assert.deepEqual(byDomain.json, {
    as_of: byDomain.json.as_of,
    servers: [],
    apps: [{ ...found, server_id: Number(server?.id), server_label: server?.label }],
  });
  assert.deepEqual(byAddress.json.apps, byDomain.json.apps);
  for (const { json } of [byId, byIp]) assert.match(JSON.stringify(json.servers), new RegExp(`"id":${server?.id}`));
});

Deno.test("find_resources finds by a whole id that is in no text", async () => {
  await using service = await startService();
  const apps = [{ id: 71, label: "Shop" }, { id: 712, label: "Blog" }];
  const body = { servers: [{ id: 9, label: "Main", apps }, { id: 10, label: "Other", apps: [] }] };
  service.sandbox.addFault({ operationId: "server_list", kind: { status: 200, body } });

  const foundBy = async (query: string) => {
    const { json } = await callTool(service.mcpUrl, "find_resources", { query }, TOKEN_HEADERS);
    return [json.servers, json.apps].map((list) => JSON.stringify(list).match(/(?<="id":)\d+/g));
  };

  assert.deepEqual(await foundBy("10"), [["10"], null]);
  assert.deepEqual(await foundBy("71"), [null, ["71"]]);
  assert.deepEqual(await foundBy("1"), [null, null]);
});

Deno.test("rate_limit_status shows our bucket and what Cloudways last said of its limits", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  const headers = { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "12" };
  service.sandbox.addFault({ operationId: "project_list", kind: { status: 200, body: { projects: [] }, headers } });
  await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);

  const { json } = await callTool(service.mcpUrl, "rate_limit_status", {}, TOKEN_HEADERS);

  const seen_at = new Date(clock.now()).toISOString();
  const { limit, remaining, window_seconds, refill_per_second } = json;
  assert.deepEqual({ limit, remaining, window_seconds, refill_per_second }, {
    limit: 90,
    remaining: 88,
    window_seconds: 60,
    refill_per_second: 1.5,
  });
  assert.deepEqual(json.cloudways, [
    { operation: "project_list", limit: 100, remaining: 12, seen_at, paused_seconds: 0 },
  ]);
  assert.equal(json.cloudways_half_or_more, 1);
});

Deno.test("ping tells a token that may not read the providers from one that a firewall blocks", async () => {
  await using service = await startService();
  const limited = { status: 403, body: { error: "insufficient_scope", message: "No access to this endpoint" } };
  const firewall = { status: 403, html: true, body: "<html>1010</html>" };
  const ping = async (kind: { status: number }) => {
    const end = service.sandbox.addFault({ operationId: "list_providers", kind });
    const { json } = await callTool(service.mcpUrl, "ping", {}, TOKEN_HEADERS);
    end();
    return [json.accepted, json.code];
  };

  assert.deepEqual(await ping(limited), [true, undefined]);
  assert.deepEqual(await ping(firewall), [undefined, "forbidden"]);
});

Deno.test("ping tells missing, malformed, wrong and right credentials apart", async () => {
  await using service = await startService();
  const ping = async (headers: Record<string, string>) => {
    const { service: state, signed_in_with, accepted } = (await callTool(service.mcpUrl, "ping", {}, headers)).json;
    return { service: state, signed_in_with, accepted };
  };

  assert.deepEqual(await ping({}), { service: "ok", signed_in_with: "nothing", accepted: null });
  assert.deepEqual(await ping({ "x-access-token": "two words" }), {
    service: "ok",
    signed_in_with: "malformed",
    accepted: null,
  });
  assert.deepEqual(await ping({ "x-access-token": "cw_EXAMPLE_wrong" }), {
    service: "ok",
    signed_in_with: "access_token",
    accepted: false,
  });
  assert.deepEqual(await ping(KEY_HEADERS), { service: "ok", signed_in_with: "api_key", accepted: true });
});

Deno.test("texts of the account lose characters that act on a terminal or a reader", async () => {
  await using service = await startService();
  const [server] = service.sandbox.account().servers;
  assert.ok(server !== undefined);
  server.label = "A\u202eB\u200b\u001b[31m\nC\u{e0041}";

  const { json } = await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);

  assert.match(JSON.stringify(json), /"label":"AB\[31m C"/);
});

Deno.test("the caller's own key is not shown, even among revealed passwords", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });
  const key = KEY_HEADERS["x-cloudways-api-key"];
  const body = {
    app_creds: [{ id: 1, sys_user: `user of ${key}`, sys_password: "EXAMPLE-PASSWORD", ip: "", ssh_keys: [] }],
  };
  service.sandbox.addFault({ operationId: "app_credentials", kind: { status: 200, body } });

  const { json } = await callTool(
    service.mcpUrl,
    "get_app_credentials",
    { ...APP, reveal: true, show: "answer" },
    KEY_HEADERS,
  );

  assert.match(JSON.stringify(json), /EXAMPLE-PASSWORD/);
  assert.ok(!JSON.stringify(json).includes(key ?? ""));
});

Deno.test("customer_info gives the time when a customer was first seen", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });
  const info = async () => (await callTool(service.mcpUrl, "customer_info", {}, TOKEN_HEADERS)).json;
  await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  const before = await info();

  await clock.advance(3600_000);
  await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  const after = await info();

  assert.match(String(before.first_seen), /Z$/);
  assert.equal(after.first_seen, before.first_seen);
  assert.notEqual(after.last_seen, before.last_seen);
});

Deno.test("customer_info shows an e-mail only once Cloudways has accepted it with its key", async () => {
  await using service = await startService();
  const info = async (headers: Record<string, string>) =>
    (await callTool(service.mcpUrl, "customer_info", {}, headers)).json;

  const wrong = await info({ ...KEY_HEADERS, "x-cloudways-api-key": "EXAMPLE-WRONG-KEY" });
  const right = await info(KEY_HEADERS);

  assert.equal(wrong.code, "authentication_failed");
  assert.equal(wrong.email, undefined);
  assert.match(String(right.customer_id), /^customer_[0-9a-f]{16}$/);
  assert.equal(right.email, DEMO_ACCOUNT.email);
  assert.match(String(right.first_seen), /Z$/);
  assert.match(String(right.token_expires_at), /Z$/);
});

Deno.test("get_server_details gives the disk usage of each application, by its id", async () => {
  await using service = await startService();

  const { json } = await callTool(service.mcpUrl, "get_server_details", { server_id: 100001 }, TOKEN_HEADERS);

  const [server] = service.sandbox.account().servers;
  assert.ok(Array.isArray(json.disk_by_app));
  const used = json.disk_by_app.map(({ app_id, app_label, sys_user }) => ({ app_id, app_label, sys_user }));
  const there = server?.apps.map(({ id, label, sys_user }) => ({ app_id: Number(id), app_label: label, sys_user }));
  assert.deepEqual(used, there);
  for (const { disk_used_mb, measured_at } of json.disk_by_app) {
    assert.equal(typeof disk_used_mb, "number");
    assert.match(measured_at, /^\d{4}-\d{2}-\d{2}T.*Z$/);
  }
});

for (const inForm of [Number, String]) {
  Deno.test(`get_app_monitoring_summary shows sizes that come as ${inForm.name} as numbers`, async () => {
    await using service = await startService();
    const disk = { app_home: inForm(1500), app_mysql: inForm(500.5), total: inForm(2000.5) };
    const tables = [{ name: "wp_options", size: inForm(300) }, { name: "wp_posts", size: inForm(200) }];
    // The disk is asked for first.
    for (const content of [disk, tables]) {
      service.sandbox.addFault({
        operationId: "monitoring_app_summary",
        times: 1,
        kind: { status: 200, body: { content } },
      });
    }

    const { json } = await callTool(service.mcpUrl, "get_app_monitoring_summary", APP, TOKEN_HEADERS);

    const { files_kb, database_kb, total_kb, largest_tables } = json;
    assert.deepEqual([files_kb, database_kb, total_kb], [1500, 500.5, 2000.5]);
    assert.deepEqual(largest_tables, [{ name: "wp_options", size_kb: 300 }, { name: "wp_posts", size_kb: 200 }]);
  });
}

/** The forms in which Cloudways may give an empty answer. */
const NOTHING: unknown[] = [[], {}, { status: true }];
const EMPTY: { tool: string; args: Record<string, number>; operationId: string; more?: unknown[]; shown: object }[] = [
  {
    tool: "list_team_members",
    args: {},
    operationId: "team_member_list",
    more: [{ contents: [] }, { contents: { members: [] } }, { contents: { members: {} } }],
    shown: { members: [] },
  },
  {
    tool: "get_app_monitoring_summary",
    args: APP,
    operationId: "monitoring_app_summary",
    more: [{ content: [] }, { content: {} }],
    shown: { app_id: 200001, files_kb: null, database_kb: null, total_kb: null, largest_tables: [] },
  },
  {
    tool: "get_server_details",
    args: { server_id: 100001 },
    operationId: "monitoring_server_summary",
    more: [{ content: [] }, { content: {} }],
    shown: { bandwidth: [], disk_by_app: [], problems: [] },
  },
];

for (const { tool, args, operationId, more = [], shown } of EMPTY) {
  Deno.test(`${tool} takes every form of an empty answer for one, and no other answer`, async () => {
    await using service = await startService({ env: { RATE_LIMIT_REQUESTS: "1000" } });
    const answered = async (body: unknown) => {
      const remove = service.sandbox.addFault({ operationId, kind: { status: 200, body } });
      const { json } = await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
      remove();
      return json;
    };

    for (const body of [...NOTHING, ...more]) {
      const answer = await answered(body);
      const asked = Object.fromEntries(Object.keys(shown).map((name) => [name, answer[name]]));
      assert.deepEqual(asked, shown, JSON.stringify(body));
    }
    assert.match(JSON.stringify(await answered({ message: "Welcome" })), /is not of the expected form/);
  });
}

Deno.test("get_server_details reads figures that come as text", async () => {
  await using service = await startService();
  const content = [{ name: "bandwidth_monthly", datapoint: ["2037.76", "1786000000"] }];
  service.sandbox.addFault({ operationId: "monitoring_server_summary", kind: { status: 200, body: { content } } });

  const { json } = await callTool(service.mcpUrl, "get_server_details", { server_id: 100001 }, TOKEN_HEADERS);

  const [figure] = content;
  assert.deepEqual(json.bandwidth, [
    { name: figure?.name, value: 2037.76, measured_at: "2026-08-06T07:06:40.000Z", unit: null },
  ]);
});

Deno.test("get_app_credentials shows users and hosts, and hides every password", async () => {
  await using service = await startService();

  const { json } = await callTool(service.mcpUrl, "get_app_credentials", APP, TOKEN_HEADERS);

  const [server] = service.sandbox.account().servers;
  const app = server?.apps.find(({ id }) => id === 200001);
  assert.deepEqual(json.main, {
    app_user: app?.app_user,
    app_password: "[hidden]",
    sys_user: app?.sys_user,
    sys_password: "[hidden]",
    mysql_db_name: app?.sys_user,
    mysql_user: app?.sys_user,
    mysql_password: "[hidden]",
    redis_password: "[hidden]",
  });
  assert.equal(json.host, server?.public_ip);
  assert.ok(Array.isArray(json.additional) && json.additional.length > 0);
  for (const user of json.additional) {
    const { id, host, sys_user, sys_password, ssh_keys } = user;
    assert.ok(Number.isInteger(id) && id > 0);
    assert.equal(host, server?.public_ip);
    assert.equal(sys_password, "[hidden]");
    assert.ok(sys_user.length > 0 && Array.isArray(ssh_keys));
  }
});

Deno.test("get_ssh_keys lists the keys it can read, and says which applications it could not", async () => {
  await using service = await startService();
  const body = { error: "insufficient_scope", message: "This token does not have access to this endpoint" };
  service.sandbox.addFault({ operationId: "app_credentials", times: 1, kind: { status: 403, body } });

  const { isError, json } = await callTool(service.mcpUrl, "get_ssh_keys", { server_id: 100001 }, TOKEN_HEADERS);

  assert.equal(isError, false);
  assert.ok(Array.isArray(json.problems) && Array.isArray(json.app_ssh_keys));
  assert.equal(json.problems.length, 1);
  const [{ app_id, app_label, code, message }] = json.problems;
  const apps = service.sandbox.account().servers.flatMap(({ apps }) => apps);
  assert.equal(app_label, apps.find(({ id }) => Number(id) === app_id)?.label);
  assert.equal(code, "forbidden");
  assert.match(message, /may not use/);
  assert.ok(json.app_ssh_keys.every((key) => key.app_id !== app_id && typeof key.sys_user === "string"));
});
