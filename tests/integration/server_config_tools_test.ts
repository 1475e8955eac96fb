import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import type { SandboxOptions, ServerState } from "../sandbox/mod.ts";

const SERVER = { server_id: 100001 };
const NAMES = { server_id: 100001, server_label: "Production" };
const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
/** Work ends at the first look, so that no test waits. */
const AT_ONCE = { polls: 1, seconds: 0 };

type Args = Record<string, unknown>;

const start = (sandbox: SandboxOptions = {}, env: Record<string, string> = ENV) =>
  startService({ env, sandbox: { pace: AT_ONCE, ...sandbox } });

const call = (service: Service, tool: string, args: Args = {}) =>
  callTool(service.mcpUrl, tool, { ...SERVER, ...args }, TOKEN_HEADERS);

function firstServer(service: Service): ServerState {
  const server = service.sandbox.account().servers[0];
  assert.ok(server !== undefined);
  return server;
}

const answers = ({ sandbox }: Service, operationId: string, body: unknown, status = 200) =>
  sandbox.addFault({ operationId, kind: { status, body } });

const writes = ({ sandbox }: Service) => sandbox.requests.filter(({ method }) => method !== "GET");

/** The question of a call that asks. */
async function ask(service: Service, tool: string, args: Args): Promise<string> {
  const asked = await callModern({
    url: service.mcpUrl,
    name: tool,
    args: { ...SERVER, ...args },
    headers: TOKEN_HEADERS,
  });
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  return asked.message;
}

const ASKING = { RATE_LIMIT_REQUESTS: "100000" };

async function values(service: Service, kind: string, args: Args = {}): Promise<unknown[]> {
  const { json } = await callTool(service.mcpUrl, "list_setting_values", { kind, ...args }, TOKEN_HEADERS);
  assert.ok(Array.isArray(json.values), JSON.stringify(json));
  return json.values;
}

Deno.test("list_setting_values names the inputs that a list serves, and offers no entry of dashes", async () => {
  await using service = await start();
  const settings = {
    timezone: { UTC: "UTC" },
    status: { "": " ----", Off: "Off", On: "On" },
    error_reporting: { "": "----", "--": "E", E_ALL: "E_ALL" },
    novelty: { a: "b" },
    odd: "text",
  };
  answers(service, "list_settings", { settings });

  assert.deepEqual(await values(service, "settings"), [
    { group: "timezone", settings: ["timezone", "mysql_timezone"], values: ["UTC"] },
    { group: "status", settings: [], values: ["Off", "On"] },
    { group: "error_reporting", settings: ["error_reporting"], values: ["E_ALL"] },
    { group: "novelty", settings: [], values: ["a"] },
    { group: "odd", settings: [], values: [] },
  ]);
});

Deno.test("list_setting_values shows the packages that fit a server, by its platform and what it has", async () => {
  await using service = await start();
  firstServer(service).platform = "debian12";

  const packages = await values(service, "packages", SERVER);

  const php = ["8.1", "8.2", "8.3", "8.4"].map((version) => ({ version, label: `PHP ${version}` }));
  assert.deepEqual(packages.slice(0, 3), [
    { package: "php", present: "8.2", versions: php },
    {
      package: "mysql",
      present: "mariadb,10.6",
      versions: [
        { version: "mariadb,10.6", label: "MariaDB 10.6" },
        { version: "mariadb,10.11", label: "MariaDB 10.11" },
      ],
    },
    {
      package: "redis",
      present: "",
      versions: [{ version: "0", label: "Uninstall" }, { version: "latest", label: "Install" }],
    },
  ]);
  Object.assign(Object(firstServer(service).settings.package_versions), { php: "8.4", mariadb: "", mysql: "" });
  const [later, database] = await values(service, "packages", SERVER);
  assert.deepEqual(later, { package: "php", present: "8.4", versions: php.slice(2) });
  assert.equal(Object(database).present, "");
});

Deno.test("packages of a platform that is not listed, or of a server that tells nothing, are not invented", async () => {
  await using service = await start();
  const packages = { php: { debian10: { "8.1": "PHP 8.1" } }, mysql: { debian11: { "mysql,8": "MySQL 8" } }, fpm: [] };
  answers(service, "list_packages", { packages });
  firstServer(service).platform = "debian11";
  answers(service, "server_settings_get", { message: "No" }, 403);

  assert.deepEqual(await values(service, "packages", SERVER), [
    { package: "php", present: null, versions: [] },
    { package: "mysql", present: null, versions: [{ version: "mysql,8", label: "MySQL 8" }] },
    { package: "fpm", present: null, versions: [] },
  ]);
});

