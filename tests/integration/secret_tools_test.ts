/** Secrets through the whole server: what the model gets, what the person sees, and what stays stored. */
import assert from "node:assert/strict";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { everythingStored } from "../support/everything_stored.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { rawClient, startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";

const APP = { app_id: 200001 };
const ENCRYPTION_KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
const PUBLIC = { HOST: "0.0.0.0", ALLOWED_HOSTS: "127.0.0.1", PUBLIC_URL: "https://mcp.example.com" };
const CODE = { "x-mcp-approval-code": "open-sesame" };

async function start(options: ServiceOptions = {}): Promise<Service> {
  return await startService({ ...options, env: { CONFIRM: "off", ...options.env } });
}

const reset = (service: Service, args: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  callTool(service.mcpUrl, "reset_database_password", { ...APP, ...args }, { ...TOKEN_HEADERS, ...headers });

const reveal = (service: Service, args: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  callTool(service.mcpUrl, "get_app_credentials", { ...APP, ...args }, { ...TOKEN_HEADERS, ...headers });

/** The path of the page that an answer or an error leads to. */
function pageIn(json: Record<string, unknown>): string {
  return new URL(String(json.secret_url ?? Object(json.details).secret_url)).pathname;
}

/** What a person sees after pressing the button. */
async function open(service: Service, path: string, form: Record<string, string> = {}): Promise<string> {
  const origin = "http://127.0.0.1:7000";
  const response = await fetch(service.url + path, {
    method: "POST",
    headers: { origin, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ show: "once", ...form }),
    redirect: "manual",
  });
  return await response.text();
}

/** The last password that the sandbox got. */
function sentPassword({ sandbox }: Service): string {
  return String(sandbox.requests.findLast(({ path }) => path.endsWith("/dbPassword"))?.fields.password);
}

Deno.test("a password is set that only the person sees, once", async () => {
  await using service = await start();

  const { json, isError } = await reset(service);
  const password = sentPassword(service);
  const first = await open(service, pageIn(json));
  const second = await open(service, pageIn(json));

  assert.equal(isError, false, JSON.stringify(json));
  assert.match(password, /^[A-Za-z0-9][A-Za-z0-9!_-]{23}$/);
  assert.match(String(json.show_next_step), /never open it yourself/);
  assert.ok(first.includes(`<code>${password}</code>`));
  assert.equal(second.includes(password), false);
  const seen = [JSON.stringify(json), ...service.logLines].join("\n");
  assert.equal(seen.includes(password), false);
  assert.equal(service.logLines.join("\n").includes(pageIn(json).slice("/secret/".length)), false);
});

Deno.test("a password is set only after a person's yes, and its opening is on record without address and secret", async () => {
  await using service = await start({ env: { CONFIRM: "ask" } });
  const asked = await reset(service);
  const approval = new URL(String(Object(asked.json.details).approval_url)).pathname;
  const before = service.sandbox.requests.length;
  await decide(service.url, approval, { decision: "approve" });

  const { json } = await reset(service);
  await open(service, pageIn(json));

  assert.equal(asked.json.code, "confirmation_required");
  assert.ok(service.sandbox.requests.length > before);
  const records = loggedRecords(service).filter(({ tool }) => tool === "reset_database_password");
  assert.deepEqual(records.map(({ event, outcome }) => `${event} ${outcome ?? "-"}`), [
    "refused confirmation_required",
    "decided approved",
    "intent -",
    "outcome ok",
    "revealed ok",
  ]);
  const text = JSON.stringify(records);
  for (const secret of [sentPassword(service), pageIn(json).slice(-32)]) assert.equal(text.includes(secret), false);
  const { json: log } = await callTool(service.mcpUrl, "get_audit_log", {}, TOKEN_HEADERS);
  assert.match(JSON.stringify(log), /"outcome":"revealed"/);
});

for (
  const [name, fault] of [
    ["an answer that does not come", "drop"],
    ["an answer that is no JSON", "garbage"],
    ["a gateway's error", { status: 504 }],
  ] as const
) {
  Deno.test(`after ${name} the model gets no password, and the person sees it`, async () => {
    await using service = await start();
    service.sandbox.addFault({ operationId: "app_db_password_update", kind: fault });

    const { json, isError } = await reset(service);

    const html = await open(service, pageIn(json));
    assert.equal(isError, true);
    assert.equal(JSON.stringify(json).includes(sentPassword(service)), false);
    assert.ok(html.includes(sentPassword(service)));
    assert.match(html, /Perhaps not in use/);
  });
}

Deno.test("a password that Cloudways repeats in its answer is not shown", async () => {
  await using service = await start();
  const body = {
    get message() {
      return `${sentPassword(service)} is not good`;
    },
  };
  service.sandbox.addFault({ operationId: "app_db_password_update", kind: { status: 422, body } });

  const { json } = await reset(service);

  assert.match(JSON.stringify(json), /\[hidden\] is not good/);
  assert.equal(JSON.stringify(json).includes(sentPassword(service)), false);
  assert.equal(service.logLines.join().includes(sentPassword(service)), false);
});

Deno.test("without a page nothing is read or sent, unless the call asks for the password in its answer", async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ HOST: "0.0.0.0", ALLOWED_HOSTS: "127.0.0.1" }, /no public address/],
    [PUBLIC, /no approval code/],
    [{ CONFIRM: "elicit" }, /no approval code/],
  ];
  for (const [env, message] of cases) {
    await using service = await start({ env });

    const refused = [await reset(service), await reveal(service, { reveal: "all" })];

    for (const { json } of refused) {
      assert.equal(json.code, "confirmation_required");
      assert.match(String(json.message), message);
      assert.match(String(json.hint), /Nothing was done/);
    }
    assert.deepEqual(service.sandbox.requests, []);
    if (env.CONFIRM === "elicit") continue;
    const { json } = await reset(service, { show: "answer" });
    assert.equal(json.password, sentPassword(service));
  }
});

