import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { appForm, appState, done, firstServer, problems, record, rows, send } from "../sandbox/test_client.ts";

const query = "server_id=100001";
const laravel = "/app/safeupdates/200004";

async function read(sandbox: Sandbox, what: string): Promise<Record<string, unknown>> {
  return (await send(sandbox, "GET", `/app/safeupdates/200001/${what}?${query}`)).json;
}

async function change(sandbox: Sandbox, form: Record<string, string | string[]>) {
  return await send(sandbox, "POST", "/app/safeupdates/settings", { form: { ...appForm, ...form } });
}

Deno.test("the overview has a row for each WordPress application, and no label", async () => {
  await using sandbox = await startSandbox();

  const all = await send(sandbox, "GET", "/app/safeupdates/list");
  const none = await send(sandbox, "GET", "/app/safeupdates/list?server_id=100002");

  const list = rows(all.json.updates_list);
  assert.deepEqual(list.map(({ app_id }) => app_id), ["200001", "200002", "200003"]);
  assert.deepEqual(list[0], {
    app_id: "200001",
    is_enable: "0",
    update_slot: "3",
    update_day: "0",
    core: "yes",
    plugins: { require: 1 },
    theme: { require: 0 },
  });
  assert.deepEqual(none.json.updates_list, []);
  sandbox.assertNoViolations();
});

Deno.test("pending updates are known after a detection run, a read that keeps the server busy", async () => {
  await using sandbox = await startSandbox();
  appState(sandbox).updates.detected = false;
  const pending = async () => record(record((await read(sandbox, "settings")).settings).available_update_list);

  const before = await pending();
  const reply = await send(sandbox, "GET", `/app/safeupdates?${query}&app_id=200001`);
  const again = await send(sandbox, "GET", `/app/safeupdates?${query}&app_id=200001`);
  sandbox.finishOperation(String(reply.json.operation_id));
  const after = await pending();

  assert.deepEqual([before.plugin, before.core, again.status], [[], "no", 422]);
  assert.deepEqual([after.plugin, after.core], [["breeze"], "6.8.3"]);
  sandbox.assertNoViolations();
});

Deno.test("a run backs up, works on a temporary copy, and updates the named parts", async () => {
  await using sandbox = await startSandbox();
  const app = appState(sandbox);
  const before = { apps: firstServer(sandbox).apps.length, backups: app.backups.length };

  const reply = await send(sandbox, "PUT", "/app/safeupdates/200001", {
    form: { server_id: "100001", "plugin[]": ["breeze"], core: "6.8.3" },
  });
  const copies = firstServer(sandbox).apps.filter(({ label }) => label.startsWith("safeupdates-"));
  sandbox.finishOperation(String(reply.json.operation_id));
  const { history } = await read(sandbox, "history");

  assert.deepEqual(copies.map(({ is_staging, source_app_id }) => [is_staging, source_app_id]), [["1", 200001]]);
  assert.deepEqual([firstServer(sandbox).apps.length, app.backups.length], [before.apps, before.backups + 1]);
  assert.deepEqual([app.updates.core.version, app.updates.plugins[0]?.version], ["6.8.3", "2.2.0"]);
  const [newest] = rows(history);
  assert.deepEqual([newest?.status, newest?.type, record(newest?.updates).core], ["1", "0", "yes"]);
  sandbox.assertNoViolations();
});

Deno.test("a run that fails changes nothing and leaves no copy", async () => {
  await using sandbox = await startSandbox();

  const reply = await send(sandbox, "PUT", "/app/safeupdates/200001", {
    form: { server_id: "100001", "plugin[]": ["breeze"] },
  });
  sandbox.failOperation(String(reply.json.operation_id));

  assert.equal(firstServer(sandbox).apps.length, 3);
  assert.equal(appState(sandbox).updates.plugins[0]?.version, "2.1.3");
  assert.equal(rows((await read(sandbox, "history")).history)[0]?.status, "0");
});

