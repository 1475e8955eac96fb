/** What the tools for updates do to an account, what they refuse, and what they make of Cloudways' answers. */
import assert from "node:assert/strict";
import * as z from "zod";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import type { AppState, SandboxOptions } from "../sandbox/mod.ts";

const APP = { app_id: 200001 };
const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };

function start(sandbox: SandboxOptions = {}, env: Record<string, string> = ENV): Promise<Service> {
  return startService({ env, sandbox: { pace: { polls: 1, seconds: 0 }, ...sandbox } });
}

const call = (service: Service, name: string, args: Record<string, unknown> = APP) =>
  callTool(service.mcpUrl, name, args, TOKEN_HEADERS);

function appOf({ sandbox }: Service, id = 200001): AppState {
  const found = sandbox.account().servers.flatMap(({ apps }) => apps).find((app) => app.id === id);
  assert.ok(found);
  return found;
}

const answers = ({ sandbox }: Service, operationId: string, body: unknown, status = 200) =>
  sandbox.addFault({ operationId, kind: { status, body } });

/** Every tool that speaks to SafeUpdates, with a call of it and the operation that it asks first. */
const SAFE_UPDATES: readonly [tool: string, args: Record<string, unknown>, operation: string][] = [
  ["list_app_updates", {}, "safe_update_list"],
  ["check_app_updates", APP, "safe_update_available_get"],
  ["run_app_updates", { ...APP, plugins: ["breeze"] }, "safe_update_run"],
  ["run_app_updates", { ...APP, plugins: ["breeze"] }, "safe_update_settings_get"],
  ["get_update_settings", APP, "safe_update_status_get"],
  ["set_app_updates", { ...APP, enabled: true }, "safe_update_status_update"],
  ["update_update_settings", { ...APP, day: "Monday" }, "safe_update_settings_update"],
  ["get_update_history", APP, "safe_update_history_list"],
];

for (const [tool, args, operationId] of SAFE_UPDATES) {
  Deno.test(`${tool} says that SafeUpdates is not reachable where ${operationId} is closed or unknown`, async () => {
    const closed = [{ status: 403, body: { message: "no" } }, { status: 404, body: {} }, "greeting"] as const;
    for (const kind of closed) {
      await using service = await start();
      service.sandbox.addFault({ operationId, kind });

      const { json } = await call(service, tool, args);

      assert.equal(json.code, "forbidden");
      assert.equal(json.message, "SafeUpdates is not reachable through the API for this account.");
      assert.equal(service.sandbox.requestsTo(operationId).length, 1);
    }
  });
}

Deno.test("a token without the right scope is told so by the hint, and other failures stay what they are", async () => {
  await using service = await start();
  const stop = answers(service, "safe_update_list", { error: "insufficient_scope" }, 403);
  const scope = await call(service, "list_app_updates", {});
  stop();
  answers(service, "safe_update_list", { message: "wrong" }, 422);

  const wrong = await call(service, "list_app_updates", {});

  assert.match(String(scope.json.hint), /token whose role allows it/);
  assert.equal(wrong.json.code, "validation_failed");
});

Deno.test("pending updates stand beside their applications, those with most first", async () => {
  await using service = await start();
  const blog = appOf(service, 200002);
  for (const one of blog.updates.plugins) one.newest = "9.9.9";
  appOf(service, 200004).updates.enabled = true;

  const all = z.array(z.record(z.string(), z.unknown())).parse((await call(service, "list_app_updates", {})).json.apps);
  const onSecond = await call(service, "list_app_updates", { server_id: 100002 });

  assert.deepEqual(all[0], {
    id: 200002,
    label: "Blog",
    server_id: 100001,
    server_label: "Production",
    automatic_updates: false,
    core: "yes",
    plugins_count: 2,
    themes_count: 0,
  });
  assert.deepEqual(all.map(({ id }) => id), [200002, 200001, 200003]);
  assert.deepEqual(onSecond.json.apps, []);
});