Deno.test("list_setting_values gives frequencies, countries, durations and graph targets", async () => {
  await using service = await start();

  const [frequency] = await values(service, "backup_frequencies");
  const [country] = await values(service, "countries");
  const [duration] = await values(service, "graph_durations");
  const targets = await values(service, "graph_targets");
  const own = await values(service, "graph_targets", SERVER);

  assert.deepEqual(frequency, { value: "1h", label: "1 Hour" });
  assert.deepEqual(country, { value: "AF", label: "AFGHANISTAN" });
  assert.deepEqual(duration, { value: "1 Hour" });
  assert.deepEqual(targets.map((one) => Object(one).provider), ["do", "amazon"]);
  assert.deepEqual(own, targets.slice(0, 1));
});

for (
  const [form, body, expected] of [
    ["an empty object", {}, []],
    ["a member", { countries: [{ iso: "GB", name: "UNITED KINGDOM" }] }, [{ value: "GB", label: "UNITED KINGDOM" }]],
  ] as const
) {
  Deno.test(`countries may come as ${form}`, async () => {
    await using service = await start();
    answers(service, "list_countries", body);

    assert.deepEqual(await values(service, "countries"), expected);
  });
}

Deno.test("update_server_settings sends what differs alone, and says what it was", async () => {
  await using service = await start({ forms: "documented" });
  const args = { upload_size: 10, memory_limit: 256, tls_versions: ["1.3", "1.2"], xdebug: false, timezone: "UTC" };

  const { json: { undo: _receipt, ...json } } = await call(service, "update_server_settings", args);

  assert.deepEqual(json, {
    ...NAMES,
    changes: [{ name: "memory_limit", before: "128", after: "256" }],
    confirmed: true,
    message: "Done.",
  });
  assert.deepEqual(writes(service).map(({ fields }) => fields), [{ ...SERVER, memory_limit: 256 }]);
});

Deno.test("update_server_settings sends nothing where nothing would change", async () => {
  await using service = await start();

  const { json } = await call(service, "update_server_settings", { upload_size: 10, display_errors: false });

  assert.equal(json.code, "validation_failed");
  assert.deepEqual(json.details, { present: { upload_size: "10", display_errors: "Off" } });
  assert.deepEqual(writes(service), []);
});

Deno.test("what can't be read is called so, and its change is not confirmed", async () => {
  await using service = await start();
  const args = { opcache_memory_size: 64, innodb_buffer_pool_size: 512 };

  const { json } = await call(service, "update_server_settings", args);

  assert.deepEqual(json.changes, [
    { name: "opcache_memory_size", before: null, after: "64" },
    { name: "innodb_buffer_pool_size", before: "", after: "512" },
  ]);
  assert.equal(json.confirmed, false);
  assert.match(String(json.message), /not every new value can be read back/);
  await using asking = await start({}, ASKING);
  const question = await ask(asking, "update_server_settings", args);
  assert.match(question, /PHP OPcache \(MB\) before: `present value not readable`\n.* after: `64`/);
  assert.match(question, /InnoDB buffer pool \(MB\) before: `platform default`\n.* after: `512`/);
  assert.match(question, /can't be read can't be put back/);
});

Deno.test("a switch in a word that nobody knows is shown as it is", async () => {
  await using service = await start();
  firstServer(service).settings.display_errors = "stderr";

  const { json } = await call(service, "update_server_settings", { display_errors: true });

  assert.deepEqual(json.changes, [{ name: "display_errors", before: "stderr", after: "On" }]);
});

Deno.test("update_server_settings refuses a value that is not listed, and shows those that are", async () => {
  await using service = await start();
  for (const [name, value] of [["timezone", "Mars/Olympus"], ["mysql_timezone", "x"], ["character_set", "klingon"]]) {
    const { json } = await call(service, "update_server_settings", { [String(name)]: value });

    assert.equal(json.code, "invalid_arguments", JSON.stringify(json));
    assert.match(String(json.message), new RegExp(`^${name}:`));
    assert.ok(Array.isArray(Object(json.details).known));
  }
  assert.deepEqual(writes(service), []);
});

Deno.test("where Cloudways shows no lists it decides about values itself", async () => {
  await using service = await start();
  answers(service, "list_settings", { message: "No" }, 403);

  const { json } = await call(service, "update_server_settings", { timezone: "Europe/Berlin" });

  assert.deepEqual(json.changes, [{ name: "timezone", before: "UTC", after: "Europe/Berlin" }]);
});

