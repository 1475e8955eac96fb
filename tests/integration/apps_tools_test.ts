import assert from "node:assert/strict";
import * as z from "zod";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { DEMO_ACCOUNT, FakeClock, type SandboxOptions } from "../sandbox/mod.ts";
import type { AppState } from "../sandbox/state.ts";
import { outputProblems } from "../support/tool_contract.ts";
import { appsRows } from "../tool_rows/apps.ts";

const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
/** Operations end at the first look. */
const AT_ONCE = { polls: 1, seconds: 0 };
/** Operations end only when a test ends them. */
const NEVER = { polls: 1_000_000, seconds: 1_000_000 };
const APP = { app_id: 200001 };

function start(sandbox: SandboxOptions = {}, more: Omit<ServiceOptions, "sandbox"> = {}): Promise<Service> {
  return startService({ env: ENV, ...more, sandbox: { pace: AT_ONCE, ...sandbox } });
}

function call(service: Service, name: string, args: Record<string, unknown> = {}) {
  return callTool(service.mcpUrl, name, { ...APP, ...args }, TOKEN_HEADERS);
}

/** The sandbox's application that these tests use: label Shop, domain shop.example.com. */
function shopOf(service: Service): AppState {
  const found = service.sandbox.account().servers.flatMap(({ apps }) => apps).find(({ id }) => id === APP.app_id);
  assert.ok(found);
  return found;
}

const pointsSchema = z.array(z.object({
  time: z.string(),
  utc: z.string().nullable(),
  age: z.string().nullable(),
}));

/** The exact texts in an answer. */
function pointsIn(json: Record<string, unknown>): string[] | undefined {
  return pointsSchema.optional().parse(json.restore_points)?.map(({ time }) => time);
}

/** Sends a request straight to the sandbox, as a person in the console would. */
async function inConsole(service: Service, path: string, fields: Record<string, string>): Promise<string> {
  const response = await fetch(`${service.sandbox.baseUrl}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${DEMO_ACCOUNT.accessTokens[0].token}` },
    body: new URLSearchParams({ server_id: "100001", ...fields }),
  });
  const { operation_id } = await response.json();
  return String(operation_id);
}

Deno.test("a tool waits until its operation ends", async () => {
  const clock = new FakeClock();
  await using service = await start({ clock, pace: { polls: 3, seconds: 3600 } }, { clock });

  const { json } = await clock.runUntil(call(service, "clear_app_cache", { wait_seconds: 60 }));

  assert.equal(json.status, "completed");
  assert.equal(service.sandbox.requestsTo("operation_status").length, 3);
});

Deno.test("destructive tools ask a person, and nothing is sent without a yes", async () => {
  await using service = await start({}, { env: { RATE_LIMIT_REQUESTS: "1000" } });
  const asking = ["restore_app", "rollback_app_restore", "delete_app_cname", "update_app_cname"];

  for (const { tool, minimal } of appsRows.filter(({ tool }) => asking.includes(tool))) {
    const { json } = await callTool(service.mcpUrl, tool, minimal, TOKEN_HEADERS);
    assert.equal(json.code, "confirmation_required", tool);
  }
  assert.ok(service.sandbox.requests.every(({ method }) => method === "GET"));
});

Deno.test("clone_app gives the id under which the copy can be found", async () => {
  await using service = await start();

  const { json } = await call(service, "clone_app", { app_label: "Shop copy" });

  const copy = service.sandbox.account().servers[0]?.apps.find(({ id }) => id === json.new_app_id);
  assert.equal(copy?.label, "Shop copy");
  assert.equal(copy?.source_app_id, APP.app_id);
  const details = await callTool(service.mcpUrl, "get_app_details", { app_id: json.new_app_id }, TOKEN_HEADERS);
  assert.equal(details.isError, false, "the listing was read again");
});

Deno.test("clone_app finds the copy in a fresh listing if the answer does not name it", async () => {
  for (const app_id of [undefined, "200001"]) {
    await using service = await start();
    service.sandbox.addFault({
      operationId: "app_clone",
      afterEffect: true,
      kind: { status: 200, body: { operation_id: 92897181, app_id } },
    });

    const { json } = await call(service, "clone_app", { app_label: "Shop copy" });

    const copy = service.sandbox.account().servers[0]?.apps.find(({ label }) => label === "Shop copy");
    assert.equal(json.new_app_id, copy?.id);
    assert.equal(service.sandbox.requestsTo("server_list").length, 2);
  }
});

