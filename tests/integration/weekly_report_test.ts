/** The report for a client: what it finds, what it says plainly that it did not find, and that it stays short. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { missing, type Report, reportSchema, section } from "../support/weekly_report.ts";
import { DEMO_ACCOUNT, FakeClock } from "../sandbox/mod.ts";
import type { AlertState, AppState, Sandbox, ServerState } from "../sandbox/mod.ts";

const ENV = { RATE_LIMIT_REQUESTS: "100000" };
const AT_ONCE = { polls: 1, seconds: 0 };
const DAY_MS = 24 * 3600_000;
const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };

async function start(options: ServiceOptions = {}) {
  const clock = new FakeClock();
  const { env, sandbox, ...rest } = options;
  const service = await startService({
    clock,
    env: { ...ENV, ...env },
    sandbox: { clock, epoch: clock.now(), pace: AT_ONCE, rateLimitPerMinute: 100_000, ...sandbox },
    ...rest,
  });
  return { clock, service, ...placesOf(service.sandbox) };
}

function placesOf(sandbox: Sandbox): { server: ServerState; app: AppState; apps: AppState[] } {
  const { servers } = sandbox.account();
  const [server] = servers;
  const [app] = server?.apps ?? [];
  assert.ok(server && app);
  return { server, app, apps: servers.flatMap(({ apps }) => apps) };
}

const call = ({ mcpUrl }: Service, tool: string, args: Record<string, unknown> = {}) =>
  callTool(mcpUrl, tool, args, TOKEN_HEADERS);

async function report(service: Service, args: Record<string, unknown> = {}) {
  const { isError, json } = await call(service, "get_weekly_report", args);
  assert.equal(isError, false, JSON.stringify(json));
  return reportSchema.parse(json);
}

/** Each change in a few words. */
const changesOf = ({ changes }: Report) =>
  changes?.list.map(({ what, about, ending, approval, times_count }) =>
    [what, about, ending, approval, times_count].join(" | ")
  );

Deno.test("changes are named with what they were done to, how they ended, and whether a person allowed them", async () => {
  const { service, clock } = await start();
  await using _ = service;
  const ask = async (tool: string, args: Record<string, unknown>, decision: string) => {
    const { json } = await call(service, tool, args);
    const { pathname } = new URL(String(Object(json.details).approval_url));
    await decide(service.url, pathname, { decision });
    return await call(service, tool, args);
  };
  await call(service, "backup_app", APP);
  await clock.advance(8 * DAY_MS);
  for (let turn = 0; turn < 2; turn++) {
    await call(service, "clear_app_cache", APP);
    await clock.advance(60_000);
  }
  await ask("restart_server", SERVER, "approve");
  await clock.advance(1_000);
  await ask("stop_server", SERVER, "deny");
  await clock.advance(1_000);
  service.sandbox.addFault({ operationId: "app_backup", times: 1, kind: { status: 500 } });
  await call(service, "backup_app", APP);
  await clock.advance(1_000);
  service.sandbox.addFault({ operationId: "app_clone", times: 1, kind: { status: 403, body: { error: "no right" } } });
  await call(service, "clone_app", { ...APP, app_label: "Copy" });
  await call(service, "clear_app_cache", { app_id: "wrong" });

  const found = await report(service);

  assert.deepEqual(changesOf(found), [
    "Copy an application | Shop | did_not_work | not_needed | 1",
    "Back up an application | Shop | unknown | not_needed | 1",
    "Stop a server | Production | declined | page | 1",
    "Restart a server | Production | done | page | 1",
    "Clear an application's caches | Shop | done | not_needed | 2",
  ]);
  assert.deepEqual([found.changes?.done_count, found.changes?.not_done_count], [3, 3]);
  const lines = section(found, "What was done").join("\n");
  assert.match(lines, /Restart a server: “Production”, approved by a person/);
  assert.match(lines, /caches: “Shop”, 2 times/);
  assert.equal((await report(service, { days: 9 })).changes?.done_count, 4);
});

