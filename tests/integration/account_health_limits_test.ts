/** What a health check costs, what it says where it can't look, and for whom. */
import assert from "node:assert/strict";
import { systemClock } from "../../src/async/clock.ts";
import { allTools } from "../../src/tools/all.ts";
import { restorePoint } from "../sandbox/dates.ts";
import { busy } from "../sandbox/refusals.ts";
import { DEMO_ACCOUNT, type Sandbox } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { allFindings, type HealthAnswer, healthOf, idsAndKinds, sizedHealthOf } from "../support/health_answers.ts";
import { APP_STATES, CANARY, SERVER_STATES, startHealthy, type State } from "../support/healthy_account.ts";
import { callTool } from "../support/rpc.ts";

const THOROUGH = { thorough: true, wait_seconds: 60 };
const MOST_CHARACTERS = 12_000;
const MANY = { RATE_LIMIT_REQUESTS: "100000" };

const SERVER_SUBJECTS = ["platform", "services", "disk", "memory", "cpu"];

/** Puts faults on each server and application, on some more than on others; returns them, each with its place. */
function breakAll(sandbox: Sandbox): string[] {
  const faults: string[] = [];
  const breakOne = <T extends { id: number }>(target: T, states: readonly State<T>[] | undefined) => {
    const state = states?.at(-1 - target.id % 2);
    state?.set(target, Date.now());
    faults.push(`${target.id} ${state?.expected(target, Date.now())?.kind}`);
  };
  for (const [index, server] of sandbox.account().servers.entries()) {
    for (const subject of SERVER_SUBJECTS.slice(index % 5)) breakOne(server, SERVER_STATES[subject]);
    for (const app of server.apps) breakOne(app, APP_STATES.certificate);
  }
  return faults;
}

/** Adds so many alerts, each of another kind and about another server. */
function addAlerts(sandbox: Sandbox, count: number): void {
  const { servers, alerts } = sandbox.account();
  for (let index = 0; index < count; index++) {
    alerts.push({
      id: 1000 - index,
      server_id: servers.at(-1 - index % servers.length)?.id ?? 0,
      app_id: null,
      subject: `Alert ${index}`,
      desc: "",
      template_slug: `alert-${index}`,
      values: {},
      created_at: "2026-11-01 10:00:00",
      is_read: false,
    });
  }
}

const sentBy = ({ requests }: Sandbox) => requests.length;

Deno.test("the health of 25 servers and 125 applications takes one call, 30 requests and 12,000 characters", async () => {
  await using service = await startHealthy({ servers: 25, appsPerServer: 5, env: MANY });
  breakAll(service.sandbox);
  addAlerts(service.sandbox, 20);

  const { answer, characters } = await sizedHealthOf(service);

  assert.ok(characters <= MOST_CHARACTERS, `${characters} characters`);
  assert.ok(sentBy(service.sandbox) <= 30, `${sentBy(service.sandbox)} requests`);
  assert.ok(answer.findings.length > 0 && answer.further_findings.length > 0 && answer.next_calls.length === 1);
});

Deno.test("the health of as many servers without a fault takes as little, and counts them all", async () => {
  await using service = await startHealthy({ servers: 25, appsPerServer: 5, env: MANY });

  const { answer, characters } = await sizedHealthOf(service);

  assert.ok(characters <= MOST_CHARACTERS, `${characters} characters`);
  assert.equal(sentBy(service.sandbox), 30);
  assert.deepEqual(answer.servers, { ok: 7, attention: 0, urgent: 0, unknown: 18 });
  assert.deepEqual(answer.apps, { ok: 125, attention: 0, urgent: 0, unknown: 0 });
  assert.equal(answer.next_calls.flatMap(({ server_ids }) => server_ids).length, 18);
});

/** Follows the calls that answers name, until none names any; the answers. */
async function followed(first: HealthAnswer, ask: (args: Record<string, unknown>) => Promise<HealthAnswer>) {
  const answers = [first];
  const open = [...first.next_calls];
  while (open.length > 0) {
    assert.ok(answers.length < 200, "it does not come to an end");
    const answer = await ask(open.shift() ?? {});
    answers.push(answer);
    open.push(...answer.next_calls);
  }
  return answers;
}