Deno.test("only an application of the server can be its default", async () => {
  await using service = await start();
  const other = service.sandbox.account().servers[1]?.apps[0];
  assert.ok(other !== undefined);

  const { json } = await call(service, "update_server_settings", { default_app_id: other.id });
  const known = firstServer(service).apps[1];
  await call(service, "update_server_settings", { default_app_id: known?.id });

  assert.equal(json.code, "not_found");
  assert.deepEqual(writes(service).map(({ fields }) => fields.new_default_app), [known?.sys_user]);
});

const UNDONE: [tool: string, operationId: string, args: Args, found: Args][] = [
  ["update_server_settings", "server_settings_update", { upload_size: 64 }, { upload_size: "10" }],
  [
    "update_backup_schedule",
    "server_backup_settings_update",
    { backup_retention: 14 },
    { backup_frequency: "1", backup_retention: "8", backup_time: "23:07", local_backups: "false" },
  ],
  [
    "set_snapshot_frequency",
    "server_snapshot_frequency_update",
    { enabled: true, hours: 12 },
    { snapshot_frequency: "24" },
  ],
  ["set_maintenance_window", "server_maintenance_window_update", { day: "Sunday", hour: 3 }, {
    day: "Monday",
    hour: 2,
  }],
  [
    "update_disk_cleanup_settings",
    "server_disk_cleanup_settings_update",
    { enabled: true },
    {
      enabled: "no",
      remove_app_tmp: "no",
      remove_app_private_html: "no",
      rotate_system_log: "no",
      rotate_app_log: "no",
      remove_app_local_backup: "no",
    },
  ],
];

function prepare(service: Service): void {
  const server = firstServer(service);
  Object.assign(server, { cloud: "amazon", snapshot_frequency: "24", backup_time: "23:07" });
}

for (const [tool, operationId, args, found] of UNDONE) {
  Deno.test(`${tool} says so where Cloudways takes the change and holds something else`, async () => {
    await using service = await start();
    prepare(service);
    answers(service, operationId, []);

    const { json } = await call(service, tool, args);

    assert.equal(json.code, "upstream_error", JSON.stringify(json));
    assert.deepEqual(Object(json.details).found, found);
    assert.equal(writes(service).length, 1);
  });

  Deno.test(`${tool} takes an error in a good answer for one`, async () => {
    await using service = await start();
    prepare(service);
    answers(service, operationId, { error: "Wrong value" });

    const { json } = await call(service, tool, args);

    assert.equal(json.code, "upstream_error", JSON.stringify(json));
    assert.equal(Object(json.details).cloudways_message, "Wrong value");
  });

  Deno.test(`${tool} names the work that keeps its server busy`, async () => {
    await using service = await start();
    prepare(service);
    const operation = { operation_id: "92897180", type: "backup_server", server_id: "100001" };
    answers(service, operationId, { message: "An operation is already in progress for this server.", operation }, 422);

    const { json } = await call(service, tool, args);

    assert.equal(json.code, "upstream_busy", JSON.stringify(json));
    assert.equal(writes(service).length, 1);
  });
}

Deno.test("update_server_package takes databases by the name that people use", async () => {
  for (const [name, version] of [["mariadb", "10.11"], ["mysql", "mariadb,10.11"]]) {
    await using service = await start();
    firstServer(service).platform = "debian12";

    const { json } = await call(service, "update_server_package", { package: name, version });

    assert.deepEqual([json.package, json.version, json.version_before], ["mysql", "mariadb,10.11", "mariadb,10.6"]);
    assert.deepEqual(Object(firstServer(service).settings.package_versions).mariadb, "10.11");
  }
});

const NOT_OFFERED: [what: string, args: Args, code: string, present?: string][] = [
  ["a version that the present one can't go to", { package: "php", version: "8.4" }, "invalid_arguments"],
  ["a package that is not there", { package: "nodejs", version: "20" }, "invalid_arguments"],
  ["the table of ways", { package: "phpConfig", version: "8.3" }, "invalid_arguments"],
  ["another database", { package: "mysql", version: "5.7" }, "invalid_arguments"],
  ["the present version", { package: "php", version: "8.2" }, "validation_failed", "8.2"],
  ["the removal of what is not there", { package: "redis", version: "0" }, "validation_failed", ""],
];