Deno.test("alerts of the period are grouped, older ones stay out, and undated ones are counted apart", async () => {
  const { service, clock, server } = await start();
  await using _ = service;
  const [pattern] = service.sandbox.account().alerts;
  assert.ok(pattern);
  const alert = (id: number, ageMs: number | null, more: Partial<AlertState> = {}): AlertState => ({
    ...pattern,
    id,
    server_id: server.id,
    app_id: null,
    subject: "Disk is nearly full",
    created_at: ageMs === null ? "" : new Date(clock.now() - ageMs).toISOString().slice(0, 19).replace("T", " "),
    ...more,
  });
  service.sandbox.account().alerts = [
    alert(90, DAY_MS),
    alert(80, 2 * DAY_MS),
    alert(70, null),
    alert(60, 3 * DAY_MS, { app_id: 200001, subject: "High load" }),
    alert(50, 7 * DAY_MS - 60_000),
    alert(40, 7 * DAY_MS + 60_000),
  ];

  const found = await report(service);

  assert.deepEqual(found.alerts?.list.map(({ subject, about, times_count }) => [subject, about, times_count]), [
    ["Disk is nearly full", "Production", 3],
    ["High load", "Shop", 1],
  ]);
  assert.deepEqual([found.alerts?.count, found.alerts?.without_time_count], [4, 1]);
  assert.equal(service.sandbox.requestsTo("cloudways_bot_alerts_page_list").length, 0);
  assert.deepEqual(missing(found), []);
});

Deno.test("alerts are read page by page, and after five pages the report says how to go on", async () => {
  const { service, clock } = await start();
  await using _ = service;
  const account = service.sandbox.account();
  const [pattern] = account.alerts;
  assert.ok(pattern);
  account.alerts = Array.from({ length: 120 }, (_, index) => ({
    ...pattern,
    id: 1_000 - index,
    created_at: new Date(clock.now() - index * 60_000).toISOString().slice(0, 19).replace("T", " "),
  }));

  const found = await report(service);

  assert.equal(found.alerts?.count, 100);
  assert.deepEqual(missing(found), ["alerts pages"]);
  assert.match(found.not_included[0]?.next_step ?? "", /get_alerts.*901/);
  assert.match(section(found, "Not in this report").join(), /older messages/);
});

Deno.test("backups are those that were started here and those whose restore points were seen lately", async () => {
  const { service, clock } = await start();
  await using _ = service;
  await call(service, "backup_server", SERVER);
  const before = await report(service);
  await call(service, "get_app_restore_points", APP);
  const after = await report(service);
  await clock.advance(61 * 60_000);
  const later = await report(service);

  assert.deepEqual(before.backups.started.map(({ about, times_count }) => [about, times_count]), [["Production", 1]]);
  assert.deepEqual([before, after, later].map(({ backups }) => backups.known.map(({ about }) => about)), [
    [],
    ["Shop"],
    [],
  ]);
  assert.match(section(before, "Backups").join(), /automatic backups were not looked through/);
});

/** States of a certificate, and what the report makes of them. */
const CERTIFICATES: { state: string; set: (app: AppState) => void; gives: string }[] = [
  { state: "none", set: (app) => app.lets_encrypt = null, gives: "not_covered" },
  { state: "one that is not renewed", set: (app) => letsEncrypt(app).auto = false, gives: "not_renewed_automatically" },
  { state: "one that is not verified", set: (app) => letsEncrypt(app).is_verified = false, gives: "not_verified" },
  { state: "one without a domain", set: (app) => app.aliases = ["other.example"], gives: "not_covered" },
  { state: "an own one", set: (app) => app.own_ssl = { issued_at: "2026-01-01 00:00:00" }, gives: "not told" },
  { state: "a good one", set: () => {}, gives: "fine" },
];

function letsEncrypt({ lets_encrypt }: AppState) {
  assert.ok(lets_encrypt);
  return lets_encrypt;
}

