/** Who gets in by a password: what the tools for users and passwords do to an account, ask, show and refuse. */
import assert from "node:assert/strict";
import * as z from "zod";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";
import {
  APP,
  appOf,
  ASK,
  ask,
  askAndApprove,
  call,
  everythingRead,
  LAPTOP,
  OFF,
  open,
  refusal,
  sentPasswords,
  SERVER,
  SERVER_KEY,
  serverOf,
  start,
  USER,
  USER_KEY,
  userNames,
  writesOf,
} from "../support/access_calls.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { callModern, YES } from "../support/rpc_2026.ts";

const usersSchema = z.array(z.object({ id: z.number(), user_name: z.string(), ssh_keys: z.array(z.looseObject({})) }));

Deno.test("a freelancer gets SFTP to one site, with a password that only the person sees, and loses it again", async () => {
  await using service = await start(ASK);
  const name = { ...APP, user_name: "freelancer-1" };

  const { message } = await ask(service, "create_app_user", name);
  const made = await askAndApprove(service, "create_app_user", name);
  const page = await open(service, made);
  const user = { ...APP, app_user_id: made.app_user_id };
  const key = await askAndApprove(service, "add_ssh_key", { ...SERVER, ...user, ...LAPTOP });
  const listed = await call(service, "list_app_users", APP);
  const reset = await askAndApprove(service, "reset_app_user_password", user);
  const secondPage = await open(service, reset);
  const stored = appOf(service).credentials.find(({ sys_user }) => sys_user === "freelancer-1");
  const deleted = await askAndApprove(service, "delete_app_user", user);

  const [first = "", second = ""] = sentPasswords(service);
  assert.match(message.split("\n")[0] ?? "", /application 200001.*`freelancer-1`.*`Production`.*`Shop`/);
  assert.ok(page.includes(`<code>${first}</code>`) && page.includes("freelancer-1"));
  assert.ok(secondPage.includes(`<code>${second}</code>`));
  assert.notEqual(first, second);
  const users = usersSchema.parse(listed.json.users);
  assert.deepEqual(users.find(({ id }) => id === made.app_user_id), {
    id: made.app_user_id,
    user_name: "freelancer-1",
    ssh_keys: [{ id: key.ssh_key_id, label: LAPTOP.label }],
  });
  assert.deepEqual([stored?.sys_password, stored?.ssh_keys[0]?.public_key], [second, LAPTOP.public_key]);
  assert.deepEqual(userNames(service), ["deploy"]);
  const read = await everythingRead(service, [made, key, listed.json, reset, deleted, message]);
  for (const password of [first, second]) assert.equal(read.includes(password), false);
  assert.equal(read.includes(LAPTOP.public_key.slice(20, 60)), false, "the key stands in no record");
});

const RESETS = [
  ["reset_database_password", APP, "app_db_password_update"],
  ["reset_admin_password", APP, "app_admin_password_update"],
  ["reset_master_password", SERVER, "server_master_password_update"],
  ["reset_app_user_password", USER, "app_credentials_update"],
  ["create_app_user", { ...APP, user_name: "guest" }, "app_credentials_create"],
] as const;
const REFUSED = {
  status: 422,
  body: { password: [{ code: "passwordpolicy", message: "The password does not meet the password policy." }] },
};

for (const [tool, args, operationId] of RESETS) {
  Deno.test(`${tool} makes another password once where Cloudways refuses the first`, async () => {
    await using service = await start();
    service.sandbox.addFault({ operationId, times: 1, kind: REFUSED });

    const { json, isError } = await call(service, tool, args);
    const page = await open(service, json);

    const [first = "", second = "", ...more] = sentPasswords(service);
    assert.equal(isError, false, JSON.stringify(json));
    assert.deepEqual(more, []);
    assert.notEqual(first, second);
    assert.deepEqual([page.includes(first), page.includes(second)], [false, true]);
    const read = await everythingRead(service, [json]);
    for (const password of [first, second]) assert.equal(read.includes(password), false);
  });

  Deno.test(`${tool} gives up after two refused passwords, and leaves no page`, async () => {
    await using service = await start();
    service.sandbox.addFault({ operationId, kind: REFUSED });

    const { json } = await call(service, tool, args);

    assert.equal(json.code, "validation_failed");
    assert.equal(JSON.stringify(json).includes("/secret/"), false);
    assert.equal(service.sandbox.requestsTo(operationId).length, 2);
  });

  Deno.test(`${tool} shows the person the password that may be set, if no answer comes`, async () => {
    await using service = await start();
    service.sandbox.addFault({ operationId, afterEffect: true, kind: "drop" });

    const { json, isError } = await call(service, tool, args);
    const page = await open(service, json);

    const [password = "", ...more] = sentPasswords(service);
    assert.equal(isError, true);
    assert.deepEqual(more, [], "sent once");
    assert.match(page, /Perhaps not in use/);
    assert.ok(page.includes(`<code>${password}</code>`));
    assert.equal((await everythingRead(service, [json])).includes(password), false);
    assert.equal(loggedRecords(service).findLast(({ event }) => event === "outcome")?.outcome, "unknown");
  });

  Deno.test(`${tool} says in its question who sees the password`, async () => {
    await using service = await start(ASK);

    const onPage = await ask(service, tool, args);
    const inAnswer = await ask(service, tool, { ...args, show: "answer" });

    assert.match(onPage.message, /the assistant does not see it/);
    assert.match(inAnswer.message, /The assistant sees the secret/);
    assert.deepEqual(writesOf(service), []);
  });
}

