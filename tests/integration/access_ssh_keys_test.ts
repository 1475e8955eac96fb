/** Who gets in by a key: what the tools for SSH keys do to an account, ask and refuse. */
import assert from "node:assert/strict";
import {
  APP,
  appOf,
  ASK,
  ask,
  askAndApprove,
  call,
  everythingRead,
  LAPTOP,
  refusal,
  SERVER,
  SERVER_KEY,
  serverOf,
  start,
  USER,
  USER_KEY,
  writesOf,
} from "../support/access_calls.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { keyPem, testKey } from "../support/certificates.ts";
import { SSH_KEYS } from "../support/ssh_keys.ts";

Deno.test("the question before a key says what it opens, to whom, and of which kind it is", async () => {
  await using service = await start(ASK);
  const { kind, fingerprint } = SSH_KEYS.rsa;
  const key = { label: "agency", public_key: `${SSH_KEYS.rsa.text}\n` };
  const user = { ...SERVER, ...USER };

  const server = await ask(service, "add_ssh_key", { ...SERVER, ...key });
  const app = await ask(service, "add_ssh_key", { ...user, ...key });
  const onServer = await askAndApprove(service, "add_ssh_key", { ...SERVER, ...key });
  const onApp = await askAndApprove(service, "add_ssh_key", { ...user, ...key });

  assert.match(server.message.split("\n")[0] ?? "", /whole server 100001 with 3 applications.*master user.*`agency`/);
  assert.match(app.message.split("\n")[0] ?? "", /application 200001 on server 100001, as its user 500001.*`agency`/);
  for (const { message } of [server, app]) {
    for (const part of [kind, fingerprint, "ci server"]) assert.ok(message.includes(`\`${part}\``), message);
  }
  assert.ok(server.message.includes(`\`${serverOf(service).master_user}\``));
  assert.ok(app.message.includes("`deploy`"));
  const { rsa } = SSH_KEYS;
  assert.deepEqual(serverOf(service).ssh_keys.at(-1), {
    id: onServer.ssh_key_id,
    label: "agency",
    public_key: rsa.text,
  });
  assert.equal(appOf(service).credentials[0]?.ssh_keys.at(-1)?.id, onApp.ssh_key_id);
  assert.deepEqual([onApp.fingerprint, onApp.user_name, onServer.kind], [fingerprint, "deploy", kind]);
});

/** A word in the middle of private keys, which nothing may repeat. */
const CANARY = "Kanarienvogel9privat";
const PRIVATE_KEYS = [
  `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA${CANARY}\n-----END OPENSSH PRIVATE KEY-----\n`,
  `-----BEGIN RSA PRIVATE KEY----- ${CANARY} -----END RSA PRIVATE KEY-----`,
  `PuTTY-User-Key-File-3: ssh-ed25519\r\nPrivate-Lines: 1\r\n${CANARY}\r\nPrivate-MAC: 00`,
  `b3BlbnNzaC1rZXktdjEAAAAA${CANARY}`,
  keyPem(testKey(1)).replace(/\n(?=.)/, `\n${CANARY}\n`),
];

const MISTAKES: [title: string, args: Record<string, unknown>][] = [
  ...PRIVATE_KEYS.map((public_key, index): [string, Record<string, unknown>] => [`form ${index + 1}`, { public_key }]),
  ...["private_key", "ssh_key", "key", "label"].map((name): [string, Record<string, unknown>] => [
    `as ${name}`,
    { [name]: PRIVATE_KEYS[0] },
  ]),
];

for (const [title, mistake] of MISTAKES) {
  Deno.test(`a private key by mistake is refused unsent, and nothing repeats it: ${title}`, async () => {
    await using service = await start();
    // Refusals are on record only for a customer whom Cloudways knows.
    await call(service, "get_ssh_keys", SERVER);
    const args = { ...SERVER, ...LAPTOP, ...mistake };

    const { json } = await call(service, "add_ssh_key", args);
    const forwarded = await call(service, "call_tool", { name: "add_ssh_key", arguments: JSON.stringify(args) });

    for (const { code } of [json, forwarded.json]) assert.equal(code, "invalid_arguments");
    if ("public_key" in mistake) assert.match(String(json.message), /public_key: is a private key/);
    assert.deepEqual(writesOf(service), []);
    const [record] = loggedRecords(service).filter(({ tool }) => tool === "add_ssh_key");
    assert.equal(Object(record?.arguments).public_key, "[hidden]");
    const read = await everythingRead(service, [json, forwarded.json]);
    assert.equal(new RegExp(`${CANARY}|b3BlbnNza`, "i").test(read), false);
  });
}

Deno.test("a key for a user who is not there, or for a stopped server, is refused before anybody is asked", async () => {
  await using service = await start(ASK);
  const nobody = await refusal(service, "add_ssh_key", { ...SERVER, ...APP, app_user_id: 500002, ...LAPTOP });
  const elsewhere = await refusal(service, "add_ssh_key", { server_id: 100002, ...USER, ...LAPTOP });
  serverOf(service).status = "stopped";

  const stopped = await refusal(service, "add_ssh_key", { ...SERVER, ...LAPTOP });

  assert.deepEqual([nobody.code, elsewhere.code, stopped.code], ["not_found", "not_found", "validation_failed"]);
  assert.deepEqual(writesOf(service), []);
});

Deno.test("a key is renamed and deleted only where it belongs", async () => {
  await using service = await start();
  const wrong = [
    { ...SERVER, ssh_key_id: USER_KEY.ssh_key_id },
    { ...USER_KEY, ssh_key_id: SERVER_KEY.ssh_key_id },
    { ...USER_KEY, app_id: 200002 },
    { ...SERVER_KEY, ssh_key_id: 1 },
  ];

  for (const args of wrong) {
    const deleted = await call(service, "delete_ssh_key", args);
    const renamed = await call(service, "rename_ssh_key", { ...args, label: "x" });
    assert.deepEqual([deleted.json.code, renamed.json.code], ["not_found", "not_found"], JSON.stringify(args));
  }
  assert.deepEqual(writesOf(service), []);
  const renamed = await call(service, "rename_ssh_key", { ...USER_KEY, label: "office" });
  const label = appOf(service).credentials[0]?.ssh_keys[0]?.label;
  await call(service, "delete_ssh_key", USER_KEY);
  await call(service, "delete_ssh_key", SERVER_KEY);

  assert.deepEqual([renamed.json.former_label, label], ["ci", "office"]);
  assert.deepEqual([appOf(service).credentials[0]?.ssh_keys, serverOf(service).ssh_keys], [[], []]);
});
