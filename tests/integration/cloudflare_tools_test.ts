/** The tools for Cloudflare Enterprise: what is shown, asked, sent, read back and refused. */
import assert from "node:assert/strict";
import type { AppState } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { yesTo } from "../support/yes.ts";

/** The application that has a domain at Cloudflare, and one that has none. */
const APP = { app_id: 200001 };
const OTHER = { app_id: 200002 };
const DOMAIN = { domain: "www.example.com" };
const DOMAINS = { domains: ["www.example.com"] };

function start(CONFIRM = "off"): Promise<Service> {
  return startService({
    env: { CONFIRM, RATE_LIMIT_REQUESTS: "100000" },
    sandbox: { pace: { polls: 1, seconds: 0 } },
  });
}

function call(service: Service, tool: string, args: Record<string, unknown>) {
  return callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
}

/** Asks, and gives the question with a way to say yes to it. */
async function ask(service: Service, name: string, args: Record<string, unknown>) {
  const base = { url: service.mcpUrl, name, args, headers: TOKEN_HEADERS };
  const asked = await callModern(base);
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  const reply = () => callModern({ ...base, answered: { state: asked.state, reply: yesTo(asked.message) } });
  return { message: asked.message, lines: asked.message.split("\n"), reply };
}

function appOf({ sandbox }: Service, id = APP.app_id): AppState {
  const found = sandbox.account().servers.flatMap(({ apps }) => apps).find((app) => app.id === id);
  assert.ok(found !== undefined);
  return found;
}

function writes({ sandbox }: Service): (string | undefined)[] {
  return sandbox.requests.filter(({ method }) => method !== "GET").map(({ operationId }) => operationId);
}

function answerOnce({ sandbox }: Service, operationId: string, body: unknown): void {
  sandbox.addFault({ operationId, times: 1, kind: { status: 200, body } });
}

const hostsOf = (app: AppState) => app.cloudflare.domains.map(({ hostname }) => hostname);

/** Another domain at Cloudflare. */
function attach(app: AppState, hostname: string): void {
  const [first] = app.cloudflare.domains;
  assert.ok(first !== undefined);
  app.cloudflare.domains.push({ ...first, hostname });
}

Deno.test("domains, settings and smart cache purge are shown, flags as flags", async () => {
  await using service = await start();
  appOf(service).cloudflare.smartPurge = true;

  const { json } = await call(service, "get_app_cloudflare", APP);

  assert.deepEqual(json.domains, [{ domain: "www.example.com", status: "pending", bandwidth: "1" }]);
  assert.deepEqual(json.settings, {
    caching: true,
    edge_caching: true,
    early_hints: false,
    image_optimization: "off",
    minification: false,
    mobile_optimization: false,
    scrape_shield: false,
  });
  assert.deepEqual(json.other_settings, { webp: false, min_tls_version: "1.2", tls_1_3: "on", ua_mode: "false" });
  assert.equal(json.smart_cache_purge, true);
});

Deno.test("without a domain at Cloudflare what Cloudways refuses is null, and outages are errors", async () => {
  await using service = await start();
  const refusal = { times: 1, kind: { status: 422, body: { message: "Not enabled." } } };
  service.sandbox.addFault({ operationId: "cloudflare_get_settings", ...refusal });
  service.sandbox.addFault({ operationId: "cloudflare_get_fpc_status", ...refusal });

  const refused = await call(service, "get_app_cloudflare", OTHER);
  service.sandbox.addFault({ operationId: "cloudflare_get_settings", kind: { status: 500, body: {} } });
  const failed = await call(service, "get_app_cloudflare", OTHER);

  const { domains, settings, smart_cache_purge } = refused.json;
  assert.deepEqual([domains, settings, smart_cache_purge], [[], null, null]);
  assert.equal(failed.json.code, "upstream_error");
});

Deno.test("a value that Cloudways doesn't tell, or tells in two ways, is null", async () => {
  await using service = await start();
  const custom_metadata = { caching: true, minify_js: true, minify_css: false, minify_html: true, scrapeshield: "0" };
  answerOnce(service, "cloudflare_get_settings", { status: true, data: { setting: [], custom_metadata } });

  const { json } = await call(service, "get_app_cloudflare", APP);

  const { caching, edge_caching, early_hints, image_optimization, minification, scrape_shield } = Object(json.settings);
  assert.deepEqual([caching, scrape_shield], [true, false]);
  assert.deepEqual([edge_caching, early_hints, image_optimization, minification], [null, null, null, null]);
});