Deno.test("counts that are not told are not called zero, and applications that are not listed are left out", async () => {
  await using service = await start();
  answers(service, "safe_update_list", { updates_list: [{ app_id: "200001" }, { app_id: "999999" }] });

  const { json } = await call(service, "list_app_updates", {});

  const [app, ...others] = z.array(z.looseObject({ id: z.number() })).parse(json.apps);
  assert.deepEqual(others, []);
  assert.deepEqual([app?.automatic_updates, app?.core, app?.plugins_count, app?.themes_count], [null, "", null, null]);
});

Deno.test("a detection run names what waits, and is begun once whatever comes of it", async () => {
  await using service = await start();
  appOf(service).updates.detected = false;

  const { json } = await call(service, "check_app_updates");

  const { core, plugins, themes } = Object(json.available);
  assert.deepEqual([core, plugins, themes], ["6.8.3", ["breeze"], []]);
  for (const operationId of ["safe_update_available_get", "app_vulnerabilities_refresh"]) {
    await using failing = await start();
    answers(failing, operationId, {}, 503);
    const tool = operationId === "safe_update_available_get" ? "check_app_updates" : "scan_app_vulnerabilities";
    assert.equal((await call(failing, tool)).isError, true);
    assert.equal(failing.sandbox.requestsTo(operationId).length, 1, operationId);
  }
});

Deno.test("a run that was begun is no failure where its result can't be read", async () => {
  await using service = await start();
  answers(service, "safe_update_settings_get", {}, 500);
  answers(service, "app_vulnerabilities_list", {}, 500);

  const checked = await call(service, "check_app_updates");
  const scanned = await call(service, "scan_app_vulnerabilities");

  assert.deepEqual([checked.json.status, checked.json.available], ["completed", null]);
  assert.equal(scanned.json.status, "completed");
  assert.match(String(scanned.json.next_step), /list_app_vulnerabilities/);
});

Deno.test("what is chosen is updated, and nothing else", async () => {
  await using service = await start();
  const { updates } = appOf(service);
  for (const one of [...updates.plugins, ...updates.themes]) one.newest = "9.9.9";

  const { json } = await call(service, "run_app_updates", { ...APP, plugins: ["breeze"] });

  assert.deepEqual(updates.plugins.map(({ version }) => version), ["9.9.9", "2.5.4"]);
  assert.deepEqual([updates.core.version, updates.themes[0]?.version], ["6.8", "4.6.0"]);
  assert.equal(json.status, "completed");
  assert.deepEqual(Object(json.reply).status, true);
  await call(service, "run_app_updates", { ...APP, core: true });
  assert.equal(updates.core.version, "6.8.3");
  service.sandbox.assertNoViolations();
});

Deno.test("what does not wait is refused with what does, and nobody is asked", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "100000" });
  appOf(service, 200002).updates.core.newest = "6.8";
  const wrong = [
    [{ ...APP, plugins: ["breeze", "redis-cache"] }, /^plugins: /],
    [{ ...APP, plugins: ["breeze"], themes: ["storefront"] }, /^themes: /],
    [{ app_id: 200002, core: true }, /^core: /],
  ] as const;

  for (const [args, message] of wrong) {
    const { json } = await call(service, "run_app_updates", args);
    assert.equal(json.code, "invalid_arguments", JSON.stringify(json));
    assert.match(String(json.message), message);
  }

  const { json } = await call(service, "run_app_updates", wrong[0][0]);
  assert.deepEqual(Object(json.details).known, ["breeze"]);
  assert.equal(service.sandbox.requestsTo("safe_update_run").length, 0);
});

Deno.test("no update is made where Cloudways does not say which wait", async () => {
  await using service = await start();
  answers(service, "safe_update_settings_get", { settings: { available_update_list: {} } });

  for (const more of [{ core: true }, { plugins: ["breeze"] }]) {
    const { json } = await call(service, "run_app_updates", { ...APP, ...more });
    assert.equal(json.code, "invalid_arguments");
  }
  assert.equal(service.sandbox.requestsTo("safe_update_run").length, 0);
});