Deno.test("following next_calls shows every fault of 100 servers, with each answer within its bounds", async () => {
  await using service = await startHealthy({ servers: 100, appsPerServer: 2, env: MANY });
  const faults = breakAll(service.sandbox);
  addAlerts(service.sandbox, 20);
  const ask = async (args: Record<string, unknown>) => {
    const before = sentBy(service.sandbox);
    const { answer, characters } = await sizedHealthOf(service, args);
    assert.ok(sentBy(service.sandbox) - before <= 30);
    assert.ok(characters <= MOST_CHARACTERS, `${characters} characters`);
    return answer;
  };

  const first = await ask({});
  const answers = await followed(first, ask);

  assert.deepEqual(Object.values(first.servers).reduce((a, b) => a + b), 100);
  assert.deepEqual([...new Set(answers.flatMap(idsAndKinds))].sort(), faults.sort());
});

for (const { servers, appsPerServer } of [{ servers: 2, appsPerServer: 250 }, { servers: 3, appsPerServer: 120 }]) {
  Deno.test(`of ${servers} servers with ${appsPerServer} faulty applications each, further calls show the rest`, async () => {
    await using service = await startHealthy({ servers, appsPerServer });
    const faults = breakAll(service.sandbox);
    const ask = (args: Record<string, unknown>) => healthOf(service, args);

    const answers = await followed(await ask({}), ask);

    assert.deepEqual([...new Set(answers.flatMap(idsAndKinds))].sort(), faults.sort());
    assert.equal(answers.length, 3);
    const ofServers = answers.slice(0, 1).flatMap(idsAndKinds).filter((text) => text.endsWith(" cpu_busy"));
    assert.equal(ofServers.length, servers);
  });
}

Deno.test("servers that the alerts are about are looked at first", async () => {
  await using service = await startHealthy({ servers: 25 });
  addAlerts(service.sandbox, 1);

  const answer = await healthOf(service);

  const last = service.sandbox.account().servers.at(-1);
  assert.ok(answer.ok.some(({ server_id, server_is_ok }) => server_id === last?.id && server_is_ok));
  assert.deepEqual(answer.reported_alerts.map(({ server_id }) => server_id), [last?.id]);
});

Deno.test("alerts are grouped and reported, change no verdict, and are no longer reported once they are read", async () => {
  await using service = await startHealthy();
  const { servers: [server], alerts } = service.sandbox.account();
  const [app] = server?.apps ?? [];
  const common = { server_id: server?.id ?? 0, app_id: app?.id ?? 0, subject: "High load", desc: "", values: {} };
  const alert = { ...common, template_slug: "high-load", created_at: "2026-11-01 10:00:00", is_read: false };
  alerts.push({ ...alert, id: 9, created_at: "2026-11-02 10:00:00" }, { ...alert, id: 8 });

  const unread = await healthOf(service);
  for (const one of alerts) one.is_read = true;
  const read = await healthOf(service);

  const [group, ...others] = unread.reported_alerts;
  assert.deepEqual(others, []);
  assert.deepEqual(group, {
    subject: "High load",
    server_id: server?.id,
    server_label: server?.label,
    app_id: app?.id,
    app_label: app?.label,
    count: 2,
    first_at: "2026-11-01T10:00:00Z",
    last_at: "2026-11-02T10:00:00Z",
  });
  assert.equal(unread.servers.ok, 1);
  assert.deepEqual(read.reported_alerts, []);
});

Deno.test("older alerts than were read are named, with how to get them", async () => {
  await using service = await startHealthy();
  addAlerts(service.sandbox, 30);

  const answer = await healthOf(service);

  assert.deepEqual(answer.not_looked_at.map(({ reason, checks }) => [reason, checks]), [["older", ["alerts"]]]);
  assert.match(JSON.stringify(answer.not_looked_at), /get_alerts with before_id 981/);
});

/** Reasons by the check that could not be made. */
function reasonsOf({ not_looked_at }: HealthAnswer): Record<string, string> {
  return Object.fromEntries(not_looked_at.flatMap(({ reason, checks }) => checks.map((check) => [check, reason])));
}

