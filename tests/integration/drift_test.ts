import assert from "node:assert/strict";
import * as z from "zod";
import { examineLive } from "../../src/commands/doctor/live.ts";
import { parseConfig } from "../../src/config.ts";
import { readsText } from "../../scripts/reply_forms.ts";
import { DEMO_ACCOUNT, FakeClock, type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/mod.ts";
import { operationById } from "../sandbox/facts.ts";
import { freePort } from "../support/free_port.ts";

const TOKEN = DEMO_ACCOUNT.accessTokens[0].token;

/** What a run finds, those lines that are not well, and all of it as text. */
async function live(sandbox: Sandbox, token: string = TOKEN) {
  const config = parseConfig({ CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, CLOUDWAYS_ACCESS_TOKEN: token });
  const findings = await examineLive(config);
  const text = findings.map(({ name, message }) => `${name}: ${message}`).join("\n");
  return { findings, text, wrong: findings.filter(({ ok, warning = false }) => !ok || warning) };
}

const startQuiet = (options: SandboxOptions = {}) => startSandbox({ rateLimitPerMinute: 1_000, ...options });

/** The present reply of the sandbox to a read of the account. */
async function replyTo(sandbox: Sandbox, path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${sandbox.baseUrl}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
  return z.record(z.string(), z.unknown()).parse(await response.json());
}

for (const forms of ["live", "documented"] as const) {
  Deno.test(`an account that answers in the ${forms} forms shows no difference`, async () => {
    await using sandbox = await startQuiet({ forms });

    const { wrong, findings } = await live(sandbox);

    assert.deepEqual(wrong, []);
    const [, read, all] = /^(\d+) of (\d+) reads/.exec(findings[0]?.message ?? "") ?? [];
    assert.ok(Number(read) >= 40 && Number(all) >= 60, findings[0]?.message);
    sandbox.assertNoViolations();
  });
}

Deno.test("every request of a run is a harmless read with GET", async () => {
  await using sandbox = await startQuiet();

  await live(sandbox);

  const sent = sandbox.requests.map(({ operationId = "" }) => operationById(operationId));
  assert.deepEqual([...new Set(sent.map(({ method, sideEffect, async }) => `${method} ${sideEffect} ${async}`))], [
    "GET read none",
  ]);
});

Deno.test("a changed member, a missing one and a new one are named exactly, and nothing of the account", async () => {
  await using sandbox = await startQuiet();
  const { contents, ...rest } = await replyTo(sandbox, "/member");
  const { projects } = await replyTo(sandbox, "/project");
  const body = { ...rest, people: contents };
  sandbox.addFault({ operationId: "team_member_list", kind: { status: 200, body } });
  const list = z.array(z.record(z.string(), z.unknown())).parse(projects);
  const changed = list.map(({ name, ...project }) => ({ ...project, title: name, id: { value: project.id } }));
  sandbox.addFault({ operationId: "project_list", kind: { status: 200, body: { projects: changed } } });

  const { wrong, text } = await live(sandbox);

  const named = Object.fromEntries(wrong.map(({ message }) => message.split(/: (.*)/s)));
  assert.deepEqual(Object.keys(named).sort(), ["project_list", "team_member_list"]);
  assert.match(named.project_list, /projects\[\]\.id is object, not/);
  assert.match(named.project_list, /projects\[\]\.name is nowhere/);
  assert.match(named.team_member_list, /contents is missing/);
  assert.match(named.project_list, /projects\[\] has a new member: title \(string\)/);
  for (const { name, id } of list) {
    for (const value of [name, id]) assert.ok(!text.includes(String(value)), `${value} in ${text}`);
  }
});

Deno.test("a member whose name is a label of the account is not named", async () => {
  await using sandbox = await startQuiet();
  const label = "ShopOfTheOwner";
  const [server] = sandbox.account().servers;
  assert.ok(server);
  server.label = label;
  const settings = await replyTo(sandbox, "/project");
  sandbox.addFault({ operationId: "project_list", kind: { status: 200, body: { ...settings, [label]: 1 } } });

  const { wrong, text } = await live(sandbox);

  assert.deepEqual(wrong.map(({ name, ok, warning }) => [name, ok, warning]), [["drift", true, true]]);
  assert.ok(!text.includes(label), text);
});

Deno.test("a request that Cloudways no longer knows, and an answer that is not JSON, are reported", async () => {
  await using sandbox = await startQuiet();
  sandbox.addFault({ operationId: "project_list", kind: "greeting" });
  sandbox.addFault({ operationId: "list_countries", kind: "garbage" });

  const { wrong } = await live(sandbox);

  assert.deepEqual(wrong.map(({ name, ok, message }) => [name, ok, message.split(":")[0]]).sort(), [
    ["drift", false, "list_countries"],
    ["drift", false, "project_list"],
  ]);
});

Deno.test("what an account has no right to, or has not got, is counted and is no difference", async () => {
  await using sandbox = await startQuiet();
  sandbox.addFault({ operationId: "team_member_list", kind: { status: 403, body: { error: "insufficient_scope" } } });

  const { wrong, findings } = await live(sandbox);

  assert.deepEqual(wrong, []);
  assert.match(findings[0]?.message ?? "", /[1-9]\d* do not apply/);
});

Deno.test("a run waits where Cloudways asks for it, and goes on", async () => {
  const clock = new FakeClock();
  await using sandbox = await startQuiet();
  sandbox.addFault({ operationId: "project_list", times: 1, kind: { status: 429, headers: { "Retry-After": "30" } } });
  const config = parseConfig({ CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, CLOUDWAYS_ACCESS_TOKEN: TOKEN });
  let done = false;

  const running = examineLive(config, clock).finally(() => done = true);
  while (!done) await clock.advance(1_000);

  assert.deepEqual((await running).filter(({ ok }) => !ok), []);
  assert.equal(sandbox.requestsTo("project_list").length, 2);
});

Deno.test("without a connection to Cloudways, one line says so", async () => {
  const baseUrl = `http://127.0.0.1:${freePort()}/api/v2`;
  const config = parseConfig({ CLOUDWAYS_API_BASE_URL: baseUrl, CLOUDWAYS_ACCESS_TOKEN: TOKEN });

  const findings = await examineLive(config);

  assert.deepEqual(findings.map(({ name, ok }) => ({ name, ok })), [{ name: "live", ok: false }]);
});

Deno.test("wrong credentials, and none, are said in one line after at most one request", async () => {
  await using sandbox = await startQuiet();

  const refused = await live(sandbox, "cw_not-a-token-of-this-account");
  const none = await examineLive(parseConfig({ CLOUDWAYS_API_BASE_URL: sandbox.baseUrl }));

  for (const findings of [refused.findings, none]) {
    assert.deepEqual(findings.map(({ name, ok }) => [name, ok]), [["live", false]]);
    assert.match(findings[0]?.message ?? "", /CLOUDWAYS_ACCESS_TOKEN/);
  }
  assert.equal(sandbox.requests.length, 1);
});

Deno.test("the forms that the program has are those of the facts: deno task forms writes them", async () => {
  assert.equal(await Deno.readTextFile("src/cloudways/drift/reads.json"), readsText());
});
