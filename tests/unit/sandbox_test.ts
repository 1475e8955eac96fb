import assert from "node:assert/strict";
import { operationById } from "../sandbox/facts.ts";
import { type AccountSpec, DEMO_ACCOUNT, FakeClock, startSandbox } from "../sandbox/mod.ts";
import { appForm, parse, record, rows, send, serverForm } from "../sandbox/test_client.ts";

Deno.test("a key is exchanged for a token that is valid for an hour", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ clock });
  const form = { email: DEMO_ACCOUNT.email, api_key: DEMO_ACCOUNT.apiKey };

  const exchange = await send(sandbox, "POST", "/oauth/access_token", { token: null, form });
  const token = String(exchange.json.access_token);
  const before = await send(sandbox, "GET", "/server", { token });
  await clock.advance(3_600_000);
  const after = await send(sandbox, "GET", "/server", { token });

  assert.equal(exchange.json.expires_in, 3600);
  assert.deepEqual([before.status, after.status], [200, 401]);
  assert.equal(sandbox.requestsTo("oauth_access_token_create").length, 1);
  sandbox.assertNoViolations();
});

Deno.test("a key is taken as form, as JSON and from the query", async () => {
  await using sandbox = await startSandbox();
  const fields = { email: DEMO_ACCOUNT.email, api_key: DEMO_ACCOUNT.apiKey };

  const statuses = [
    (await send(sandbox, "POST", "/oauth/access_token", { token: null, form: fields })).status,
    (await send(sandbox, "POST", "/oauth/access_token", { token: null, json: fields })).status,
    (await send(sandbox, "POST", `/oauth/access_token?${new URLSearchParams(fields)}`, { token: null })).status,
  ];

  assert.deepEqual(statuses, [200, 200, 200]);
  sandbox.assertNoViolations();
});

Deno.test("wrong keys, access tokens in place of keys and revoked keys are refused", async () => {
  await using sandbox = await startSandbox();
  const { email, apiKey, accessTokens } = DEMO_ACCOUNT;
  const tryKey = (api_key: string) =>
    send(sandbox, "POST", "/oauth/access_token", { token: null, form: { email, api_key } });

  const wrong = await tryKey("nonsense");
  const token = await tryKey(accessTokens[0].token);
  sandbox.revokeKey(email);
  const revoked = await tryKey(apiKey);

  assert.deepEqual([wrong.status, token.status, revoked.status], [401, 401, 401]);
  assert.equal(wrong.json.error, "invalid_credentials");
  assert.equal(typeof wrong.json.error_description, "string");
});

Deno.test("the exchange has a burst limit of its own", async () => {
  await using sandbox = await startSandbox({ exchangesPerMinute: 1 });
  const form = { email: DEMO_ACCOUNT.email, api_key: DEMO_ACCOUNT.apiKey };

  const first = await send(sandbox, "POST", "/oauth/access_token", { token: null, form });
  const second = await send(sandbox, "POST", "/oauth/access_token", { token: null, form });

  assert.deepEqual([first.status, second.status], [200, 429]);
  assert.ok(Number(second.headers.get("Retry-After")) > 0);
});

Deno.test("no token gives 400, a bad, expired or revoked one 401, one without the scope 403", async () => {
  const accessTokens = [{ token: "cw_all" }, { token: "cw_few", scopes: ["list_providers"] }];
  await using sandbox = await startSandbox({ accounts: [{ ...DEMO_ACCOUNT, accessTokens }] });
  const status = async (token: string | null, path = "/server") => (await send(sandbox, "GET", path, { token })).status;
  const exchanged = await send(sandbox, "POST", "/oauth/access_token", {
    token: null,
    form: { email: DEMO_ACCOUNT.email, api_key: DEMO_ACCOUNT.apiKey },
  });

  assert.equal(await status(null), 400);
  assert.equal(await status("cw_unknown"), 401);
  assert.equal(await status("cw_few", "/providers"), 200);
  const refused = await send(sandbox, "GET", "/server", { token: "cw_few" });
  assert.equal(refused.status, 403);
  assert.equal(refused.json.error, "insufficient_scope");
  sandbox.expireTokens();
  assert.equal(await status(String(exchanged.json.access_token)), 401);
  sandbox.revokeToken("cw_all");
  assert.equal(await status("cw_all"), 401);
});

Deno.test("wrong fields are refused with a map of fields", async () => {
  await using sandbox = await startSandbox();

  const wrong = await send(sandbox, "POST", "/server/stop", { form: { server_id: "one" } });
  const absent = await send(sandbox, "POST", "/server/stop", { form: {} });

  assert.deepEqual([wrong.status, absent.status], [422, 422]);
  assert.deepEqual(wrong.json, { server_id: [{ code: "integer", message: "The server id must be an integer." }] });
  assert.equal(rows(absent.json.server_id)[0]?.code, "required");
});

