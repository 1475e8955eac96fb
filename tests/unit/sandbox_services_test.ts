import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { appForm, appState, done, problems, record, rows, send, serverForm } from "../sandbox/test_client.ts";

const query = "server_id=100001&app_id=200001";

Deno.test("add-ons are listed with their prices; one without packages has an empty list of them", async () => {
  await using sandbox = await startSandbox();

  const addons = record((await send(sandbox, "GET", "/addon")).json.addons);

  assert.equal(record(record(record(addons["5"]).packages)["11"]).package_price, "1.00");
  assert.deepEqual(record(addons["7"]).packages, []);
});

Deno.test("an add-on is bought with a package, changed and cancelled", async () => {
  await using sandbox = await startSandbox();
  const post = (path: string, form: Record<string, string>) => send(sandbox, "POST", path, { form });

  const without = await post("/addon/activate", { addon_id: "5" });
  const bought = await post("/addon/activate", { addon_id: "5", package_id: "11" });
  const twice = await post("/addon/activate", { addon_id: "5", package_id: "11" });
  const changed = await post("/addon/upgrade", { addon_id: "5", package_id: "12" });
  const cancelled = await post("/addon/deactivate", { addon_id: "5" });
  const none = await post("/addon/deactivate", { addon_id: "5" });

  const replies = [without, bought, twice, changed, cancelled, none];
  assert.deepEqual(replies.map(({ status }) => status), [422, 200, 422, 200, 200, 422]);
  assert.deepEqual([record(bought.json.sub).status, record(changed.json.sub).id_package], ["1", "12"]);
  assert.equal(record(cancelled.json.sub).status, 0, "a number here alone");
  sandbox.assertNoViolations();
});

Deno.test("a request that support staff finish is only recorded", async () => {
  await using sandbox = await startSandbox();
  sandbox.account().subscriptions = [];

  const bought = await done(sandbox, "POST", "/addon/activate", { form: { addon_id: "10", package_id: "21" } });
  const asked = await done(sandbox, "POST", "/addon/request", { form: { ...appForm, addon_id: "9", version: "6.9" } });
  const wrong = await send(sandbox, "POST", "/addon/request", { form: { ...appForm, addon_id: "5" } });

  assert.deepEqual([record(bought.json.sub).status, asked.text, wrong.status], ["2", "[]", 422]);
  assert.deepEqual(sandbox.account().addonRequests, [{ addonId: 9, appId: 200_001, version: "6.9" }]);
  sandbox.assertNoViolations();
});

Deno.test("an add-on is put on a server, changed there, and taken off", async () => {
  await using sandbox = await startSandbox();
  const set = (fields: Record<string, string>) =>
    done(sandbox, "POST", "/addon/activateOnServer", { form: { ...serverForm, addon_id: "7", ...fields } });

  await set({ mode: "enable", host: "smtp.example.com" });
  await set({ mode: "update", host: "smtp2.example.com" });
  const [addon, ...more] = sandbox.account().serverAddons;
  await done(sandbox, "POST", "/addon/deactivateOnServer", { form: { ...serverForm, addon_id: "7" } });

  assert.deepEqual([addon?.serverId, addon?.smtp.host, more], [100_001, "smtp2.example.com", []]);
  assert.deepEqual(sandbox.account().serverAddons, []);
  sandbox.assertNoViolations();
});

Deno.test("domains for mail are checked again and removed", async () => {
  await using sandbox = await startSandbox();
  const form = { domain: "example.com" };

  const { json } = await done(sandbox, "POST", "/addon/elastic/verify_domain", { form });
  await done(sandbox, "DELETE", "/addon/elastic/domain", { form });
  const gone = await send(sandbox, "DELETE", "/addon/elastic/domain", { form });

  assert.deepEqual([record(json.data).spf, record(json.data).dmarc, gone.status], [true, false, 422]);
  assert.deepEqual((await send(sandbox, "GET", "/addon/elastic/domains")).json.data, { domains: [] });
  sandbox.assertNoViolations();
});

Deno.test("a channel wants an e-mail address or a web address, by its kind", async () => {
  await using sandbox = await startSandbox();
  const base = { name: "Ops", "events[]": ["1", "2"], is_active: "true" };
  const create = (form: Record<string, string>) =>
    send(sandbox, "POST", "/integrations", { form: { ...base, ...form } });

  const slack = await create({ channel: "3", url: "https://hooks.example.com/x" });
  const wrong = [
    await create({ channel: "3", to: "ops@example.com" }),
    await create({ channel: "2", url: "https://hooks.example.com/x" }),
    await create({ channel: "99", url: "https://hooks.example.com/x" }),
  ];

  assert.deepEqual(record(slack.json.integration).config, { url: "https://hooks.example.com/x" });
  assert.deepEqual(wrong.map(({ json }) => Object.keys(json)), [["url"], ["to"], ["channel"]]);
  sandbox.assertNoViolations();
});

