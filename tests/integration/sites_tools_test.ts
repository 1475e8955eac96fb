/** The tools for what runs a site, against the sandbox. */
import assert from "node:assert/strict";
import { readReply } from "../../src/cloudways/replies.ts";
import { DEMO_ACCOUNT, FakeClock } from "../sandbox/mod.ts";
import type { AppState, SandboxOptions } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";

const APP = { app_id: 200001 };
const TOKEN = DEMO_ACCOUNT.accessTokens[0].token;

function start(
  sandbox: SandboxOptions = {},
  CONFIRM = "off",
  clock: FakeClock | undefined = undefined,
): Promise<Service> {
  const env = { CONFIRM, RATE_LIMIT_REQUESTS: "100000" };
  return startService({ env, sandbox: { pace: { polls: 1, seconds: 0 }, ...sandbox }, ...(clock && { clock }) });
}

async function call(service: Service, tool: string, args: Record<string, unknown> = {}) {
  return (await callTool(service.mcpUrl, tool, { ...APP, ...args }, TOKEN_HEADERS)).json;
}

function shopOf({ sandbox }: Service): AppState {
  const app = sandbox.account().servers[0]?.apps[0];
  assert.ok(app !== undefined);
  return app;
}

const message = async (...args: Parameters<typeof call>) => String((await call(...args)).message);

const writes = ({ sandbox }: Service) => sandbox.requests.filter(({ method }) => method !== "GET");

const JOB = { cmd_type: "PHP", command: "form.php", minutes: "0", hours: "4", days: "*", months: "*", weekdays: "*" };
const CRON = "*/5 * * * * php cron.php";
const NEW = "0 2 * * * php new.php";

Deno.test("cron jobs are listed in both their forms, with the optimizer's state", async () => {
  await using service = await start();
  shopOf(service).crons = { basic: [JOB], script: `${CRON}\r\n\n# night\n` };

  const json = await call(service, "list_app_cron_jobs");

  assert.deepEqual(json.lines, [CRON, "# night"]);
  assert.deepEqual(json.form_jobs, ["0 4 * * * PHP form.php"]);
  assert.equal(json.cron_optimizer, true);
});

Deno.test("an optimizer whose state can't be read is not told, and its jobs are listed all the same", async () => {
  await using service = await start();
  delete shopOf(service).flags.wp_cron_setting;
  assert.equal((await call(service, "list_app_cron_jobs")).cron_optimizer, null);

  service.sandbox.addFault({ operationId: "app_settings_get", kind: { status: 404, body: { message: "Not found" } } });
  const json = await call(service, "list_app_cron_jobs");

  assert.equal(json.cron_optimizer, null);
  assert.ok(Array.isArray(json.lines) && json.lines.length === 1);
});

Deno.test("a cron job is added without losing the others, and jobs of the form that are lost are named", async () => {
  await using service = await start();
  shopOf(service).crons = { basic: [JOB], script: `@hourly keep.sh\n${CRON}` };

  const json = await call(service, "update_app_cron_jobs", { add: [NEW], remove: ["0 9 * * * php none.php"] });

  assert.deepEqual(json.before, ["@hourly keep.sh", CRON]);
  assert.deepEqual(json.after, ["@hourly keep.sh", CRON, NEW]);
  assert.deepEqual([json.added, json.removed, json.not_there], [[NEW], [], ["0 9 * * * php none.php"]]);
  assert.deepEqual([json.form_jobs_before, json.form_jobs_after], [["0 4 * * * PHP form.php"], []]);
  assert.match(JSON.stringify(json.warnings), /lists 1 job made with its form no longer/);
  assert.equal(shopOf(service).crons.script, `@hourly keep.sh\n${CRON}\n${NEW}`);
});

Deno.test("secrets in cron jobs are written back whole, and shown nowhere", async () => {
  await using service = await start();
  const secret = "0 5 * * * mysql --password=c4n4ry-Kx81mQz shop";
  shopOf(service).crons = { basic: [], script: secret };

  const listed = await call(service, "list_app_cron_jobs");
  const edited = await call(service, "update_app_cron_jobs", { add: [NEW] });

  assert.equal(shopOf(service).crons.script, `${secret}\n${NEW}`);
  const shown = JSON.stringify([listed, edited, service.logLines]);
  assert.ok(!shown.includes("c4n4ry-Kx81mQz"), shown);
});