Deno.test("an unknown record gives a message", async () => {
  await using sandbox = await startSandbox();

  const reply = await send(sandbox, "POST", "/server/stop", { form: { server_id: "999999" } });

  assert.equal(reply.status, 422);
  assert.deepEqual(reply.json, { status: false, message: "server_id: invalid or not found for this account." });
  sandbox.assertNoViolations();
});

Deno.test("a busy server gives the running operation", async () => {
  await using sandbox = await startSandbox();

  const first = await send(sandbox, "POST", "/server/restart", { form: serverForm });
  const second = await send(sandbox, "POST", "/app/cache/purge", { form: appForm });
  const elsewhere = await send(sandbox, "POST", "/server/restart", { form: { server_id: "100002" } });

  assert.equal(second.status, 422);
  assert.equal(record(second.json.operation).id, String(first.json.operation_id));
  assert.equal(elsewhere.status, 200);
});

Deno.test("a request beyond the limit of a minute is refused, and accepted in the next minute", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ clock, rateLimitPerMinute: 3 });

  const replies = [];
  for (let count = 0; count < 4; count++) replies.push(await send(sandbox, "GET", "/providers"));
  await clock.advance(60_000);
  replies.push(await send(sandbox, "GET", "/providers"));

  assert.deepEqual(replies.map((reply) => reply.status), [200, 200, 200, 429, 200]);
  assert.deepEqual(replies.map((reply) => reply.headers.get("X-RateLimit-Remaining")), ["2", "1", "0", "0", "2"]);
  assert.equal(replies[3]?.headers.get("Retry-After"), "60");
});

Deno.test("traffic analytics has a limit of 20 that leaves the rest alone", async () => {
  await using sandbox = await startSandbox();
  const path = "/app/analytics/traffic?server_id=100001&app_id=200001&duration=1h&resource=top_ips";

  for (let count = 0; count < 20; count++) assert.equal((await send(sandbox, "GET", path)).status, 200);
  const refused = await send(sandbox, "GET", path);

  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("X-RateLimit-Limit"), "20");
  assert.equal((await send(sandbox, "GET", "/providers")).status, 200);
});

Deno.test("unknown paths answer the greeting, invented ones 404; both are violations", async () => {
  await using sandbox = await startSandbox();

  const unknown = await send(sandbox, "GET", "/nowhere");
  const invented = await send(sandbox, "GET", "/provider");
  const oldBase = await fetch(sandbox.baseUrl.replace("v2", "v1") + "/server");

  assert.deepEqual([unknown.status, unknown.text], [200, "You have reached Cloudways API."]);
  assert.equal(invented.status, 404);
  assert.equal(await oldBase.text(), "You have reached Cloudways API.");
  assert.equal(sandbox.violations.length, 3);
});

Deno.test("the other spelling of a path works when asked for, and the main one then greets", async () => {
  await using sandbox = await startSandbox({ paths: "other" });
  const form = { ...appForm, ssl_crt: "EXAMPLE", ssl_key: "EXAMPLE" };

  const main = await send(sandbox, "POST", "/security/ownSSL", { form });
  const other = await send(sandbox, "POST", "/security/own_ssl", { form });

  assert.equal(main.text, "You have reached Cloudways API.");
  assert.deepEqual([other.status, sandbox.requestsTo("security_install_own_ssl").length], [200, 1]);
  sandbox.assertNoViolations();
});

Deno.test("a refused user agent gets the firewall's page", async () => {
  await using sandbox = await startSandbox();

  const reply = await send(sandbox, "GET", "/server", { headers: { "User-Agent": "Python-urllib/3.12" } });

  assert.equal(reply.status, 403);
  assert.match(reply.text, /<html>.*1010/);
});

Deno.test("an operation runs, ends at the second poll, and has its effect", async () => {
  await using sandbox = await startSandbox();

  const { json } = await send(sandbox, "POST", "/server/stop", { form: serverForm });
  const first = await send(sandbox, "GET", `/operation/${json.operation_id}`);
  const statusWhileRunning = sandbox.account().servers[0]?.status;
  const second = await send(sandbox, "GET", `/operation/${json.operation_id}`);

  assert.equal(typeof json.operation_id, "number");
  assert.equal(record(first.json.operation).is_completed, "0");
  assert.equal(record(second.json.operation).is_completed, "1");
  assert.deepEqual([statusWhileRunning, sandbox.account().servers[0]?.status], ["running", "stopped"]);
});

