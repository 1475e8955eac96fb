import assert from "node:assert/strict";
import { DEMO_ACCOUNT, FakeClock, startSandbox } from "../sandbox/mod.ts";
import { appForm, appState, done, operation, parse, problems, record, rows, send } from "../sandbox/test_client.ts";

const appQuery = "server_id=100001&app_id=200001";

Deno.test("aliases are replaced as a whole, by an operation or at once", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using sandbox = await startSandbox({ forms });

    const reply = await done(sandbox, "POST", "/app/manage/aliases", {
      form: { ...appForm, "aliases[]": ["*.example.com", "shop.example.org"] },
    });
    const none = await done(sandbox, "POST", "/app/manage/aliases", { form: { ...appForm, "aliases[]": "" } });

    assert.equal("operation_id" in reply.json, forms === "live");
    assert.equal(none.status, 200);
    assert.deepEqual(appState(sandbox).aliases, []);
    sandbox.assertNoViolations();
  }
});

Deno.test("PHP settings are sent as base64, or as plain text if the API wants that", async () => {
  const text = "php_admin_value[memory_limit] = 512M\n; für später";
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  for (const [fpmText, sent] of [["base64", base64], ["plain", text]] as const) {
    await using sandbox = await startSandbox({ habits: { fpmText } });

    await done(sandbox, "POST", "/app/manage/fpm_setting", { form: { ...appForm, fpm_setting: sent } });
    const { json } = await send(sandbox, "GET", `/app/manage/fpm_setting?${appQuery}`);

    assert.deepEqual(json, { response: { fpm_enabled: true, settings: text } });
  }
});

Deno.test("PHP settings sent in the wrong form do not read back as they were", async () => {
  await using sandbox = await startSandbox();

  const reply = await send(sandbox, "POST", "/app/manage/fpm_setting", { form: { ...appForm, fpm_setting: "a = b" } });

  assert.deepEqual(reply.json, { status: true });
  assert.notEqual(appState(sandbox).fpm_setting, "a = b");
});

Deno.test("cron lines come as JSON text or as one bare line, and replace all jobs", async () => {
  await using sandbox = await startSandbox();
  const lines = ["0 0 1 1 * php a.php", "@daily php b.php"];
  const write = (crons: string) =>
    send(sandbox, "POST", "/app/manage/cronList", { form: { ...appForm, crons, is_script: "True" } });

  const { json: before } = await send(sandbox, "GET", `/app/manage/cronList?${appQuery}`);
  await write(JSON.stringify(lines));
  const { json: after } = await send(sandbox, "GET", `/app/manage/cronList?${appQuery}`);
  const bare = await write("*/5 * * * * php c.php");
  const wrong = await write("never mind");

  assert.equal(Array.isArray(before.basic) && before.basic.length, 1);
  assert.deepEqual(after, { basic: [], script: lines.join("\n") });
  assert.equal(bare.json.script, "*/5 * * * * php c.php");
  assert.equal(wrong.status, 422);
  sandbox.assertNoViolations();
});

Deno.test("jobs written as objects replace the lines", async () => {
  await using sandbox = await startSandbox();
  const job = { ...appState(sandbox).crons.basic[0], minutes: "0" };

  await done(sandbox, "POST", "/app/manage/cronList", { form: { ...appForm, crons: JSON.stringify([job]) } });

  assert.deepEqual(appState(sandbox).crons, { basic: [job], script: "" });
});

Deno.test("a write of cron jobs that fails may have had its effect", async () => {
  await using sandbox = await startSandbox();
  sandbox.addFault({ operationId: "app_cron_list_update", afterEffect: true, kind: { status: 500 } });

  const reply = await send(sandbox, "POST", "/app/manage/cronList", {
    form: { ...appForm, crons: '["@daily php b.php"]', is_script: "true" },
  });

  assert.equal(reply.status, 500);
  assert.equal(appState(sandbox).crons.script, "@daily php b.php");
});

Deno.test("the cron optimizer is switched by an operation, only for WordPress", async () => {
  await using sandbox = await startSandbox();
  const form = { status: "disable" };

  await done(sandbox, "POST", "/app/manage/cron_setting", { form: { ...appForm, ...form } });
  const { json } = await send(sandbox, "GET", `/app/get_settings_value?${appQuery}`);
  const other = await send(sandbox, "POST", "/app/manage/cron_setting", {
    form: { server_id: "100002", app_id: "200004", ...form },
  });

  assert.equal(json.wp_cron_setting, 0);
  assert.deepEqual([appState(sandbox, 200_004).application, other.status], ["laravel", 422]);
  sandbox.assertNoViolations();
});