Deno.test("an admin password whose operation fails may be set, and the person can see it", async () => {
  await using service = await start();
  service.sandbox.failNextOperations(1);

  const { json } = await call(service, "reset_admin_password", APP);
  const page = await open(service, json);

  assert.equal(json.code, "operation_failed");
  assert.ok(page.includes(`<code>${sentPasswords(service)[0]}</code>`));
});

Deno.test("a user name that is taken is refused before anybody is asked", async () => {
  await using service = await start(ASK);
  const { master_user, apps } = serverOf(service);
  const taken = ["deploy", master_user, ...apps.map(({ sys_user }) => sys_user)];

  for (const user_name of taken) {
    const json = await refusal(service, "create_app_user", { ...APP, user_name });
    assert.equal(json.code, "validation_failed", JSON.stringify(json));
    assert.equal(Object(json.details).problems[0].argument, "user_name");
  }
  for (const user_name of apps.map(({ sys_user }) => sys_user)) {
    const json = await refusal(service, "rename_master_user", { ...SERVER, user_name });
    assert.equal(Object(json.details).problems[0].argument, "user_name");
  }
  assert.deepEqual(writesOf(service), []);
});

for (const status of [200, 422]) {
  Deno.test(`what Cloudways calls taken with status ${status} is refused clearly, and nothing was made`, async () => {
    await using service = await start();
    const refuse = (operationId: string, message: string) =>
      service.sandbox.addFault({ operationId, kind: { status, body: { message } } });
    refuse("app_credentials_create", "username already exists");
    refuse("ssh_key_create", "This SSH key already exists.");

    const user = await call(service, "create_app_user", { ...APP, user_name: "guest" });
    const key = await call(service, "add_ssh_key", { ...SERVER, ...LAPTOP });

    for (const [{ json }, argument] of [[user, "user_name"], [key, "public_key"]] as const) {
      assert.equal(json.code, "validation_failed");
      assert.equal(Object(json.details).problems[0].argument, argument);
      assert.match(String(Object(json.details).cloudways_message), /already exists/);
    }
    assert.equal(JSON.stringify(user.json).includes("/secret/"), false);
    const outcomes = loggedRecords(service).filter(({ event }) => event === "outcome").map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ["validation_failed", "validation_failed"]);
  });
}

Deno.test("an answer without the id of what was made leaves open whether it was made", async () => {
  await using service = await start();
  service.sandbox.addFault({
    operationId: "app_credentials_create",
    kind: { status: 200, body: { message: "Later" } },
  });

  const { json } = await call(service, "create_app_user", { ...APP, user_name: "guest" });

  assert.equal(json.code, "upstream_error");
  assert.match(await open(service, json), /Perhaps not in use/);
});

Deno.test("after an unclear end the same user is not made twice, and the refusal says how to go on", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: "app_credentials_create", times: 1, afterEffect: true, kind: "drop" });
  await call(service, "create_app_user", { ...APP, user_name: "guest" });

  const { json } = await call(service, "create_app_user", { ...APP, user_name: "guest" });

  assert.equal(json.code, "validation_failed");
  assert.match(String(json.hint), /reset_app_user_password/);
  assert.deepEqual(userNames(service), ["deploy", "guest"]);
});