const FAULTS = [
  ["monitoring_server_graph", { disk: "upstream_error", memory: "upstream_error", cpu: "upstream_error" }],
  ["service_status", { services: "upstream_error" }],
  ["cloudways_bot_alerts_list", { alerts: "upstream_error" }],
  ["safe_update_list", { updates: "upstream_error" }],
  ["app_vulnerabilities_list", { vulnerabilities: "upstream_error" }],
  ["app_backup_status_get", { backups: "upstream_error" }],
] as const;

for (const [operationId, reasons] of FAULTS) {
  Deno.test(`where Cloudways fails at ${operationId}, the rest is told, and that part is unknown`, async () => {
    await using service = await startHealthy();
    service.sandbox.addFault({ operationId, kind: { status: 500 } });

    const answer = await healthOf(service, THOROUGH);

    assert.deepEqual(reasonsOf(answer), reasons);
    assert.deepEqual(answer.findings, []);
    const isAlerts = operationId === "cloudways_bot_alerts_list";
    assert.equal(answer.servers.unknown + answer.apps.unknown, isAlerts ? 0 : 1);
    assert.equal(answer.next_calls.length, isAlerts ? 0 : 1);
  });
}

Deno.test("what Cloudways forbids is unknown, and no further call is proposed for it", async () => {
  await using service = await startHealthy();
  const body = { error: "insufficient_scope", message: "This token does not have access to this endpoint" };
  service.sandbox.addFault({ operationId: "service_status", kind: { status: 403, body } });

  const answer = await healthOf(service);

  assert.deepEqual(reasonsOf(answer), { services: "forbidden" });
  assert.equal(answer.servers.unknown, 1);
  assert.deepEqual([answer.next_step, answer.next_calls], [undefined, []]);
});

Deno.test("without the listing there is no answer but Cloudways' error", async () => {
  await using service = await startHealthy();
  service.sandbox.addFault({ operationId: "server_list", kind: { status: 500 } });

  const { isError, json } = await callTool(service.mcpUrl, "get_account_health", {}, TOKEN_HEADERS);

  assert.deepEqual([isError, json.code], [true, "upstream_error"]);
});

Deno.test("a slow Cloudways gives a partial answer at the deadline", async () => {
  await using service = await startHealthy();
  service.sandbox.addFault({ operationId: "service_status", kind: { delayMs: 5_000 } });

  const answer = await healthOf(service, { thorough: true, wait_seconds: 1 });

  assert.equal(reasonsOf(answer).services, "deadline");
  assert.equal(answer.servers.unknown, 1);
  assert.deepEqual(answer.next_calls, [{ server_ids: [100001], thorough: true, wait_seconds: 1 }]);
});

Deno.test("a call that is not thorough answers after twenty seconds with what it has", async () => {
  let isLate = () => false;
  const clock = { ...systemClock, now: () => Date.now() + (isLate() ? 20_001 : 0) };
  await using service = await startHealthy({ servers: 5, clock });
  isLate = () => service.sandbox.requestsTo("service_status").length > 0;

  const answer = await healthOf(service);

  assert.ok(Object.values(reasonsOf(answer)).includes("deadline"), JSON.stringify(answer.not_looked_at));
  assert.ok(answer.servers.unknown > 0);
  assert.ok(answer.next_calls.length > 0);
});

Deno.test("of a bucket with few tokens only a part is used, and nothing is refused", async () => {
  await using service = await startHealthy({ servers: 4, env: { RATE_LIMIT_REQUESTS: "30" } });
  const left = async () => {
    const { json } = await callTool(service.mcpUrl, "rate_limit_status", {}, TOKEN_HEADERS);
    return JSON.stringify(json);
  };

  const answer = await healthOf(service);

  assert.equal(sentBy(service.sandbox), 10, await left());
  assert.deepEqual(answer.servers, { ok: 2, attention: 0, urgent: 0, unknown: 2 });
  assert.equal(answer.not_looked_at[0]?.reason, "allowance");
  assert.deepEqual(answer.next_calls, [{ server_ids: [100003, 100004] }]);
});