Deno.test("cron jobs with the caller's own token are not written back, for it is hidden even here", async () => {
  await using service = await start({}, "ask");
  shopOf(service).crons.script = `0 5 * * * curl -H "Authorization: Bearer ${TOKEN}" https://example.com/`;

  const json = await call(service, "update_app_cron_jobs", { add: [NEW] });

  assert.equal(json.code, "validation_failed");
  assert.match(String(json.message), /own credentials/);
  assert.deepEqual(writes(service), []);
});

Deno.test("cron jobs are replaced and removed whole", async () => {
  await using service = await start();
  shopOf(service).crons = { basic: [], script: `${CRON}\n${NEW}` };

  const replaced = await call(service, "update_app_cron_jobs", { replace: ["@daily php all.php"] });
  const emptied = await call(service, "update_app_cron_jobs", { remove: ["@daily  php all.php"] });

  assert.deepEqual(replaced.removed, [CRON, NEW]);
  assert.deepEqual([emptied.after, emptied.warnings], [[], []]);
  assert.equal(shopOf(service).crons.script, "");
});

Deno.test("cron jobs that can't be told are edited by nobody, and replaced whatever they are", async () => {
  for (const body of [[], {}, { status: true }]) {
    await using service = await start({}, "ask");
    service.sandbox.addFault({ operationId: "app_cron_list_get", kind: { status: 200, body } });

    assert.match(String((await call(service, "update_app_cron_jobs", { add: [NEW] })).message), /can't be edited/);
    const asked = await call(service, "update_app_cron_jobs", { replace: [NEW] });

    assert.equal(asked.code, "confirmation_required");
    assert.deepEqual(writes(service), []);
  }
});

Deno.test("nothing is written where cron jobs would not change, or somebody else changed them", async () => {
  await using service = await start();
  const shop = shopOf(service);
  shop.crons = { basic: [], script: CRON };

  assert.match(
    String((await call(service, "update_app_cron_jobs", { add: ["*/5  * * * *  php cron.php"] })).message),
    /Nothing would/,
  );
  let reads = 0;
  Object.defineProperty(shop, "crons", { get: () => ({ basic: [], script: reads++ === 0 ? CRON : NEW }) });
  assert.match(
    String((await call(service, "update_app_cron_jobs", { add: ["@daily x"] })).message),
    /Nothing was written/,
  );
  Object.defineProperty(shop, "crons", { get: () => ({ basic: reads++ === 2 ? [] : [JOB], script: CRON }) });
  assert.match(
    String((await call(service, "update_app_cron_jobs", { add: ["@daily x"] })).message),
    /Nothing was written/,
  );

  assert.deepEqual(writes(service), []);
});

Deno.test("an error for cron jobs that were changed all the same is no failure, and one that changed nothing is", async () => {
  const error = { status: 500, body: { message: "Server error" } };
  await using service = await start();
  shopOf(service).crons = { basic: [], script: CRON };

  service.sandbox.addFault({ operationId: "app_cron_list_update", kind: error, afterEffect: true, times: 1 });
  const done = await call(service, "update_app_cron_jobs", { add: [NEW] });
  service.sandbox.addFault({ operationId: "app_cron_list_update", kind: error, times: 1 });
  const failed = await call(service, "update_app_cron_jobs", { add: ["@daily x"] });

  assert.deepEqual(done.after, [CRON, NEW]);
  assert.match(JSON.stringify(done.warnings), /answered with an error/);
  assert.equal(failed.code, "upstream_error");
  assert.match(String(failed.message), /HTTP 500/);
  assert.equal(service.sandbox.requestsTo("app_cron_list_update").length, 2);
});

Deno.test("cron jobs that do not become what was written are an error that shows all of them", async () => {
  await using service = await start();
  Object.defineProperty(shopOf(service), "crons", { get: () => ({ basic: [], script: CRON }), set: () => {} });

  const json = await call(service, "update_app_cron_jobs", { add: [NEW] });

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(json.details, {
    before: { lines: [CRON], form_jobs: [] },
    wanted: { lines: [CRON, NEW], form_jobs: [] },
    found: { lines: [CRON], form_jobs: [] },
  });
});

const POOL = "; pool\nphp_admin_value[memory_limit] = 256M\n;php_value[max_input_vars] = 1000";
const LIMIT = "php_admin_value[memory_limit] = 512M";

Deno.test("the PHP settings are shown as they are", async () => {
  await using service = await start();
  shopOf(service).fpm_setting = POOL;

  const json = await call(service, "get_app_php_settings");

  assert.deepEqual([json.lines, json.fpm_enabled], [POOL.split("\n"), true]);
});

Deno.test("a PHP setting takes the place of the line that sets it, and all else stays", async () => {
  await using service = await start();
  shopOf(service).fpm_setting = `${POOL}\nphp_value[memory_limit] = 128M\n`;
  const add = [LIMIT, "php_value[max_input_vars] = 5000"];

  const json = await call(service, "update_app_php_settings", { add, remove: ["post_max_size"] });

  const after = `; pool\n${LIMIT}\n;php_value[max_input_vars] = 1000\nphp_value[max_input_vars] = 5000`;
  assert.deepEqual(json.before, [...POOL.split("\n"), "php_value[memory_limit] = 128M"]);
  assert.deepEqual(json.after, after.split("\n"));
  assert.deepEqual(json.removed, ["php_admin_value[memory_limit] = 256M", "php_value[memory_limit] = 128M"]);
  assert.deepEqual([json.added, json.not_there], [add, ["post_max_size"]]);
  assert.equal(shopOf(service).fpm_setting, after);
});

Deno.test("PHP settings are removed by name or line, and replaced as a whole, in any script", async () => {
  await using service = await start();
  shopOf(service).fpm_setting = POOL;

  const removed = await call(service, "update_app_php_settings", { remove: ["MEMORY_LIMIT", "; pool"] });
  const replaced = await call(service, "update_app_php_settings", { replace: "; Größe\r\nenv[A]\t= ü\n" });

  assert.deepEqual(removed.after, [";php_value[max_input_vars] = 1000"]);
  assert.deepEqual(replaced.after, ["; Größe", "env[A] = ü"]);
  assert.equal(shopOf(service).fpm_setting, "; Größe\nenv[A]\t= ü");
});

Deno.test("PHP settings that Cloudways stores as they were sent are an error with the old text, and not sent again", async () => {
  await using service = await start({ habits: { fpmText: "plain" } });
  shopOf(service).fpm_setting = POOL;

  const json = await call(service, "update_app_php_settings", { add: [LIMIT] });

  const wanted = POOL.replace("256M", "512M");
  assert.equal(json.code, "upstream_error");
  assert.match(String(json.message), /holds a different one/);
  assert.deepEqual(json.details, { before: POOL.split("\n"), wanted: wanted.split("\n"), found: [btoa(wanted)] });
  assert.equal(writes(service).length, 1);
});

Deno.test("PHP settings that can't be read, would not change, or changed meanwhile are not written", async () => {
  await using service = await start();
  const shop = shopOf(service);
  shop.fpm_setting = POOL;
  const change = async (args: Record<string, unknown>) =>
    String((await call(service, "update_app_php_settings", args)).message);

  assert.match(await change({ add: ["php_admin_value[memory_limit] = 256M"] }), /Nothing would change/);
  assert.match(await change({ replace: `${POOL}\r\n\n` }), /Nothing would change/);
  service.sandbox.addFault({
    operationId: "app_fpm_settings_get",
    kind: { status: 200, body: { error: "No" } },
    times: 1,
  });
  assert.match(await change({ replace: LIMIT }), /failed/);
  service.sandbox.addFault({
    operationId: "app_fpm_settings_get",
    kind: { status: 200, body: { response: [] } },
    times: 1,
  });
  assert.match(await change({ replace: LIMIT }), /not of the expected form/);
  let reads = 0;
  Object.defineProperty(shop, "fpm_setting", { get: () => reads++ === 0 ? POOL : LIMIT });
  assert.match(await change({ add: ["a = 1"] }), /Nothing was written/);

  assert.deepEqual(writes(service), []);
});

Deno.test("secrets in PHP settings are written back whole, and shown nowhere", async () => {
  await using service = await start();
  const secret = "env[DB_PASSWORD] = c4n4ry-Kx81mQz";
  shopOf(service).fpm_setting = secret;

  const shown = [await call(service, "get_app_php_settings")];
  shown.push(await call(service, "update_app_php_settings", { add: [LIMIT] }));

  assert.equal(shopOf(service).fpm_setting, `${secret}\n${LIMIT}`);
  assert.ok(!JSON.stringify([shown, service.logLines]).includes("c4n4ry-Kx81mQz"), JSON.stringify(shown));
});

Deno.test("Varnish rules are edited, and those of a kind that was never seen stay as they are", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });
    const odd = { method: "exclude", type: "cookie", value: "a b", note: 1 };
    shopOf(service).vcl_list = [{ method: "exclude", type: "url", value: "/checkout" }, odd];

    const args = { add: ["url:/cart:x"], remove: ["url:/checkout", "cookie:none"] };
    const json = await call(service, "update_app_varnish_rules", args);

    assert.deepEqual(json.before, ["url:/checkout", "cookie:a b"]);
    assert.deepEqual([json.after, json.not_there], [["cookie:a b", "url:/cart:x"], ["cookie:none"]]);
    assert.equal(json.status, "completed");
    const kept = { method: "exclude", type: "cookie", value: "a b" };
    assert.deepEqual(shopOf(service).vcl_list, [kept, { method: "exclude", type: "url", value: "/cart:x" }]);
  }
});

