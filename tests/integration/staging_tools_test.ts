/** What the tools for staging copies do to an account, and what they refuse before anybody is asked. */
import assert from "node:assert/strict";
import * as z from "zod";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern, YES } from "../support/rpc_2026.ts";
import { type AppState, DEMO_ACCOUNT, type SandboxOptions } from "../sandbox/mod.ts";
import { backUpEverything } from "../tool_rows/staging.ts";

const LIVE = 200001;
const COPY = 200003;
const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };

function start(sandbox: SandboxOptions = {}, env: Record<string, string> = ENV): Promise<Service> {
  return startService({ env, sandbox: { pace: { polls: 1, seconds: 0 }, ...sandbox } });
}

const call = (service: Service, name: string, args: Record<string, unknown> = {}) =>
  callTool(service.mcpUrl, name, args, TOKEN_HEADERS);

function appOf({ sandbox }: Service, id: number): AppState {
  const found = sandbox.account().servers.flatMap(({ apps }) => apps).find((app) => app.id === id);
  assert.ok(found);
  return found;
}

function writesOf({ sandbox }: Service): (string | undefined)[] {
  return sandbox.requests.filter(({ method }) => method !== "GET").map(({ operationId }) => operationId);
}

/** The text of the question of a call. */
async function ask(service: Service, name: string, args: Record<string, unknown>): Promise<string> {
  const asked = await callModern({ url: service.mcpUrl, name, args, headers: TOKEN_HEADERS });
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  return asked.message;
}

const staging = z.array(z.looseObject({ id: z.number(), live_app: z.looseObject({ state: z.string() }) }));

async function listed(service: Service, args: Record<string, unknown> = {}) {
  return staging.parse((await call(service, "list_staging_apps", args)).json.staging_apps);
}

Deno.test("staging copies are listed with their live application, on whatever server it is", async () => {
  await using service = await start({ accounts: [{ ...DEMO_ACCOUNT, moreStaging: true }] });

  const copies = await listed(service);
  const onFirst = await listed(service, { server_id: 100001 });

  const pairs = copies.map(({ id, server_id, live_app }) => [id, server_id, live_app.state, live_app.id]);
  assert.deepEqual(pairs, [
    [200003, 100001, "found", 200001],
    [200007, 100002, "found", 200002],
    [200008, 100002, "gone", 299999],
  ]);
  assert.equal(copies[1]?.live_app.server_id, 100001);
  assert.deepEqual(onFirst.map(({ id }) => id), [200003]);
});

Deno.test("a live application that Cloudways doesn't name, or may not list, is not called gone", async () => {
  await using service = await start({ accounts: [{ ...DEMO_ACCOUNT, moreStaging: true }] });
  const [first] = service.sandbox.account().servers;
  appOf(service, 200007).untold.push("source_app_id");
  first?.untold.push("apps");

  const copies = await listed(service);

  assert.deepEqual(copies.map(({ live_app }) => live_app), [{ state: "not_told", id: null }, {
    state: "not_told",
    id: 299999,
  }]);
});

Deno.test("what is no staging application is refused by every tool for them, and nobody is asked", async () => {
  await using service = await start();
  const calls = [
    ["push_staging_app", { files: true }],
    ["pull_staging_app", { files: true }],
    ["set_staging_password_prompt", { enabled: true }],
    ["set_staging_password_prompt", { enabled: false }],
    ["delete_staging_backup", {}],
    ["get_staging_log", {}],
  ] as const;

  for (const [name, args] of calls) {
    const { json } = await call(service, name, { app_id: LIVE, ...args });
    assert.equal(json.code, "invalid_arguments", name);
    assert.match(String(json.message), /^app_id: /, name);
    assert.equal(Object(json.details).problems[0].argument, "app_id", name);
  }
  // It is a copy all the same, but not one for staging.
  Object.assign(appOf(service, 200002), { source_app_id: LIVE });
  assert.equal(
    (await call(service, "push_staging_app", { app_id: 200002, files: true })).json.code,
    "invalid_arguments",
  );

  assert.deepEqual(writesOf(service), []);
  assert.equal(service.sandbox.requestsTo("staging_logs_get").length, 0);
});