Deno.test("a busy server is not looked at, which is no fault of it", async () => {
  await using service = await startHealthy();
  const body = busy({ id: "1", type: "backup_app", status: "Process is initiated", is_completed: "0" }).body;
  service.sandbox.addFault({ operationId: "app_backup_status_get", kind: { status: 422, body } });

  const answer = await healthOf(service, THOROUGH);

  assert.deepEqual(allFindings(answer), []);
  assert.deepEqual(reasonsOf(answer), { backups: "upstream_busy" });
  assert.deepEqual([answer.apps.unknown, answer.next_calls.length], [1, 1]);
});

Deno.test("a figure that is older than two steps of its graph is not judged", async () => {
  await using service = await startHealthy();
  const [server] = service.sandbox.account().servers;
  assert.ok(server !== undefined);
  Object.assign(server.graphs, { "Idle CPU": [1, 1], "Free memory": [1, 1], "Free Disk": [4, 4] });
  server.graphLag = 601;

  const late = await healthOf(service);
  server.graphLag = 3601;
  const later = await healthOf(service);

  assert.deepEqual(reasonsOf(late), { memory: "stale", cpu: "stale" });
  assert.deepEqual(allFindings(late).map(({ kind }) => kind), ["disk_low"]);
  assert.deepEqual(reasonsOf(later), { disk: "stale", memory: "stale", cpu: "stale" });
  assert.deepEqual([later.findings, later.servers.unknown], [[], 1]);
});

Deno.test("a graph without a value is unknown", async () => {
  await using service = await startHealthy();
  const [server] = service.sandbox.account().servers;
  Object.assign(server?.graphs ?? {}, { "Idle CPU": [null, null], "Free memory": [] });

  const answer = await healthOf(service);

  assert.deepEqual(reasonsOf(answer), { memory: "no_figure", cpu: "no_figure" });
});

Deno.test("a finding says since when where the graph shows it, and says nothing where it doesn't", async () => {
  await using service = await startHealthy();
  const [server] = service.sandbox.account().servers;
  Object.assign(server?.graphs ?? {}, { "Idle CPU": [80, 5, 4, null], "Free memory": [10, 10, 10] });

  const answer = await healthOf(service);

  const [cpu, memory] = ["cpu_busy", "memory_low"].map((kind) => allFindings(answer).find((one) => one.kind === kind));
  assert.equal(Date.parse(String(cpu?.measured_at)) - Date.parse(String(cpu?.since)), 300_000);
  assert.deepEqual([memory?.severity, "since" in (memory ?? {})], ["urgent", false]);
});

Deno.test("applications of a server with an urgent finding are not called well", async () => {
  await using service = await startHealthy({ appsPerServer: 2 });
  const [server] = service.sandbox.account().servers;
  assert.ok(server !== undefined);
  server.status = "stopped";

  const answer = await healthOf(service);

  assert.deepEqual(answer.apps, { ok: 0, attention: 0, urgent: 0, unknown: 2 });
  assert.equal(reasonsOf(answer).status, "server_urgent");
  assert.equal(service.sandbox.requestsTo("service_status").length, 0);
});

const UNTOLD = [
  ["own_ssl", { own_ssl: { issued_at: "2026-01-01 00:00:00" } }, "own_certificate"],
  ["the certificate", { untold: ["lets_encrypt"] }, "not_told"],
  ["the aliases", { untold: ["aliases"] }, "not_told"],
] as const;

for (const [what, change, reason] of UNTOLD) {
  Deno.test(`an application whose record does not say enough about ${what} is unknown`, async () => {
    await using service = await startHealthy();
    const [app] = service.sandbox.account().servers[0]?.apps ?? [];
    Object.assign(app ?? {}, change);

    const answer = await healthOf(service);

    assert.deepEqual([answer.apps.unknown, reasonsOf(answer).certificate], [1, reason]);
    assert.deepEqual(answer.findings, []);
  });
}