Deno.test("Varnish rules that would not change, can't be told, or changed meanwhile are not written", async () => {
  await using service = await start();
  const change = async (args: Record<string, unknown>) =>
    String((await call(service, "update_app_varnish_rules", args)).message);

  assert.match(await change({ add: ["url:/checkout"] }), /Nothing would change/);
  shopOf(service).vcl_list = null;
  assert.match(await change({ replace: ["url:/cart"] }), /not of the expected form/);
  let reads = 0;
  Object.defineProperty(shopOf(service), "vcl_list", {
    get: () => reads++ === 0 ? [] : [{ method: "exclude", type: "url", value: "/x" }],
  });
  assert.match(await change({ replace: ["url:/cart"] }), /Nothing was written/);

  assert.deepEqual(writes(service), []);
});

Deno.test("Varnish rules that do not become what was written are an error, and those under way are not read back", async () => {
  await using service = await start();
  Object.defineProperty(shopOf(service), "vcl_list", { get: () => [], set: () => {} });
  const json = await call(service, "update_app_varnish_rules", { add: ["url:/cart"] });
  await using slow = await start({ pace: { polls: 1_000_000, seconds: 1_000_000 } });
  const running = await call(slow, "update_app_varnish_rules", { add: ["url:/cart"], wait_seconds: 0 });

  assert.deepEqual(json.details, { before: [], wanted: ["url:/cart"], found: [] });
  assert.equal(running.status, "running");
});