Deno.test("a call about Cloudflare for an application that has no domain there is refused unsent", async () => {
  await using service = await start("ask");
  const calls = [
    ["purge_cloudflare_cache", {}],
    ["deploy_smart_cache_purge", {}],
    ["update_cloudflare_settings", { caching: false }],
    ["remove_cloudflare_domains", DOMAINS],
    ["move_cloudflare_domains", { ...DOMAINS, destination_app_id: 200001 }],
    ["check_cloudflare_domain", DOMAIN],
    ["verify_cloudflare_domain", DOMAIN],
  ] as const;

  for (const [tool, args] of calls) {
    assert.equal((await call(service, tool, { ...OTHER, ...args })).json.code, "validation_failed", tool);
  }
  assert.deepEqual(writes(service), []);
});

Deno.test("a domain that is not at Cloudflare is refused, with those that are", async () => {
  await using service = await start("ask");
  const other = "other.example.com";
  const calls = [
    ["remove_cloudflare_domains", { domains: ["www.example.com", other] }, "domains"],
    ["move_cloudflare_domains", { domains: [other], destination_app_id: 200002 }, "domains"],
    ["check_cloudflare_domain", { domain: other }, "domain"],
    ["verify_cloudflare_domain", { domain: other }, "domain"],
  ] as const;

  for (const [tool, args, argument] of calls) {
    const { json } = await call(service, tool, { ...APP, ...args });
    assert.equal(json.code, "invalid_arguments", tool);
    const { problems, known } = Object(json.details);
    assert.deepEqual([problems[0].argument, known], [argument, ["www.example.com"]], tool);
  }
  assert.deepEqual(writes(service), []);
});

Deno.test("a domain is added after a yes to the price, and the next step names its TXT records", async () => {
  await using service = await start("ask");

  const { lines, message, reply } = await ask(service, "add_cloudflare_domain", { ...APP, domain: "shop.example.com" });
  const done = await reply();
  const again = await call(service, "add_cloudflare_domain", { ...APP, domain: "SHOP.example.com" });

  assert.match(lines[0] ?? "", /bills it; the price is not known here\. Domain `shop\.example\.com`;/);
  assert.doesNotMatch(message, /not known to be a domain of this application/);
  assert.ok(done.kind === "result" && done.answer.json.status === "completed", JSON.stringify(done));
  assert.match(String(done.answer.json.next_step), /check_cloudflare_domain/);
  assert.deepEqual(hostsOf(appOf(service)), ["www.example.com", "shop.example.com"]);
  assert.equal(again.json.code, "validation_failed");
  service.sandbox.assertNoViolations();
});

Deno.test("the question says if a domain is not known to be one of the application", async () => {
  await using service = await start("ask");

  const { message } = await ask(service, "add_cloudflare_domain", { ...APP, domain: "elsewhere.example.org" });

  assert.match(message, /not known to be a domain of this application/);
});

Deno.test("domains are taken off, and those that stay are named in the question", async () => {
  await using service = await start("ask");
  attach(appOf(service), "a.example.com");
  attach(appOf(service), "b.example.com");

  const args = { ...APP, domains: ["a.example.com", "www.example.com", "a.example.com"] };
  const { lines, reply } = await ask(service, "remove_cloudflare_domains", args);
  const done = await reply();

  assert.match(lines[0] ?? "", /^Take 2 domains of application 200001 off/);
  assert.ok(lines.includes("Stay on Cloudflare as they are: `b.example.com`"), lines.join("\n"));
  assert.ok(done.kind === "result" && done.answer.json.verified === true, JSON.stringify(done));
  assert.deepEqual(hostsOf(appOf(service)), ["b.example.com"]);
});

Deno.test("a domain that is still there after it was taken off is an error", async () => {
  await using service = await start();
  const { domains } = appOf(service).cloudflare;
  Object.defineProperty(appOf(service).cloudflare, "domains", { get: () => domains, set: () => {} });

  const { json } = await call(service, "remove_cloudflare_domains", { ...APP, ...DOMAINS });

  assert.equal(json.code, "upstream_error");
});