Deno.test("clone_app takes any empty answer for a finished operation", async () => {
  for (const body of [[], {}, { status: true }]) {
    await using service = await start();
    service.sandbox.addFault({ operationId: "app_clone", kind: { status: 200, body } });

    const { json } = await call(service, "clone_app", { app_label: "Shop copy" });

    assert.deepEqual(
      [json.status, json.operation_id, json.new_app_id],
      ["completed", null, null],
      JSON.stringify(body),
    );
  }
});

Deno.test("clone_app gives no id if two applications could be the copy, or the listing fails", async () => {
  for (const problem of ["two", "fails"]) {
    await using service = await start();
    await call(service, "get_app_details");
    const body = { operation_id: 92897181 };
    service.sandbox.addFault({ operationId: "app_clone", afterEffect: true, kind: { status: 200, body } });
    if (problem === "fails") service.sandbox.addFault({ operationId: "server_list", kind: { status: 500 } });
    if (problem === "two") {
      service.sandbox.account().servers[0]?.apps.push({ ...shopOf(service), id: 7, label: "Copy" });
    }

    const { isError, json } = await call(service, "clone_app", { app_label: "Copy" });

    assert.equal(isError, false, JSON.stringify(json));
    assert.equal(json.status, "completed");
    assert.equal(json.new_app_id, null);
    assert.match(String(json.next_step), /find_resources/);
    assert.deepEqual(outputProblems(service.app.catalogue, "clone_app", json), []);
  }
});

Deno.test("a change whose answer can't be read may have been made, and the hint says so", async () => {
  for (const kind of ["garbage", { status: 200, body: "done" }] as const) {
    await using service = await start();
    service.sandbox.addFault({ operationId: "app_clone", kind });

    const { json } = await call(service, "clone_app", { app_label: "Copy" });

    assert.equal(json.code, "upstream_error");
    assert.match(String(json.hint), /[Ll]ook at the present state before you try again\./);
    assert.equal(service.sandbox.requestsTo("app_clone").length, 1);
  }
});

Deno.test("clone_app does not look for the copy while it is being made", async () => {
  await using service = await start({ pace: NEVER });
  const body = { operation_id: 92897181 };
  service.sandbox.addFault({ operationId: "app_clone", afterEffect: true, kind: { status: 200, body } });

  const { json } = await call(service, "clone_app", { app_label: "Shop copy", wait_seconds: 0 });

  assert.equal(json.new_app_id, null);
  assert.match(String(json.next_step), /get_operation_status/);
  assert.equal(service.sandbox.requestsTo("server_list").length, 1);
});

Deno.test("a backup can be restored by its restore point, and the restore rolled back", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });
    await call(service, "backup_app");

    const points = await call(service, "get_app_restore_points");
    const list = pointsIn(points.json) ?? [];
    assert.notDeepEqual(shopOf(service).backups, list, "Cloudways promises no order");
    assert.deepEqual(list, shopOf(service).backups.toSorted().reverse(), "exactly as they were given, newest first");
    assert.equal(points.json.local_backup_exists, false);

    const restored = await call(service, "restore_app", { time: list[0] });
    assert.equal(restored.json.time, list[0]);
    assert.match(String(restored.json.next_step), /ten to fifteen minutes/);
    assert.equal(shopOf(service).restoredTo, list[0]);
    assert.equal((await call(service, "get_app_restore_points")).json.local_backup_exists, true);

    const rolledBack = await call(service, "rollback_app_restore");
    assert.match(String(rolledBack.json.next_step), /ten to fifteen minutes/);
    assert.equal(shopOf(service).restoredTo, null);
  }
});

Deno.test("a restore point is given and sent unchanged, however it looks", async () => {
  for (const odd of ["05, 08, 2026 - 13:09 +02:00 (local)", " Wed Aug  5 13:09:00 2026 "]) {
    await using service = await start();
    shopOf(service).backups.push(odd);

    const points = await call(service, "get_app_restore_points");
    const restored = await call(service, "restore_app", { time: odd });

    assert.ok(pointsIn(points.json)?.includes(odd));
    assert.equal(restored.json.time, odd);
    assert.equal(service.sandbox.requestsTo("app_restore")[0]?.fields.time, odd);
  }
});