for (const [what, args, code, present] of NOT_OFFERED) {
  Deno.test(`nobody is asked about ${what}`, async () => {
    await using service = await start({}, ASKING);
    firstServer(service).platform = "debian11";

    const { json } = await call(service, "update_server_package", args);

    assert.equal(json.code, code, JSON.stringify(json));
    if (code === "invalid_arguments") assert.ok(Object(json.details).known.length > 0);
    else assert.deepEqual(json.details, { present: { package: args.package, version: present } });
    assert.deepEqual(writes(service), []);
  });
}

Deno.test("where Cloudways lists no versions for a platform it decides itself", async () => {
  await using service = await start();
  answers(service, "list_packages", { packages: { php: { debian9: { "7.4": "PHP 7.4" } } } });

  const { json } = await call(service, "update_server_package", { package: "php", version: "8.3" });

  assert.equal(json.status, "completed", JSON.stringify(json));
});

Deno.test("a frequency is checked against the list, and shown by its label", async () => {
  await using service = await start({}, ASKING);

  const { json } = await call(service, "update_backup_schedule", { backup_frequency: "24" });
  const question = await ask(service, "update_backup_schedule", { backup_frequency: "1h", backup_retention: 4 });
  firstServer(service).backup_frequency = "7";
  const unlisted = await ask(service, "update_backup_schedule", { backup_retention: 14 });

  assert.equal(json.code, "invalid_arguments");
  assert.deepEqual(Object(json.details).known, ["1h", "3h", "6h", "12h", "1", "2"]);
  assert.match(question, /Backup interval before: `1 Day`\nBackup interval after: `1 Hour`\n/);
  assert.match(question, /older than the new limit may be deleted/);
  assert.match(question, /last backup:/);
  assert.match(unlisted, /Backup interval as before: `7`\n/);
  assert.doesNotMatch(unlisted, /may be deleted|last backup:/);
});

Deno.test("a schedule of which a part is not told is kept by nobody's guess", async () => {
  await using service = await start();
  firstServer(service).untold.push("backup_retention", "local_backups");

  const { json } = await call(service, "update_backup_schedule", { backup_frequency: "12h" });
  const whole = { backup_frequency: "12h", backup_retention: 8, local_backups: false };
  const { json: done } = await call(service, "update_backup_schedule", whole);

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(json.details, { not_told: ["backup_retention", "local_backups"] });
  assert.equal(done.confirmed, false, JSON.stringify(done));
  assert.equal(writes(service).length, 1);
});

Deno.test("local copies may be told in an older word", async () => {
  await using service = await start();
  Object.assign(firstServer(service), { local_backups: "no" });

  const { json } = await call(service, "update_backup_schedule", { local_backups: false });

  assert.equal(Object(json.details).present?.local_backups, "false", JSON.stringify(json));
});

Deno.test("where the list of frequencies is not shown, Cloudways decides", async () => {
  await using service = await start();
  answers(service, "list_backup_frequencies", { message: "No" }, 403);

  const { json } = await call(service, "update_backup_schedule", { backup_frequency: "2" });

  assert.deepEqual(json.changes, [{ name: "backup_frequency", before: "1", after: "2" }]);
});

Deno.test("a maintenance window that was never set is shown as such, and an hour may come as text", async () => {
  await using service = await start();
  const { json: first } = await call(service, "get_maintenance_window");
  const forget = answers(service, "server_maintenance_window_get", {
    maintenance_settings: { day: "Friday", hour: "04" },
  });
  const { json: text } = await call(service, "get_maintenance_window");
  forget();
  answers(service, "server_maintenance_window_get", { maintenance_settings: [] });
  const { json: none } = await call(service, "get_maintenance_window");

  assert.deepEqual(first, { ...NAMES, day: "Monday", hour: 2 });
  assert.deepEqual(text, { ...NAMES, day: "Friday", hour: 4 });
  assert.deepEqual(none, { ...NAMES, day: null, hour: null });
});

Deno.test("set_maintenance_window shows what Cloudways answers", async () => {
  await using service = await start();

  const { json: { undo: _receipt, ...json } } = await call(service, "set_maintenance_window", {
    day: "Sunday",
    hour: 23,
  });

  assert.deepEqual(json, { ...NAMES, day: "Sunday", hour: 23, reply: { message: "Maintenance window updated" } });
  assert.deepEqual(firstServer(service).maintenance, { day: "Sunday", hour: 23 });
});