for (const { state, set, gives } of CERTIFICATES) {
  Deno.test(`a site with ${state} for a certificate counts as ${gives}`, async () => {
    const { service, app, apps } = await start();
    await using _ = service;
    for (const other of apps.filter((one) => one !== app)) Object.assign(other, { cname: "", aliases: [] });
    set(app);

    const { certificates } = await report(service);

    const { fine_count, not_told_count, attention } = certificates ?? {};
    assert.deepEqual(
      { fine_count, not_told_count, problems: attention?.map(({ about, problem }) => `${about} ${problem}`) },
      {
        fine_count: gives === "fine" ? 1 : 0,
        not_told_count: gives === "not told" ? 1 : 0,
        problems: ["fine", "not told"].includes(gives) ? [] : [`Shop ${gives}`],
      },
    );
  });
}

Deno.test("updates that wait are named, and a site without any is not", async () => {
  const { service, app, apps } = await start();
  await using _ = service;
  for (const one of apps) one.updates.detected = one === app;

  const waiting = await report(service);
  app.updates.detected = false;
  const none = await report(service);

  assert.deepEqual(waiting.updates.waiting, [{ about: "Shop", core: true, plugins_count: 1, themes_count: 0 }]);
  assert.match(section(waiting, "Updates").join(), /“Shop”: WordPress itself, 1 plugin/);
  assert.deepEqual([none.updates.waiting_count, none.updates.waiting], [0, []]);
});

Deno.test("what can't be read is named, and the rest is reported", async () => {
  const { service } = await start();
  await using _ = service;
  await call(service, "backup_app", APP);
  service.sandbox.addFault({ operationId: "safe_update_list", kind: { status: 403, body: { error: "no" } } });
  service.sandbox.addFault({ operationId: "cloudways_bot_alerts_list", kind: { status: 403, body: { error: "no" } } });
  service.sandbox.addFault({
    operationId: "server_list",
    kind: { status: 403, body: { error: "insufficient_scope" } },
  });

  const found = await report(service);

  assert.deepEqual(missing(found), ["certificates forbidden", "alerts forbidden", "updates forbidden"]);
  assert.deepEqual([found.certificates, found.alerts, found.updates.waiting_count], [null, null, null]);
  assert.deepEqual(changesOf(found), ["Back up an application | application 200001 | done | not_needed | 1"]);
  assert.equal(section(found, "Not in this report").length, 3);
});

Deno.test("while Redis is away the changes are missing, and the report says so", async () => {
  await using redis = await startRedis();
  const [ENCRYPTION_KEY] = TEST_KEYS;
  await using service = await startService({
    env: { ...ENV, REDIS_URL: redis.url, ENCRYPTION_KEY },
    sandbox: { rateLimitPerMinute: 100_000 },
  });
  await report(service);
  await redis.kill();

  const found = await report(service);

  assert.deepEqual(missing(found), ["changes store_unavailable"]);
  assert.equal(found.changes, null);
  assert.ok(found.certificates);
});

Deno.test("refused credentials get nothing of what is kept for them", async () => {
  const { service } = await start();
  await using _ = service;
  await call(service, "backup_app", APP);
  service.sandbox.revokeToken(DEMO_ACCOUNT.accessTokens[0].token);
  await call(service, "list_projects");

  const { json } = await call(service, "get_weekly_report");

  assert.equal(json.code, "authentication_failed");
});

Deno.test("at most a third of the allowance is used", async () => {
  const { service } = await start({ env: { RATE_LIMIT_REQUESTS: "6" } });
  await using _ = service;

  const found = await report(service);

  assert.ok(service.sandbox.requests.length <= 2);
  assert.ok(found.not_included.some(({ reason }) => reason === "allowance"), JSON.stringify(found.not_included));
});

