import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { appForm, appState, done, problems, record, rows, send } from "../sandbox/test_client.ts";

const base = "/app/cloudflareCdn";
const ids = "server_id=100001&app_id=200001";

async function domains(sandbox: Sandbox): Promise<unknown[]> {
  const { json } = await send(sandbox, "GET", `${base}?${ids}`);
  return rows(json.dns).map(({ hostname, status }) => [hostname, status]);
}

Deno.test("a domain is attached by an operation that comes as its whole record, once in an account", async () => {
  await using sandbox = await startSandbox();
  const attach = (domain: string) => done(sandbox, "POST", base, { form: { ...appForm, domain } });

  const { json } = await attach("blog.example.com");
  const again = await send(sandbox, "POST", base, { form: { ...appForm, domain: "blog.example.com" } });

  assert.equal(record(json.operation).type, "create_cf_cdn");
  assert.deepEqual([json.operation_id, again.status], [undefined, 422]);
  assert.deepEqual(await domains(sandbox), [["www.example.com", "pending"], ["blog.example.com", "pending"]]);
  sandbox.assertNoViolations();
});

Deno.test("a domain is verified when its TXT records are published", async () => {
  await using sandbox = await startSandbox();
  const [domain] = appState(sandbox).cloudflare.domains;
  const verify = async () =>
    (await send(sandbox, "POST", `${base}/verifyTxtRecords`, { form: { ...appForm, domain: "www.example.com" } })).json;
  Object.assign(domain ?? {}, { published: false });

  const { json } = await send(sandbox, "GET", `${base}/fetchTXT?${ids}&domain=www.example.com`);
  const before = await verify();
  Object.assign(domain ?? {}, { published: true });
  const after = await verify();

  const { ownership_verification, ownership_verification_http } = record(json.txt_records);
  assert.match(String(record(ownership_verification).txt_value), /^ca3-/);
  assert.equal(record(ownership_verification_http).type, "txt");
  assert.deepEqual([before.domain_status, after.domain_status], ["pending", "activated"]);
  assert.deepEqual(await domains(sandbox), [["www.example.com", "activated"]]);
  sandbox.assertNoViolations();
});

Deno.test("a query tells whether a domain is the primary one; unattached domains are not known", async () => {
  await using sandbox = await startSandbox();
  const ask = (domain: string) => send(sandbox, "GET", `${base}/getDnsQuery?${ids}&domain=${domain}`);

  const attached = await ask("www.example.com");
  const other = await ask("other.example.com");

  assert.deepEqual(attached.json, { status: true, primary_domain: false, primary_domain_name: "shop.example.com" });
  assert.equal(other.status, 422);
});

Deno.test("domains move to another application, and are removed", async () => {
  await using sandbox = await startSandbox();
  const form = { ...appForm, "domains[]": ["www.example.com"] };

  const nowhere = await send(sandbox, "POST", `${base}/transferDomain`, {
    form: { ...form, dest_server_id: "100001", dest_app_id: "200004" },
  });
  await done(sandbox, "POST", `${base}/transferDomain`, {
    form: { ...form, dest_server_id: "100001", dest_app_id: "200002" },
  });
  const moved = appState(sandbox, 200_002).cloudflare.domains.map(({ hostname }) => hostname);
  await done(sandbox, "POST", `${base}/delete`, { form: { ...form, app_id: "200002", customer_id: "700001" } });

  assert.deepEqual([nowhere.status, moved], [422, ["www.example.com"]]);
  assert.deepEqual([await domains(sandbox), appState(sandbox, 200_002).cloudflare.domains], [[], []]);
  sandbox.assertNoViolations();
});

Deno.test("settings are read under other names than they are written", async () => {
  await using sandbox = await startSandbox();
  const form = { minification: "true", mobile_optimization: "true", image_optimization: "lossy", early_hints: "on" };

  await done(sandbox, "POST", `${base}/appSetting`, { form: { ...appForm, ...form } });
  const { setting, custom_metadata } = record((await send(sandbox, "GET", `${base}/appSetting?${ids}`)).json.data);

  assert.equal(record(setting).early_hints, "on");
  const { minify_js, minify_css, minify_html, mirage, polish, webp, caching } = record(custom_metadata);
  assert.deepEqual([minify_js, minify_css, minify_html, mirage, polish, webp], [true, true, true, true, "lossy", true]);
  assert.equal(caching, true, "members that are not named stay");
  sandbox.assertNoViolations();
});

Deno.test("the cache is emptied, and the smart purge deployed", async () => {
  await using sandbox = await startSandbox();
  const deployed = async () => record((await send(sandbox, "GET", `${base}/checkFPCStatus?${ids}`)).json.data).deployed;

  const before = await deployed();
  await done(sandbox, "POST", `${base}/deployFPC`, { form: appForm });
  await done(sandbox, "POST", `${base}/purgeDomain`, { form: appForm });

  assert.deepEqual([before, await deployed(), appState(sandbox).cloudflare.purges], [false, true, 1]);
  sandbox.assertNoViolations();
});

Deno.test("figures keep their misspelt member, and there are none without a domain", async () => {
  await using sandbox = await startSandbox();
  const ask = async (app: number) =>
    rows((await send(sandbox, "GET", `/app/cloudflare/${app}/analytics?server_id=100001&mins=60`)).json.data);

  assert.ok("cachStatus" in ((await ask(200_001))[0] ?? {}));
  assert.deepEqual(await ask(200_002), []);
  sandbox.assertNoViolations();
});

Deno.test("an attachment without a domain and figures without a time are violations", async () => {
  await using sandbox = await startSandbox();

  await send(sandbox, "POST", base, { form: appForm });
  await send(sandbox, "GET", "/app/cloudflare/200001/analytics?server_id=100001");

  assert.match(problems(sandbox), /domain is missing[^]*mins is missing/);
});