Deno.test("a run without a selection would update everything, and is a violation", async () => {
  await using sandbox = await startSandbox();

  const reply = await send(sandbox, "PUT", "/app/safeupdates/200001", { form: { server_id: "100001", core: "no" } });

  assert.equal(reply.status, 422);
  assert.match(problems(sandbox), /plugin/);
});

Deno.test("switching on selects everything, from then on", async () => {
  await using sandbox = await startSandbox();
  appState(sandbox).updates.selected = { core: "no", plugin: ["breeze"], theme: [] };

  const reply = await done(sandbox, "POST", "/app/safeupdates/status", { form: { ...appForm, enable: "1" } });
  const { data } = await read(sandbox, "status");

  assert.deepEqual(reply.json.data, { enabled: "1" });
  assert.deepEqual(data, { is_active: true });
  assert.deepEqual(appState(sandbox).updates.selected, { core: "yes", plugin: [], theme: [] });
  assert.deepEqual(record((await read(sandbox, "schedule")).updates_list).plugins, { selected: 2, updated: 1 });
  sandbox.assertNoViolations();
});

Deno.test("settings are written as numbers and read as words", async () => {
  await using sandbox = await startSandbox();

  await change(sandbox, {
    update_day: "6",
    update_slot: "1",
    core: "yes",
    "plugin[]": ["breeze"],
    "theme[]": "",
    emails: "ops@example.com",
    pre_notification: "0",
  });
  const settings = record((await read(sandbox, "settings")).settings);

  assert.deepEqual([settings.update_day, settings.update_slot], ["Saturday", "00:01 - 06:00"]);
  assert.deepEqual(settings.update_list, { core: "yes", plugin: ["breeze"], theme: [] });
  assert.deepEqual([settings.notification_email, settings.pre_notification], ["ops@example.com", "0"]);
  assert.deepEqual(
    [settings.successful_updates, settings.is_update_enable],
    ["1", "0"],
    "members that are not named stay",
  );
  sandbox.assertNoViolations();
});

Deno.test("day 7 and names of other clients are violations", async () => {
  await using sandbox = await startSandbox();

  const day = await change(sandbox, { update_day: "7" });
  await change(sandbox, { day_of_week: "1" });

  assert.equal(day.status, 422);
  assert.match(problems(sandbox), /update_day[^]*unknown field day_of_week/);
});

Deno.test("other applications have no updates and no vulnerabilities", async () => {
  await using sandbox = await startSandbox();

  const statuses = [
    await send(sandbox, "GET", `${laravel}/status?server_id=100002`),
    await send(sandbox, "GET", "/app/vulnerabilities/200004?server_id=100002"),
  ].map(({ status }) => status);

  assert.deepEqual(statuses, [422, 422]);
  sandbox.assertNoViolations();
});

Deno.test("no vulnerability is an empty list, one an object, several a list", async () => {
  await using sandbox = await startSandbox();
  const { vulnerable } = appState(sandbox);
  vulnerable.holes = { breeze: 1, wordpress: 2 };
  vulnerable.fetchedAt = null;
  const list = async () => record((await send(sandbox, "GET", `/app/vulnerabilities/200001?${query}`)).json.data);

  const before = await list();
  await done(sandbox, "GET", `/app/vulnerabilities/200001/refresh?${query}`);
  const after = await list();

  const [breeze, cache] = rows(before.plugins);
  assert.deepEqual([breeze?.is_vulnerable, cache?.is_vulnerable, cache?.vulnerabilities], [1, 0, []]);
  assert.equal(record(breeze?.vulnerabilities).product_slug, "breeze");
  assert.equal(rows(record(before.wordpress).vulnerabilities).length, 2);
  assert.equal(before.last_fetched_date, undefined);
  assert.match(String(after.last_fetched_date), /^[A-Z][a-z]+ \d{1,2}, \d{4}$/);
  sandbox.assertNoViolations();
});
