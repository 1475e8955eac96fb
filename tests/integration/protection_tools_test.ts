/** The Security Suite: what its tools do to the account, and what they make of answers that nobody has documented. */
import assert from "node:assert/strict";
import type { AppState, SandboxOptions, ServerState } from "../sandbox/mod.ts";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";

const SERVER = { server_id: 100001 };
const SHOP = { app_id: 200001 };
const BLOG = { app_id: 200002 };
const TOKEN = DEMO_ACCOUNT.accessTokens[0].token;
const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };

type Args = Record<string, unknown>;

const start = (env: Record<string, string> = ENV, sandbox: SandboxOptions = {}) =>
  startService({ env, sandbox: { pace: { polls: 1, seconds: 0 }, ...sandbox } });

const call = (service: Service, tool: string, args: Args) => callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);

const answers = ({ sandbox }: Service, operationId: string, body: unknown, status = 200) =>
  sandbox.addFault({ operationId, kind: { status, body } });

const writes = ({ sandbox }: Service) => sandbox.requests.filter(({ method }) => method !== "GET");

function serverOf({ sandbox }: Service): ServerState {
  const server = sandbox.account().servers[0];
  assert.ok(server !== undefined);
  return server;
}

function appOf(service: Service, { app_id }: { app_id: number }): AppState {
  const app = serverOf(service).apps.find(({ id }) => id === app_id);
  assert.ok(app !== undefined);
  return app;
}

/** The question of a call that asks. */
async function ask(service: Service, tool: string, args: Args): Promise<string> {
  const asked = await callModern({ url: service.mcpUrl, name: tool, args, headers: TOKEN_HEADERS });
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  return asked.message;
}

const ASKING = { RATE_LIMIT_REQUESTS: "100000" };

Deno.test("an added rule that Cloudways does not list can't be taken back, and the answer says so", async () => {
  await using service = await start();
  answers(service, "security_suite_server_ips_get", { ips: [] });

  const { json } = await call(service, "update_server_ip_rules", { ...SERVER, list: "block", add: ["203.0.113.7"] });

  assert.deepEqual(Object.keys(Object(json.undo)), ["none"], JSON.stringify(json));
});

Deno.test("malware protection is ordered for one application, and cancelled by its label", async () => {
  await using service = await start();

  const ordered = await call(service, "set_app_protection", { ...BLOG, enabled: true });
  const cancelled = await call(service, "set_app_protection", { ...SHOP, enabled: false });

  assert.deepEqual([ordered.json.enabled, cancelled.json.enabled], [true, false]);
  assert.deepEqual([BLOG, SHOP].map((app) => appOf(service, app).protection.active), [true, false]);
  assert.equal(service.sandbox.requestsTo("security_suite_app_deactivate")[0]?.fields.app_name, "Shop");
});

