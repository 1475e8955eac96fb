/** The domains of applications: what is listed, kept, added and removed. */
import assert from "node:assert/strict";
import * as z from "zod";
import { type AppState, type SandboxOptions } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";

const APP = { app_id: 200001 };

function start(sandbox: SandboxOptions = {}, CONFIRM = "off"): Promise<Service> {
  const env = { CONFIRM, RATE_LIMIT_REQUESTS: "100000" };
  return startService({ env, sandbox: { pace: { polls: 1, seconds: 0 }, ...sandbox } });
}

function call(service: Service, tool: string, args: Record<string, unknown> = {}) {
  return callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
}

function shopOf({ sandbox }: Service): AppState {
  const app = sandbox.account().servers[0]?.apps[0];
  assert.ok(app !== undefined);
  return app;
}

const domainsSchema = z.array(z.looseObject({
  domain: z.string(),
  kind: z.string(),
  app_id: z.number(),
  covered: z.boolean().nullable(),
  certificate: z.looseObject({ kind: z.string() }),
}));

async function domainsOf(service: Service, args: Record<string, unknown> = APP) {
  const { json } = await call(service, "list_domains", args);
  return domainsSchema.parse(json.domains);
}

const summary = ({ domain, kind, covered, certificate }: z.output<typeof domainsSchema>[number]) =>
  [domain, kind, certificate.kind, covered] as const;

Deno.test("every domain is listed with its certificate, those without cover first, and no expiry is made up", async () => {
  await using service = await start();

  const { json } = await call(service, "list_domains");

  const domains = domainsSchema.parse(json.domains);
  const own = service.sandbox.account().servers.flatMap(({ apps }) => apps)
    .flatMap(({ cname, aliases }) => [cname, ...aliases]).filter((domain) => domain !== "");
  assert.deepEqual(domains.map(({ domain }) => domain).sort(), own.sort());
  const covered = domains.map((one) => one.covered);
  assert.deepEqual(covered, [...covered].sort());
  assert.ok(covered.includes(false) && covered.includes(true));
  for (const one of domains) assert.deepEqual([one.expires_at, one.expiry_known], [null, false]);
  assert.deepEqual(domains.find(({ domain }) => domain === "shop.example.com"), {
    domain: "shop.example.com",
    kind: "primary",
    app_id: 200001,
    app_label: "Shop",
    server_id: 100001,
    server_label: "Production",
    covered: true,
    certificate: {
      kind: "lets_encrypt",
      covers: ["shop.example.com", "www.shop.example.com"],
      auto_renewal: true,
      verified: true,
      installed: true,
    },
    expires_at: null,
    expiry_known: false,
  });
});

Deno.test("a certificate counts for what Cloudways says of it, and for nothing else", async () => {
  await using service = await start();
  const shop = shopOf(service);
  const issued = structuredClone(shop.lets_encrypt);
  const cases: [Partial<AppState> & { untold?: string[] }, string, (boolean | null)[]][] = [
    [{ lets_encrypt: null }, "none", [false, false]],
    [{ own_ssl: { issued_at: "2026-01-01 00:00:00" } }, "own", [null, null]],
    [{ lets_encrypt: issued && { ...issued, is_verified: false } }, "lets_encrypt", [false, false]],
    [{ lets_encrypt: issued && { ...issued, is_installed: false } }, "lets_encrypt", [false, false]],
    [{ lets_encrypt: issued && { ...issued, ssl_domains: ["*.shop.example.com"] } }, "lets_encrypt", [false, true]],
    [{ lets_encrypt: issued && { ...issued, ssl_domains: [] } }, "lets_encrypt", [null, null]],
    [{ lets_encrypt: null, untold: ["own_ssl"] }, "not_told", [null, null]],
    [{ untold: ["lets_encrypt"] }, "not_told", [null, null]],
  ];

  for (const [changes, kind, covered] of cases) {
    Object.assign(shop, { lets_encrypt: structuredClone(issued), own_ssl: null, untold: [] }, changes);
    await call(service, "update_app_aliases", { ...APP, add: ["x.example.org"] });
    await call(service, "update_app_aliases", { ...APP, remove: ["x.example.org"] });

    const found = await domainsOf(service);

    const sorted = found.toSorted((a, b) => a.domain < b.domain ? -1 : 1);
    assert.deepEqual(sorted.map(summary), [
      ["shop.example.com", "primary", kind, covered[0]],
      ["www.shop.example.com", "alias", kind, covered[1]],
    ], JSON.stringify(changes));
  }
});