Deno.test("the question of an update says how old the newest backup is, and what it updates to", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "100000" });
  const args = { ...APP, core: true };
  const ask = async () => {
    const asked = await callModern({ url: service.mcpUrl, name: "run_app_updates", args, headers: TOKEN_HEADERS });
    assert.ok(asked.kind === "question", JSON.stringify(asked));
    return asked.message;
  };

  const before = await ask();
  await call(service, "get_app_restore_points");
  const after = await ask();

  assert.match(before, /^Update application 200001: WordPress itself\./);
  assert.match(before, /WordPress to: `6\.8\.3`/);
  assert.match(before, /was not looked up in the last hour/);
  assert.match(after, /Its newest known backup is one that is \d+ (?:day|hour)s? old/);
});

Deno.test("update settings show the schedule, the selection, what waits and the next run", async () => {
  await using service = await start();
  const { updates } = appOf(service);
  updates.enabled = true;
  updates.selected = { core: "yes", plugin: ["breeze"], theme: [] };

  const { json } = await call(service, "get_update_settings");

  assert.equal(json.enabled, true);
  const { schedule, selected, notifications, available } = Object(json.settings);
  assert.deepEqual([schedule.day, schedule.window], ["Sunday", "12:01 - 18:00"]);
  assert.deepEqual([selected.core, selected.plugins, selected.themes], ["yes", ["breeze"], []]);
  assert.deepEqual(notifications, { email: "owner@example.com", before: true, success: true, failure: true });
  assert.deepEqual(available.plugins, ["breeze"]);
  assert.deepEqual(json.next_run, {
    core: "yes",
    plugins_selected_count: 1,
    plugins_updated_count: 0,
    themes_selected_count: 1,
    themes_updated_count: 1,
  });
});

Deno.test("settings that Cloudways does not show while updates are off are null", async () => {
  await using service = await start();
  answers(service, "safe_update_settings_get", { message: "off" }, 422);
  answers(service, "safe_update_schedule_get", {}, 404);

  const { json } = await call(service, "get_update_settings");

  assert.deepEqual([json.enabled, json.settings, json.next_run], [false, null, null]);
});

/** Settings in which everything is told. */
const WHOLE = {
  is_update_enable: "1",
  update_list: { plugin: [], theme: [], core: "no" },
  available_update_list: {},
  update_slot: "12:01 - 18:00",
  update_day: "Sunday",
  notification_email: "owner@example.com",
  pre_notification: "1",
  successful_updates: "1",
  failed_updates: "1",
};

Deno.test("a core that Cloudways does not name is shown as no text, in the selection and in the next run", async () => {
  await using service = await start();
  answers(service, "safe_update_settings_get", {
    settings: { ...WHOLE, update_list: { plugin: [], theme: [], core: {} } },
  });
  answers(service, "safe_update_schedule_get", { updates_list: { core: {} } });

  const { json } = await call(service, "get_update_settings");

  assert.deepEqual([Object(json.settings).selected.core, Object(json.next_run).core], ["", ""]);
});

Deno.test("automatic updates are switched, and read back", async () => {
  await using service = await start();
  const { updates } = appOf(service);

  const on = await call(service, "set_app_updates", { ...APP, enabled: true });
  assert.equal(updates.enabled, true);
  const off = await call(service, "set_app_updates", { ...APP, enabled: false });

  assert.equal(updates.enabled, false);
  assert.deepEqual([on.json.enabled, off.json.enabled], [true, false]);
  assert.deepEqual(on.json.reply, { status: true, data: { enabled: "1" } });
});