for (const forms of ["live", "documented"] as const) {
  Deno.test(`a new staging copy is found on its own server and on another, with ${forms} replies`, async () => {
    await using service = await start({ forms });

    const here = await call(service, "create_staging_app", { app_id: LIVE });
    const there = await call(service, "create_staging_app", { app_id: LIVE, destination_server_id: 100002 });

    for (const [{ json }, server_id] of [[here, 100001], [there, 100002]] as const) {
      const copy = appOf(service, Number(json.new_app_id));
      assert.deepEqual([copy.source_app_id, copy.server_id, copy.is_staging], [LIVE, server_id, "1"]);
      assert.equal(json.new_app_label, copy.label);
      assert.equal(json.prompt_enabled, true);
      assert.equal(json.next_step, undefined);
    }
    service.sandbox.assertNoViolations();
  });
}

Deno.test("a copy that can't be told from another is not guessed", async () => {
  await using service = await start({ forms: "documented" });
  // The operation names the live application, and two copies appear at once.
  service.sandbox.addFault({
    operationId: "operation_status",
    kind: { status: 200, body: { operation: { id: "1", is_completed: "1", app_id: String(LIVE), status: "done" } } },
  });
  const twin = { ...appOf(service, COPY), id: 200088 };
  const servers = service.sandbox.account().servers;
  const first = await call(service, "list_staging_apps");
  assert.equal(first.isError, false);
  servers[0]?.apps.push(twin, { ...twin, id: 200089 });

  const { json } = await call(service, "create_staging_app", { app_id: LIVE });

  assert.equal(json.new_app_id, null);
  assert.match(String(json.next_step), /list_staging_apps/);
});

Deno.test("a copy on another server is told from one that appears with it by the id in the answer", async () => {
  await using service = await start({ forms: "documented" });
  await call(service, "list_staging_apps");
  const [, second] = service.sandbox.account().servers;
  second?.apps.push({ ...appOf(service, COPY), id: 200088, server_id: 100002 });

  const { json } = await call(service, "create_staging_app", { app_id: LIVE, destination_server_id: 100002 });

  const added = second?.apps.filter((app) => app.source_app_id === LIVE && app.id !== 200088) ?? [];
  assert.deepEqual(added.map(({ id }) => id), [json.new_app_id]);
});

Deno.test("a copy is made of a live application alone, and on a server that exists", async () => {
  await using service = await start();

  const ofCopy = await call(service, "create_staging_app", { app_id: COPY });
  const nowhere = await call(service, "create_staging_app", { app_id: LIVE, destination_server_id: 999 });

  assert.equal(ofCopy.json.code, "invalid_arguments");
  assert.match(String(ofCopy.json.message), /^app_id: /);
  assert.equal(Object(ofCopy.json.details).problems[0].argument, "app_id");
  assert.equal(nowhere.json.code, "not_found");
  assert.deepEqual(writesOf(service), []);
});

Deno.test("a push makes the live site what the copy is, part by part", async () => {
  await using service = await start();
  const [live, copy] = [appOf(service, LIVE), appOf(service, COPY)];
  const before = structuredClone(live.content);

  await call(service, "push_staging_app", { app_id: COPY, files: true });
  assert.deepEqual(live.content, { ...before, files: copy.content.files });
  await call(service, "push_staging_app", { app_id: COPY, database: true, tables: ["wp_posts"] });
  assert.equal(live.content.tables.wp_posts, copy.content.tables.wp_posts);
  assert.equal(live.content.tables.wp_users, before.tables.wp_users);
  const { json } = await call(service, "push_staging_app", { app_id: COPY, database: true, backup: false });

  assert.deepEqual(live.content, copy.content);
  assert.deepEqual([json.live_app_id, json.live_app_label, json.backup_first], [LIVE, "Shop", false]);
  service.sandbox.assertNoViolations();
});

Deno.test("a pull makes the copy what the live site is", async () => {
  await using service = await start();
  backUpEverything(service.sandbox);
  const before = structuredClone(appOf(service, LIVE).content);

  const { json } = await call(service, "pull_staging_app", { app_id: COPY, files: true, database: true });

  assert.equal(json.backup_first, true);
  assert.deepEqual(appOf(service, COPY).content, before);
  assert.deepEqual(appOf(service, LIVE).content, before);
});