Deno.test("a customer's page opens only with the code of its call", async () => {
  await using service = await start();

  const { json } = await reset(service, {}, CODE);
  const without = await open(service, pageIn(json));
  const wrong = await open(service, pageIn(json), { code: "open-barley" });
  const right = await open(service, pageIn(json), { code: CODE["x-mcp-approval-code"] });

  for (const html of [without, wrong]) assert.equal(html.includes(sentPassword(service)), false);
  assert.ok(right.includes(sentPassword(service)));
});

Deno.test("get_app_credentials shows only the requested kinds on a page", async () => {
  const account = { ...DEMO_ACCOUNT, canary: "canary-3f9a" };
  await using service = await start({ sandbox: { accounts: [account] } });
  const app = service.sandbox.account().servers[0]?.apps.find(({ id }) => id === APP.app_id);
  const { app_password = "", sys_password = "", mysql_password = "", redis_password = "", credentials = [] } = app ??
    {};
  const passwords: Record<string, string[]> = {
    sftp: [sys_password, ...credentials.map(({ sys_password }) => sys_password)],
    admin: [app_password],
    database: [mysql_password],
    redis: [String(redis_password)],
  };
  const all = Object.values(passwords).flat();

  for (
    const [given, kinds] of [
      [["sftp"], ["sftp"]],
      [["database", "redis"], ["database", "redis"]],
      ["admin", ["admin"]],
      [["all"], Object.keys(passwords)],
      [true, Object.keys(passwords)],
      ["true", Object.keys(passwords)],
    ] as const
  ) {
    const { json } = await reveal(service, { reveal: given });
    const html = await open(service, pageIn(json));

    const expected = kinds.flatMap((kind) => passwords[kind] ?? []);
    assert.equal(json.revealed, false);
    assert.doesNotMatch(JSON.stringify(json), /canary-3f9a|EXAMPLE-/);
    assert.deepEqual(all.filter((password) => html.includes(`<code>${password}</code>`)).sort(), expected.toSorted());
  }
  assert.doesNotMatch(service.logLines.join("\n"), /canary-3f9a/);
});