Deno.test("only settings that differ are sent, one after the other, and read back", async () => {
  await using service = await start();
  Object.assign(shopOf(service).flags, { webp: 1, xml_rpc_setting: 1 });

  const json = await call(service, "update_app_settings", { webp: true, xmlrpc: false, geo_ip_header: true });

  assert.deepEqual(json.changed, {
    geo_ip_header: { before: false, after: true },
    xmlrpc: { before: true, after: false },
  });
  assert.deepEqual([json.status, json.not_sent, json.next_step], ["completed", [], undefined]);
  assert.deepEqual(writes(service).map(({ operationId, fields }) => [operationId, fields.status]), [
    ["app_geo_ip_header_update", "enable"],
    ["app_xmlrpc_update", "disable"],
  ]);
  const { webp, xml_rpc_setting, geo_ip_setting } = shopOf(service).flags;
  assert.deepEqual([webp, xml_rpc_setting, geo_ip_setting], [1, 0, 1]);
});

Deno.test("where Cloudways still works on a setting, those that were not sent are named", async () => {
  await using service = await start({ pace: { polls: 1_000_000, seconds: 1_000_000 } });

  const json = await call(service, "update_app_settings", {
    webp: true,
    xmlrpc: true,
    php_direct_execution: true,
    wait_seconds: 0,
  });

  assert.deepEqual([json.status, json.not_sent], ["running", ["xmlrpc", "php_direct_execution"]]);
  assert.match(String(json.next_step), /get_operation_status.*Then call again/);
  assert.equal(writes(service).length, 1);
});

Deno.test("a setting that fails after others were set says which were", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: "app_xmlrpc_update", kind: { status: 500 } });

  const json = await call(service, "update_app_settings", { webp: true, xmlrpc: true, php_direct_execution: true });

  assert.equal(json.code, "upstream_error");
  assert.match(String(json.message), /Some settings were switched/);
  const details = {
    cloudways_message: "Fault",
    switched: ["webp"],
    failed: ["xmlrpc"],
    not_sent: ["php_direct_execution"],
  };
  assert.deepEqual(json.details, details);
});