Deno.test("an operation ends by itself when the time is up", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ clock });

  await send(sandbox, "POST", "/server/stop", { form: serverForm });
  await clock.advance(10_000);
  const { json } = await send(sandbox, "GET", "/server");

  assert.equal(rows(json.servers)[0]?.status, "stopped");
});

Deno.test("operations fail on demand, without their effect", async () => {
  await using sandbox = await startSandbox();
  const stop = await send(sandbox, "POST", "/server/stop", { form: serverForm });

  sandbox.failOperation(String(stop.json.operation_id));
  const failed = await send(sandbox, "GET", `/operation/${stop.json.operation_id}`);
  sandbox.failNextOperations();
  const purge = await send(sandbox, "POST", "/app/cache/purge", { form: appForm });
  sandbox.finishOperation(String(purge.json.operation_id));
  const failedToo = await send(sandbox, "GET", `/operation/${purge.json.operation_id}`);

  assert.equal(record(failed.json.operation).is_completed, "-1");
  assert.equal(record(failedToo.json.operation).is_completed, "-1");
  assert.equal(sandbox.account().servers[0]?.status, "running");
});

Deno.test("ids of operations come in three forms, and all can be polled", async () => {
  await using sandbox = await startSandbox({ pace: { polls: 1 } });
  const ids = "server_id=100001&app_id=200001";

  const points = await send(sandbox, "GET", `/app/manage/backup?${ids}`);
  const usage = await send(sandbox, "GET", "/server/analytics/serverUsage?server_id=100001");
  const pointsDone = await send(sandbox, "GET", `/operation/${points.json.operation_id}`);
  const usageDone = await send(sandbox, "GET", `/operation/${usage.json.task_id}`);

  assert.match(String(points.json.operation_id), /^flex-\d+$/);
  assert.match(String(usage.json.task_id), /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  const found = parse(String(record(pointsDone.json.operation).parameters));
  assert.deepEqual(found.backup_dates, sandbox.account().servers[0]?.apps[0]?.backups);
  const parameters = parse(String(record(usageDone.json.operation).parameters));
  assert.equal(Array.isArray(record(parameters.applications).body), true);
  sandbox.assertNoViolations();
});

Deno.test("a created server shows up with its application and its passwords", async () => {
  const canary = "CANARY";
  await using sandbox = await startSandbox({ accounts: [{ ...DEMO_ACCOUNT, canary }] });

  const form = operationById("server_create").body?.form ?? {};
  const created = await send(sandbox, "POST", "/server", { form });
  const [operation] = rows(record(created.json.server).operations);
  sandbox.finishOperation(String(operation?.id));
  const done = await send(sandbox, "GET", `/operation/${operation?.id}`);

  const server = record(done.json.server);
  assert.equal(server.status, "running");
  assert.match(String(server.master_password), /CANARY/);
  assert.match(String(rows(server.apps)[0]?.mysql_password), /CANARY/);
  sandbox.assertNoViolations();
});

Deno.test("alerts come newest first, twenty at a time, until there are none", async () => {
  await using sandbox = await startSandbox();

  const ids: number[] = [];
  const sizes: number[] = [];
  for (let path = "/alerts/"; sizes.at(-1) !== 0; path = `/alerts/${ids.at(-1)}`) {
    const { json } = await send(sandbox, "GET", path);
    sizes.push(rows(json.alerts).length);
    ids.push(...rows(json.alerts).map((alert) => Number(alert.id)));
  }

  assert.deepEqual(sizes, [20, 20, 5, 0]);
  assert.deepEqual(ids, ids.toSorted((a, b) => b - a));
  sandbox.assertNoViolations();
});

Deno.test("lists are paged by page and limit", async () => {
  await using sandbox = await startSandbox({ accounts: [{ ...DEMO_ACCOUNT, servers: 3, appsPerServer: 2 }] });

  const first = await send(sandbox, "GET", "/apps/flexible?page=1&limit=4");
  const last = await send(sandbox, "GET", "/apps/flexible?page=2&limit=4");

  assert.deepEqual(record(first.json.data).pagination, { current_page: 1, last_page: 2 });
  assert.equal(rows(record(first.json.data).apps).length, 4);
  assert.equal(rows(record(last.json.data).apps).length, 2);
  assert.equal(typeof rows(record(last.json.data).apps)[0]?.id, "number");
});

Deno.test("a whitelist is replaced as a whole and reads back in both forms", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using sandbox = await startSandbox({ forms });
    const form = {
      ...serverForm,
      tab: "sftp",
      type: "sftp",
      "ip[]": ["192.0.2.1", "192.0.2.2"],
      ipPolicy: "block_all",
    };

    await send(sandbox, "POST", "/security/whitelisted", { form });
    const { json } = await send(sandbox, "GET", "/security/whitelisted?server_id=100001");

    assert.deepEqual(
      json,
      forms === "live"
        ? { data: { ip_list: '["192.0.2.1","192.0.2.2"]', policy: "block_all" } }
        : { ip_list: ["192.0.2.1", "192.0.2.2"] },
    );
    sandbox.assertNoViolations();
  }
});