Deno.test("domains whose certificate renews no more come before those that need nothing", async () => {
  await using service = await start();
  const portal = service.sandbox.account().servers.flatMap(({ apps }) => apps).find(({ label }) => label === "Portal");
  assert.ok(portal?.lets_encrypt);
  portal.lets_encrypt.auto = false;

  const found = (await domainsOf(service, {})).filter(({ covered }) => covered === true);

  assert.equal(found[0]?.domain, portal.cname);
});

Deno.test("domains are found by a part of their name, by server and by application", async () => {
  await using service = await start();

  assert.deepEqual((await domainsOf(service, { query: "WWW." })).map(({ domain }) => domain), ["www.shop.example.com"]);
  assert.ok((await domainsOf(service, { server_id: 100002 })).every(({ app_id }) => app_id > 200003));
  assert.equal((await call(service, "list_domains", { server_id: 100002, ...APP })).json.code, "not_found");
  assert.equal((await call(service, "list_domains", { server_id: 999 })).json.code, "not_found");
});

Deno.test("domains that Cloudways does not tell are named, not left out in silence", async () => {
  await using service = await start();
  const [first, second] = service.sandbox.account().servers;
  shopOf(service).untold.push("cname", "aliases");
  second?.untold.push("apps");

  const { json } = await call(service, "list_domains");

  assert.deepEqual(json.not_told, [
    {
      app_id: 200001,
      app_label: "Shop",
      server_id: 100001,
      server_label: first?.label,
      what: "primary domain and aliases",
    },
    { server_id: 100002, server_label: second?.label, what: "applications" },
  ]);
});

Deno.test("an alias is added without losing the others, and what to do for its certificate is said", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using service = await start({ forms });

    const { json } = await call(service, "update_app_aliases", { ...APP, add: ["*.Shop.example.org"] });

    assert.deepEqual(json.before, ["www.shop.example.com"]);
    assert.deepEqual(json.after, ["www.shop.example.com", "*.shop.example.org"]);
    assert.deepEqual([json.added, json.removed], [["*.shop.example.org"], []]);
    assert.match(String(json.next_step), /install_letsencrypt/);
    assert.deepEqual(shopOf(service).aliases, ["www.shop.example.com", "*.shop.example.org"]);
  }
});

Deno.test("the last alias can be removed, and what was not there is said", async () => {
  await using service = await start();

  const remove = ["WWW.shop.example.com", "other.example.com"];
  const { json } = await call(service, "update_app_aliases", { ...APP, remove });

  assert.deepEqual([json.after, json.removed, json.not_there], [[], ["www.shop.example.com"], ["other.example.com"]]);
  assert.equal(json.next_step, undefined);
  assert.deepEqual(shopOf(service).aliases, []);
});