Deno.test("a switch that does not show is an error with both states; one that can't be read back is not known", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: "safe_update_status_update", kind: { status: 200, body: { status: true } } });
  const ignored = await call(service, "set_app_updates", { ...APP, enabled: true });
  const status = { operationId: "safe_update_status_get", times: 1 };
  service.sandbox.addFault({ ...status, kind: { status: 200, body: { data: {} } } });
  service.sandbox.addFault({ operationId: "safe_update_status_get", kind: { status: 500 } });

  const unread = await call(service, "set_app_updates", { ...APP, enabled: true });

  assert.equal(ignored.json.code, "upstream_error");
  assert.deepEqual(ignored.json.details, { wanted: { enabled: true }, found: { enabled: false } });
  assert.deepEqual([unread.isError, unread.json.enabled], [false, null]);
});

Deno.test("settings that are left out stay as they are, and nothing empty is sent", async () => {
  await using service = await start();
  const { updates } = appOf(service);
  Object.assign(updates, { enabled: true, day: 3, slot: 4 });
  updates.selected = { core: "yes", plugin: ["breeze"], theme: [] };
  updates.notify = { email: "", before: false, success: true, failure: true };
  const before = structuredClone(updates);

  const { isError, json } = await call(service, "update_update_settings", { ...APP, window: "00:01 - 06:00" });

  assert.equal(isError, false, JSON.stringify(json));
  assert.deepEqual(updates, { ...before, slot: 1 });
  assert.deepEqual(json.changed, ["window"]);
  assert.equal(Object(json.settings).day, "Wednesday");
  const sent = service.sandbox.requestsTo("safe_update_settings_update")[0]?.fields ?? {};
  assert.deepEqual(["theme", "emails"].filter((name) => name in sent), []);
});

Deno.test("settings that can't be read whole are not written", async () => {
  const broken: Record<string, unknown>[] = [
    { is_update_enable: "maybe" },
    { update_day: "4" },
    { update_slot: "noon" },
    { update_list: { plugin: [], theme: [], core: "" } },
    { update_list: { theme: [], core: "no" } },
    { update_list: { plugin: [], core: "no" } },
    { notification_email: null },
    { pre_notification: null },
    { successful_updates: null },
    { failed_updates: null },
  ];

  for (const change of broken) {
    await using service = await start();
    answers(service, "safe_update_settings_get", { settings: { ...WHOLE, ...change } });

    const { json } = await call(service, "update_update_settings", { ...APP, day: "Monday" });

    assert.equal(json.code, "upstream_error", JSON.stringify(change));
    assert.match(String(Object(json.details).not_told), new RegExp(`^${Object.keys(change)[0]}`));
    assert.equal(service.sandbox.requestsTo("safe_update_settings_update").length, 0);
  }
});

Deno.test("settings that are already as asked for are not written, and nobody is asked", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "100000" });
  appOf(service).updates.selected.plugin = ["redis-cache", "breeze"];

  const { json } = await call(service, "update_update_settings", { ...APP, plugins: ["breeze", "redis-cache"] });

  assert.equal(json.code, "validation_failed");
  assert.equal(service.sandbox.requestsTo("safe_update_settings_update").length, 0);
});

Deno.test("settings that read back otherwise are an error with both", async () => {
  await using service = await start();
  answers(service, "safe_update_settings_update", { status: true });

  const { json } = await call(service, "update_update_settings", { ...APP, day: "Monday" });

  assert.equal(json.code, "upstream_error");
  const { wanted, found } = Object(json.details);
  assert.deepEqual([wanted.day, found.day], ["Monday", "Sunday"]);
});

Deno.test("the question of new settings shows what they are and what they become", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "100000" });
  const args = { ...APP, plugins: ["breeze"], email: "new@example.com", notify_failure: false, day: "Friday" };

  const asked = await callModern({ url: service.mcpUrl, name: "update_update_settings", args, headers: TOKEN_HEADERS });

  assert.ok(asked.kind === "question", JSON.stringify(asked));
  for (
    const line of [
      /^Plugins now: `all, new ones too`$/m,
      /^Plugins after: `breeze`$/m,
      /^E-mail address now: `owner@example\.com`/m,
      /^E-mail address after: `new@example\.com`/m,
      /^Message after a failed run now: `yes`$/m,
      /^Message after a failed run after: `no`$/m,
    ]
  ) assert.match(asked.message, line);
  assert.doesNotMatch(asked.message, /Themes now/);
});