Deno.test("domains move to an application of another server, which the question names", async () => {
  await using service = await start("ask");
  const destination = { destination_app_id: 200004 };

  const itself = await call(service, "move_cloudflare_domains", { ...APP, ...DOMAINS, destination_app_id: 200001 });
  const nowhere = await call(service, "move_cloudflare_domains", { ...APP, ...DOMAINS, destination_app_id: 999 });
  const { lines, reply } = await ask(service, "move_cloudflare_domains", { ...APP, ...DOMAINS, ...destination });
  const done = await reply();

  const [, server] = service.sandbox.account().servers;
  assert.deepEqual([itself.json.code, nowhere.json.code], ["invalid_arguments", "not_found"]);
  assert.match(lines[0] ?? "", /from application 200001 to application 200004\. Domain `www\.example\.com`;/);
  assert.ok(lines.includes(`Its server: \`${server?.id}: ${server?.label}\``), lines.join("\n"));
  assert.ok(done.kind === "result" && done.answer.json.verified === true, JSON.stringify(done));
  assert.deepEqual([hostsOf(appOf(service)), hostsOf(appOf(service, 200004))], [[], ["www.example.com"]]);
  const [request] = service.sandbox.requestsTo("cloudflare_transfer_domain");
  assert.equal(request?.fields.dest_server_id, server?.id);
  service.sandbox.assertNoViolations();
});

Deno.test("the TXT records of a domain are shown, though Cloudways refuses to tell how it points", async () => {
  await using service = await start();
  const [domain] = appOf(service).cloudflare.domains;

  const { json } = await call(service, "check_cloudflare_domain", { ...APP, ...DOMAIN });
  service.sandbox.addFault({ operationId: "cloudflare_get_dns_query", kind: { status: 405, body: {} } });
  const untold = await call(service, "check_cloudflare_domain", { ...APP, ...DOMAIN });

  assert.deepEqual(json.txt_records, [
    { type: "TXT", host: "www.example.com", value: domain?.txt.value, status: "pending" },
    { type: "TXT", host: "_cf-custom-hostname.www.example.com", value: domain?.hostname_id },
  ]);
  assert.deepEqual(json.dns, { primary_domain: false, primary_domain_name: "shop.example.com" });
  assert.deepEqual([untold.json.txt_records, untold.json.dns], [json.txt_records, null]);
});

Deno.test("a domain is verified once its records are published, and stays pending until then", async () => {
  await using service = await start();
  const [domain] = appOf(service).cloudflare.domains;
  Object.assign(domain ?? {}, { published: false });

  const before = await call(service, "verify_cloudflare_domain", { ...APP, ...DOMAIN });
  Object.assign(domain ?? {}, { published: true });
  const after = await call(service, "verify_cloudflare_domain", { ...APP, ...DOMAIN });

  assert.deepEqual([before.json.status, after.json.status], ["pending", "activated"]);
});

Deno.test("the cache is emptied once, and nobody is asked", async () => {
  await using service = await start("ask");

  const { json } = await call(service, "purge_cloudflare_cache", APP);

  assert.deepEqual([json.status, appOf(service).cloudflare.purges], ["completed", 1]);
});

Deno.test("smart cache purge is seen after it was installed, where Cloudways tells it", async () => {
  await using service = await start();

  const { json } = await call(service, "deploy_smart_cache_purge", APP);
  service.sandbox.addFault({ operationId: "cloudflare_get_fpc_status", kind: { status: 500, body: {} } });
  const untold = await call(service, "deploy_smart_cache_purge", APP);

  assert.deepEqual([json.deployed, appOf(service).cloudflare.smartPurge], [true, true]);
  assert.deepEqual([untold.json.status, untold.json.deployed], ["completed", null]);
});

Deno.test("all settings are sent, and those that are not named as they are", async () => {
  await using service = await start("ask");
  Object.assign(appOf(service).cloudflare.settings, { minification: true, image_optimization: "lossy" });

  const { lines, reply } = await ask(service, "update_cloudflare_settings", {
    ...APP,
    caching: false,
    early_hints: true,
  });
  const done = await reply();

  for (
    const line of [
      "Caching before: `on`",
      "Caching after: `off`",
      "Early hints after: `on`",
      "Minification as before: `on`",
    ]
  ) assert.ok(lines.includes(line), `${line} in ${lines.join("\n")}`);
  assert.ok(done.kind === "result" && done.answer.json.status === "completed", JSON.stringify(done));
  assert.deepEqual(Object(done.answer.json.changes), [
    { name: "caching", before: true, after: false },
    { name: "early_hints", before: false, after: true },
  ]);
  const [request] = service.sandbox.requestsTo("cloudflare_update_settings");
  assert.deepEqual(request?.fields, {
    server_id: 100001,
    app_id: 200001,
    caching: false,
    edgecaching: true,
    early_hints: "on",
    image_optimization: "lossy",
    minification: true,
    mobile_optimization: false,
    scrapeshield: false,
  });
  service.sandbox.assertNoViolations();
});