Deno.test("a copy across servers is pushed to the server of its live application", async () => {
  await using service = await start({ accounts: [{ ...DEMO_ACCOUNT, moreStaging: true }] });

  const { isError } = await call(service, "push_staging_app", { app_id: 200007, files: true });

  assert.equal(isError, false);
  const [sent] = service.sandbox.requestsTo("staging_sync_code");
  const { server_id, app_id, source_server_id, source_app_id } = sent?.fields ?? {};
  assert.deepEqual([server_id, app_id, source_server_id, source_app_id], [100002, 200007, 100001, 200002]);
  assert.equal(appOf(service, 200002).content.files, appOf(service, 200007).content.files);
});

Deno.test("a copy whose live application is gone is neither pushed nor pulled", async () => {
  await using service = await start({ accounts: [{ ...DEMO_ACCOUNT, moreStaging: true }] });
  backUpEverything(service.sandbox);

  for (const name of ["push_staging_app", "pull_staging_app"]) {
    const { json } = await call(service, name, { app_id: 200008, files: true });
    assert.equal(json.code, "not_found", name);
    assert.match(String(json.message), /live application of staging application 200008/);
    const { source_app_id } = appOf(service, 200008);
    assert.deepEqual(json.details, { app_id: 200008, source_app_id }, name);
  }

  assert.deepEqual(writesOf(service), []);
});

Deno.test("the copy that a running update makes for itself is marked, and not pushed", async () => {
  await using service = await start({ pace: { polls: 1_000_000, seconds: 1_000_000 } });
  const response = await fetch(`${service.sandbox.baseUrl}/app/safeupdates/200002`, {
    method: "PUT",
    headers: { authorization: `Bearer ${DEMO_ACCOUNT.accessTokens[0].token}` },
    body: new URLSearchParams({ server_id: "100001", core: "no", "plugin[]": "breeze" }),
  });
  assert.equal(response.status, 200, await response.text());

  const copies = await listed(service);
  const temporary = copies.find(({ perhaps_temporary }) => perhaps_temporary === true);
  const { json } = await call(service, "push_staging_app", { app_id: temporary?.id, files: true });

  assert.equal(copies.length, 2);
  assert.ok(temporary !== undefined && temporary.id !== COPY);
  assert.equal(json.code, "upstream_busy");
  assert.match(String(json.message), /may be a temporary copy/);
  assert.deepEqual(json.details, { app_id: temporary.id, server_id: 100001 });
  assert.equal(service.sandbox.requestsTo("staging_sync_code").length, 0);
});

Deno.test("a pull is refused, and nobody asked, unless both sides were backed up in the last 24 hours", async () => {
  for (const side of [LIVE, COPY]) {
    await using service = await start();
    backUpEverything(service.sandbox);
    const app = appOf(service, side);
    const fresh = app.backups.pop() ?? "";
    app.backups = [new Date(Date.parse(`${fresh}Z`) - 24 * 3_600_000).toISOString().slice(0, 19), "no time"];

    const { json } = await call(service, "pull_staging_app", { app_id: COPY, files: true });
    app.backups.push(fresh);
    const again = await call(service, "pull_staging_app", { app_id: COPY, files: true });

    assert.equal(json.code, "validation_failed");
    assert.match(String(json.hint), new RegExp(`backup_app, app_id ${side}\\b`));
    assert.equal(Object(json.details).app_id, side);
    assert.equal(again.isError, false, "a list that was seen before the backup is read again");
    assert.deepEqual(writesOf(service), ["staging_sync_code"]);
  }
});

Deno.test("a pull is refused where Cloudways doesn't show the backups, or still lists them", async () => {
  await using service = await start({ pace: { polls: 1_000_000, seconds: 1_000_000 } });
  const stop = service.sandbox.addFault({ operationId: "app_backup_status_get", kind: { status: 403, body: {} } });

  const refused = await call(service, "pull_staging_app", { app_id: COPY, files: true });
  stop();
  const started = Date.now();
  service.sandbox.addFault({
    operationId: "operation_status",
    kind: { status: 422, body: { message: "not known" } },
  });
  const unseen = await call(service, "pull_staging_app", { app_id: COPY, files: true, wait_seconds: 0 });

  assert.equal(refused.json.code, "validation_failed");
  assert.ok(JSON.stringify(refused.json.details).includes("not told"));
  assert.equal(unseen.json.code, "upstream_busy", JSON.stringify(unseen.json));
  assert.ok(Date.now() - started < 60_000);
  assert.deepEqual(writesOf(service), []);
});

