import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { type FaultKind, type SandboxOptions, type ServerState } from "../sandbox/mod.ts";
import { outputProblems } from "../support/tool_contract.ts";
import { serversRows } from "../tool_rows/servers.ts";

const SERVER = { server_id: 100001 };
const NAMES = { server_id: 100001, server_label: "Production" };
const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
/** Operations end at the first look, so that no test waits. */
const AT_ONCE = { polls: 1, seconds: 0 };
const start = (sandbox: SandboxOptions = {}, env: Record<string, string> = ENV) =>
  startService({ env, sandbox: { pace: AT_ONCE, ...sandbox } });

const call = (service: Service, tool: string, args: Record<string, unknown> = SERVER) =>
  callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);

function firstServer(service: Service): ServerState {
  const server = service.sandbox.account().servers[0];
  assert.ok(server !== undefined);
  return server;
}

const REPORTING = ["get_server_disk_usage", "get_server_analytics"];

for (const tool of ["stop_server", "restart_server", "optimize_server_disk"]) {
  Deno.test(`${tool} needs a person's yes, and without one changes nothing`, async () => {
    await using service = await start({}, { RATE_LIMIT_REQUESTS: "1000" });

    const { json } = await call(service, tool, serversRows.find((row) => row.tool === tool)?.minimal);

    assert.equal(json.code, "confirmation_required");
    assert.ok(service.sandbox.requests.every(({ method }) => method === "GET"));
  });
}

for (const tool of REPORTING) {
  Deno.test(`${tool} without a result, or after a failure, invents nothing`, async () => {
    await using service = await start();
    service.sandbox.addFault({ operationId: "operation_status", times: 1, kind: ended({ parameters: "" }) });
    const empty = await call(service, tool);
    service.sandbox.failNextOperations(1);
    const failed = await call(service, tool);

    assert.deepEqual(empty.json.report, {});
    assert.equal(failed.json.code, "operation_failed");
  });
}

/** A finished operation with these members. */
function ended(members: Record<string, unknown>): FaultKind {
  return {
    status: 200,
    body: { operation: { id: "1", is_completed: "1", status: "Operation completed", ...members } },
  };
}

Deno.test("stopping and starting a server shows in the listing at once", async () => {
  await using service = await start();
  const status = async () => {
    const { json } = await call(service, "get_server_details");
    return JSON.stringify(json.server);
  };
  const before = await status();

  const stopped = await call(service, "stop_server");
  const afterStop = await status();
  await call(service, "start_server");
  const afterStart = await status();

  assert.equal(stopped.json.status, "completed");
  assert.match(before, /"status":"running"/);
  assert.match(afterStop, /"status":"stopped"/);
  assert.match(afterStart, /"status":"running"/);
});

Deno.test("backup_server makes a restore point for every application", async () => {
  await using service = await start();
  const counts = () => firstServer(service).apps.map(({ backups }) => backups.length);
  const before = counts();

  await call(service, "backup_server");

  assert.deepEqual(counts(), before.map((count) => count + 1));
});

Deno.test("optimize_server_disk removes only what was asked for", async () => {
  await using service = await start();
  for (const app of firstServer(service).apps) app.localBackup = true;

  const logs = await call(service, "optimize_server_disk", { ...SERVER, rotate_app_log: true });
  assert.ok(firstServer(service).apps.every(({ localBackup }) => localBackup));
  await call(service, "optimize_server_disk", { ...SERVER, remove_app_local_backup: true });

  assert.deepEqual(logs.json.cleaned, ["rotate_app_log"]);
  assert.ok(firstServer(service).apps.every(({ localBackup }) => !localBackup));
});

Deno.test("get_server_settings gives the settings as Cloudways names them, and hides secrets", async () => {
  await using service = await start();
  Object.assign(firstServer(service).settings, { redis_password: "canary-3f9a", something_new: "7" });

  const { json } = await call(service, "get_server_settings");

  const expected = { ...firstServer(service).settings, redis_password: "[hidden]" };
  assert.deepEqual(json.settings, expected);
  assert.ok("date.timezone" in expected && "ssl_protocols" in expected);
});

Deno.test("a server without settings or services is shown without them", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: "server_settings_get", kind: { status: 200, body: { settings: [] } } });
  service.sandbox.addFault({
    operationId: "service_status",
    kind: { status: 200, body: { services: { status: [] } } },
  });

  const settings = await call(service, "get_server_settings");
  const services = await call(service, "get_server_services_status");

  assert.deepEqual(settings.json, { ...NAMES, settings: {} });
  assert.deepEqual(services.json, { ...NAMES, services: {}, enabled: {} });
});

