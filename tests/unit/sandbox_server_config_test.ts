import assert from "node:assert/strict";
import { DEMO_ACCOUNT, type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { done, firstServer, problems, record, type Reply, rows, send, serverForm } from "../sandbox/test_client.ts";

const query = "server_id=100001";

async function listed(sandbox: Sandbox): Promise<Record<string, unknown>> {
  return rows((await send(sandbox, "GET", "/server")).json.servers)[0] ?? {};
}

Deno.test("settings are read under other names than they are written, and some are never read", async () => {
  await using sandbox = await startSandbox();
  const form = { date_timezone: "Europe/Berlin", tls_version: "1.3", mysql_timezone: "UTC", memory_limit: "256" };

  await done(sandbox, "POST", "/server/manage/settings", { form: { ...serverForm, ...form } });
  const { settings } = (await send(sandbox, "GET", `/server/manage/settings?${query}`)).json;

  const { "date.timezone": timezone, ssl_protocols, memory_limit } = record(settings);
  assert.deepEqual([timezone, ssl_protocols, memory_limit], ["Europe/Berlin", "1.3", "256"]);
  assert.doesNotMatch(JSON.stringify(settings), /mysql_timezone|tls_version|date_timezone/);
  assert.deepEqual(firstServer(sandbox).unseenSettings, { mysql_timezone: "UTC" });
  sandbox.assertNoViolations();
});

Deno.test("a setting outside its list is refused, and nothing beside it is written", async () => {
  await using sandbox = await startSandbox();
  for (const [name, value] of [["display_errors", "on"], ["nginx_http2", ""], ["tls_version", "TLS 1.2"]] as const) {
    const form = { ...serverForm, memory_limit: "512", [name]: value };
    const reply = await send(sandbox, "POST", "/server/manage/settings", { form });

    assert.deepEqual([reply.status, Object.keys(reply.json)], [422, [name]]);
  }
  assert.equal(firstServer(sandbox).settings.memory_limit, "128");
  sandbox.assertNoViolations();
});

Deno.test("one switch reads without its last letter where the documents are followed", async () => {
  await using sandbox = await startSandbox({ forms: "documented" });

  const { settings } = (await send(sandbox, "GET", `/server/manage/settings?${query}`)).json;

  assert.equal(record(settings).mod_xdebug, "disable");
});

async function update(sandbox: Sandbox, package_name: string, package_version: string): Promise<Reply> {
  const reply = await send(sandbox, "POST", "/server/manage/package", {
    form: { ...serverForm, package_name, package_version },
  });
  if (reply.status === 200) sandbox.finishOperation(String(reply.json.operation_id));
  return reply;
}

Deno.test("packages fit a server by its platform and by what is there now", async () => {
  await using sandbox = await startSandbox();
  firstServer(sandbox).platform = "debian11";

  assert.equal((await update(sandbox, "php", "8.4")).status, 422, "not on this platform");
  assert.equal((await update(sandbox, "php", "7.4")).status, 422, "too far back");
  assert.equal((await update(sandbox, "mysql", "10.5")).status, 422, "the code is compound");
  assert.equal((await update(sandbox, "phpConfig", "8.3")).status, 422, "no package");
  assert.equal((await update(sandbox, "php", "8.3")).status, 200);
  sandbox.assertNoViolations();
  const { packages } = (await send(sandbox, "GET", "/packages")).json;
  assert.deepEqual(record(record(record(packages).phpConfig).debian11)["8.2"], ["8.1", "8.2", "8.3"]);
});

Deno.test("a package shows in the settings and among the services when it is there", async () => {
  await using sandbox = await startSandbox();
  firstServer(sandbox).platform = "debian12";

  await update(sandbox, "php", "8.3");
  await update(sandbox, "mysql", "mariadb,10.11");
  await update(sandbox, "redis", "latest");
  const { settings } = (await send(sandbox, "GET", `/server/manage/settings?${query}`)).json;
  const services = record(record((await send(sandbox, "GET", `/service?${query}`)).json.services).status);

  const { php, mariadb, mysql, redis } = record(record(settings).package_versions);
  assert.deepEqual([php, mariadb, mysql, redis], ["8.3", "10.11", "", "latest"]);
  assert.equal("php8.1-fpm" in services, false);
  const { "php8.2-fpm": former, "php8.3-fpm": present, "redis-server": server, redis_enabled } = services;
  assert.deepEqual([former, present, server, redis_enabled], [undefined, "running", "running", 1]);
  await update(sandbox, "redis", "0");
  assert.equal(firstServer(sandbox).services["redis-server"], "unknown", "what is not installed");
});

Deno.test("a package is not changed on a busy server", async () => {
  await using sandbox = await startSandbox();
  await send(sandbox, "POST", "/server/restart", { form: serverForm });

  const reply = await update(sandbox, "php", "8.2");

  assert.equal(reply.status, 422);
  assert.equal(record(reply.json.operation).type, "restarting_server");
});

Deno.test("a backup schedule shows in the listing; frequencies are ids of their list", async () => {
  await using sandbox = await startSandbox();
  const schedule = { local_backups: "true", backup_frequency: "12h", backup_retention: "4", backup_time: "03:00" };

  await done(sandbox, "POST", "/server/manage/backupSettings", { form: { ...serverForm, ...schedule } });
  const { local_backups, backup_frequency, backup_retention, backup_time } = await listed(sandbox);
  await done(sandbox, "POST", "/server/manage/backupSettings", {
    json: { server_id: 100001, local_backups: false, backup_frequency: 1, backup_retention: 8 },
  });

  assert.deepEqual({ local_backups, backup_frequency, backup_retention, backup_time }, {
    ...schedule,
    local_backups: true,
  });
  const { backup_frequency: frequency, backup_time: time } = firstServer(sandbox);
  assert.deepEqual([frequency, time], ["1", "03:00"], "a number will do, and members that are not named stay");
  for (const wrong of [{ backup_frequency: "24" }, { backup_time: "3:00" }, { backup_retention: "all" }]) {
    const form = { ...serverForm, local_backups: "true", ...wrong };
    const reply = await send(sandbox, "POST", "/server/manage/backupSettings", { form });
    assert.deepEqual([reply.status, Object.keys(reply.json)], [422, Object.keys(wrong)]);
  }
  sandbox.assertNoViolations();
});

Deno.test("every server has its own backup time", async () => {
  await using sandbox = await startSandbox({ accounts: [{ ...DEMO_ACCOUNT, servers: 5 }] });

  const servers = rows((await send(sandbox, "GET", "/server")).json.servers);

  assert.deepEqual(new Set(servers.map(({ backup_frequency }) => backup_frequency)), new Set(["1"]));
  assert.equal(new Set(servers.map(({ backup_time }) => backup_time)).size, 5);
});

Deno.test("an empty snapshot frequency switches snapshots off", async () => {
  await using sandbox = await startSandbox();
  const set = (snapshot_frequency: string) =>
    done(sandbox, "POST", "/server/manage/snapshotFrequency", { form: { ...serverForm, snapshot_frequency } });

  await set("24");
  const on = (await listed(sandbox)).snapshot_frequency;
  await set("");

  assert.deepEqual([on, (await listed(sandbox)).snapshot_frequency], ["24", null]);
  sandbox.assertNoViolations();
});

Deno.test("a maintenance window is a weekday with a capital and an hour", async () => {
  await using sandbox = await startSandbox();
  const set = (day: string, hour: string) =>
    send(sandbox, "POST", "/server/manage/postMaintenanceWinSettings", { form: { ...serverForm, day, hour } });

  const replies = [await set("Sunday", "4"), await set("sunday", "4"), await set("Sunday", "24")];
  const { json } = await send(sandbox, "GET", `/server/manage/getMaintenanceWinSettings?${query}`);

  assert.deepEqual(replies.map(({ status }) => status), [200, 422, 422]);
  assert.deepEqual(json.maintenance_settings, { day: "Sunday", hour: 4 });
  sandbox.assertNoViolations();
});

Deno.test("disk cleanup is written as enable and read as enabled", async () => {
  await using sandbox = await startSandbox();
  const form = {
    automate_cleanup: "enable",
    remove_app_tmp: "yes",
    remove_app_private_html: "no",
    rotate_system_log: "no",
    rotate_app_log: "yes",
    remove_app_local_backup: "no",
  };

  await done(sandbox, "PUT", "/server/disk/100001", { form });
  const { json } = await send(sandbox, "GET", `/server/disk?${query}`);
  await send(sandbox, "PUT", "/server/disk/100001", { form: { ...form, automate_cleanup: "enabled" } });

  assert.deepEqual(json.settings, { ...form, automate_cleanup: "enabled" });
  assert.match(problems(sandbox), /automate_cleanup/);
});

Deno.test("local backups are deleted, of one application or of all", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using sandbox = await startSandbox({ forms });
    const { apps } = firstServer(sandbox);
    for (const app of apps) app.localBackup = true;

    await done(sandbox, "DELETE", "/app/manage/backup", { form: { ...serverForm, app_id: "200001" } });
    const left = apps.map(({ localBackup }) => localBackup);
    const reply = await done(sandbox, "POST", "/server/manage/remove_local_backup", { form: serverForm });

    assert.deepEqual(left, [false, true, true]);
    assert.equal("operation_id" in reply.json, forms === "live");
    assert.deepEqual(apps.map(({ localBackup }) => localBackup), [false, false, false]);
    sandbox.assertNoViolations();
  }
});