Deno.test("backups that were listed in the last hour are not listed again for a pull", async () => {
  await using service = await start();
  backUpEverything(service.sandbox);
  for (const app_id of [LIVE, COPY]) await call(service, "get_app_restore_points", { app_id });

  await call(service, "pull_staging_app", { app_id: COPY, files: true });

  assert.equal(service.sandbox.requestsTo("app_backup_status_get").length, 2);
});

Deno.test("the question of a push says what is lost, whether a backup is made, and how old the newest one is", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "100000" });
  const push = { app_id: COPY, database: true };

  const unknown = await ask(service, "push_staging_app", { ...push, backup: false });
  await call(service, "get_app_restore_points", { app_id: LIVE });
  const known = await ask(service, "push_staging_app", push);
  const files = await ask(service, "push_staging_app", { app_id: COPY, files: true });
  const tables = await ask(service, "push_staging_app", { ...push, tables: ["wp_users"] });

  assert.match(unknown, /was not looked up in the last hour/);
  assert.match(unknown, /No backup of the live site is made first/);
  assert.match(known, /newest known backup is one that is 23 hours old|newest known backup is one that is 2?\d/);
  assert.match(known, /asked to back up the live site first/);
  assert.match(known, /users, passwords and application passwords become those of the copy/);
  assert.match(known, /whole database/);
  assert.doesNotMatch(files, /passwords/);
  assert.match(files, /Files of the live site become those of the copy/);
  assert.match(tables, /tables of the live site named below/);
});

Deno.test("a yes to a push counts for what was asked, not for a copy of another application", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "100000" });
  const args = { app_id: COPY, files: true };
  const first = await callModern({ url: service.mcpUrl, name: "push_staging_app", args, headers: TOKEN_HEADERS });
  assert.ok(first.kind === "question");
  appOf(service, COPY).source_app_id = 200002;

  const answered = { state: first.state, reply: YES };
  const again = await callModern({
    url: service.mcpUrl,
    name: "push_staging_app",
    args,
    headers: TOKEN_HEADERS,
    answered,
  });

  assert.equal(again.kind, "question");
  assert.deepEqual(writesOf(service), []);
});

Deno.test("the question of a pull names both sides, and that either may be overwritten", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "100000" });
  backUpEverything(service.sandbox);

  const whole = await ask(service, "pull_staging_app", { app_id: COPY, files: true, database: true });
  const tables = await ask(service, "pull_staging_app", { app_id: COPY, database: true, tables: ["wp_posts"] });
  const files = await ask(service, "pull_staging_app", { app_id: COPY, files: true });

  assert.match(whole, /^Overwrite staging copy 200003 with its live application 200001/);
  assert.match(whole, /the live site may be the side that is overwritten/);
  assert.match(whole, /Users and passwords of the copy become those of the live site/);
  assert.match(tables, /The tables named below become those of the live site/);
  assert.doesNotMatch(files, /passwords/);
});

Deno.test("the password prompt is switched by a form, and waited for", async () => {
  await using service = await start();
  const { prompt } = appOf(service, COPY).staging;

  const off = await call(service, "set_staging_password_prompt", { app_id: COPY, enabled: false });
  assert.equal(prompt.enabled, false);
  const on = await call(service, "set_staging_password_prompt", { app_id: COPY, enabled: true });

  assert.equal(prompt.enabled, true);
  assert.deepEqual([off.json.prompt_enabled, on.json.prompt_enabled], [false, true]);
  assert.match(String(on.json.operation_id), /^flex-/);
  assert.deepEqual(service.sandbox.requestsTo("staging_auth_status_update").map(({ query }) => query), [{}, {}]);
});

Deno.test("tables are shown as they came, from the operation or from the answer itself", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });

    const { json } = await call(service, "list_staging_tables", { app_id: LIVE });

    assert.deepEqual(Object(json.reply).tables, ["wp_options", "wp_posts", "wp_users"]);
    assert.equal(json.status, "completed");
  }
  await using service = await start();
  service.sandbox.addFault({ operationId: "staging_sync_tables", kind: { status: 200, body: [] } });
  assert.deepEqual((await call(service, "list_staging_tables", { app_id: LIVE })).json.reply, []);
});