/** Texts that would be links, headings or worse if they were taken for Markdown. */
const HOSTILE = [
  "[click](http://evil.example)",
  "](http://evil.example) ![i](//evil.example/x.png)",
  "x\n# Heading\n- item http://evil.example www.evil.example",
  "`code` **bold** <b>html</b> <http://evil.example>",
  "owner@evil.example “quoted” | table |",
];

Deno.test("hostile labels and subjects stay text: no link, heading, item or secret comes from them", async () => {
  const { service, server, app, apps } = await start({ env: { CONFIRM: "off" } });
  await using _ = service;
  const plain = await report(service);
  const [token] = DEMO_ACCOUNT.accessTokens;
  await call(service, "restart_server", SERVER);
  server.label = HOSTILE[0] ?? "";
  for (const [index, one] of apps.entries()) one.label = `${HOSTILE[index % HOSTILE.length]} ${index}`;
  app.label = `Shop ${token.token}`;
  for (const [index, alert] of service.sandbox.account().alerts.entries()) {
    alert.subject = HOSTILE[index % HOSTILE.length] ?? "";
  }
  await call(service, "list_projects");
  await call(service, "backup_app", APP);

  const found = await report(service);

  const headings = ({ markdown }: Report) => markdown.filter((line) => line.startsWith("#")).length;
  assert.equal(headings(found), headings(plain));
  const ours = /^(?:# |## |- (?:[A-Z][\w' ,]+|\d+ \w+)|In short|$)/;
  for (const line of found.markdown) {
    assert.match(line, ours);
    assert.doesNotMatch(line, /[\n\r]|:\/\/|www\.|(?<!\\)[\][`<>*|]|@/, line);
  }
  assert.ok(!JSON.stringify(found).includes(token.token));
  assert.ok(!found.markdown.join("").replaceAll("\\", "").includes(token.token));
});

Deno.test("of two applications with one label, each is named with its server", async () => {
  const { service, apps } = await start();
  await using _ = service;
  for (const one of apps) Object.assign(one, { label: "Shop", lets_encrypt: null });

  const { certificates } = await report(service);

  assert.ok(certificates?.attention.some(({ about }) => about === "Shop on Production"));
  assert.ok(certificates?.attention.some(({ about }) => about === "Shop on Agency"));
});

Deno.test("the report of a large account stays short, and counts what it leaves out", async () => {
  const clock = new FakeClock();
  await using service = await startService({
    clock,
    env: ENV,
    sandbox: {
      clock,
      epoch: clock.now(),
      pace: AT_ONCE,
      rateLimitPerMinute: 100_000,
      accounts: [{ ...DEMO_ACCOUNT, servers: 40, appsPerServer: 5 }],
    },
  });
  const { servers, alerts } = service.sandbox.account();
  for (const server of servers) {
    server.label = `(${server.id}) ${"*_[".repeat(30)}`;
    for (const app of server.apps) {
      Object.assign(app, { label: `[${app.id}] ${"*_[".repeat(30)}`, cname: `a${app.id}.example`, lets_encrypt: null });
    }
  }
  for (const alert of alerts) alert.subject = `{${alert.id}} ${"*_[".repeat(30)}`;
  for (const app of servers.slice(0, 15).flatMap(({ apps }) => apps.slice(0, 1))) {
    await call(service, "backup_app", { app_id: app.id });
    await clock.advance(1_000);
  }

  const { json } = await call(service, "get_weekly_report", { days: 31 });
  const found = reportSchema.parse(json);

  assert.ok(JSON.stringify(json).length <= 8_000, `${JSON.stringify(json).length} characters`);
  assert.equal(found.changes?.done_count, 15);
  assert.equal((found.changes?.list.length ?? 0) + (found.changes?.left_out_count ?? 0), 15);
  assert.equal(found.certificates?.attention_count, 200);
  assert.equal((found.certificates?.attention.length ?? 0) + (found.certificates?.left_out_count ?? 0), 200);
  assert.ok(found.changes?.list.every(({ about }) => about.length <= 60));
  assert.ok(section(found, "Certificates").some((line) => line.includes("more sites")));
});