Deno.test("a call that goes on starts no work for backups that were just seen to be young", async () => {
  await using service = await startHealthy();
  const [app] = service.sandbox.account().servers[0]?.apps ?? [];
  assert.ok(app !== undefined);
  const listings = () => service.sandbox.requestsTo("app_backup_status_get").length;

  await healthOf(service, THOROUGH);
  await healthOf(service, THOROUGH);
  const whileYoung = listings();
  app.backups = [restorePoint(Date.now() - 100 * 3600_000)];
  await callTool(service.mcpUrl, "get_app_restore_points", { app_id: app.id }, TOKEN_HEADERS);
  await healthOf(service, THOROUGH);

  assert.deepEqual([whileYoung, listings()], [1, 3]);
});

Deno.test("one server's restore points are listed one application after the other", async () => {
  await using service = await startHealthy({ appsPerServer: 3, sandbox: { pace: { polls: 1, seconds: 1_000 } } });

  const answer = await healthOf(service, THOROUGH);

  const order = service.sandbox.requests
    .filter(({ operationId }) => operationId === "app_backup_status_get" || operationId === "operation_status")
    .map(({ operationId }) => operationId);
  assert.equal(answer.apps.ok, 3);
  assert.deepEqual(order, Array.from({ length: 3 }, () => ["app_backup_status_get", "operation_status"]).flat());
});

Deno.test("the operator's thresholds count", async () => {
  const changed = "disk_free_gb.attention=25,idle_cpu_percent.attention=off,vulnerability_cvss_score.urgent=6.5";
  await using service = await startHealthy({ env: { HEALTH_THRESHOLDS: changed } });
  const { servers: [server] } = service.sandbox.account();
  const [app] = server?.apps ?? [];
  assert.ok(server !== undefined && app !== undefined);
  server.graphs["Idle CPU"] = [15, 15];
  APP_STATES.vulnerabilities?.[1]?.set(app, Date.now());

  const found = allFindings(await healthOf(service, THOROUGH));

  assert.deepEqual(found.map(({ kind, severity, threshold }) => [kind, severity, threshold]), [
    ["disk_low", "attention", 25],
    ["vulnerable", "urgent", 6.5],
  ]);
});

Deno.test("a caller is shown only the tools that they may use", async () => {
  await using service = await startHealthy();
  breakAll(service.sandbox);
  const toolsFor = async (headers: Record<string, string>) =>
    new Set(allFindings(await healthOf(service, {}, headers)).flatMap(({ tool }) => tool?.name ?? []));

  const all = await toolsFor({});
  const reader = await toolsFor({ "x-mcp-readonly": "true" });
  const basic = await toolsFor({ "x-mcp-toolsets": "basic" });
  const without = await toolsFor({ "x-mcp-exclude-tools": "change_service_state" });

  const readers = new Set(allTools.filter(({ effect }) => effect === "read").map(({ name }) => name));
  assert.ok(all.has("change_service_state") && all.has("get_server_disk_usage"));
  assert.deepEqual(reader, all.intersection(readers));
  assert.equal(basic.size, 0);
  assert.deepEqual(without, all.difference(new Set(["change_service_state"])));
});

Deno.test("a server of another account is not found", async () => {
  const other = { ...DEMO_ACCOUNT, email: "other@example.com", accessTokens: [{ token: "cw_other" }] };
  await using service = await startHealthy({ sandbox: { accounts: [DEMO_ACCOUNT, other] } });
  const foreign = service.sandbox.account("other@example.com").servers[0]?.id;
  const args = { server_ids: [100001, foreign] };

  const { json } = await callTool(service.mcpUrl, "get_account_health", args, TOKEN_HEADERS);

  assert.equal(json.code, "not_found");
  assert.deepEqual(service.sandbox.requests.map(({ operationId }) => operationId), ["server_list"]);
});

Deno.test("neither the answer nor the log shows a secret of the account", async () => {
  await using service = await startHealthy({ servers: 3, appsPerServer: 3 });
  breakAll(service.sandbox);

  const answer = await healthOf(service, THOROUGH);

  assert.ok(!JSON.stringify(answer).includes(CANARY));
  assert.ok(!service.logLines.join("\n").includes(CANARY));
});
