import assert from "node:assert/strict";
import { canonicalJson } from "../../src/crypto/canonical_json.ts";
import { Fingerprints } from "../../src/crypto/fingerprints.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { bindCall, type CallBinding } from "../../src/confirm/binding.ts";
import { allTools } from "../../src/tools/all.ts";
import type { Question, QuestionSubject } from "../../src/confirm/question.ts";

const KEY = new Uint8Array(32).fill(1);
const OTHER_KEY = new Uint8Array(32).fill(2);

const SUBJECT = {
  kind: "server",
  server: { id: 1, label: "Shops", ip: "192.0.2.1" },
  apps: [
    { id: 11, label: "Shop", domains: ["shop.example.com", "www.example.com"], lastBackup: null },
    { id: 12, label: "Blog", domains: ["blog.example.com"], lastBackup: null },
  ],
} satisfies QuestionSubject;

const QUESTION = {
  headline: "Stop server 1: 2 applications go offline.",
  subject: SUBJECT,
  consequences: ["They are offline until start_server."],
} satisfies Question;
const INPUT: Record<string, unknown> = { server_id: 1, wait_seconds: 30 };
const catalogue = new Catalogue(allTools);
const CALL = { customer: "a".repeat(64), boundTo: "", tool: "stop_server", input: INPUT };

async function bind(changes: Partial<typeof CALL> & { question?: Question; key?: Uint8Array } = {}) {
  const { key = KEY, question = QUESTION, ...call } = changes;
  const fingerprints = new Fingerprints(await KeyRing.create({ encryptionKeys: [key] }));
  const declared = catalogue.inputsOf(call.tool ?? CALL.tool);
  return await bindCall(fingerprints, { ...CALL, declared, ...call, question });
}

async function assertOther(changes: Parameters<typeof bind>[0], parts: { call: boolean; target: boolean }) {
  const before: CallBinding = await bind();
  const after = await bind(changes);

  assert.equal(after.call !== before.call, parts.call, "call");
  assert.equal(after.target !== before.target, parts.target, "target");
  assert.notEqual(after.fingerprint, before.fingerprint);
}

Deno.test("the same call on the same target has the same fingerprint, whatever the wording, order and wait", async () => {
  const before = await bind();
  const apps = SUBJECT.apps.map((app) => ({ ...app, domains: [...app.domains].reverse(), lastBackup: "2026-08-05" }));

  const after = await bind({
    input: { wait_seconds: 0, server_id: 1 },
    question: {
      ...QUESTION,
      subject: { ...SUBJECT, apps: apps.reverse() },
      headline: "Other words.",
      consequences: [],
    },
  });

  assert.deepEqual(after, before);
});

Deno.test("a different customer, connection, tool or argument makes a different call", async () => {
  await assertOther({ customer: "b".repeat(64) }, { call: true, target: false });
  await assertOther({ boundTo: "c".repeat(32) }, { call: true, target: false });
  await assertOther({ tool: "restart_server" }, { call: true, target: false });
  await assertOther({ input: { ...CALL.input, service: "nginx" } }, { call: true, target: false });
});

Deno.test("a yes is bound to every argument of every tool, except how long to wait and how much to show", async () => {
  const unbound = new Set<string>();
  let bound = 0;
  for (const { name: tool, input } of allTools) {
    // If it is left out, the application's server counts.
    for (const name of Object.keys(input.shape).filter((name) => name !== "server_id")) {
      const [one, other] = [
        await bind({ tool, input: { [name]: "one" } }),
        await bind({ tool, input: { [name]: "other" } }),
      ];
      if (one.call === other.call) unbound.add(name);
      else bound++;
    }
  }

  assert.ok(bound > 20);
  assert.deepEqual([...unbound].sort(), ["detail", "wait_seconds"]);
});

Deno.test("a different server, address, application, domain or list makes a different target", async () => {
  const { server, apps } = SUBJECT;
  const [shop, blog] = apps;
  if (shop === undefined || blog === undefined) throw new Error("the question has two applications");
  const targets: Question[] = [
    { ...QUESTION, subject: { ...SUBJECT, server: { ...server, label: "Blogs" } } },
    { ...QUESTION, subject: { ...SUBJECT, server: { ...server, ip: "192.0.2.2" } } },
    { ...QUESTION, subject: { ...SUBJECT, apps: [shop] } },
    { ...QUESTION, subject: { ...SUBJECT, apps: [shop, { ...blog, id: 13 }] } },
    { ...QUESTION, subject: { ...SUBJECT, apps: [shop, { ...blog, domains: [] }] } },
    { ...QUESTION, target: ["203.0.113.7"] },
  ];

  for (const question of targets) await assertOther({ question }, { call: false, target: true });
});

Deno.test("the server that was found is part of the call", async () => {
  const server = { ...SUBJECT.server, id: 2 };

  await assertOther({ question: { ...QUESTION, subject: { ...SUBJECT, server } } }, { call: true, target: true });
});

Deno.test("what the caller is bound to is part of the call", async () => {
  for (const boundTo of ["servers:1", "servers:1,2"]) await assertOther({ boundTo }, { call: true, target: false });

  assert.notEqual((await bind({ boundTo: "servers:1" })).call, (await bind({ boundTo: "servers:1,2" })).call);
});

Deno.test("a caller of the whole account has the fingerprints of versions without bounds", async () => {
  const fingerprints = new Fingerprints(await KeyRing.create({ encryptionKeys: [KEY] }));
  const former = await fingerprints.of("call", CALL.customer, CALL.tool, canonicalJson({ server_id: 1 }));

  const { call } = await bind();

  assert.equal(call, former);
});

Deno.test("without the key a fingerprint reveals nothing", async () => {
  const before = await bind();

  const after = await bind({ key: OTHER_KEY });

  assert.notEqual(after.call, before.call);
  assert.notEqual(after.target, before.target);
});

Deno.test("a domain and the account are targets, each with its facts", async () => {
  const { subject: _subject, ...words } = QUESTION;
  const call = { tool: "made_up", input: { project: 7 } };
  const subjects: Question[] = [
    { ...words, subject: { kind: "account" }, target: { project: "Shops" } },
    { ...words, subject: { kind: "account" }, target: { project: "Blogs" } },
    { ...words, subject: { kind: "domain", domain: "example.com" }, target: { records: 2 } },
    { ...words, subject: { kind: "domain", domain: "example.com" }, target: { records: 3 } },
    { ...words, subject: { kind: "domain", domain: "example.org" }, target: { records: 2 } },
  ];

  const bound = await Promise.all(subjects.map((question) => bind({ ...call, question })));

  assert.equal(new Set(bound.map(({ target }) => target)).size, subjects.length);
  assert.equal(new Set(bound.map(({ call }) => call)).size, 1, "no server is part of the call");
});
