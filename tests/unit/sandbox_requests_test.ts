import { Ajv } from "ajv";
import assert from "node:assert/strict";
import { type OperationFacts, operations } from "../sandbox/facts.ts";
import {
  type AccountSpec,
  type AccountState,
  DEMO_ACCOUNT,
  DEMO_EPOCH,
  FakeClock,
  type Sandbox,
  type ServerState,
  startSandbox,
} from "../sandbox/mod.ts";
import {
  appForm,
  appState,
  firstServer,
  problems,
  record,
  send,
  type Sent,
  serverForm,
  stagingForm,
} from "../sandbox/test_client.ts";

const wrongRequests: [name: string, method: string, path: string, sent: Sent, problem: RegExp][] = [
  ["a misspelt field", "POST", "/service/varnish", { form: { ...serverForm, state: "purge" } }, /unknown field state/],
  ["a missing field", "POST", "/service/varnish", { form: serverForm }, /required field action is missing/],
  [
    "an unknown field in JSON",
    "POST",
    "/server/stop",
    { json: { server_id: 100001, force: 1 } },
    /unknown field force/,
  ],
  ["an unknown query parameter", "GET", "/server?page=2", {}, /unknown query parameter page/],
  ["a write by query", "POST", "/server/stop?server_id=100001", {}, /server_id is in the query string/],
  [
    "a list without brackets",
    "POST",
    "/app/manage/aliases",
    { form: { ...appForm, aliases: "a.example.com" } },
    /\[\]/,
  ],
  ["a word outside the list", "POST", "/service/varnish", { form: { ...serverForm, action: "clear" } }, /action/],
  ["a method in disguise", "POST", "/app/manage/cname", { form: { ...appForm, _method: "DELETE" } }, /_method/],
  ["a pull without deploy_path", "POST", "/git/pull", { form: { ...appForm, branch_name: "main" } }, /deploy_path/],
  ["text as an id in the path", "PUT", "/server/abc", { form: { label: "x" } }, /server_id/],
  ["headers of the hosted server", "GET", "/server", { headers: { "X-Access-Token": "x" } }, /x-access-token/],
  [
    "an object without brackets",
    "POST",
    "/app/supervisor",
    { form: { ...appForm, queues_list: "redis" } },
    /queues_list is not what the documents ask for/,
  ],
  [
    "another id in the query than in the path",
    "GET",
    "/server/security/100001/ips?server_id=100002",
    {},
    /server_id differs/,
  ],
  ["an id that is no UUID", "GET", "/dme/domains/17/usage", {}, /domain_id is not what the documents ask for/],
  ["an unknown path that looks right", "POST", "/staging/sync/app", { form: appForm }, /no operation/],
  ["a malformed address", "POST", "/security/siab", { form: { ...serverForm, ip: "here" } }, /ip/],
];

for (const [name, method, path, sent, problem] of wrongRequests) {
  Deno.test(`${name} is a violation`, async () => {
    await using sandbox = await startSandbox();

    await send(sandbox, method, path, sent);

    assert.match(problems(sandbox), problem);
    assert.throws(() => sandbox.assertNoViolations(), problem);
    sandbox.reset();
    sandbox.assertNoViolations();
  });
}

Deno.test("a sandbox that starts over has its first account again, under other tokens, and keeps violations", async () => {
  await using sandbox = await startSandbox({ epoch: DEMO_EPOCH });
  const fresh = structuredClone(sandbox.account().servers);
  const [server] = sandbox.account().servers;
  assert.ok(server);
  server.label = "Renamed";
  await send(sandbox, "POST", "/staging/sync/app", { form: appForm });
  sandbox.addFault({ kind: { status: 500 } });

  sandbox.startOver([{ token: "cw_other" }]);

  assert.deepEqual(sandbox.account().servers, fresh);
  assert.equal(sandbox.requests.length, 0);
  assert.equal((await send(sandbox, "GET", "/server", { token: "cw_other" })).status, 200);
  assert.equal((await send(sandbox, "GET", "/server")).status, 401);
  assert.equal(sandbox.violations.length, 1);
});