Deno.test("get_server_services_status tells running services from enabled ones", async () => {
  await using service = await start();
  firstServer(service).services.new_thing_enabled = "1";

  const { json } = await call(service, "get_server_services_status");

  assert.deepEqual(json.services, {
    apache2: "running",
    elasticsearch: "stopped",
    memcached: "running",
    mysql: "running",
    "newrelic-sysmond": "stopped",
    nginx: "running",
    "php8.1-fpm": "running",
    "php8.2-fpm": "running",
    "redis-server": "unknown",
    supervisor: "unknown",
    varnish: "running",
  });
  assert.deepEqual(json.enabled, { elasticsearch: false, redis: false, varnish: true, new_thing: true });
});

Deno.test("a service can be started without asking; to stop or restart one needs a person's yes", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "1000" });
  const answers = [];

  for (const action of ["start", "stop", "restart"]) {
    answers.push(await call(service, "change_service_state", { ...SERVER, service: "redis-server", action }));
  }

  assert.deepEqual(answers.map(({ json }) => json.code ?? json.service_status), [
    "running",
    "confirmation_required",
    "confirmation_required",
  ]);
  assert.equal(service.sandbox.requestsTo("service_state_update").length, 1);
  assert.equal(firstServer(service).services["redis-server"], "running");
});

Deno.test("change_service_state gives the state that Cloudways reports, or none", async () => {
  await using service = await start();
  const args = { ...SERVER, service: "nginx", action: "stop" };

  const stopped = await call(service, "change_service_state", args);
  service.sandbox.addFault({ operationId: "service_state_update", kind: { status: 200, body: [] } });
  const silent = await call(service, "change_service_state", args);

  const { undo: _receipt, ...shown } = stopped.json;
  assert.deepEqual(shown, { ...NAMES, service: "nginx", action: "stop", service_status: "stopped" });
  assert.equal(silent.json.service_status, null);
});

Deno.test("manage_server_varnish switches Varnish and purges it", async () => {
  await using service = await start();
  const { services } = firstServer(service);

  await call(service, "manage_server_varnish", { ...SERVER, action: "disable" });
  assert.deepEqual([services.varnish, services.varnish_enabled], ["stopped", 0]);
  await call(service, "manage_server_varnish", { ...SERVER, action: "enable" });
  assert.deepEqual([services.varnish, services.varnish_enabled], ["running", 1]);
  const { json } = await call(service, "manage_server_varnish", { ...SERVER, action: "purge" });

  assert.deepEqual(json, { ...NAMES, action: "purge", message: "Done." });
});

const CHANGES: { tool: string; operationId: string; args: Record<string, unknown> }[] = [
  { tool: "manage_server_varnish", operationId: "varnish_manage", args: { action: "purge" } },
  { tool: "change_service_state", operationId: "service_state_update", args: { service: "nginx", action: "stop" } },
  { tool: "stop_server", operationId: "server_stop", args: {} },
];

for (const { tool, operationId, args } of CHANGES) {
  Deno.test(`${tool} treats an error in a 200 answer as an error`, async () => {
    await using service = await start();
    service.sandbox.addFault({ operationId, kind: { status: 200, body: { error: "Wrong action" } } });

    const { json } = await call(service, tool, { ...SERVER, ...args });

    assert.equal(json.code, "upstream_error");
    assert.deepEqual(json.details, { cloudways_message: "Wrong action" });
  });
}

Deno.test("get_server_disk_usage names the applications in the report", async () => {
  await using service = await start();

  const { json } = await call(service, "get_server_disk_usage");

  const { apps } = firstServer(service);
  assert.deepEqual(json.apps, apps.map(({ id, label, sys_user }) => ({ id, label, sys_user })));
  const text = JSON.stringify(json.report);
  assert.ok(apps.every(({ sys_user }) => text.includes(sys_user)));
  assert.match(text, /"disk_used_perc":"41%"/);
});

Deno.test("get_server_disk_usage reads a report that is answered at once, and one in data", async () => {
  await using service = await start();
  const data = { "/home": { used_mb: 12 } };
  service.sandbox.addFault({ operationId: "operation_status", times: 1, kind: ended({ data }) });
  const later = await call(service, "get_server_disk_usage");
  const inline = { status: 200, body: { status: true, data } };
  service.sandbox.addFault({ operationId: "server_disk_usage_fetch", kind: inline });
  const atOnce = await call(service, "get_server_disk_usage");

  assert.deepEqual(later.json.report, data);
  assert.deepEqual(atOnce.json, { ...NAMES, report: data, apps: [], status: "completed", operation_id: null });
});