Deno.test("restore points that are times have their time in UTC and their age", async () => {
  const clock = new FakeClock(Date.parse("2026-08-06T12:30:00Z"));
  await using service = await start({ clock }, { clock });
  shopOf(service).backups = [
    "2026-08-06T12:29:30",
    "2026-08-06 12:00:00",
    "2026-08-06T02:30:00+02:00",
    "2026-08-04T12:00:00",
    "2026-08-05T00:30:00",
    "2026-08-06T13:00:00",
    "weekly",
  ];

  const { json } = await call(service, "get_app_restore_points");

  assert.deepEqual(pointsSchema.parse(json.restore_points).map(({ utc, age }) => [utc, age]), [
    ["2026-08-06T13:00:00Z", "0 minutes"],
    ["2026-08-06T12:29:30Z", "0 minutes"],
    ["2026-08-06T12:00:00Z", "30 minutes"],
    ["2026-08-06T00:30:00Z", "12 hours"],
    ["2026-08-05T00:30:00Z", "36 hours"],
    ["2026-08-04T12:00:00Z", "2 days"],
    [null, null],
  ]);
});

Deno.test("restore_app takes a restore point by its time, and sends it as Cloudways wrote it", async () => {
  for (const time of ["2026-08-05T23:19:06Z", "2026-08-05 23:19:06", "2026-08-06T01:19:06+02:00"]) {
    await using service = await start();

    const { json } = await call(service, "restore_app", { time });

    assert.equal(json.time, "2026-08-05T23:19:06");
    assert.equal(service.sandbox.requestsTo("app_restore")[0]?.fields.time, "2026-08-05T23:19:06");
  }
});

Deno.test("a restore does not wait for a list that does not come, and says how to go on", async () => {
  const clock = new FakeClock();
  await using service = await start({ clock, pace: NEVER }, { clock });

  const { json } = await clock.runUntil(call(service, "restore_app", { time: "2026-08-05T23:19:06" }));

  assert.equal(json.code, "upstream_busy");
  assert.match(String(json.hint), /get_operation_status/);
  assert.equal(service.sandbox.requestsTo("app_restore").length, 0);
});

Deno.test("if Cloudways won't list the restore points, a restore is sent and Cloudways decides", async () => {
  await using service = await start();
  const kind = { status: 403, body: { error: "insufficient_scope" } };
  service.sandbox.addFault({ operationId: "app_backup_status_get", kind });

  const restored = await call(service, "restore_app", { time: "2001-01-01T00:00:00" });
  const rolledBack = await call(service, "rollback_app_restore");

  assert.equal(restored.json.code, "validation_failed");
  assert.match(JSON.stringify(restored.json.details), /time/);
  assert.equal(service.sandbox.requestsTo("app_restore").length, 1);
  assert.equal(rolledBack.json.code, "validation_failed");
  assert.match(JSON.stringify(rolledBack.json.details), /no local backup/);
});

Deno.test("restore points are read in every form, and an answer without them is an error", async () => {
  const dates = { backup_dates: ["2026-08-05T23:19:06"], local_backup_exists: "1", more: 1 };
  const operation = (result: Record<string, unknown>) => ({
    operation: { id: "flex-1", is_completed: "1", status: "Operation completed", ...result },
  });
  const replies: [unknown, unknown][] = [
    [operation({ parameters: JSON.stringify(dates) }), dates.backup_dates],
    [operation({ parameters: dates }), dates.backup_dates],
    [operation({ parameters: "", data: dates }), dates.backup_dates],
    [operation({ data: JSON.stringify(dates) }), dates.backup_dates],
    [operation({ parameters: JSON.stringify({ ...dates, backup_dates: {} }) }), []],
    [operation({ parameters: "" }), undefined],
    [operation({ parameters: JSON.stringify({ other: 1 }) }), undefined],
  ];
  for (const [body, expected] of replies) {
    await using service = await start();
    service.sandbox.addFault({ operationId: "operation_status", kind: { status: 200, body } });

    const { isError, json } = await call(service, "get_app_restore_points");

    assert.deepEqual(pointsIn(json), expected, JSON.stringify(body));
    assert.equal(json.code, expected === undefined ? "upstream_error" : undefined);
    if (isError) continue;
    assert.equal(json.local_backup_exists, true);
    assert.equal(json.more, 1);
  }
});