Deno.test("a form's lists and objects are read by their brackets, to any depth", async () => {
  await using sandbox = await startSandbox();
  const queue = {
    "queues_list[connection]": "redis",
    "queues_list[artisan_path]": "artisan",
    "queues_list[procs]": "2",
  };
  const records = { "records[0][type]": "A", "records[0][name]": "www", "records[0][value]": "203.0.113.9" };
  const member = {
    name: "Lin",
    email: "lin@example.com",
    "account[is_full]": "false",
    "servers[100001][apps][]": ["200001", "200002"],
  };

  await send(sandbox, "POST", "/app/supervisor", { form: { ...appForm, ...queue } });
  await send(sandbox, "POST", "/dme/domains/9a9f3e63-ef76-4066-8a65-fcbb71e30bd8/records", { form: records });
  await send(sandbox, "POST", "/member", { form: member });
  await send(sandbox, "POST", "/app/manage/aliases", { form: { ...appForm, "aliases[0]": "a.example.com" } });

  const [queued, recorded, added, aliased] = sandbox.requests.map(({ fields }) => fields);
  assert.deepEqual(queued?.queues_list, { connection: "redis", artisan_path: "artisan", procs: 2 });
  assert.deepEqual(recorded?.records, [{ type: "A", name: "www", value: "203.0.113.9" }]);
  assert.deepEqual([added?.account, added?.servers], [{ is_full: "false" }, {
    "100001": { apps: ["200001", "200002"] },
  }]);
  assert.deepEqual(aliased?.aliases, ["a.example.com"]);
  sandbox.assertNoViolations();
});

Deno.test("fixed words in a path win over the ids that others have in their place", async () => {
  await using sandbox = await startSandbox();

  await send(sandbox, "GET", "/app/security/200001/scans/status?server_id=100001");
  await send(sandbox, "GET", "/insights/summary");
  await send(sandbox, "GET", "/app/safeupdates/list");

  const asked = sandbox.requests.map(({ operationId }) => operationId);
  assert.deepEqual(asked, ["security_suite_app_scan_status_get", "copilot_insights_summary_get", "safe_update_list"]);
  sandbox.assertNoViolations();
});

Deno.test("a slash at the end counts, except if the sources leave it out", async () => {
  await using sandbox = await startSandbox();

  const statuses = [
    await send(sandbox, "POST", "/alert/markAllRead/"),
    await send(sandbox, "POST", "/alert/markAllRead"),
    await send(sandbox, "GET", "/alerts/"),
  ].map(({ status }) => status);
  const without = await send(sandbox, "GET", "/alerts");

  assert.deepEqual(statuses, [200, 200, 200]);
  assert.equal(without.text, "You have reached Cloudways API.");
  assert.equal(problems(sandbox), "no operation GET /api/v2/alerts");
});

Deno.test("unknown paths answer 404 where that is asked for", async () => {
  await using sandbox = await startSandbox({ habits: { unknownPaths: "not_found" } });

  assert.equal((await send(sandbox, "GET", "/nowhere")).status, 404);
  assert.equal(problems(sandbox), "no operation GET /api/v2/nowhere");
});

Deno.test("the password prompt of a staging copy is switched by a form; the firewall keeps a query out", async () => {
  await using sandbox = await startSandbox();
  const fields = { ...stagingForm, action: "disable" };

  const blocked = await send(sandbox, "POST", `/staging/auth/status?${new URLSearchParams(fields)}`);
  await send(sandbox, "POST", "/staging/auth/status", {
    json: { server_id: 100001, app_id: 200003, action: "disable" },
  });

  assert.equal(blocked.status, 403);
  assert.match(blocked.text, /^<html>/);
  assert.match(problems(sandbox), /action is in the query string[^]*only a form gets through/);
});

Deno.test("an operation that starts work on a server is refused while the server is busy", async () => {
  await using sandbox = await startSandbox({ accounts: [exampleAccount], rateLimitPerMinute: 1000 });
  appState(sandbox).sys_user = "abcdefghij";
  const { json } = await send(sandbox, "POST", "/server/restart", { form: serverForm });
  const starting = operations.filter(({ id, async: kind, sideEffect }) =>
    (sideEffect !== "read" || id === "safe_update_available_get") && kind.startsWith("operation") &&
    id !== "server_create"
  );

  for (const one of starting) {
    const sent: Sent = one.body === undefined ? {} : { form: one.body.form };
    const reply = await send(sandbox, one.method, examplePath(one), sent);
    const { message, operation } = reply.json;
    assert.equal(reply.status, 422, one.id);
    assert.equal(message, "An operation is already in progress for this server.", one.id);
    assert.equal(record(operation).id, String(json.operation_id), one.id);
  }

  assert.ok(starting.length > 60, String(starting.length));
  sandbox.assertNoViolations();
});

for (const forms of ["live", "documented"] as const) {
  for (const encoding of ["form", "json"] as const) {
    Deno.test(`every operation answers its example, ${forms}, sent as ${encoding}`, async () => {
      for (const operation of operations) await answersItsExample(operation, forms, encoding);
    });
  }
}

const ajv = new Ajv({ strict: false, logger: false });