Deno.test("snapshots are refused where the provider makes none, and nobody is asked", async () => {
  await using service = await start({}, ASKING);
  firstServer(service).cloud = "do";

  const { json } = await call(service, "set_snapshot_frequency", { enabled: false });

  assert.equal(json.code, "validation_failed");
  assert.match(String(json.hint), /amazon and gce/);
  assert.deepEqual(writes(service), []);
});

Deno.test("a snapshot frequency that stays sends nothing, and one that is not told is not confirmed", async () => {
  await using service = await start();
  Object.assign(firstServer(service), { cloud: "gce", snapshot_frequency: "24" });

  const { json: same } = await call(service, "set_snapshot_frequency", { enabled: true, hours: 24 });
  firstServer(service).untold.push("snapshot_frequency");
  const { json: unseen } = await call(service, "set_snapshot_frequency", { enabled: true, hours: 24 });

  assert.deepEqual([same.code, unseen.confirmed], ["validation_failed", false]);
  assert.equal(writes(service).length, 1);
});

Deno.test("fewer snapshots are asked about in hours", async () => {
  await using service = await start({}, ASKING);
  Object.assign(firstServer(service), { cloud: "gce", snapshot_frequency: "24" });

  const question = await ask(service, "set_snapshot_frequency", { enabled: true, hours: 48 });

  assert.match(question, /^Make fewer snapshots of server 100001 with 3 applications\./);
  assert.match(question, /before: `24 hours`\n.*after: `48 hours`/);
  assert.match(question, /More time passes/);
});

Deno.test("the clean-up is shown in flags, whatever the words", async () => {
  await using service = await start();
  const settings = { automate_cleanup: "enable", remove_app_tmp: "YES", rotate_app_log: "no", rotate_system_log: 7 };
  answers(service, "server_disk_cleanup_settings_get", { settings });

  const { json } = await call(service, "get_disk_cleanup_settings");
  const { json: refused } = await call(service, "update_disk_cleanup_settings", { enabled: false });

  assert.deepEqual(json, {
    ...NAMES,
    enabled: true,
    remove_app_tmp: true,
    remove_app_private_html: null,
    rotate_system_log: null,
    rotate_app_log: false,
    remove_app_local_backup: null,
  });
  assert.deepEqual(refused.details, {
    not_told: ["remove_app_private_html", "rotate_system_log", "remove_app_local_backup"],
  });
  assert.deepEqual(writes(service), []);
});

Deno.test("the question of a clean-up names all that it would remove, not only what changes", async () => {
  await using service = await start({}, ASKING);
  firstServer(service).diskCleanup.remove_app_private_html = "yes";

  const on = await ask(service, "update_disk_cleanup_settings", { enabled: true });
  firstServer(service).diskCleanup.automate_cleanup = "enabled";
  const off = await ask(service, "update_disk_cleanup_settings", { enabled: false, remove_app_tmp: true });
  firstServer(service).diskCleanup.automate_cleanup = "disabled";
  const stillOff = await ask(service, "update_disk_cleanup_settings", { rotate_app_log: true });

  assert.match(on, /^Have the disk of server 100001 with 3 applications cleaned up automatically\./);
  assert.match(on, /private_html folder of every application[^]*again and again/);
  assert.match(on, /last backup:/);
  assert.match(off, /^Turn off the automatic clean-up of the disk of server 100001 with 3 applications\./);
  assert.match(stillOff, /^Change the automatic clean-up of the disk of server 100001 .*, and leave it off\./);
  assert.match(off, /the disk may fill up/);
  assert.doesNotMatch(off, /again and again|last backup:/);
});

Deno.test("delete_server_local_backups shows what Cloudways answers, with or without an operation", async () => {
  for (const [forms, reply] of [["live", /"operation_id"/], ["documented", /"status":true/]] as const) {
    await using service = await start({ forms });
    for (const app of firstServer(service).apps) app.localBackup = true;

    const { json } = await call(service, "delete_server_local_backups");

    assert.match(JSON.stringify(json.reply), reply);
    assert.equal(json.status, "completed");
    assert.equal(json.operation_id === null, forms === "documented");
    assert.ok(firstServer(service).apps.every(({ localBackup }) => !localBackup));
  }
});

Deno.test("delete_app_local_backup takes one application's alone", async () => {
  await using service = await start();
  for (const app of firstServer(service).apps) app.localBackup = true;

  await callTool(service.mcpUrl, "delete_app_local_backup", { app_id: 200002 }, TOKEN_HEADERS);

  assert.deepEqual(firstServer(service).apps.map(({ localBackup }) => localBackup), [true, false, true]);
});