Deno.test("a finished operation may hold the bare list of restore points", async () => {
  const dates = ["2026-08-05T23:19:06", "2026-08-04T23:19:02"];
  for (const result of [{ parameters: "", data: dates }, { data: JSON.stringify(dates) }]) {
    await using service = await start();
    const body = { operation: { id: "flex-1", is_completed: "1", status: "Operation completed", ...result } };
    service.sandbox.addFault({ operationId: "operation_status", kind: { status: 200, body } });

    const { json } = await call(service, "get_app_restore_points");

    assert.deepEqual([pointsIn(json), json.local_backup_exists], [dates, null]);
  }
});

Deno.test("restore points that come at once need no operation", async () => {
  const dates = ["2026-08-05T23:19:06"];
  for (const body of [{ status: true, backup_dates: dates }, { restore_backup: dates }]) {
    await using service = await start();
    service.sandbox.addFault({ operationId: "app_backup_status_get", kind: { status: 200, body } });

    const { json } = await call(service, "get_app_restore_points");

    assert.deepEqual([json.status, json.operation_id, json.local_backup_exists], ["completed", null, null]);
    assert.deepEqual(pointsIn(json), dates);
    assert.equal(service.sandbox.requestsTo("operation_status").length, 0);
  }
});

Deno.test("clear_app_cache waits for a purge of the same application that is already running", async () => {
  const clock = new FakeClock();
  await using service = await start({ clock, pace: { polls: 2, seconds: 3600 } }, { clock });
  const running = await inConsole(service, "/app/cache/purge", { app_id: "200001" });

  const { isError, json } = await clock.runUntil(call(service, "clear_app_cache", { wait_seconds: 60 }));

  assert.equal(isError, false, JSON.stringify(json));
  assert.deepEqual([json.operation_id, json.status, json.joined], [running, "completed", true]);
  assert.equal(shopOf(service).purges, 1);
  assert.equal(
    service.sandbox.requestsTo("app_purge_cache").length,
    2,
    "its own purge, which was refused, is not repeated",
  );
});

Deno.test("clear_app_cache says that it joined, while the purge still runs or when it fails", async () => {
  await using service = await start({ pace: NEVER });
  const running = await inConsole(service, "/app/cache/purge", { app_id: "200001" });

  const waiting = await call(service, "clear_app_cache", { wait_seconds: 0 });
  service.sandbox.addFault({
    operationId: "operation_status",
    kind: { status: 200, body: { operation: { id: running, type: "purge_app_cache", is_completed: "-1" } } },
  });
  const failed = await call(service, "clear_app_cache");

  assert.deepEqual([waiting.json.status, waiting.json.joined], ["running", true]);
  assert.match(String(waiting.json.next_step), new RegExp(running));
  assert.equal(failed.json.code, "operation_failed");
});

Deno.test("clear_app_cache does not report the purge of another application as its own", async () => {
  await using service = await start({ pace: NEVER });
  await inConsole(service, "/app/cache/purge", { app_id: "200002" });

  const { json } = await call(service, "clear_app_cache");

  assert.equal(json.code, "upstream_busy");
  assert.equal(service.sandbox.requestsTo("operation_status").length, 0);
});

Deno.test("clear_app_cache joins a purge that names no application, never one on another server or without an id", async () => {
  const purge = { id: "92897180", type: "purge_app_cache", server_id: "100001", app_id: "0", is_completed: "0" };
  const operations: [Record<string, unknown>, boolean][] = [
    [purge, true],
    [{ id: 92897180, type: "purge_app_cache" }, true],
    [{ ...purge, server_id: 100002 }, false],
    [{ ...purge, id: undefined }, false],
    [{ ...purge, type: "backup_app" }, false],
  ];
  for (const [operation, joined] of operations) {
    await using service = await start();
    const body = { message: "An operation is already in progress for this server.", operation };
    service.sandbox.addFault({ operationId: "app_purge_cache", kind: { status: 422, body } });

    const { json } = await call(service, "clear_app_cache");

    assert.equal(json.joined, joined ? true : undefined, JSON.stringify(operation));
    assert.equal(json.code, joined ? undefined : "upstream_busy");
  }
});

