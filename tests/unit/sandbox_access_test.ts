import assert from "node:assert/strict";
import { startSandbox } from "../sandbox/mod.ts";
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

const PASSWORD = "Example-Only-1";

Deno.test("a further user is made, changed and deleted", async () => {
  await using sandbox = await startSandbox();
  const create = { ...appForm, username: "free-lancer", password: PASSWORD };

  const { json } = await done(sandbox, "POST", "/app/creds", { form: create });
  const path = `/app/creds/${json.app_cred_id}`;
  await done(sandbox, "PUT", path, { form: { ...create, username: "free_lancer2" } });
  const { json: listed } = await send(sandbox, "GET", "/app/creds?server_id=100001&app_id=200001");
  const deleted = await done(sandbox, "DELETE", path, { form: appForm });

  const user = rows(listed.app_creds).find(({ id }) => id === String(json.app_cred_id));
  assert.deepEqual([user?.sys_user, user?.sys_password], ["free_lancer2", PASSWORD]);
  assert.equal(deleted.text, "[]");
  assert.equal(appState(sandbox).credentials.length, 1);
  sandbox.assertNoViolations();
});

Deno.test("taken or malformed names and weak passwords make no user", async () => {
  await using sandbox = await startSandbox();
  const create = (username: string, password = PASSWORD) =>
    send(sandbox, "POST", "/app/creds", { form: { ...appForm, username, password } });

  assert.deepEqual((await create("deploy")).json, { message: "username already exists" });
  assert.deepEqual((await create(firstServer(sandbox).master_user)).json, { message: "username already exists" });
  assert.equal((await create("Free Lancer")).status, 422);
  const weak = await create("freelancer", "short");
  assert.equal(rows(weak.json.password)[0]?.code, "passwordpolicy");
  assert.equal((await create("freelancer", "Example 1 & more")).status, 422);
  assert.equal(appState(sandbox).credentials.length, 1);
  sandbox.assertNoViolations();
});

Deno.test("no user is made on a busy server", async () => {
  await using sandbox = await startSandbox();
  await send(sandbox, "POST", "/server/restart", { form: serverForm });

  const reply = await send(sandbox, "POST", "/app/creds", {
    form: { ...appForm, username: "guest", password: PASSWORD },
  });

  assert.equal(reply.status, 422);
  assert.equal(record(reply.json.operation).type, "restarting_server");
});

Deno.test("passwords of the admin, the database and the master user change under one policy", async () => {
  await using sandbox = await startSandbox();
  const paths = ["/app/creds/changeAdminCredentials", "/app/manage/dbPassword", "/server/manage/masterPassword"];
  for (const path of paths) {
    const ids = path.startsWith("/app") ? appForm : serverForm;
    assert.equal((await send(sandbox, "POST", path, { form: { ...ids, password: "weak" } })).status, 422);
    await done(sandbox, "POST", path, { form: { ...ids, password: PASSWORD } });
  }

  const { app_password, mysql_password } = appState(sandbox);
  assert.deepEqual([app_password, mysql_password, firstServer(sandbox).master_password], [
    PASSWORD,
    PASSWORD,
    PASSWORD,
  ]);
  sandbox.assertNoViolations();
});

Deno.test("the admin's operation stands inside the response, and a name may change with it", async () => {
  await using sandbox = await startSandbox();

  const reply = await done(sandbox, "POST", "/app/creds/changeAdminCredentials", {
    form: { ...appForm, username: "boss", password: PASSWORD },
  });

  assert.equal(typeof record(reply.json.response).operation_id, "number");
  assert.equal(appState(sandbox).app_user, "boss");
});

Deno.test("the master user is renamed, unless the name is taken", async () => {
  await using sandbox = await startSandbox();
  const rename = (username: string) =>
    send(sandbox, "POST", "/server/manage/masterUsername", { form: { ...serverForm, username } });

  const taken = await rename("deploy");
  await rename("captain");

  assert.deepEqual([taken.json.message, firstServer(sandbox).master_user], ["username already exists", "captain"]);
});

Deno.test("a key opens a server, or one user of an application; no key stands twice in one place", async () => {
  await using sandbox = await startSandbox();
  const add = (ssh_key: string, more = {}) =>
    send(sandbox, "POST", "/ssh_key", { form: { ...serverForm, ssh_key_name: "new", ssh_key, ...more } });
  const [user] = appState(sandbox).credentials;

  const server = await add("ssh-ed25519 AAAAONE one");
  const twice = await add("ssh-ed25519 AAAAONE other-comment");
  const app = await add("ssh-ed25519 AAAAONE one", { app_creds_id: String(user?.id) });
  const none = await add("-----BEGIN PRIVATE KEY-----");
  firstServer(sandbox).status = "stopped";
  const stopped = await add("ssh-rsa AAAATWO two");

  assert.deepEqual([server, twice, app, none, stopped].map(({ status }) => status), [200, 422, 200, 422, 422]);
  assert.match(String(twice.json.message), /already exists/);
  assert.deepEqual([firstServer(sandbox).ssh_keys.length, user?.ssh_keys.length], [2, 2]);
  sandbox.assertNoViolations();
});