Deno.test("get_server_disk_usage keeps its form where the report is too large to be shown whole", async () => {
  await using service = await start();
  const users = Array.from({ length: 2_000 }, (_, index) => [`user${index}`, { size: "x".repeat(50) }]);
  const data = { users: Object.fromEntries(users) };
  service.sandbox.addFault({ operationId: "operation_status", kind: ended({ data }) });

  const { json } = await call(service, "get_server_disk_usage");

  assert.deepEqual(outputProblems(service.app.catalogue, "get_server_disk_usage", json), []);
  assert.match(JSON.stringify(json.report), /"user0":.*"user400":/);
  assert.match(JSON.stringify(json.left_out), /"report.users":\d+/);
});

Deno.test("get_server_analytics matches rows to applications and passes on what it does not know", async () => {
  await using service = await start();
  const [app] = firstServer(service).apps;
  assert.ok(app !== undefined);
  const parameters = JSON.stringify({
    server: { disk_used_perc: "41%" },
    applications: { header: ["a", "b", "c", "Disk"], body: [[app.sys_user, "1.5", 120, 7], ["stranger", null], "odd"] },
    created_at: "2026-08-06 10:00:00",
    novelty: [1],
  });
  service.sandbox.addFault({ operationId: "operation_status", kind: ended({ parameters }) });

  const { json } = await call(service, "get_server_analytics");

  assert.equal(json.as_of, "2026-08-06T10:00:00Z");
  assert.deepEqual(json.report, {
    server: { disk_used_perc: "41%" },
    applications: {
      rows: [
        { sys_user: app.sys_user, cpu: 1.5, ram: 120, Disk: 7, app_id: app.id, app_label: app.label },
        { sys_user: "stranger", cpu: null, app_id: null, app_label: null },
        "odd",
      ],
    },
    novelty: [1],
  });
});

