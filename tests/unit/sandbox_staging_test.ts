import assert from "node:assert/strict";
import { DEMO_ACCOUNT, type Sandbox, startSandbox } from "../sandbox/mod.ts";
import {
  appForm,
  appState,
  done,
  operation,
  parse,
  problems,
  record,
  rows,
  send,
  stagingForm,
} from "../sandbox/test_client.ts";

const pair = { ...stagingForm, source_server_id: "100001", source_app_id: "200001" };

/** The applications of the listing, by id. */
async function listed(sandbox: Sandbox): Promise<Map<string, Record<string, unknown>>> {
  const { json } = await send(sandbox, "GET", "/server");
  return new Map(rows(json.servers).flatMap(({ apps }) => rows(apps)).map((app) => [String(app.id), app]));
}

Deno.test("only the finished operation names a staging copy, which asks visitors for a password", async () => {
  await using sandbox = await startSandbox();

  const started = await done(sandbox, "POST", "/staging/app/cloneApp", { form: appForm });
  const poll = await send(sandbox, "GET", `/operation/${started.json.operation_id}`);
  const { app_id, type } = record(poll.json.operation);
  const copy = (await listed(sandbox)).get(String(app_id));

  assert.deepEqual(Object.keys(started.json), ["operation_id"]);
  assert.deepEqual([type, poll.json.status], ["add_staging_app", false], "the outer status says nothing");
  assert.deepEqual([copy?.is_staging, copy?.source_app_id, copy?.label], ["1", "200001", "staging-Shop"]);
  assert.equal(appState(sandbox, Number(app_id)).staging.prompt.enabled, true);
  assert.deepEqual(appState(sandbox, Number(app_id)).content, appState(sandbox).content);
  sandbox.assertNoViolations();
});

Deno.test("a running clone does not name the copy", async () => {
  await using sandbox = await startSandbox();

  const started = await send(sandbox, "POST", "/staging/app/cloneApp", { form: appForm });
  const running = await operation(sandbox, started);

  assert.deepEqual([running.is_completed, running.app_id], ["0", "200001"]);
});

Deno.test("the documents name the copy at once", async () => {
  await using sandbox = await startSandbox({ forms: "documented" });

  const { json } = await send(sandbox, "POST", "/staging/app/cloneApp", { form: appForm });

  assert.equal(typeof json.app_id, "string");
});

Deno.test("a copy for another server takes two operations, and keeps both servers busy", async () => {
  await using sandbox = await startSandbox();
  const form = { ...appForm, destination_server_id: "100002" };

  const { json } = await send(sandbox, "POST", "/staging/app/cloneToOtherServer", { form });
  const busy = await send(sandbox, "POST", "/server/restart", { form: { server_id: "100002" } });
  sandbox.finishOperation(String(json.source_operation_id));
  sandbox.finishOperation(String(json.destination_operation_id));
  const copy = [...(await listed(sandbox)).values()].find(({ source_server_id }) => source_server_id !== undefined);

  assert.deepEqual(Object.keys(json), ["source_operation_id", "destination_operation_id"]);
  assert.equal(busy.status, 422);
  assert.deepEqual([copy?.server_id, copy?.source_server_id, copy?.source_app_id], ["100002", "100001", "200001"]);
  sandbox.assertNoViolations();
});

Deno.test("a push overwrites the live application, and its users with the database", async () => {
  await using sandbox = await startSandbox();
  const [live, copy] = [appState(sandbox), appState(sandbox, 200_003)];
  const before = structuredClone({ live: live.content, copy: copy.content, backups: live.backups.length });

  const reply = await done(sandbox, "POST", "/sync/app", {
    form: { ...pair, action: "push", appFiles: "true", dbFiles: "true", backup: "true" },
  });
  const { json } = await send(sandbox, "GET", "/staging/app/logs?server_id=100001&app_id=200003");

  assert.equal(typeof reply.json.operation_id, "string");
  assert.deepEqual([live.content, copy.content], [before.copy, before.copy]);
  assert.deepEqual([live.app_user, live.app_password], [copy.app_user, copy.app_password]);
  assert.deepEqual([live.backups.length, live.staging.overwritten], [before.backups + 1, before.live]);
  assert.deepEqual(rows(json.logs).map(({ action, status }) => [action, status]), [["push", "completed"]]);
  sandbox.assertNoViolations();
});