Deno.test("accounts do not see each other's records", async () => {
  const other: AccountSpec = {
    email: "other@example.net",
    apiKey: "other-key",
    accessTokens: [{ token: "cw_other" }],
    label: "Other",
    canary: "OTHER-CANARY",
  };
  await using sandbox = await startSandbox({ accounts: [DEMO_ACCOUNT, other] });
  const started = await send(sandbox, "POST", "/server/restart", { form: serverForm });

  const mine = await send(sandbox, "GET", "/server");
  const theirs = await send(sandbox, "GET", "/server", { token: "cw_other" });
  const foreign = await send(sandbox, "POST", "/server/stop", { token: "cw_other", form: serverForm });
  const poll = await send(sandbox, "GET", `/operation/${started.json.operation_id}`, { token: "cw_other" });

  assert.doesNotMatch(mine.text, /OTHER-CANARY/);
  assert.match(theirs.text, /OTHER-CANARY/);
  assert.deepEqual([foreign.status, poll.status], [422, 422]);
  assert.match(String(rows(theirs.json.servers)[0]?.label), /^Other /);
});

Deno.test("a server's record has text ids and clear secrets, and says in several ways that it is no staging", async () => {
  await using sandbox = await startSandbox({ accounts: [{ ...DEMO_ACCOUNT, servers: 3, appsPerServer: 4 }] });

  const { json } = await send(sandbox, "GET", "/server");
  const servers = rows(json.servers);
  const apps = servers.flatMap((server) => rows(server.apps));

  assert.equal(servers[0]?.id, "100001");
  assert.equal(servers[2]?.status, "stopped");
  assert.match(String(apps[0]?.mysql_password), /^EXAMPLE-/);
  assert.deepEqual(new Set(apps.map((app) => app.is_staging)), new Set(["0", 0, "1", undefined, false]));
  assert.ok(apps.some((app) => app.lets_encrypt === null) && apps.some((app) => app.lets_encrypt !== null));
});

Deno.test("the seed decides what the data are", async () => {
  const listing = async (seed: number) => {
    await using sandbox = await startSandbox({ seed, clock: new FakeClock() });
    return (await send(sandbox, "GET", "/server")).text;
  };

  assert.equal(await listing(7), await listing(7));
  assert.notEqual(await listing(7), await listing(8));
});

Deno.test("an advance of the fake clock wakes sleepers in order and lets go of aborted ones", async () => {
  const clock = new FakeClock(0);
  const seen: number[] = [];
  const abort = new AbortController();
  const aborted = assert.rejects(clock.sleep(5, abort.signal), /enough/);
  const loop = (async () => {
    for (let count = 0; count < 3; count++) {
      await clock.sleep(10);
      seen.push(clock.now());
    }
  })();

  abort.abort(new Error("enough"));
  await aborted;
  await clock.advance(100);
  await loop;

  assert.deepEqual(seen, [10, 20, 30]);
  assert.deepEqual([clock.now(), clock.sleeping], [100, 0]);
});

Deno.test("a fake clock can run until code that polls the sandbox is done", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ clock, pace: { polls: 100, seconds: 30 } });
  const { json } = await send(sandbox, "POST", "/server/stop", { form: serverForm });
  const poll = async () => {
    for (;;) {
      const reply = await send(sandbox, "GET", `/operation/${json.operation_id}`);
      if (record(reply.json.operation).is_completed !== "0") return record(reply.json.operation).is_completed;
      await clock.sleep(5000);
    }
  };

  assert.equal(await clock.runUntil(poll()), "1");
  assert.equal(sandbox.requestsTo("operation_status").length, 7);
});

Deno.test("an encoded path stays one segment and finds no record", async () => {
  await using sandbox = await startSandbox();

  const reply = await send(sandbox, "GET", "/operation/1%2F..%2Fserver");

  assert.equal(reply.status, 422);
  assert.equal(sandbox.requests[0]?.fields.id, "1/../server");
});