Deno.test("a channel is replaced completely, and deleted with an empty answer", async () => {
  await using sandbox = await startSandbox();
  const form = { name: "Renamed", channel: "2", to: "new@example.com", "events[]": ["2"], is_active: "false" };

  await done(sandbox, "PUT", "/integrations/8888", { form });
  const [channel] = rows((await send(sandbox, "GET", "/integrations")).json.integrations);
  const deleted = await send(sandbox, "DELETE", "/integrations/8888");

  const { name, events, config, is_active } = channel ?? {};
  assert.deepEqual([name, events, config, is_active], ["Renamed", [2], { to: "new@example.com" }, 0]);
  assert.deepEqual([deleted.status, deleted.text, sandbox.account().channels], [200, "", []]);
  sandbox.assertNoViolations();
});

Deno.test("alerts are marked as read, one or all, with an empty answer", async () => {
  await using sandbox = await startSandbox();
  const unread = () => sandbox.account().alerts.filter(({ is_read }) => !is_read).length;

  const before = unread();
  const one = await send(sandbox, "POST", "/alert/markAsRead/88888");
  const after = unread();
  await send(sandbox, "POST", "/alert/markAllRead/");

  assert.deepEqual([one.text, before - after, unread()], ["", 1, 0]);
  sandbox.assertNoViolations();
});

async function insights(sandbox: Sandbox): Promise<number> {
  const reply = await send(sandbox, "GET", "/insights");
  return reply.status === 200 ? rows(reply.json.insights).length : reply.status;
}

Deno.test("insights come with a subscription, and not for stopped servers", async () => {
  await using sandbox = await startSandbox();
  const set = (insights_enabled: string) =>
    done(sandbox, "POST", "/copilot/server-settings", { form: { ...serverForm, insights_enabled } });

  const on = await insights(sandbox);
  await set("false");
  const { json } = await send(sandbox, "GET", "/copilot/server-settings");
  const off = await insights(sandbox);
  await set("true");
  const summary = await send(sandbox, "GET", "/insights/summary");
  await done(sandbox, "DELETE", "/copilot/plans/subscribe");

  assert.deepEqual([on, off, await insights(sandbox)], [1, 0, 403]);
  assert.deepEqual(json.data, [{ server_id: 100_001, insights_enabled: false }]);
  assert.deepEqual(summary.json.data, { total: 1, critical: 0, high: 1 });
  sandbox.assertNoViolations();
});

Deno.test("a larger plan begins at once, a smaller one with the next cycle", async () => {
  await using sandbox = await startSandbox();
  const change = (plan_id: string) => send(sandbox, "POST", "/copilot/plans/change", { form: { plan_id } });
  const plan = async () => record((await send(sandbox, "GET", "/copilot/plans/status")).json.data).plan_name;

  const second = await send(sandbox, "POST", "/copilot/plans/subscribe", { form: { plan_id: "2" } });
  await change("3");
  const larger = await plan();
  await change("1");
  const pending = (await send(sandbox, "GET", "/copilot/plans")).json.pending_downgrade_request;

  assert.deepEqual([second.status, larger, await plan(), pending], [400, "Pro", "Pro", { plan_id: 1 }]);
  sandbox.assertNoViolations();
});

Deno.test("queues are made, restarted and deleted, and each change answers with all of them", async () => {
  await using sandbox = await startSandbox();
  const made = await done(sandbox, "POST", "/app/supervisor", {
    form: {
      ...appForm,
      "queues_list[connection]": "redis",
      "queues_list[artisan_path]": "public_html/artisan",
      "queues_list[procs]": "2",
    },
  });
  const [, queue] = rows(made.json.queues_list);

  const state = await send(sandbox, "GET", `/supervisor/queue/status?${query}`);
  for (const queue_id of [String(queue?.id), String(queue?.queue_id)]) {
    await done(sandbox, "POST", "/supervisor/queue/restart", { form: { ...appForm, queue_id } });
  }
  const restarts = appState(sandbox).queues[1]?.restarts;
  const left = await done(sandbox, "DELETE", `/app/supervisor/${queue?.id}`, { form: appForm });
  const again = await send(sandbox, "DELETE", `/app/supervisor/${queue?.id}`, { form: appForm });

  assert.deepEqual([queue?.procs, queue?.timeout], ["2", "60"], "all values are text");
  assert.deepEqual(rows(state.json.response).map(({ queue_id }) => queue_id).slice(1), [
    `${queue?.queue_id}_00`,
    `${queue?.queue_id}_01`,
  ]);
  assert.deepEqual([restarts, rows(left.json.queues_list).length, again.status], [2, 1, 422]);
  sandbox.assertNoViolations();
});

Deno.test("fields of a queue beside their list, and channels without events, are violations", async () => {
  await using sandbox = await startSandbox();

  await send(sandbox, "POST", "/app/supervisor", { form: { ...appForm, connection: "redis" } });
  await send(sandbox, "POST", "/integrations", {
    form: { name: "x", channel: "2", to: "a@example.com", is_active: "true" },
  });

  assert.match(problems(sandbox), /unknown field connection[^]*queues_list is missing[^]*events is missing/);
});