Deno.test("questions name who loses access, past every cache, and a yes counts for nobody else", async () => {
  await using service = await start(ASK);
  await call(service, "get_ssh_keys", SERVER);
  await call(service, "list_app_users", APP);
  const [user] = appOf(service).credentials;
  const [key] = serverOf(service).ssh_keys;
  assert.ok(user !== undefined && key !== undefined);
  user.sys_user = "agency";
  Object.assign(user.ssh_keys[0] ?? {}, { label: "build server" });
  key.label = "stolen laptop";
  serverOf(service).master_user = "captain";
  serverOf(service).label = "Moved";

  for (
    const [tool, args, names, change] of [
      ["reset_app_user_password", USER, ["`agency`", "`build server`"], () => user.sys_user = "others"],
      ["delete_app_user", USER, ["`others`", "`build server`"], () => user.ssh_keys.push({ ...key, id: 1 })],
      ["delete_ssh_key", USER_KEY, ["`others`", "`build server`"], () => user.sys_user = "agency"],
      ["delete_ssh_key", SERVER_KEY, ["`captain`", "`stolen laptop`"], () => key.label = "office"],
      ["reset_master_password", SERVER, ["`captain`", "`office`"], () => serverOf(service).master_user = "ann"],
      ["rename_master_user", { ...SERVER, user_name: "bob" }, ["`ann`"], () => serverOf(service).master_user = "eve"],
      ["add_ssh_key", { ...SERVER, ...LAPTOP }, ["`eve`"], () => serverOf(service).master_user = "captain"],
    ] as const
  ) {
    const { message, state } = await ask(service, tool, args);
    for (const name of ["`Moved`", ...names]) assert.ok(message.includes(name), `${tool}: ${message}`);
    change();
    const answered = { state, reply: YES };
    const again = await callModern({ url: service.mcpUrl, name: tool, args, headers: TOKEN_HEADERS, answered });
    assert.equal(again.kind, "question", `${tool} asks again`);
  }
  assert.deepEqual(writesOf(service), []);
});

Deno.test("a new database password: the question says that the site can fail, the answer that it must be checked", async () => {
  await using service = await start(ASK);

  const { message } = await ask(service, "reset_database_password", APP);
  const json = await askAndApprove(service, "reset_database_password", APP);

  assert.match(message, /If the site's configuration holds the present password/);
  assert.match(String(json.message), /does not say/);
});

Deno.test("a user whose name Cloudways doesn't tell gets no new password", async () => {
  await using service = await start();
  Object.assign(appOf(service).credentials[0] ?? {}, { sys_user: "" });

  const { json } = await call(service, "reset_app_user_password", USER);

  assert.equal(json.code, "upstream_error");
  assert.deepEqual(writesOf(service), []);
});

Deno.test("the master user gets the new name, and what is so already is no change", async () => {
  await using service = await start();
  const former = serverOf(service).master_user;

  const { json } = await call(service, "rename_master_user", { ...SERVER, user_name: "captain" });
  const same = await call(service, "rename_master_user", { ...SERVER, user_name: "captain" });

  assert.deepEqual([json.former_user_name, json.user_name], [former, "captain"]);
  assert.equal(same.json.code, "validation_failed");
  assert.deepEqual(same.json.details, { present: "captain" });
  assert.deepEqual(writesOf(service), ["server_master_username_update"]);
});

Deno.test("a new name of the master user that Cloudways refuses by a message alone is no success", async () => {
  await using service = await start();
  const body = { message: "The name is not allowed." };
  service.sandbox.addFault({ operationId: "server_master_username_update", kind: { status: 200, body } });

  const { json, isError } = await call(service, "rename_master_user", { ...SERVER, user_name: "captain" });

  assert.equal(isError, true);
  assert.equal(Object(json.details).cloudways_message, body.message);
});

Deno.test("whether the master user was renamed is read back after an unclear end", async () => {
  for (const afterEffect of [true, false]) {
    await using service = await start();
    service.sandbox.addFault({ operationId: "server_master_username_update", afterEffect, kind: { status: 504 } });

    const { json, isError } = await call(service, "rename_master_user", { ...SERVER, user_name: "captain" });

    assert.equal(isError, !afterEffect, JSON.stringify(json));
    assert.equal(service.sandbox.requestsTo("server_master_username_update").length, 1);
  }
});

Deno.test("the list of users shows names and keys, and no password", async () => {
  const CANARY = "canary-3f9a";
  await using service = await start(OFF, { accounts: [{ ...DEMO_ACCOUNT, canary: CANARY }] });

  const { json } = await call(service, "list_app_users", APP);

  assert.deepEqual(json.users, [{ id: 500001, user_name: "deploy", ssh_keys: [{ id: 900001, label: "ci" }] }]);
  assert.equal(json.own_user_name, appOf(service).sys_user);
  assert.equal(JSON.stringify(json).includes(CANARY), false);
  assert.equal(JSON.stringify(json).includes("[hidden]"), false);
});