Deno.test("settings that are so already are refused, and those that don't become so are an error", async () => {
  await using service = await start();
  const { flags } = shopOf(service);

  assert.match(await message(service, "update_app_settings", { webp: false }), /Nothing would change/);
  Object.defineProperty(flags, "webp", { get: () => 0, set: () => {}, enumerable: true });
  const json = await call(service, "update_app_settings", { webp: true });

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(json.details, { wanted: { webp: true }, found: { webp: false } });
});

Deno.test("a setting that Cloudways never shows is sent, and is no difference afterwards", async () => {
  await using service = await start();
  Object.defineProperty(shopOf(service).flags, "webp", { get: () => 0, set: () => {}, enumerable: false });

  const json = await call(service, "update_app_settings", { webp: true });

  assert.deepEqual(json.changed, { webp: { before: null, after: true } });
});

Deno.test("access is shown as far as Cloudways tells it", async () => {
  await using service = await start();
  const shop = shopOf(service);
  const access = async () => {
    const { open, ssh_access } = await call(service, "get_app_access");
    return [open, ssh_access];
  };

  assert.deepEqual(await access(), [true, true]);
  Object.assign(shop, { access: false, ssh_access: false });
  assert.deepEqual(await access(), [false, false]);
  const says = (operationId: string, body: unknown, status = 200) =>
    service.sandbox.addFault({ operationId, kind: { status, body } });
  const remove = [
    says("app_ssh_access_get", { response: { ssh_status: { one: 1, other: 0 } } }),
    says("app_access_state_get", { response: { app_status: { one: "1" } } }),
  ];
  assert.deepEqual(await access(), [true, null]);
  remove.forEach((undo) => undo());
  says("app_ssh_access_get", { message: "Not found" }, 404);
  says("app_access_state_get", { response: { app_status: [] } });
  assert.deepEqual(await access(), [null, null]);
});

Deno.test("SSH access is opened at once, or with the confirmation that Cloudways wants", async () => {
  for (
    const [sshEnable, actions] of [
      ["at_once", ["enable"]],
      ["confirmed", ["enable", "confirmed_enable"]],
    ] as const
  ) {
    const clock = new FakeClock();
    await using service = await start({ habits: { sshEnable }, clock }, "off", clock);
    shopOf(service).ssh_access = false;

    const json = await clock.runUntil(call(service, "set_app_ssh_access", { enabled: true }));

    assert.equal(json.ssh_access, true, JSON.stringify(json));
    assert.deepEqual(writes(service).map(({ fields }) => fields.update_perms_action), actions);
    assert.equal(shopOf(service).ssh_access, true);
  }
});

Deno.test("SSH access that opens late is not confirmed, and what stays closed without a wish for it neither", async () => {
  for (const [confirmation, opensAt] of [[true, 4], [false, Infinity]] as const) {
    const clock = new FakeClock();
    await using service = await start({ clock }, "off", clock);
    let reads = 0;
    Object.defineProperty(shopOf(service), "ssh_access", { get: () => ++reads >= opensAt, set: () => {} });
    service.sandbox.addFault({
      operationId: "app_ssh_access_update",
      kind: { status: 200, body: { status: true, confirmation } },
    });

    const json = await clock.runUntil(call(service, "set_app_ssh_access", { enabled: true }));

    assert.deepEqual(writes(service).map(({ fields }) => fields.update_perms_action), ["enable"]);
    if (confirmation) assert.equal(json.ssh_access, true, JSON.stringify(json));
    else assert.match(String(json.message), /holds a different one/);
  }
});

Deno.test("SSH access and state that are so already, or changed meanwhile, are left alone", async () => {
  await using service = await start({}, "ask");
  const shop = shopOf(service);

  assert.match(await message(service, "set_app_ssh_access", { enabled: true }), /Nothing would change/);
  assert.match(await message(service, "set_app_state", { enabled: true }), /Nothing would change/);
  await using other = await start();
  let reads = 0;
  for (const name of ["access", "ssh_access"]) {
    Object.defineProperty(shopOf(other), name, { get: () => reads++ % 2 === 0 });
  }
  assert.match(await message(other, "set_app_ssh_access", { enabled: false }), /Nothing was written/);
  assert.match(await message(other, "set_app_state", { enabled: false }), /Nothing was written/);

  assert.deepEqual([...writes(service), ...writes(other)], []);
  assert.equal(shop.access, true);
});