Deno.test("get_app_credentials shows only the requested kinds in an answer, and none without a kind", async () => {
  await using service = await start();
  const app = service.sandbox.account().servers[0]?.apps.find(({ id }) => id === APP.app_id);

  const { json } = await reveal(service, { reveal: ["database"], show: "answer" });
  const none = await Promise.all(
    [{}, { reveal: false }, { reveal: [] }, { reveal: "" }, { show: "answer" }].map((args) => reveal(service, args)),
  );

  const { mysql_password, sys_password, app_password, redis_password } = Object(json.main);
  assert.deepEqual([mysql_password, sys_password, app_password, redis_password], [
    app?.mysql_password,
    "[hidden]",
    "[hidden]",
    "[hidden]",
  ]);
  assert.equal(json.secret_url, undefined);
  assert.equal(json.revealed, true);
  for (const { json } of none) {
    assert.equal(json.revealed, false);
    assert.equal(json.secret_url, undefined);
    assert.equal(Object(json.main).mysql_password, "[hidden]");
  }
});

Deno.test("a yes to showing it on a page is none to showing it in the answer", async () => {
  await using service = await start({ env: { CONFIRM: "ask" } });
  const asked = await reveal(service, { reveal: ["admin"] });
  await decide(service.url, new URL(String(Object(asked.json.details).approval_url)).pathname, { decision: "approve" });

  const inAnswer = await reveal(service, { reveal: ["admin"], show: "answer" });
  const more = await reveal(service, { reveal: ["all"] });
  const onPage = await reveal(service, { reveal: ["admin"] });

  assert.equal(inAnswer.json.code, "confirmation_required");
  assert.match(String(inAnswer.json.message), /The assistant sees the secret/);
  assert.equal(more.json.code, "confirmation_required");
  assert.ok(onPage.json.secret_url);
});

Deno.test("if Cloudways has no password of a kind, there is no empty page", async () => {
  await using service = await start();
  for (const app of service.sandbox.account().servers[0]?.apps ?? []) Object.assign(app, { redis_password: "" });

  const { json } = await reveal(service, { reveal: ["redis"] });

  assert.equal(json.secret_url, undefined);
  assert.match(String(json.message), /gave no password/);
});

Deno.test("a page shows a hundred passwords, and the answer says how many there are", async () => {
  await using service = await start();
  const users = Array.from(
    { length: 120 },
    (_, n) => ({ id: n + 1, sys_user: `u${n}`, sys_password: `EXAMPLE-${n}-x` }),
  );
  service.sandbox.addFault({ operationId: "app_credentials", kind: { status: 200, body: { app_creds: users } } });

  const { json } = await reveal(service, { reveal: ["sftp"] });
  const html = await open(service, pageIn(json));

  assert.match(String(json.message), /the first 100 of 121 passwords/);
  assert.equal(html.match(/<code>/g)?.length, 100);
});

Deno.test("secrets are sealed in Redis until they are shown, and gone afterwards", async () => {
  await using redis = await startRedis();
  await using service = await start({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY } });
  const { json } = await reset(service);
  const password = sentPassword(service);
  await using raw = rawClient(redis);

  const before = await everythingStored(raw, ENCRYPTION_KEY);
  await open(service, pageIn(json));
  const after = await everythingStored(raw, ENCRYPTION_KEY);

  const holders = before.filter(({ opened }) => opened.join().includes(password)).map(({ purpose }) => purpose);
  assert.deepEqual(holders, ["secret_value"]);
  for (const { key, raw: text } of [...before, ...after]) {
    for (const secret of [password, pageIn(json).slice(-32)]) assert.equal(`${key} ${text}`.includes(secret), false);
  }
  assert.equal(after.some(({ opened }) => opened.join().includes(password)), false);
});

Deno.test("while Redis is away no password is sent", async () => {
  await using redis = await startRedis();
  await using service = await start({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY } });
  await reveal(service);
  await redis.stop();

  const { json } = await reset(service);

  assert.equal(json.code, "store_unavailable");
  assert.equal(service.sandbox.requests.some(({ path }) => path.endsWith("/dbPassword")), false);
});