Deno.test("a pull overwrites the copy, with the parts that were asked for", async () => {
  await using sandbox = await startSandbox();
  const [live, copy] = [appState(sandbox), appState(sandbox, 200_003)];
  const before = structuredClone(copy.content);

  await done(sandbox, "POST", "/sync/app", {
    form: { ...pair, action: "pull", dbFiles: "true", table: "true", "tableSelected[]": ["wp_posts"] },
  });

  assert.deepEqual(copy.content, { files: before.files, tables: { ...before.tables, wp_posts: "wp_posts of 200001" } });
  assert.deepEqual(live.content.files, "files of 200001");
  assert.deepEqual([copy.staging.overwritten, copy.app_password === live.app_password], [null, false]);
  sandbox.assertNoViolations();
});

Deno.test("a sync with swapped roles, of unrelated applications or without a part is refused", async () => {
  await using sandbox = await startSandbox();
  const form = { action: "push", appFiles: "true" };
  const status = async (fields: Record<string, string>) =>
    (await send(sandbox, "POST", "/sync/app", { form: { ...pair, ...form, ...fields } })).status;

  assert.equal(await status({ app_id: "200001", source_app_id: "200003" }), 422);
  assert.equal(await status({ source_app_id: "200002" }), 422);
  assert.equal(await status({ source_server_id: "100002" }), 422);
  sandbox.assertNoViolations();
  assert.equal(await status({ appFiles: "false" }), 422);
  assert.equal(await status({ dbFiles: "true", table: "true" }), 422);
  assert.match(problems(sandbox), /appFiles[^]*tableSelected/);
});

Deno.test("copies of another server and of nothing can be made", async () => {
  await using sandbox = await startSandbox({ accounts: [{ ...DEMO_ACCOUNT, moreStaging: true }] });

  const apps = [...(await listed(sandbox)).values()].filter(({ is_staging }) => is_staging === "1");

  const ties = apps.map((
    { server_id, source_app_id, source_server_id },
  ) => [server_id, source_app_id, source_server_id]);
  assert.deepEqual(ties, [
    ["100001", "200001", undefined],
    ["100002", "200002", "100001"],
    ["100002", "299999", undefined],
  ]);
});

Deno.test("the password prompt is switched by an operation whose id is text", async () => {
  await using sandbox = await startSandbox();

  const reply = await done(sandbox, "POST", "/staging/auth/status", { form: { ...stagingForm, action: "disable" } });
  const live = await send(sandbox, "POST", "/staging/auth/status", { form: { ...appForm, action: "disable" } });

  assert.match(String(reply.json.operation_id), /^flex-/);
  assert.equal(appState(sandbox, 200_003).staging.prompt.enabled, false);
  assert.equal(live.status, 422, "a live application has no prompt");
  sandbox.assertNoViolations();
});

Deno.test("the password of the prompt changes, by an operation or at once", async () => {
  for (const forms of ["live", "documented"] as const) {
    await using sandbox = await startSandbox({ forms });

    const form = { ...stagingForm, username: "guest", password: "Example-Only-1" };
    const reply = await done(sandbox, "POST", "/staging/htaccessUpdate", { form });

    assert.equal("operation_id" in reply.json, forms === "live");
    const { username, password } = appState(sandbox, 200_003).staging.prompt;
    assert.deepEqual([username, password], ["guest", "Example-Only-1"]);
    sandbox.assertNoViolations();
  }
});

Deno.test("tables are listed by an operation, or at once", async () => {
  const names = ["wp_options", "wp_posts", "wp_users"];
  await using live = await startSandbox();
  await using documented = await startSandbox({ forms: "documented" });

  const started = await done(live, "POST", "/staging/app/tables", { form: stagingForm });
  const inline = await send(documented, "POST", "/staging/app/tables", { form: stagingForm });

  assert.deepEqual(parse(String((await operation(live, started)).parameters)).tables, names);
  assert.deepEqual(inline.json.tables, names);
});

Deno.test("the backup of a sync can be deleted", async () => {
  await using sandbox = await startSandbox();
  await done(sandbox, "POST", "/sync/app", { form: { ...pair, action: "pull", appFiles: "true", backup: "true" } });
  assert.notEqual(appState(sandbox, 200_003).staging.overwritten, null);

  await done(sandbox, "POST", "/staging/app/deleteBackup", { form: stagingForm });

  assert.equal(appState(sandbox, 200_003).staging.overwritten, null);
  sandbox.assertNoViolations();
});
