/** `/` over HTTP: what a browser gets, and what it does not. */
import assert from "node:assert/strict";
import { startService } from "../support/harness.ts";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";

const [{ token: TOKEN }] = DEMO_ACCOUNT.accessTokens;
const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function page(base: string, query = ""): Promise<{ status: number; text: string }> {
  const response = await fetch(`${base}/${query}`, { headers: HTML });
  return { status: response.status, text: await response.text() };
}

/** The names of the tools that a page lists. */
function listed(text: string): string[] {
  return [...text.matchAll(/href="\.\/\?tool=(\w+)"/g)].map(([, name = ""]) => name);
}

Deno.test("/ lists the tools that may be used here, and has a page for each of them alone", async () => {
  await using service = await startService({ env: { TOOLSETS: "apps,dns", READ_ONLY: "true" } });

  const { text } = await page(service.url);
  const names = listed(text);
  const pages = await Promise.all(names.map((name) => page(service.url, `?tool=${name}`)));
  const others = ["list_servers", "delete_dns_domains", "nothing", "__proto__", "%00", ""];
  const missing = await Promise.all(others.map((name) => page(service.url, `?tool=${name}`)));

  assert.ok(names.includes("list_dns_domains") && names.includes("list_domains"), String(names));
  assert.equal(names.some((name) => name.startsWith("delete_")), false);
  assert.ok(pages.every(({ status }) => status === 200));
  pages.forEach(({ text }, n) => assert.ok(text.includes(`&quot;name&quot;: &quot;${names[n]}&quot;`)));
  assert.ok(missing.every(({ status }) => status === 404));
});

Deno.test("a search at / finds tools by what somebody wants to do, and filters narrow it", async () => {
  await using service = await startService();

  const found = listed((await page(service.url, "?q=put+staging+live")).text);
  const reads = listed((await page(service.url, "?q=dns&effect=read")).text);
  const ofToolset = listed((await page(service.url, "?toolset=queues")).text);
  const none = listed((await page(service.url, "?q=zzzzqqqq")).text);

  assert.equal(found[0], "push_staging_app", String(found));
  assert.ok(reads.includes("list_dns_domains") && !reads.includes("delete_dns_domains"), String(reads));
  assert.ok(ofToolset.length > 0 && ofToolset.every((name) => name.includes("queue")), String(ofToolset));
  assert.deepEqual(none, []);
});

Deno.test("what a visitor writes is no markup at /", async () => {
  await using service = await startService();

  const { text } = await page(service.url, `?q=${encodeURIComponent(`"><script>x</script>`)}`);

  assert.ok(text.includes("&quot;&gt;&lt;script&gt;x"));
  assert.equal(text.includes("<script>x"), false);
});

Deno.test("/ shows nothing of any account, and no script or style but its own may run", async () => {
  await using service = await startService({ sandbox: { accounts: [{ ...DEMO_ACCOUNT, servers: 2 }] } });

  const response = await fetch(service.url, {
    headers: { ...HTML, "x-cloudways-access-token": TOKEN },
  });
  const text = await response.text();
  const policy = response.headers.get("content-security-policy") ?? "";

  for (const { label, apps } of service.sandbox.account().servers) {
    assert.equal(text.includes(label), false);
    assert.ok(apps.every((app) => !text.includes(app.label)));
  }
  assert.equal(text.includes(TOKEN), false);
  assert.match(policy, /default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; form-action 'self'/);
  assert.deepEqual(service.sandbox.requests, []);
});

Deno.test("/ tells that the server is shutting down", async () => {
  await using service = await startService();
  const before = (await page(service.url)).text;
  service.app.startDraining();

  const after = (await page(service.url)).text;

  assert.match(before, /class="state good"/);
  assert.match(after, /class="state wait"/);
});