Deno.test("Varnish rules come as JSON text or as a list, and are checked", async () => {
  await using sandbox = await startSandbox();
  const rules = [{ method: "exclude", type: "cookie", value: "session" }];
  const ids = { server_id: 100001, app_id: 200001 };

  await done(sandbox, "POST", "/app/manage/varnish_setting", { form: { ...appForm, vcl_list: JSON.stringify(rules) } });
  const asText = appState(sandbox).vcl_list;
  await done(sandbox, "POST", "/app/manage/varnish_setting", { json: { ...ids, vcl_list: [] } });
  const wrong = await send(sandbox, "POST", "/app/manage/varnish_setting", {
    form: { ...appForm, vcl_list: '[{"method":"include","type":"url","value":"/"}]' },
  });

  assert.deepEqual([asText, appState(sandbox).vcl_list, wrong.status], [rules, [], 422]);
  sandbox.assertNoViolations();
});

const switches: [path: string, flag: string, live: "operation" | "at once"][] = [
  ["/app/manage/geo_ip_header", "geo_ip_setting", "at once"],
  ["/app/manage/xmlrpc", "xml_rpc_setting", "operation"],
  ["/app/manage/device/detection", "device_detection", "at once"],
  ["/app/manage/ignore/query_string", "ignore_query_string", "at once"],
  ["/app/manage/php_direct_execution", "php_direct_execution", "operation"],
  ["/app/manage/webP", "webp", "operation"],
];
for (const [path, flag, live] of switches) {
  Deno.test(`${path} switches ${flag} and reads back`, async () => {
    await using sandbox = await startSandbox();

    const reply = await done(sandbox, "POST", path, { form: { ...appForm, status: "enable" } });
    const { json } = await send(sandbox, "GET", `/app/get_settings_value?${appQuery}`);

    assert.equal("operation_id" in reply.json, live === "operation");
    assert.equal(json[flag], 1);
    sandbox.assertNoViolations();
  });
}

Deno.test("xmlrpc answers inline where the documents are followed, and not on a busy server", async () => {
  await using documented = await startSandbox({ forms: "documented" });
  await using live = await startSandbox();
  const form = { ...appForm, status: "enable" };

  const inline = await send(documented, "POST", "/app/manage/xmlrpc", { form });
  await send(live, "POST", "/app/cache/purge", { form: appForm });
  const busy = await send(live, "POST", "/app/manage/xmlrpc", { form });

  assert.deepEqual(inline.json.response, { xml_rpc: { [appState(documented).sys_user]: true } });
  assert.equal(record(busy.json.operation).type, "purge_app_cache");
});

Deno.test("a change of the web root gets an empty answer, and shows in the listing", async () => {
  await using sandbox = await startSandbox();

  const reply = await send(sandbox, "POST", "/app/manage/webroot", {
    form: { ...appForm, webroot: "public_html/public" },
  });
  await done(sandbox, "POST", "/app/manage/symlink", { form: { ...appForm, symlink: "current" } });
  const { text } = await send(sandbox, "GET", "/server");

  assert.deepEqual([reply.status, reply.text], [200, ""]);
  assert.match(text, /"webroot":"public_html\/public"/);
  assert.match(text, /"symlink":"current"/);
  sandbox.assertNoViolations();
});

Deno.test("a CORS header is a word or a text, and sets a flag", async () => {
  await using sandbox = await startSandbox();
  const set = (corsHeader: string) => done(sandbox, "POST", "/app/cors_header", { form: { ...appForm, corsHeader } });

  await set("https://other.example.com");
  const on = [appState(sandbox).cors, appState(sandbox).flags.cors_header];
  await set("disable");

  assert.deepEqual(on, ["https://other.example.com", 1]);
  assert.deepEqual([appState(sandbox).cors, appState(sandbox).flags.cors_header], [null, 0]);
});