Deno.test("an application is closed and opened, and one that stays as it was is an error", async () => {
  await using service = await start();

  const closed = await call(service, "set_app_state", { enabled: false });
  const isClosed = !shopOf(service).access;
  const opened = await call(service, "set_app_state", { enabled: true });
  Object.defineProperty(shopOf(service), "access", { get: () => true, set: () => {} });
  const stays = await call(service, "set_app_state", { enabled: false });

  assert.deepEqual([closed.open, isClosed, opened.open], [false, true, true]);
  assert.deepEqual(stays.details, { before: true, wanted: false, found: true });
});

Deno.test("the question of closing an application names all that stops with it", async () => {
  await using service = await start({}, "ask");

  const asked = await message(service, "set_app_state", { enabled: false });

  for (const words of [/goes offline for all visitors/, /cron jobs stop.*SFTP/, /renewal of its Let's Encrypt/]) {
    assert.match(asked, words);
  }
});

Deno.test("the folder that is served is set, the link too, and an answer without a body is no failure", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });
    const shop = shopOf(service);

    const root = await call(service, "set_app_webroot", { webroot: "public_html/public" });
    const link = await call(service, "set_app_symlink", { symlink: "current" });
    assert.deepEqual([shop.webroot, shop.symlink], ["public_html/public", "current"]);
    const removed = await call(service, "set_app_symlink", { symlink: "" });

    assert.equal(shop.symlink, null);
    const reply = forms === "live" ? [] : { status: true };
    assert.deepEqual([root.reply, link.reply, removed.reply], [reply, reply, reply]);
  }
});

Deno.test("an answer without a body is a failure everywhere else", () => {
  const reply = { status: 200, headers: new Headers(), text: "" };
  const request = { operation: "app_access_state_update", method: "POST" } as const;

  assert.throws(() => readReply(reply, request), /not JSON/);
  assert.deepEqual(readReply(reply, { ...request, mayBeEmpty: true }), []);
  assert.throws(() => readReply({ ...reply, status: 500 }, { ...request, mayBeEmpty: true }), /HTTP 500/);
});

Deno.test("CORS headers are sent as they were given", async () => {
  await using service = await start();

  const json = await call(service, "set_app_cors_headers", { cors_header: "https://www.example.com" });

  assert.deepEqual([json.status, json.cors_header], ["completed", "https://www.example.com"]);
  assert.equal(shopOf(service).cors, "https://www.example.com");
});

Deno.test("reports that nobody documents are shown as they came, with rows by their columns", async () => {
  await using service = await start();
  const span = { from: "2026-08-01T00:00Z", until: "2026-08-02T00:00Z" };

  const cron = await call(service, "get_app_cron_report");
  const traffic = await call(service, "get_app_traffic_details", {
    ...span,
    resource: "top_urls",
    rows: ["/checkout"],
  });
  service.sandbox.addFault({ operationId: "analytics_app_cron", kind: { status: 200, body: { crons: { runs: 3 } } } });
  const inline = await call(service, "get_app_cron_report");

  assert.deepEqual(Object(cron.report).crons.rows, [{ Command: "php cron.php", Runs: 12 }]);
  assert.deepEqual(Object(traffic.report).top_urls.rows, [{ URL: "/checkout", Count: 44 }]);
  assert.deepEqual([traffic.from, traffic.until], ["2026-08-01T00:00:00.000Z", "2026-08-02T00:00:00.000Z"]);
  assert.deepEqual(inline.report, { crons: { runs: 3 } });
});

Deno.test("a graph of an application is read where it is one, and shown as it came where it is none", async () => {
  await using service = await start();
  const args = { target: "Idle CPU", duration: "1 Hour" };
  const points = JSON.stringify([{ target: "Idle CPU", datapoints: [[90, 1_785_000_000], [null, 1_785_000_300]] }]);

  const undo = service.sandbox.addFault({
    operationId: "monitoring_app_graph",
    kind: { status: 200, body: { contents: points } },
  });
  const graph = await call(service, "get_app_monitoring_detail", args);
  undo();
  service.sandbox.addFault({ operationId: "monitoring_app_graph", kind: { status: 200, body: { contents: "" } } });
  const other = await call(service, "get_app_monitoring_detail", args);

  const [{ last, gaps, unit }] = Object(graph.series);
  assert.deepEqual([last, gaps, unit], [90, 1, "percent"]);
  assert.deepEqual([other.series, other.reply], [null, { contents: "" }]);
});