Deno.test("the staging log is shown as it came, with its times in UTC and its secrets hidden", async () => {
  await using service = await start();
  await call(service, "push_staging_app", { app_id: COPY, files: true });
  const log = await call(service, "get_staging_log", { app_id: COPY });
  service.sandbox.addFault({
    operationId: "staging_logs_get",
    kind: { status: 200, body: { logs: [{ password: "canary-1", created_at: "2026-01-02 03:04:05" }] } },
  });

  const odd = await call(service, "get_staging_log", { app_id: COPY });

  assert.equal(Object(log.json.reply).logs[0].action, "push");
  assert.ok(!JSON.stringify(odd.json).includes("canary-1"));
  assert.equal(Object(odd.json.reply).logs[0].created_at, "2026-01-02T03:04:05Z");
});

Deno.test("what a push kept of the live site is deleted", async () => {
  await using service = await start();
  await call(service, "push_staging_app", { app_id: COPY, files: true });
  appOf(service, COPY).staging.overwritten = structuredClone(appOf(service, LIVE).content);

  const { json } = await call(service, "delete_staging_backup", { app_id: COPY });

  assert.equal(json.status, "completed");
  assert.notEqual(json.reply, undefined);
  assert.equal(appOf(service, COPY).staging.overwritten, null);
});

/** What a person sees who presses the button on the page of a secret. */
async function openSecret({ url }: Service, secretUrl: unknown): Promise<string> {
  const response = await fetch(url + new URL(String(secretUrl)).pathname, {
    method: "POST",
    headers: { origin: "http://127.0.0.1:7000", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ show: "once" }),
    redirect: "manual",
  });
  return await response.text();
}

Deno.test("a new staging password is set, and seen by the person alone, once", async () => {
  await using service = await start({}, { RATE_LIMIT_REQUESTS: "100000" });
  const { prompt } = appOf(service, COPY).staging;
  const before = prompt.password;

  const { json } = await call(service, "reset_staging_password", { app_id: COPY, user_name: "client" });
  const [first, second] = [await openSecret(service, json.secret_url), await openSecret(service, json.secret_url)];

  assert.notEqual(prompt.password, before);
  assert.equal(prompt.username, "client");
  assert.equal(json.user_name, "client");
  assert.ok(first.includes(prompt.password) && first.includes("client"));
  assert.ok(!second.includes(prompt.password));
  for (const text of [JSON.stringify(json), ...service.logLines]) assert.ok(!text.includes(prompt.password));
  service.sandbox.assertNoViolations();
});

Deno.test("a new staging password is in the answer only where that was asked for", async () => {
  await using service = await start();

  const { json } = await call(service, "reset_staging_password", { app_id: COPY, show: "answer" });

  assert.equal(json.password, appOf(service, COPY).staging.prompt.password);
  assert.equal(json.secret_url, undefined);
});

Deno.test("the answer to a new staging password is shown as it came; a live application has none", async () => {
  await using service = await start({ forms: "documented" });
  const stop = service.sandbox.addFault({
    operationId: "staging_htaccess_update",
    kind: { status: 200, body: { status: true, data: { note: "set" } } },
    afterEffect: true,
  });

  const { json } = await call(service, "reset_staging_password", { app_id: COPY });
  stop();
  const live = await call(service, "reset_staging_password", { app_id: LIVE });

  assert.deepEqual(json.reply, { status: true, data: { note: "set" } });
  assert.equal(json.status, "completed");
  assert.equal(live.json.code, "invalid_arguments");
  assert.equal(service.sandbox.requestsTo("staging_htaccess_update").length, 1);
});

Deno.test("where setting a staging password fails on the way, the person can see the one that may be set", async () => {
  await using service = await start();
  service.sandbox.failNextOperations(1);

  const { json } = await call(service, "reset_staging_password", { app_id: COPY });

  assert.equal(json.code, "operation_failed");
  const page = await openSecret(service, Object(json.details).secret_url);
  const sent = service.sandbox.requestsTo("staging_htaccess_update")[0]?.fields.password;
  assert.ok(page.includes(String(sent)));
});