Deno.test("Varnish of an application is switched, purged and shown", async () => {
  await using service = await start();

  await call(service, "manage_app_varnish", { action: "disable" });
  const off = await call(service, "get_app_varnish_settings");
  await call(service, "manage_app_varnish", { action: "enable" });
  const on = await call(service, "get_app_varnish_settings");
  await call(service, "manage_app_varnish", { action: "purge" });

  assert.equal(off.json.varnish_app_enabled, false);
  assert.equal(on.json.varnish_app_enabled, true);
  assert.deepEqual(on.json.vcl_list, [{ method: "exclude", type: "url", value: "/checkout" }]);
  assert.equal(shopOf(service).purges, 1);
});

Deno.test("what Cloudways does not say about Varnish is null, and what is new is passed on", async () => {
  await using service = await start();
  const body = { response: { varnish_app_enabled: "1", vcl_list: {}, device_detection: true } };
  service.sandbox.addFault({ operationId: "app_varnish_settings_get", kind: { status: 200, body } });

  const { json } = await call(service, "get_app_varnish_settings");

  const { varnish_app_enabled, varnish_enabled, vcl_list, device_detection } = json;
  assert.deepEqual([varnish_app_enabled, varnish_enabled, vcl_list, device_detection], [true, null, [], true]);
});

Deno.test("a malformed answer to the Varnish switch is an error", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: "varnish_app_manage", times: 1, kind: { status: 200, body: ["?"] } });
  service.sandbox.addFault({
    operationId: "varnish_app_manage",
    times: 1,
    kind: { status: 200, body: { error: "?" } },
  });
  service.sandbox.addFault({ operationId: "varnish_app_manage", times: 1, kind: "greeting" });

  for (const _ of [1, 2, 3]) {
    const { json } = await call(service, "manage_app_varnish", { action: "enable" });
    assert.equal(json.code, "upstream_error");
  }
});

Deno.test("file permissions and the HTTPS redirection take effect", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });

    const reset = await call(service, "reset_app_file_permissions", { ownership: "master_user" });
    const off = await call(service, "enforce_app_https", { enabled: false });

    assert.deepEqual([reset.json.status, reset.json.ownership], ["completed", "master_user"]);
    assert.equal(shopOf(service).ownership, "master_user");
    assert.deepEqual([off.json.status, off.json.enforce_https], ["completed", false]);
    assert.equal(shopOf(service).flags.enforce_https, 0);
    await call(service, "enforce_app_https", { enabled: true });
    assert.equal(shopOf(service).flags.enforce_https, 1);
  }
});

Deno.test("the primary domain is set and removed, and the answer gives the previous one", async () => {
  await using service = await start();

  const updated = await call(service, "update_app_cname", { cname: "New.Example.com" });
  assert.deepEqual([updated.json.old_cname, updated.json.new_cname], ["shop.example.com", "new.example.com"]);
  assert.equal(shopOf(service).cname, "new.example.com");

  const deleted = await call(service, "delete_app_cname");
  assert.deepEqual([deleted.json.old_cname, deleted.json.new_cname], ["new.example.com", null]);
  assert.equal(shopOf(service).cname, "");
  assert.equal((await call(service, "delete_app_cname")).json.code, "not_found", "without a domain nobody is asked");

  const first = await call(service, "update_app_cname", { cname: "xn--mnchen-3ya.example.com" });
  assert.deepEqual([first.json.old_cname, first.json.new_cname], [null, "xn--mnchen-3ya.example.com"]);
});

Deno.test("update_app_cname asks only if a primary domain exists now, whatever the cached listing says", async () => {
  await using service = await start({}, { env: { RATE_LIMIT_REQUESTS: "1000" } });
  const cname = "new.example.com";
  shopOf(service).cname = "";
  await call(service, "get_app_details");

  shopOf(service).cname = "set-in-console.example.com";
  const replacing = await call(service, "update_app_cname", { cname });
  assert.equal(replacing.json.code, "confirmation_required");
  assert.equal(service.sandbox.requestsTo("app_cname_update").length, 0);

  shopOf(service).cname = "";
  const setting = await call(service, "update_app_cname", { cname });
  assert.deepEqual([setting.json.status, setting.json.old_cname], ["completed", null]);
  assert.equal(shopOf(service).cname, cname);
});