Deno.test("SSH access opens at once, or only when it is confirmed", async () => {
  for (const sshEnable of ["at_once", "confirmed"] as const) {
    await using sandbox = await startSandbox({ habits: { sshEnable } });
    const ask = (update_perms_action: string) =>
      send(sandbox, "POST", "/app/updateAppSshPerms", { form: { ...appForm, update_perms_action } });
    const read = async () =>
      Object.values(
        record(record((await send(sandbox, "GET", `/app/getAppSshPerms?${appQuery}`)).json.response).ssh_status),
      );

    await ask("disable");
    assert.deepEqual(await read(), [false]);
    const asked = await ask("enable");
    assert.equal(asked.json.confirmation, sshEnable === "confirmed");
    assert.deepEqual(await read(), [sshEnable === "at_once"]);
    await ask("confirmed_enable");
    assert.deepEqual(await read(), [true]);
    sandbox.assertNoViolations();
  }
});

Deno.test("a site closes and opens again", async () => {
  await using sandbox = await startSandbox();

  await done(sandbox, "POST", "/app/state", { form: { ...appForm, state: "Disable" } });
  const { json } = await send(sandbox, "GET", `/app/getApplicationAccess?${appQuery}`);
  await send(sandbox, "POST", "/app/state", { form: { ...appForm, state: "disable" } });

  assert.deepEqual(json.response, { app_status: { [appState(sandbox).sys_user]: false } });
  assert.match(problems(sandbox), /state/, "the words begin with a capital");
});

Deno.test("traffic details are a report of the time and rows that were asked for", async () => {
  await using sandbox = await startSandbox();
  const form = { ...appForm, from: "01/08/2026 00:00", until: "02/08/2026 00:00", resource: "top_urls" };

  const reply = await done(sandbox, "POST", "/app/analytics/trafficDetails", {
    form: { ...form, "resource_list[]": ["/checkout"] },
  });
  const report = record(parse(String((await operation(sandbox, reply)).parameters)).top_urls);
  const wrong = await send(sandbox, "POST", "/app/analytics/trafficDetails", {
    form: { ...form, resource: "top_bandwidth" },
  });

  assert.deepEqual([report.body, report.from, report.until], [[["/checkout", 44]], form.from, form.until]);
  assert.equal(wrong.status, 422);
  assert.match(problems(sandbox), /resource/);
});

Deno.test("a graph has its target's unit and steps, a gap, and an unfinished last row", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ clock });
  const points = async (target: string, duration: string) => {
    const query = new URLSearchParams({
      server_id: "100001",
      target,
      duration,
      timezone: "UTC",
      output_format: "json",
    });
    const { json } = await send(sandbox, "GET", `/server/monitor/detail?${query}`);
    const [line]: [{ datapoints: [number | null, number][] }] = JSON.parse(String(json.content));
    return line.datapoints;
  };

  const memory = await points("Free memory", "1 Hour");
  const week = await points("Idle CPU", "7 Days");
  const disk = await points("Free Disk", "1 Hour");

  assert.ok(memory.every(([value]) => value === null || value > 1_000_000), "bytes");
  assert.ok(disk.every(([value]) => value === null || value < 1000), "GB");
  assert.deepEqual([memory.length, week.length, disk.length], [12, 168, 2]);
  assert.deepEqual([memory.at(-1)?.[0], memory.at(-1)?.[1]], [null, Math.floor(clock.now() / 1000)]);
  assert.equal(memory.filter(([value]) => value === null).length, 2);
  assert.equal((week[1]?.[1] ?? 0) - (week[0]?.[1] ?? 0), 3600);
});

Deno.test("certificates show no dates, and differ in their members", async () => {
  await using sandbox = await startSandbox({ accounts: [{ ...DEMO_ACCOUNT, servers: 2, appsPerServer: 6 }] });

  const { json } = await send(sandbox, "GET", "/server");
  const all = rows(json.servers).flatMap(({ apps }) => rows(apps)).map(({ lets_encrypt }) => lets_encrypt);

  const shown = all.filter((one) => one !== null).map(record);
  assert.doesNotMatch(JSON.stringify(shown), /\d{4}-\d{2}-\d{2}/);
  assert.deepEqual(new Set(shown.map(({ type }) => type)), new Set(["le"]));
  assert.deepEqual(shown.map((one) => ["challenges" in one, one.auto, one.is_verified]), [
    [true, true, true],
    [false, true, true],
    [true, false, true],
    [false, true, false],
  ]);
  assert.equal(shown[0]?.app_prefix, "woocommerce-100001-200001.cloudwaysapps.test");
  assert.ok(all.includes(null));
});