Deno.test("reports with malformed headers and times are still given", async () => {
  await using service = await start();
  const noText = { toString: 0, valueOf: 0 };
  const table = { header: ["a", "b", "c", noText, ["x"]], body: [["user", 1, 2, 3, 4]] };
  service.sandbox.addFault({
    operationId: "operation_status",
    kind: ended({ parameters: { applications: table, other: table } }),
  });
  const content = [{ target: "Idle CPU", datapoints: [[1, 8.64e12 + 1], [2, 1786000000]] }];
  service.sandbox.addFault({ operationId: "monitoring_server_graph", kind: { status: 200, body: { content } } });
  const graph = { ...SERVER, target: "Idle CPU", duration: "1 Hour" };

  const usage = await call(service, "get_server_analytics");
  const detail = await call(service, "get_server_monitoring_detail", graph);

  assert.equal(usage.isError, false, JSON.stringify(usage.json));
  assert.match(JSON.stringify(usage.json), /"column_4":3,"column_5":4/);
  assert.match(JSON.stringify(detail.json), /"points":\[\{"at":null,"value":1\},\{"at":"2026-/);
});

Deno.test("get_server_monitoring_detail gives points as numbers, and missing values as gaps", async () => {
  await using service = await start();
  const datapoints = [[79.29, 1786000000], [null, 1786000300], ["80.5", 1786000600], [20, 1786000900], [null, null]];
  const content = JSON.stringify([{ target: "Idle CPU", datapoints, tags: ["x"] }]);
  service.sandbox.addFault({ operationId: "monitoring_server_graph", kind: { status: 200, body: { content } } });

  const { json } = await call(service, "get_server_monitoring_detail", {
    ...SERVER,
    target: "Idle CPU",
    duration: "1 Hour",
  });

  assert.deepEqual(json, {
    ...NAMES,
    status: "completed",
    operation_id: null,
    target: "Idle CPU",
    duration: "1 Hour",
    timezone: "UTC",
    series: [{
      tags: ["x"],
      target: "Idle CPU",
      unit: "percent",
      min: 20,
      mean: 59.93,
      max: 80.5,
      last: 20,
      last_at: "2026-08-06T07:21:40.000Z",
      gaps: 2,
      points: [
        { at: "2026-08-06T07:06:40.000Z", value: 79.29 },
        { at: "2026-08-06T07:11:40.000Z", value: null },
        { at: "2026-08-06T07:16:40.000Z", value: 80.5 },
        { at: "2026-08-06T07:21:40.000Z", value: 20 },
        { at: null, value: null },
      ],
    }],
  });
});

Deno.test("a graph of more points than fit shows its whole time up to the newest point, and counts what is left out", async () => {
  await using service = await start();
  const datapoints = Array.from({ length: 9_000 }, (_, index) => [index, 1786000000 + index * 300]);
  const content = [{ target: "Idle CPU", datapoints }];
  service.sandbox.addFault({ operationId: "monitoring_server_graph", kind: { status: 200, body: { content } } });
  const args = { ...SERVER, target: "Idle CPU", duration: "1 Month" };

  const { json } = await call(service, "get_server_monitoring_detail", args);

  assert.equal(json.left_out, undefined);
  assert.ok(Array.isArray(json.series));
  const [{ min, max, last, points, points_left_out, how_to_get_them }] = json.series;
  assert.deepEqual({ min, max, last }, { min: 0, max: 8_999, last: 8_999 });
  assert.equal(points.length + points_left_out, 9_000);
  assert.ok(points.length > 500 && points[0].value < 20, "the whole time");
  assert.equal(points.at(-1).value, 8_999);
  assert.match(how_to_get_them, /shorter duration/);
});

const LINE = { target: "Free memory", datapoints: [[1024, 1786000000]] };
const GRAPH_REPLIES: { name: string; inline?: unknown; later?: Record<string, unknown> }[] = [
  { name: "content as text", inline: { content: JSON.stringify([LINE]) } },
  { name: "content as a list", inline: { content: [LINE] } },
  { name: "contents as text", inline: { status: true, contents: JSON.stringify([LINE]) } },
  { name: "a task with the list in parameters", later: { parameters: JSON.stringify([LINE]) } },
  { name: "a task with content in parameters", later: { parameters: JSON.stringify({ content: [LINE] }) } },
  { name: "a task with content in data", later: { parameters: "", data: { content: JSON.stringify([LINE]) } } },
  {
    name: "a task with content in data beside what it was asked for",
    later: { parameters: JSON.stringify({ server_id: "100001", target: "Free memory" }), data: { content: [LINE] } },
  },
];

for (const { name, inline, later } of GRAPH_REPLIES) {
  Deno.test(`get_server_monitoring_detail understands ${name}`, async () => {
    await using service = await start();
    const body = inline ?? { status: true, task_id: "18d4f7f4-f220-4bbb-bcd3-a6357e125306" };
    service.sandbox.addFault({ operationId: "monitoring_server_graph", kind: { status: 200, body } });
    if (later !== undefined) service.sandbox.addFault({ operationId: "operation_status", kind: ended(later) });
    const args = { ...SERVER, target: "Free memory", duration: "7 Days" };

    const { json } = await call(service, "get_server_monitoring_detail", args);

    assert.match(JSON.stringify(json.series), /"unit":"bytes","min":1024,"mean":1024,"max":1024,"last":1024/);
    assert.equal(service.sandbox.requestsTo("operation_status").length, later === undefined ? 0 : 1);
  });
}

Deno.test("a graph names the unit of its target if that is known", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "1000" });
  const units: Record<string, string | null> = {
    "Free Disk": "GB",
    "Free memory": "bytes",
    "Monthly Bandwidth": "GB",
    "Outgoing network traffic": "Mbps",
    "Reads per second": "per second",
    "Memcached Fill Ratio": "percent",
    "Varnish Hit Rate": "percent",
    "Memcached Hit Rate": null,
    "MySQL Connections": null,
  };

  for (const [target, unit] of Object.entries(units)) {
    const { json } = await call(service, "get_server_monitoring_detail", { ...SERVER, target, duration: "1 Hour" });
    assert.ok(Array.isArray(json.series));
    assert.equal(json.series[0].unit, unit, target);
    assert.equal(json.series[0].gaps > 0 && json.series[0].last !== null, true, "the last row is not finished");
  }
});

Deno.test("get_server_monitoring_detail says so if a graph is empty or malformed", async () => {
  await using service = await start();
  const args = { ...SERVER, target: "MySQL Connections", duration: "1 Month" };
  const answer = async (body: unknown) => {
    const remove = service.sandbox.addFault({ operationId: "monitoring_server_graph", kind: { status: 200, body } });
    const { json } = await call(service, "get_server_monitoring_detail", args);
    remove();
    return json;
  };

  const none = await answer({ content: "[]" });
  const empty = await answer({ content: JSON.stringify([{ target: "MySQL Connections", datapoints: [[null, 0]] }]) });
  const picture = await answer({ content: "<svg></svg>" });

  assert.deepEqual(none.series, []);
  assert.match(JSON.stringify(empty.series), /"unit":null,"min":null,"mean":null,"max":null,"last":null/);
  assert.equal(picture.code, "upstream_error");
});

Deno.test("get_server_monitoring_detail passes on that a target is not there", async () => {
  await using service = await start();
  firstServer(service).cloud = "amazon";
  const args = { ...SERVER, target: "Varnish Nuked", duration: "1 Hour" };

  const { json } = await call(service, "get_server_monitoring_detail", args);

  assert.equal(json.code, "validation_failed");
  assert.match(JSON.stringify(json.details), /target/);
});
