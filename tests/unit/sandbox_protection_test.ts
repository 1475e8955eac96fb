import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { appState, done, firstServer, problems, record, rows, send, serverForm } from "../sandbox/test_client.ts";

const app = "/app/security/200001";
const server = "/server/security/100001";
const query = "?server_id=100001";

async function read(sandbox: Sandbox, path: string): Promise<Record<string, unknown>> {
  return (await send(sandbox, "GET", path + query)).json;
}

Deno.test("an application is enrolled once, and removed under its label", async () => {
  await using sandbox = await startSandbox();
  const leave = (app_name: string) =>
    send(sandbox, "PATCH", `${app}/deactivate`, { form: { ...serverForm, app_id: "200001", app_name } });

  const again = await send(sandbox, "POST", `${app}/activate`, { form: { ...serverForm, app_id: "200001" } });
  const wrong = await leave("Blog");
  await leave("Shop");

  assert.deepEqual([again.status, wrong.status], [422, 422]);
  assert.equal((await read(sandbox, `${app}/status`)).is_active, false);
  assert.equal(
    (await send(sandbox, "GET", `${app}/files${query}`)).status,
    422,
    "unprotected applications tell nothing",
  );
  sandbox.assertNoViolations();
});

Deno.test("a scan runs, one at a time, and its progress is a poll of it", async () => {
  await using sandbox = await startSandbox();
  const start = () => send(sandbox, "POST", `${app}/scans`, { form: { ...serverForm, app_id: "200001" } });

  const { json } = await start();
  const second = await start();
  const states = [await read(sandbox, `${app}/scans/status`), await read(sandbox, `${app}/scans/status`)];
  const listed = await read(sandbox, `${app}/scans`);

  assert.deepEqual([typeof json.scan_id, typeof json.task_id, second.status], ["number", "string", 422]);
  assert.deepEqual(states.map(({ status, data }) => [status, record(data).progress]), [["running", 50], [
    "completed",
    100,
  ]]);
  assert.deepEqual([listed.total, rows(listed.scans)[0]?.scan_id], [2, json.scan_id]);
  assert.equal((await read(sandbox, `${app}/scans/${json.scan_id}`)).status, "completed");
  sandbox.assertNoViolations();
});

Deno.test("the documents name no task of a scan; a failed one says so", async () => {
  await using sandbox = await startSandbox({ forms: "documented" });

  const { json } = await send(sandbox, "POST", `${app}/scans`, { form: { ...serverForm, app_id: "200001" } });
  sandbox.failOperation(appState(sandbox).protection.scans[0]?.operationId ?? "");

  assert.equal("task_id" in json, false);
  assert.equal((await read(sandbox, `${app}/scans/status`)).status, "failed");
});

Deno.test("files come back by id or by path", async () => {
  await using sandbox = await startSandbox();
  const restore = (files: string) =>
    send(sandbox, "POST", `${app}/files/restore`, { form: { ...serverForm, app_id: "200001", files } });

  const unknown = await restore("17,99");
  await restore("17,public_html/wp-content/bad.php");
  const { files } = await read(sandbox, `${app}/files`);

  assert.equal(unknown.status, 422);
  assert.deepEqual(rows(files).map(({ status }) => status), ["restored", "restored"]);
  assert.equal(rows((await send(sandbox, "GET", `${app}/files${query}&offset=1&limit=1`)).json.files).length, 1);
  sandbox.assertNoViolations();
});

Deno.test("an application's addresses are written under four words, and read nowhere", async () => {
  await using sandbox = await startSandbox();
  const change = (method: string, mode: string, ips: string) =>
    send(sandbox, method, `${app}/ips`, { form: { ...serverForm, app_id: "200001", ips, mode, reason: "test" } });

  await change("PUT", "allow", "203.0.113.1");
  await change("PUT", "white", "203.0.113.2");
  await change("DELETE", "black", "198.51.100.9");
  const wrong = [await change("PUT", "deny", "203.0.113.3"), await change("DELETE", "block", "203.0.113.4")];

  assert.deepEqual(appState(sandbox).protection.ips, { allow: ["203.0.113.1", "203.0.113.2"], block: [] });
  assert.deepEqual(wrong.map(({ status }) => status), [422, 422]);
});

Deno.test("a server's addresses are lists, and are read again", async () => {
  await using sandbox = await startSandbox();
  const change = (method: string, mode: string, ...ips: string[]) =>
    send(sandbox, method, `${server}/ips`, { form: { ...serverForm, "iplist[]": ips, mode } });

  await change("PUT", "white", "203.0.113.1", "203.0.113.2");
  await change("DELETE", "black", "198.51.100.9");
  const { ips } = await read(sandbox, `${server}/ips`);

  assert.deepEqual(ips, [{ ip: "203.0.113.1", mode: "white" }, { ip: "203.0.113.2", mode: "white" }]);
  sandbox.assertNoViolations();
  await change("PUT", "allow", "203.0.113.1");
  assert.match(problems(sandbox), /mode/);
});

Deno.test("countries are blocked and let in again by two letters", async () => {
  await using sandbox = await startSandbox();
  const change = (method: string, ...codes: string[]) =>
    send(sandbox, method, `${server}/blacklist-countries`, { form: { ...serverForm, "countrylist[]": codes } });

  await change("PUT", "BV", "HM");
  await change("DELETE", "AQ");

  assert.deepEqual(firstServer(sandbox).protection.countries, ["BV", "HM"]);
  sandbox.assertNoViolations();
  await change("PUT", "ATA");
  assert.match(problems(sandbox), /countrylist/);
});

Deno.test("firewall settings change one by one", async () => {
  await using sandbox = await startSandbox();

  await done(sandbox, "PUT", `${server}/firewall-settings`, { form: { ...serverForm, weak_password: "0" } });

  assert.deepEqual((await read(sandbox, `${server}/firewall-settings`)).settings, {
    request_limit: 100,
    weak_password: 0,
  });
  sandbox.assertNoViolations();
});

Deno.test("the applications of a server come in pages, filtered by name and state", async () => {
  await using sandbox = await startSandbox();
  const list = async (filter: string) => (await send(sandbox, "GET", `${server}/apps?${filter}`)).json;

  const first = await list("page=1&page_limit=2");
  const infected = await list("filter_by=infected&app_name=SHOP");

  assert.deepEqual([rows(first.apps).length, first.pagination], [2, { last_page: 2 }]);
  const [shop] = rows(infected.apps);
  assert.deepEqual([shop?.app_name, shop?.mp_addon_active, shop?.infected], ["Shop", 1, 1]);
  sandbox.assertNoViolations();
});

Deno.test("incidents, figures and infected domains of a server", async () => {
  await using sandbox = await startSandbox();
  firstServer(sandbox).protection.infectedDomains = ["bad.example"];

  const incidents = await read(sandbox, `${server}/incidents`);
  const stats = await send(sandbox, "GET", `${server}/stats${query}&data_types[]=threats&group_by=day&start=1&end=2`);
  await done(sandbox, "POST", `${server}/infected-domains/sync`, { form: serverForm });
  const domains = await read(sandbox, `${server}/infected-domains`);

  assert.equal(rows(incidents.incidents).length, 3);
  assert.deepEqual(stats.json.stats, { threats: [[1, 0]] });
  assert.deepEqual([domains.total, firstServer(sandbox).protection.refreshes], [1, 1]);
  sandbox.assertNoViolations();
});