async function answersItsExample(operation: OperationFacts, forms: "live" | "documented", encoding: "form" | "json") {
  // Only some documents know this one.
  if (operation.id === "server_get_legacy" && forms === "live") return;
  if (operation.formOnly && encoding === "json") return;
  await using sandbox = await startSandbox({ forms, clock: new FakeClock(), accounts: [exampleAccount] });
  const app = appState(sandbox);
  // What the examples assume.
  Object.assign(app, { sys_user: "abcdefghij", localBackup: true, own_ssl: { issued_at: "" } });
  assumptions[operation.id]?.(firstServer(sandbox), sandbox.account());
  const sent: Sent = {};
  if (operation.body !== undefined && encoding === "form") sent.form = operation.body.form;
  if (operation.body !== undefined && encoding === "json") sent.json = operation.body.json;
  if (operation.id === "oauth_access_token_create") sent.token = null;

  const reply = await send(sandbox, operation.method, examplePath(operation), sent);

  assert.equal(reply.status, 200, `${operation.id}: ${reply.text}`);
  assert.equal(problems(sandbox), "", operation.id);
  // Some calls answer with zero bytes.
  const fits = reply.text === "" || ajv.validate(operation.reply.schema, JSON.parse(reply.text));
  assert.ok(fits, `${operation.id}: ${ajv.errorsText()}\n${reply.text}`);
}

const subscribed = { addonId: 5, packageId: 12, status: 1 } as const;

/** What the examples of single operations assume. */
const assumptions: Readonly<Record<string, (server: ServerState, account: AccountState) => void>> = {
  server_scale_volume: (server) => void (server.data_volume_size = 20),
  server_storage_scale: (server) => void (server.storage = 100),
  addon_deactivate: (_server, { subscriptions }) => void subscriptions.push(subscribed),
  addon_upgrade: (_server, { subscriptions }) => void subscriptions.push(subscribed),
  copilot_subscribe: (_server, { copilot }) => void (copilot.planId = null),
  security_suite_app_activate: ({ apps }) => void (apps[0] && (apps[0].protection.active = false)),
  server_transfer_cancel: (server) => void (server.transfer = { id: 123, email: "new-owner@example.com" }),
};

const exampleAccount: AccountSpec = { ...DEMO_ACCOUNT, apiKey: "EXAMPLE-API-KEY" };

function examplePath({ path, parameters }: OperationFacts): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, in: place, required, example } of parameters) {
    const value = example ?? { target: "traffic", duration: "1 Hour", timezone: "UTC" }[name];
    if (place === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(String(value)));
    else if (Array.isArray(value)) { for (const one of value) query.append(`${name}[]`, String(one)); }
    else if (required || example !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? filled : `${filled}?${query}`;
}

const effects: [path: string, form: Record<string, string | string[]>, seen: (sandbox: Sandbox) => unknown, unknown][] =
  [
    ["/app/manage/cname", { cname: "new.example.com" }, (sandbox) => appState(sandbox).cname, "new.example.com"],
    ["/app/manage/aliases", { "aliases[]": ["a.example.com"] }, (sandbox) => appState(sandbox).aliases, [
      "a.example.com",
    ]],
    ["/app/manage/enforce_https", { status: "disable" }, (sandbox) => appState(sandbox).flags.enforce_https, 0],
    ["/app/manage/restore", { time: "2026-08-05T23:19:06" }, (sandbox) => appState(sandbox).localBackup, true],
    ["/app/cache/purge", {}, (sandbox) => appState(sandbox).purges, 1],
    [
      "/git/pull",
      { branch_name: "develop", deploy_path: "" },
      (sandbox) => appState(sandbox).git.log[0]?.branch_name,
      "develop",
    ],
    ["/security/lets_encrypt_auto", { auto: "false" }, (sandbox) => appState(sandbox).lets_encrypt?.auto, false],
    [
      "/security/lets_encrypt_revoke",
      { ssl_domain: "shop.example.com", wild_card: "false" },
      (sandbox) => appState(sandbox).lets_encrypt,
      null,
    ],
    ["/staging/app/cloneApp", {}, (sandbox) => firstServer(sandbox).apps.at(-1)?.is_staging, "1"],
    ["/app/creds", { username: "new", password: "Example-1" }, (sandbox) => appState(sandbox).credentials.length, 2],
  ];

for (const [path, form, seen, expected] of effects) {
  Deno.test(`POST ${path} changes the account`, async () => {
    const clock = new FakeClock();
    await using sandbox = await startSandbox({ clock });

    const reply = await send(sandbox, "POST", path, { form: { ...appForm, ...form } });
    await clock.advance(10_000);
    await send(sandbox, "GET", "/server");

    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(seen(sandbox), expected);
    sandbox.assertNoViolations();
  });
}