/** The one report of an answer. */
const onlyReport = z.looseObject({
  reports: z.tuple([z.looseObject({ status: z.string(), report: z.record(z.string(), z.unknown()) })]),
}).transform(({ reports: [only] }) => only);
const tableSchema = z.looseObject({ rows: z.array(z.unknown()) });

Deno.test("every analytics report gives rows with named columns", async () => {
  const reports: Record<string, Record<string, Record<string, unknown>>> = {
    traffic: {
      top_ips: { IP: "198.51.100.7", Count: 420 },
      top_bots: { Bot: "examplebot", Count: 61 },
      top_urls: { URL: "/", Count: 310 },
      top_statuses: { Status: "200", Count: 120 },
    },
    php: {
      url_durations: { URL: "/", "Avg. Duration": 0.31 },
      processes: { Process: "php-fpm: pool www", CPU: 2.1, Memory: 84 },
      slow_pages: { URL: "/checkout", Occurrences: 4, "Max Time": 6.2, "Avg. Duration": 3.9 },
    },
    mysql: {
      running_queries: { Id: "17", Query: "SELECT 1", Time: 0 },
      slow_queries: {
        Query: "SELECT * FROM wp_options WHERE autoload = '[hidden]'",
        "Execution Time": 2.4,
        Occurrences: 18,
      },
    },
  };
  await using service = await start({ clock: new FakeClock() });

  for (const [kind, resources] of Object.entries(reports)) {
    for (const [resource, row] of Object.entries(resources)) {
      const { json } = await call(service, `get_app_analytics_${kind}`, { duration: "15m", resources: [resource] });
      const { as_of, report: { [resource]: table } } = onlyReport.parse(json);
      assert.equal(as_of, "2026-11-20T12:00:00Z");
      const { rows, ...rest } = tableSchema.parse(table);
      assert.deepEqual(rows[0], row);
      assert.deepEqual(rest, { footer: [], from: null, until: null });
      assert.equal(json.duration, "15m");
    }
  }
});

Deno.test("other members of an analytics report than the expected table are passed on", async () => {
  const result = {
    created_at: "2026-08-06 10:00:00",
    note: "new",
    list: [1, 2],
    top_ips: {
      header: ["IP", " IP", "Count"],
      body: [["a", "b", 1, "extra"], ["c"], { odd: true }, "text"],
      footer: ["Total", 1],
      from: "2026-08-06 09:00:00",
      extra: { deep: 1 },
    },
    empty: { header: ["IP"], body: {} },
    other: { header: ["IP"] },
  };
  await using service = await start();
  const operation = { id: "x", is_completed: "1", parameters: JSON.stringify(result) };
  service.sandbox.addFault({ operationId: "operation_status", kind: { status: 200, body: { operation } } });

  const { json } = await call(service, "get_app_analytics_traffic", { resources: ["top_ips"] });

  const { as_of, report } = onlyReport.parse(json);
  assert.equal(as_of, "2026-08-06T10:00:00Z");
  assert.deepEqual(report, {
    note: "new",
    list: [1, 2],
    top_ips: {
      rows: [{ "IP": "a", "IP (2)": "b", "Count": 1, "column_4": "extra" }, { IP: "c" }, { odd: true }, "text"],
      footer: ["Total", 1],
      from: "2026-08-06T09:00:00Z",
      extra: { deep: 1 },
    },
    empty: { rows: [] },
    other: { header: ["IP"] },
  });
});