Deno.test("a question about money says what is ordered now, or that it is not told", async () => {
  await using service = await start(ASKING);
  const shown = async (args: Args) => {
    const text = await ask(service, "set_app_protection", args);
    return /^Malware protection now: .*?`([^`]*)`/m.exec(text)?.[1];
  };

  const told = [await shown({ ...SHOP, enabled: false }), await shown({ ...BLOG, enabled: true })];
  answers(service, "security_suite_server_apps_list", { apps: [{ id: "200001" }] });

  assert.deepEqual([...told, await shown({ ...SHOP, enabled: false })], ["ordered", "not ordered", "not told"]);
  assert.equal(writes(service).length, 0);
});

Deno.test("protection is not cancelled if the label, which has to be sent, is hidden", async () => {
  await using service = await start(ASKING);
  appOf(service, SHOP).label = `Shop ${TOKEN}`;

  const { json } = await call(service, "set_app_protection", { ...SHOP, enabled: false });

  assert.equal(json.code, "validation_failed");
  assert.equal(writes(service).length, 0);
});

Deno.test("get_app_protection gives null for what Cloudways refuses to tell, and other failures as they are", async () => {
  await using service = await start();

  const unprotected = await call(service, "get_app_protection", BLOG);
  answers(service, "security_suite_app_events_list", { message: "down" }, 500);
  const failed = await call(service, "get_app_protection", SHOP);

  const { status, ...rest } = Object(unprotected.json.reply);
  assert.equal(status.is_active, false);
  assert.deepEqual(rest, { incidents: null, events: null });
  assert.equal(failed.json.code, "upstream_error");
});

Deno.test("a scan is started, followed and read", async () => {
  await using service = await start();

  const started = await call(service, "start_app_scan", SHOP);
  const { scan_id } = Object(started.json.reply);
  const progress = await call(service, "get_app_scan", SHOP);
  const scan = await call(service, "get_app_scan", { ...SHOP, scan_id });

  assert.deepEqual(Object(progress.json.reply).status, "completed");
  assert.deepEqual([Object(scan.json.reply).scan_id, Object(scan.json.reply).status], [scan_id, "completed"]);
});

Deno.test("files come back from quarantine only if Cloudways lists them, by id or by path", async () => {
  await using service = await start();
  const restore = (...files: string[]) => call(service, "restore_quarantined_files", { ...SHOP, files });

  const unknown = await restore("17", "99");
  assert.equal(writes(service).length, 0);
  await restore("17", "public_html/wp-content/bad.php");

  assert.equal(unknown.json.code, "invalid_arguments");
  assert.deepEqual(Object(unknown.json.details).not_listed, ["99"]);
  assert.deepEqual(appOf(service, SHOP).protection.files.map(({ status }) => status), ["restored", "restored"]);
});

Deno.test("a file beyond those that are looked up is shown as not told, and is asked about", async () => {
  await using service = await start(ASKING);
  const files = [{ id: 17, file: "a.php" }];

  answers(service, "security_suite_app_files_list", { files, total: 2 });
  const question = await ask(service, "restore_quarantined_files", { ...SHOP, files: ["17", "99"] });

  assert.match(question, /`id 17, file a\.php`/);
  assert.match(question, /`99: not told`/);
});

Deno.test("an application's address goes on a list and off it", async () => {
  await using service = await start();
  const rule = (list: string, action: string, ip: string) =>
    call(service, "update_app_ip_rules", { ...SHOP, list, action, ip, reason: "test" });

  await rule("allow", "add", "203.0.113.1");
  await rule("block", "add", "2001:DB8::1");
  await rule("block", "remove", "198.51.100.9");

  assert.deepEqual(appOf(service, SHOP).protection.ips, { allow: ["203.0.113.1"], block: ["2001:db8::1"] });
});

Deno.test("a server's addresses go on a list and off it, and the rules about them are read back", async () => {
  await using service = await start();
  const rules = (args: Args) => call(service, "update_server_ip_rules", { ...SERVER, ...args });

  const added = await rules({ list: "allow", add: ["203.0.113.1", "198.51.100.0/24"] });
  const removed = await rules({ list: "block", remove: ["198.51.100.9"] });

  assert.deepEqual(serverOf(service).protection.ips, { white: ["203.0.113.1", "198.51.100.0/24"], black: [] });
  assert.deepEqual([added.json.added, added.json.removed], [["203.0.113.1", "198.51.100.0/24"], []]);
  assert.deepEqual(added.json.rules_now, ["ip 203.0.113.1, mode white", "ip 198.51.100.0/24, mode white"]);
  assert.deepEqual([removed.json.removed, removed.json.rules_now], [["198.51.100.9"], []]);
});

Deno.test("rules about an address are found however it is spelled, and under any name", async () => {
  await using service = await start();
  const rows = [{ address: "2001:0DB8::0001", list: ["x"], note: null, ttl: 0 }, { address: "192.0.2.1" }, {}];
  answers(service, "security_suite_server_ips_get", { ips: rows });

  const { json } = await call(service, "update_server_ip_rules", { ...SERVER, list: "block", add: ["2001:db8::1"] });

  assert.deepEqual(json.rules_now, ["address 2001:0DB8::0001, ttl 0"]);
});

Deno.test("a change of rules that can't be read back is done all the same, and says so", async () => {
  for (
    const [body, status] of [[{ message: "No" }, 403], [{ message: "down" }, 500], [[], 200], [{ ips: null }, 200]]
  ) {
    await using service = await start();
    answers(service, "security_suite_server_ips_get", body, Number(status));

    const { json } = await call(service, "update_server_ip_rules", { ...SERVER, list: "block", add: ["192.0.2.1"] });

    assert.equal(json.rules_now, null, JSON.stringify(body));
    assert.deepEqual(serverOf(service).protection.ips.black, ["198.51.100.9", "192.0.2.1"]);
  }
});

Deno.test("countries are blocked and unblocked by their codes, in any case", async () => {
  await using service = await start();
  const blocks = (args: Args) => call(service, "update_server_country_blocks", { ...SERVER, ...args });

  const blocked = await blocks({ add: ["gb", "GB", "AF"] });
  const unblocked = await blocks({ remove: ["af"] });

  assert.deepEqual(serverOf(service).protection.countries, ["AQ", "GB"]);
  const names = [{ code: "GB", name: "UNITED KINGDOM" }, { code: "AF", name: "AFGHANISTAN" }];
  assert.deepEqual([blocked.json.blocked, blocked.json.unblocked], [names, []]);
  assert.deepEqual([unblocked.json.blocked, unblocked.json.unblocked], [[], names.slice(1)]);
});

Deno.test("a country that Cloudways does not list is refused with those that it lists, unasked", async () => {
  await using service = await start(ASKING);

  const { json } = await call(service, "update_server_country_blocks", { ...SERVER, add: ["GB", "XX"] });

  assert.equal(json.code, "invalid_arguments");
  assert.deepEqual(Object(json.details).known, ["AF", "GB"]);
  assert.equal(Object(json.details).problems[0].argument, "add");
  assert.equal(writes(service).length, 0);
});

Deno.test("if the countries can't be read, Cloudways decides", async () => {
  await using service = await start();
  answers(service, "list_countries", { message: "No" }, 403);

  const { json } = await call(service, "update_server_country_blocks", { ...SERVER, add: ["BV"] });

  assert.deepEqual(json.blocked, [{ code: "BV", name: "" }]);
  assert.deepEqual(serverOf(service).protection.countries, ["AQ", "BV"]);
});

Deno.test("firewall settings change alone, and are read back", async () => {
  await using service = await start();
  const set = (args: Args) => call(service, "update_firewall_settings", { ...SERVER, ...args });

  const { json } = await set({ request_limit: 60, weak_password_protection: true });
  const again = await set({ request_limit: 60 });

  assert.deepEqual(json.before, { request_limit: 100, weak_password_protection: true });
  assert.deepEqual(json.after, { request_limit: 60, weak_password_protection: true });
  assert.equal(json.confirmed, true);
  const [sent, ...more] = service.sandbox.requestsTo("security_suite_server_firewall_settings_update");
  assert.deepEqual([sent?.fields, more.length], [{ ...SERVER, request_limit: 60 }, 0]);
  assert.equal(again.json.code, "validation_failed");
});

Deno.test("firewall settings that somebody else changes meanwhile are left alone", async () => {
  await using service = await start();
  const settings = { request_limit: "100", weak_password: "0" };
  service.sandbox.addFault({
    operationId: "security_suite_server_firewall_settings_get",
    kind: { status: 200, body: { settings } },
    times: 1,
  });

  const { json } = await call(service, "update_firewall_settings", { ...SERVER, request_limit: 60 });

  assert.equal(json.code, "upstream_error");
  assert.equal(Object(json.details).before.weak_password_protection, false);
  assert.equal(writes(service).length, 0);
});

Deno.test("firewall settings that don't become what was asked for are an error, with both states", async () => {
  await using service = await start();
  answers(service, "security_suite_server_firewall_settings_get", { settings: { request_limit: 100 } });

  const { json } = await call(service, "update_firewall_settings", { ...SERVER, request_limit: 60 });

  assert.equal(json.code, "upstream_error");
  assert.equal(Object(json.details).wanted.request_limit, 60);
  assert.equal(Object(json.details).found.request_limit, 100);
});

Deno.test("the question says whether firewall settings can be set back", async () => {
  await using service = await start(ASKING);
  const saysNo = async (args: Args) => {
    const message = await ask(service, "update_firewall_settings", { ...SERVER, ...args });
    return message.includes("can't be undone");
  };
  answers(service, "security_suite_server_firewall_settings_get", { settings: { request_limit: 100 } });

  assert.equal(await saysNo({ request_limit: 60 }), false);
  assert.equal(await saysNo({ request_limit: 60, weak_password_protection: true }), true);
});

Deno.test("firewall settings that Cloudways doesn't tell can be set, and are not confirmed", async () => {
  for (const body of [{}, [], { settings: [] }, { settings: { request_limit: "many", weak_password: "?" } }]) {
    await using service = await start();
    answers(service, "security_suite_server_firewall_settings_get", body);

    const { json } = await call(service, "update_firewall_settings", { ...SERVER, request_limit: 60 });

    assert.deepEqual([json.confirmed, serverOf(service).protection.firewall.request_limit], [false, 60]);
    assert.deepEqual(json.before, { request_limit: null, weak_password_protection: null });
  }
});

Deno.test("list_protected_apps reads counts in any spelling, and never counts what is not told as none", async () => {
  await using service = await start();
  const apps = [
    { id: "200001", app_name: "Shop", mp_addon_active: "1", infected: "829", infected_db: 2 },
    { id: 200002, mp_addon_active: 0, infected: 0 },
    { id: 200003, infected: "?" },
  ];
  answers(service, "security_suite_server_apps_list", { apps, pagination: { last_page: "3" } });

  const { json } = await call(service, "list_protected_apps", { ...SERVER, page: 2 });

  assert.deepEqual([json.page, json.last_page], [2, 3]);
  assert.ok(Array.isArray(json.apps));
  assert.deepEqual(
    json.apps.map((app) => [
      app.app_id,
      app.app_label,
      app.is_protected,
      app.infected_files_count,
      app.infected_database_entries_count,
    ]),
    [[200001, "Shop", true, 829, 2], [200002, "", false, 0, null], [200003, "", null, null, null]],
  );
});

Deno.test("an answer of any form is shown as it came, cleaned, with its secrets hidden", async () => {
  const bodies: [unknown, unknown][] = [
    [[], []],
    ["no threat\u202e here", "no threat here"],
    [{ data: { app_password: "EXAMPLE-1", note: `Bearer ${TOKEN}` } }, {
      data: { app_password: "[hidden]", note: "Bearer [hidden]" },
    }],
    [{ scans: [{ created: 1786000000 }] }, { scans: [{ created: "2026-08-06T07:06:40.000Z" }] }],
  ];
  for (const [body, shown] of bodies) {
    await using service = await start();
    answers(service, "security_suite_app_scans_list", body);

    const { json, isError } = await call(service, "list_app_scans", SHOP);

    assert.equal(isError, false, JSON.stringify(json));
    assert.deepEqual(json.reply, shown);
  }
});