Deno.test("settings that would not change, or of which one that is to stay is not told, are refused unasked", async () => {
  await using service = await start("ask");
  const custom_metadata = { caching: true, minify_js: true };

  const same = await call(service, "update_cloudflare_settings", { ...APP, caching: true, scrape_shield: false });
  answerOnce(service, "cloudflare_get_settings", { status: true, data: { setting: [], custom_metadata } });
  const untold = await call(service, "update_cloudflare_settings", { ...APP, caching: false, minification: true });

  assert.equal(same.json.code, "validation_failed");
  assert.equal(untold.json.code, "upstream_error");
  assert.deepEqual(Object(untold.json.details).not_told, [
    ...["edge_caching", "early_hints", "image_optimization", "mobile_optimization", "scrape_shield"],
  ]);
  assert.deepEqual(writes(service), []);
});

Deno.test("settings that somebody else changed in between are left alone, and a change that is not kept is an error", async () => {
  await using service = await start();
  const { settings } = appOf(service).cloudflare;
  const args = { ...APP, scrape_shield: true };

  let reads = 0;
  const early = { get: () => reads++ > 0, set: () => {}, enumerable: true, configurable: true };
  Object.defineProperty(settings, "mobile_optimization", early);
  const changed = await call(service, "update_cloudflare_settings", args);
  const sentThen = writes(service);
  Object.defineProperty(settings, "scrapeshield", { get: () => false, set: () => {}, enumerable: true });
  const ignored = await call(service, "update_cloudflare_settings", args);

  assert.deepEqual([changed.json.code, sentThen], ["upstream_error", []]);
  assert.deepEqual([ignored.json.code, writes(service)], ["upstream_error", ["cloudflare_update_settings"]]);
});

Deno.test("figures have units, and each kind is asked for as it has to be", async () => {
  await using service = await start();

  const cache = await call(service, "get_cloudflare_analytics", { ...APP, kind: "cache", last_minutes: 60 });
  const security = await call(service, "get_cloudflare_analytics", { ...APP, kind: "security" });
  const requests = await call(service, "get_cloudflare_analytics", { ...APP, kind: "requests" });
  const events = await call(service, "get_cloudflare_analytics", { ...APP, kind: "security_events" });

  const [zone] = Object(cache.json.figures);
  assert.deepEqual(zone.cachStatus, [{ cacheStatus: "dynamic", count: 15, sent_bytes: 200386 }]);
  assert.deepEqual([cache.json.last_minutes, security.json.last_minutes], [60, 1440]);
  assert.deepEqual(Object(security.json.figures)[0].total, [{ metric: "all", count: 12 }]);
  assert.equal(Object(requests.json.figures).period, "last_24h");
  assert.deepEqual(Object(events.json.figures).security_events, []);
  assert.deepEqual([requests.json.last_minutes, events.json.last_minutes], [undefined, undefined]);
  const queries = ["cloudflare_get_logpush_analytics", "cloudflare_get_logpush_security"].flatMap((operation) =>
    service.sandbox.requestsTo(operation).map(({ query }) => query)
  );
  assert.deepEqual(queries, [{}, {}]);
  service.sandbox.assertNoViolations();
});

Deno.test("a table of another form is shown as it came, and no figures are an empty list", async () => {
  await using service = await start();
  answerOnce(service, "cloudflare_get_analytics", { status: true, data: [{ total: "many", topIPs: [{ count: 3 }] }] });

  const odd = await call(service, "get_cloudflare_analytics", { ...APP, kind: "cache" });
  const none = await call(service, "get_cloudflare_analytics", { ...OTHER, kind: "cache" });

  assert.deepEqual(odd.json.figures, [{ total: "many", topIPs: [{ count: 3 }] }]);
  assert.deepEqual(none.json.figures, []);
});