Deno.test("queries show their literals only on request, and never secrets", async () => {
  const queries = [
    ["SELECT id FROM wp_posts WHERE post_status = 'publish'", "SELECT id FROM wp_posts WHERE post_status = '[hidden]'"],
    ["of the start was cut 'publish' AND id > 5", "of the start was cut '[hidden]' AND id > 5"],
    ["UPDATE wp_users SET user_pass = 'canary' WHERE user_login = 'bob'"],
    ["ALTER USER 'shop'@'%' IDENTIFIED BY 'canary'"],
    ["SELECT id FROM sessions WHERE token LIKE 'canary%' AND state = 'open'"],
    ["INSERT INTO wp_users (user_login, user_pass) VALUES ('bob', 'canary'), ('eve', 'canary')"],
    ["INSERT INTO wp_options (option_name, option_value) VALUES ('smtp_password', 'canary')"],
  ];
  const slow_queries = { header: ["Query", "Count"], body: queries.map(([query]) => [query, 1]) };
  const body = { status: true, slow_queries };
  await using service = await start();
  service.sandbox.addFault({ operationId: "analytics_app_mysql", kind: { status: 200, body } });
  const ask = (more: Record<string, unknown>) =>
    call(service, "get_app_analytics_mysql", { resources: ["slow_queries"], ...more });
  const shape = z.looseObject({ rows: z.array(z.looseObject({ Query: z.string() })) });
  const queriesOf = (json: unknown) =>
    shape.parse(onlyReport.parse(json).report.slow_queries).rows.map(({ Query }) => Query);

  const masked = queriesOf((await ask({})).json);
  const shown = queriesOf((await ask({ literals: true })).json);

  assert.deepEqual(masked.slice(0, 2), queries.slice(0, 2).map(([, hidden]) => hidden));
  assert.ok(!/canary|bob|eve|smtp/.test(masked.join(" ")), masked.join(" "));
  assert.deepEqual(shown, [
    queries[0]?.[0],
    queries[1]?.[0],
    "UPDATE wp_users SET user_pass = '[hidden]' WHERE user_login = 'bob'",
    "ALTER USER 'shop'@'%' IDENTIFIED BY '[hidden]'",
    "SELECT id FROM sessions WHERE token LIKE '[hidden]' AND state = 'open'",
    "INSERT INTO wp_users (user_login, user_pass) VALUES ('bob', '[hidden]'), ('eve', '[hidden]')",
    "INSERT INTO wp_options (option_name, option_value) VALUES ('smtp_password', '[hidden]')",
  ]);
});

Deno.test("an analytics report is read in every known place, and is empty without one", async () => {
  const table = { header: ["IP"], body: [["a"]] };
  const results: [Record<string, unknown>, unknown][] = [
    [{ data: { top_ips: table } }, { top_ips: { rows: [{ IP: "a" }] } }],
    [{ data: table }, { rows: [{ IP: "a" }] }],
    [{ data: [1] }, { result: [1] }],
    [{ parameters: "" }, {}],
    [{ parameters: '{"cut": [1, ' }, { result: '{"cut": [1, ' }],
  ];
  for (const [result, expected] of results) {
    await using service = await start();
    const body = { operation: { id: "x", is_completed: "1", ...result } };
    service.sandbox.addFault({ operationId: "operation_status", kind: { status: 200, body } });

    const { json } = await call(service, "get_app_analytics_traffic", { resources: ["top_ips"] });

    assert.deepEqual(onlyReport.parse(json).report, expected);
  }
});

Deno.test("an analytics report that comes at once needs no operation", async () => {
  await using service = await start();
  const body = { status: true, top_ips: { header: ["IP"], body: [["a"]] } };
  service.sandbox.addFault({ operationId: "analytics_app_traffic", kind: { status: 200, body } });

  const { json } = await call(service, "get_app_analytics_traffic", { resources: ["top_ips"] });

  const { status, operation_id, report } = onlyReport.parse(json);
  assert.deepEqual(report, { status: true, top_ips: { rows: [{ IP: "a" }] } });
  assert.deepEqual([status, operation_id, json.status], ["completed", null, "completed"]);
});

Deno.test("Cloudways' limit for traffic reports stops only these", async () => {
  await using service = await start();
  const headers = { "Retry-After": "88" };
  service.sandbox.addFault({ operationId: "analytics_app_traffic", kind: { status: 429, headers } });

  const traffic = await call(service, "get_app_analytics_traffic", { resources: ["top_ips"] });
  const php = await call(service, "get_app_analytics_php", { resources: ["processes"] });

  assert.deepEqual([traffic.json.code, traffic.json.retry_after], ["upstream_rate_limited", 88]);
  assert.equal(php.isError, false);
});