Deno.test("a key is renamed and deleted, wherever it stands", async () => {
  await using sandbox = await startSandbox();
  const [user] = appState(sandbox).credentials;
  const id = user?.ssh_keys[0]?.id;

  await done(sandbox, "PUT", `/ssh_key/${id}`, { form: { ...serverForm, ssh_key_name: "renamed" } });
  const label = user?.ssh_keys[0]?.label;
  await done(sandbox, "DELETE", `/ssh_key/${id}`, { form: serverForm });

  assert.deepEqual([label, user?.ssh_keys], ["renamed", []]);
  sandbox.assertNoViolations();
});

Deno.test("a project takes applications in, and leaves them to the default one", async () => {
  await using sandbox = await startSandbox();

  const { json } = await done(sandbox, "POST", "/project", { form: { name: "New", app_ids: "200001,200002" } });
  const { id } = record(json.project);
  const inside = appState(sandbox).project_id;
  await done(sandbox, "PUT", `/project/${id}`, { form: { name: "Newer" } });
  const names = rows((await send(sandbox, "GET", "/project")).json.projects).map(({ name }) => name);
  await done(sandbox, "DELETE", `/project/${id}`);
  const first = await send(sandbox, "DELETE", "/project/300001");

  assert.equal(typeof id, "string");
  assert.deepEqual([inside, appState(sandbox).project_id], [Number(id), 300_001]);
  assert.ok(names.includes("Newer"));
  assert.equal(first.status, 422, "the default project stays");
  sandbox.assertNoViolations();
});

Deno.test("the given list of a project's applications replaces the present one, and an empty one empties it", async () => {
  await using sandbox = await startSandbox();
  const update = (app_ids: string) => done(sandbox, "PUT", "/project/300002", { form: { name: "Shops", app_ids } });
  const inside = () =>
    sandbox.account().servers.flatMap(({ apps }) => apps).filter((app) => app.project_id === 300_002).map(({ id }) =>
      id
    );

  const before = inside();
  await update("200001,200002");
  const two = inside();
  await update("200002");
  const one = inside();
  await update("");

  assert.deepEqual([before, two, one, inside()], [[], [200_001, 200_002], [200_002], []]);
  sandbox.assertNoViolations();
});

Deno.test("a member gets the named access, and no reply shows it", async () => {
  await using sandbox = await startSandbox();
  const access = {
    account: { sections: [], is_full: false },
    servers: { "100001": { sections: [], is_full: false, apps: ["200001"] } },
    apps: [],
  };

  await done(sandbox, "POST", "/member", {
    json: { name: "Lin", email: "lin@example.com", role: "Design", ...access },
  });
  const members = record(record((await send(sandbox, "GET", "/member")).json.contents).members);
  const lin = Object.values(members).map(record).find(({ email }) => email === "lin@example.com");

  assert.deepEqual(lin?.permissions, { is_full: false });
  assert.deepEqual(sandbox.account().members.at(-1)?.access, access);
  sandbox.assertNoViolations();
});

Deno.test("an update of a member drops the access that it does not name", async () => {
  await using sandbox = await startSandbox();
  const [ada] = sandbox.account().members;

  await done(sandbox, "PUT", "/member/600001", { form: { role: "Owner's friend" } });
  const reduced = [ada?.role, ada?.isFull];
  await done(sandbox, "PUT", "/member/600001", { form: { "account[is_full]": "true" } });

  assert.deepEqual([reduced, ada?.isFull], [["Owner's friend", false], true]);
  sandbox.assertNoViolations();
});

Deno.test("owners and members can't be added again; members can be removed", async () => {
  await using sandbox = await startSandbox();
  const add = (email: string) => send(sandbox, "POST", "/member", { form: { name: "X", email } });

  const statuses = [await add("owner@example.net"), await add("ada@example.com")].map(({ status }) => status);
  await done(sandbox, "DELETE", "/member/600001", { form: { id: "600001" } });

  assert.deepEqual(statuses, [422, 422]);
  assert.deepEqual(sandbox.account().members.map(({ id }) => id), [600_002]);
  sandbox.assertNoViolations();
});

Deno.test("a member without a name is a violation", async () => {
  await using sandbox = await startSandbox();

  await send(sandbox, "POST", "/member", { form: { email: "x@example.com" } });

  assert.match(problems(sandbox), /required field name is missing/);
});
