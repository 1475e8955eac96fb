/** The tools for what runs a site, against the sandbox. */
import assert from "node:assert/strict";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";
import type { AppState, SandboxOptions } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";

const APP = { app_id: 200001 };
const TOKEN = DEMO_ACCOUNT.accessTokens[0].token;

function start(sandbox: SandboxOptions = {}, CONFIRM = "off"): Promise<Service> {
  const env = { CONFIRM, RATE_LIMIT_REQUESTS: "100000" };
  return startService({ env, sandbox: { pace: { polls: 1, seconds: 0 }, ...sandbox } });
}

async function call(service: Service, tool: string, args: Record<string, unknown> = {}) {
  return (await callTool(service.mcpUrl, tool, { ...APP, ...args }, TOKEN_HEADERS)).json;
}

function shopOf({ sandbox }: Service): AppState {
  const app = sandbox.account().servers[0]?.apps[0];
  assert.ok(app !== undefined);
  return app;
}

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