Deno.test("an alias that is there, is the primary domain, or can't be told is refused before anybody is asked", async () => {
  await using service = await start({}, "ask");
  const refused = async (args: Record<string, unknown>) =>
    (await call(service, "update_app_aliases", { ...APP, ...args })).json;

  assert.equal((await refused({ add: ["www.shop.example.com"] })).code, "validation_failed");
  assert.equal((await refused({ remove: ["other.example.com"] })).code, "validation_failed");
  assert.match(String((await refused({ add: ["shop.example.com"] })).message), /add: .*primary domain/);
  assert.match(String((await refused({ replace: ["shop.example.com"] })).message), /replace: .*primary domain/);
  shopOf(service).untold.push("aliases");
  assert.match(String((await refused({ add: ["a.example.org"] })).message), /can't be edited/);
  assert.equal((await refused({ replace: ["a.example.org"] })).code, "confirmation_required");
  assert.ok(service.sandbox.requests.every(({ method }) => method === "GET"));
});

Deno.test("aliases that somebody else changes in between are not written", async () => {
  await using service = await start();
  let reads = 0;
  Object.defineProperty(shopOf(service), "aliases", {
    get: () => reads++ === 0 ? ["a.example.org"] : ["b.example.org"],
  });

  const { json } = await call(service, "update_app_aliases", { ...APP, add: ["c.example.org"] });

  assert.match(String(json.message), /Nothing was written/);
  assert.equal(service.sandbox.requestsTo("app_aliases_update").length, 0);
});

Deno.test("aliases that do not become what was written are an error that shows all of them", async () => {
  await using service = await start();
  Object.defineProperty(shopOf(service), "aliases", { get: () => ["a.example.org"], set: () => {} });

  const { json } = await call(service, "update_app_aliases", { ...APP, add: ["c.example.org"] });

  assert.equal(json.code, "upstream_error");
  const wanted = ["a.example.org", "c.example.org"];
  assert.deepEqual(json.details, { before: ["a.example.org"], wanted, found: ["a.example.org"] });
});

Deno.test("aliases that Cloudways still works on are not read back", async () => {
  await using service = await start({ pace: { polls: 1_000_000, seconds: 1_000_000 } });

  const { json } = await call(service, "update_app_aliases", { ...APP, add: ["c.example.org"], wait_seconds: 0 });

  assert.equal(json.status, "running");
  assert.match(String(json.next_step), /get_operation_status/);
});

const NEW = { ...APP, cname: "new.example.com" };

Deno.test("the old primary domain becomes an alias, and goes where that is asked for", async () => {
  for (
    const [keep_old_as_alias, aliases] of [
      [undefined, ["www.shop.example.com", "shop.example.com"]],
      [true, ["www.shop.example.com", "shop.example.com"]],
      [false, ["www.shop.example.com"]],
    ] as const
  ) {
    await using service = await start();

    const { json } = await call(service, "update_app_cname", { ...NEW, keep_old_as_alias });

    assert.deepEqual([json.status, json.old_cname], ["completed", "shop.example.com"]);
    assert.equal(json.old_cname_kept, keep_old_as_alias !== false);
    assert.equal(shopOf(service).cname, "new.example.com");
    assert.deepEqual(shopOf(service).aliases, aliases);
  }
});

Deno.test("an alias that becomes the primary domain is no alias any more", async () => {
  await using service = await start();

  await call(service, "update_app_cname", { ...APP, cname: "www.shop.example.com" });

  assert.deepEqual(shopOf(service).aliases, ["shop.example.com"]);
});

Deno.test("an alias that Cloudways made of the old primary domain by itself is not written once more", async () => {
  await using service = await start();
  const shop = shopOf(service);
  Object.defineProperty(shop, "aliases", {
    get: () =>
      shop.cname === "shop.example.com" ? ["www.shop.example.com"] : ["www.shop.example.com", "shop.example.com"],
  });

  const { json } = await call(service, "update_app_cname", NEW);

  assert.equal(json.old_cname_kept, true);
  assert.equal(service.sandbox.requestsTo("app_aliases_update").length, 0);
});

Deno.test("where the new domain takes its time, the answer says how the old one is kept", async () => {
  await using service = await start({ pace: { polls: 1_000_000, seconds: 1_000_000 } });

  const { json } = await call(service, "update_app_cname", { ...NEW, wait_seconds: 0 });

  assert.deepEqual([json.status, json.old_cname_kept], ["running", null]);
  assert.match(String(json.next_step), /get_operation_status.*update_app_aliases/);
  assert.equal(service.sandbox.requestsTo("app_aliases_update").length, 0);
});

Deno.test("a new domain is set even where the old one could not be kept, and the answer says so", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: "app_aliases_update", kind: { status: 500 } });

  const { json, isError } = await call(service, "update_app_cname", NEW);

  assert.equal(isError, false);
  assert.deepEqual([json.status, json.old_cname_kept], ["completed", null]);
  assert.match(String(json.next_step), /may be lost.*update_app_aliases/);
});

Deno.test("the person is told what happens to the present primary domain", async () => {
  const cases: [Record<string, unknown>, string[], RegExp][] = [
    [{}, [], /stays as an alias/],
    [{ keep_old_as_alias: false }, [], /is not kept: visitors who come by it no longer reach/],
    [{}, ["cname"], /can't be kept as an alias/],
    [{}, ["aliases"], /can't be kept as an alias/],
  ];
  for (const [args, untold, words] of cases) {
    await using service = await start({}, "ask");
    shopOf(service).untold.push(...untold);
    const call = { url: service.mcpUrl, name: "update_app_cname", args: { ...NEW, ...args }, headers: TOKEN_HEADERS };

    const asked = await callModern(call);

    assert.ok(asked.kind === "question");
    assert.match(asked.message, words);
  }
});