Deno.test("past runs say how they ended", async () => {
  await using service = await start();
  const { updates: { history: [run] } } = appOf(service);
  if (run !== undefined) appOf(service).updates.history.push({ ...run, succeeded: false, onDemand: false });

  const { json } = await call(service, "get_update_history");

  const runs = z.array(z.looseObject({})).parse(json.runs);
  assert.deepEqual(runs.map(({ succeeded, on_demand }) => [succeeded, on_demand]), [[true, true], [false, undefined]]);
  assert.equal(runs[0]?.plugins_updated_count, 1);
  assert.match(String(runs[0]?.created_at), /Z$/);
});

Deno.test("past runs are shown alike, whether Cloudways sends texts or numbers", async () => {
  await using service = await start();
  const updates = { core: 1, themes: { selected: 0, updated: 0 }, plugins: { selected: 0, updated: 0 } };
  const times = { created_at: "2026-01-13 06:40:58", update_date: "2026-01-13 06:40:58" };
  answers(service, "safe_update_history_list", {
    status: true,
    history: [
      { id: 7, message: 8, status: 1, type: 0, reason: null, updates, ...times },
      { id: "7", message: "8", status: "1", type: "0", reason: "", updates, ...times },
    ],
  });

  const { json } = await call(service, "get_update_history");

  const [numbers, texts] = z.array(z.looseObject({})).parse(json.runs);
  assert.deepEqual(numbers, texts);
  assert.deepEqual([texts?.id, texts?.message, texts?.on_demand, texts?.reason], ["7", "8", true, ""]);
});

const vulnerable = z.array(z.looseObject({ slug: z.string(), vulnerabilities: z.array(z.looseObject({})) }));

Deno.test("vulnerabilities are read where there is none, one or several", async () => {
  await using service = await start();
  appOf(service).vulnerable.holes = { wordpress: 1, breeze: 2, storefront: 0 };

  const { json } = await call(service, "list_app_vulnerabilities");

  const found = vulnerable.parse(json.vulnerable);
  assert.deepEqual(found.map(({ slug, vulnerabilities }) => [slug, vulnerabilities.length]), [
    ["wordpress", 1],
    ["breeze", 2],
  ]);
  assert.equal(json.checked_count, 4);
  assert.deepEqual(found[1]?.vulnerabilities.map(({ fixed_in }) => fixed_in), ["9.9.9", null]);
  assert.equal(found[0]?.vulnerabilities[0]?.disclosed_at, "2026-01-13T06:40:58Z");
});

Deno.test("an answer without a core, or without a flag, hides no vulnerability", async () => {
  await using service = await start();
  const hole = { title: "Stored cross-site scripting" };
  answers(service, "app_vulnerabilities_list", {
    data: {
      wordpress: {},
      themes: [{ slug: "marked", is_vulnerable: 1, vulnerabilities: [] }],
      plugins: [{ slug: "unmarked", vulnerabilities: hole }, { slug: "clean", is_vulnerable: 0, vulnerabilities: [] }],
    },
  });

  const { json } = await call(service, "list_app_vulnerabilities");

  assert.deepEqual(vulnerable.parse(json.vulnerable).map(({ slug }) => slug), ["unmarked", "marked"]);
  assert.deepEqual([json.checked_count, json.data_of], [3, null]);
});

Deno.test("a scan fetches newer data, and lists them", async () => {
  await using service = await start();
  appOf(service).vulnerable.fetchedAt = null;

  const { json } = await call(service, "scan_app_vulnerabilities");

  assert.equal(json.status, "completed");
  assert.deepEqual(vulnerable.parse(json.vulnerable).map(({ slug }) => slug), ["breeze"]);
  assert.match(String(json.data_of), /^[A-Z][a-z]+ \d+, \d{4}$/);
});
