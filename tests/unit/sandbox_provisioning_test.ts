import assert from "node:assert/strict";
import { DEMO_ACCOUNT, type Sandbox, startSandbox } from "../sandbox/mod.ts";
import {
  appForm,
  appState,
  done,
  firstServer,
  problems,
  record,
  rows,
  send,
  serverForm,
} from "../sandbox/test_client.ts";

const place = { cloud: "do", region: "nyc3", instance_type: "4GB" };

/** The fields by which a request was refused. */
async function refusedFor(sandbox: Sandbox, path: string, form: Record<string, string>): Promise<string[]> {
  const reply = await send(sandbox, "POST", path, { form });
  assert.equal(reply.status, 422, reply.text);
  return Object.keys(reply.json);
}

Deno.test("a server is made in a region and size that its provider offers", async () => {
  await using sandbox = await startSandbox();
  const form = {
    ...place,
    server_label: "New",
    application: "wordpress",
    app_version: "6.8",
    app_label: "First",
    project_name: "Newest",
  };

  const wrong = [{ region: "8" }, { instance_type: "16GB" }, { application: "drupal-1" }];
  for (const one of wrong) {
    assert.deepEqual(await refusedFor(sandbox, "/server", { ...form, ...one }), Object.keys(one));
  }
  const { json } = await send(sandbox, "POST", "/server", { form });
  const [operation] = rows(record(json.server).operations);
  sandbox.finishOperation(String(operation?.id));

  const made = sandbox.account().servers.at(-1);
  assert.deepEqual([made?.label, made?.status, made?.apps[0]?.label], ["New", "running", "First"]);
  assert.equal(sandbox.account().projects.at(-1)?.name, "Newest");
  assert.equal(made?.apps[0]?.project_id, sandbox.account().projects.at(-1)?.id);
  sandbox.assertNoViolations();
});

Deno.test("a server's clone holds all applications, or the one that is named, and what the switches bring", async () => {
  await using sandbox = await startSandbox();
  const form = { source_server_id: "100001", ...place, app_label: "Copy" };
  appState(sandbox).flags.webp = 1;

  await done(sandbox, "POST", "/server/cloneServer", { form });
  await done(sandbox, "POST", "/server/cloneServer", {
    form: { ...form, application_id: "200001", advance_clone: "true", app_settings: "true", app_domains: "false" },
  });

  const [all, one] = sandbox.account().servers.slice(-2);
  assert.deepEqual([all?.apps.length, one?.apps.length], [3, 1]);
  assert.deepEqual([all?.apps[0]?.flags.webp, one?.apps[0]?.flags.webp, one?.apps[0]?.cname], [0, 1, ""]);
  sandbox.assertNoViolations();
});

Deno.test("sizes are words of the provider's list, and disks only grow", async () => {
  await using sandbox = await startSandbox({ accounts: [{ ...DEMO_ACCOUNT, servers: 4 }] });
  const amazon = { server_id: "100004" };

  await done(sandbox, "POST", "/server/scaleServer", { form: { ...serverForm, instance_type: "8GB" } });
  await done(sandbox, "POST", "/server/attachStorage", { form: { ...serverForm, server_storage: "100" } });
  await done(sandbox, "POST", "/server/scaleVolume", { form: { ...amazon, volume_type: "db", volume_size: "40" } });

  const { instance_type, storage } = firstServer(sandbox);
  assert.deepEqual([instance_type, storage, sandbox.account().servers[3]?.db_volume_size], ["8GB", 100, 40]);
  const size = { ...serverForm, server_storage: "50" };
  assert.deepEqual(await refusedFor(sandbox, "/server/scaleServer", { ...serverForm, instance_type: "Small" }), [
    "instance_type",
  ]);
  assert.deepEqual(await refusedFor(sandbox, "/server/scaleStorage", size), ["server_storage"]);
  assert.deepEqual(await refusedFor(sandbox, "/server/attachStorage", size), ["status", "message"]);
  assert.deepEqual(await refusedFor(sandbox, "/server/attachStorage", { ...amazon, server_storage: "50" }), [
    "status",
    "message",
  ]);
  const volume = { ...serverForm, volume_type: "data", volume_size: "60" };
  assert.deepEqual(await refusedFor(sandbox, "/server/scaleVolume", volume), ["status", "message"]);
  sandbox.assertNoViolations();
});

Deno.test("servers and applications are renamed and deleted", async () => {
  await using sandbox = await startSandbox();

  await done(sandbox, "PUT", "/server/100001", { form: { label: "Renamed" } });
  await done(sandbox, "PUT", "/app/200001", { form: { server_id: "100001", label: "Shop EU" } });
  const labels = [firstServer(sandbox).label, appState(sandbox).label];
  await done(sandbox, "DELETE", "/app/200001", { form: serverForm });
  const left = firstServer(sandbox).apps.map(({ id }) => id);
  await done(sandbox, "DELETE", "/server/100001");

  assert.deepEqual([labels, left], [["Renamed", "Shop EU"], [200_002, 200_003]]);
  assert.deepEqual(sandbox.account().servers.map(({ id }) => id), [100_002]);
  sandbox.assertNoViolations();
});

Deno.test("a new application makes its project", async () => {
  await using sandbox = await startSandbox();
  const form = { ...serverForm, application: "wordpress", app_version: "6.8", app_label: "New", project_name: "Fresh" };

  await done(sandbox, "POST", "/app", { form });

  const { label, project_id } = firstServer(sandbox).apps.at(-1) ?? {};
  assert.deepEqual([label, project_id], ["New", sandbox.account().projects.find(({ name }) => name === "Fresh")?.id]);
  sandbox.assertNoViolations();
});

Deno.test("a server is offered to one account at a time, until the offer is taken back", async () => {
  await using sandbox = await startSandbox();
  const offer = (email: string) =>
    send(sandbox, "POST", "/server_transfer/request", { form: { ...serverForm, email } });
  const state = async () => (await send(sandbox, "POST", "/server_transfer/status", { form: serverForm })).json;

  const none = await state();
  assert.equal((await offer(DEMO_ACCOUNT.email)).status, 422);
  assert.equal((await offer("new-owner@example.com")).status, 200);
  assert.equal((await offer("other@example.com")).status, 422);
  const open = await state();
  await done(sandbox, "POST", "/server_transfer/cancel", { form: serverForm });
  const again = await send(sandbox, "POST", "/server_transfer/cancel", { form: serverForm });

  assert.deepEqual(none, { share: null, transfer: null });
  assert.equal(record(open.transfer).email, "new-owner@example.com");
  assert.deepEqual([await state(), again.status], [none, 422]);
  sandbox.assertNoViolations();
});

Deno.test("an offer to no e-mail address is a violation", async () => {
  await using sandbox = await startSandbox();

  await send(sandbox, "POST", "/server_transfer/request", { form: { ...serverForm, email: "somebody" } });

  assert.match(problems(sandbox), /email/);
});

Deno.test("a busy server is neither resized nor copied nor deleted", async () => {
  await using sandbox = await startSandbox();
  await send(sandbox, "POST", "/app/cache/purge", { form: appForm });

  const replies = [
    await send(sandbox, "POST", "/server/scaleServer", { form: { ...serverForm, instance_type: "8GB" } }),
    await send(sandbox, "POST", "/server/cloneServer", {
      form: { source_server_id: "100001", ...place, app_label: "x" },
    }),
    await send(sandbox, "DELETE", "/server/100001"),
  ];

  assert.deepEqual(replies.map(({ json }) => record(json.operation).type), Array(3).fill("purge_app_cache"));
});
