/** Calls of made-up tools that delete something for good: the person types its label. */
import assert from "node:assert/strict";
import * as z from "zod";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { declare } from "../../src/confirm/declared_input.ts";
import { allTools } from "../../src/tools/all.ts";
import { appInput } from "../../src/tools/define/inputs.ts";
import { appFacts, onApp } from "../../src/tools/define/questions.ts";
import { defineAskingTool, type Tool } from "../../src/tools/define/tool.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { callTool } from "../support/rpc.ts";
import { callModern, type ModernAnswer } from "../support/rpc_2026.ts";

const ORIGIN = "http://127.0.0.1:7000";
const APP = { app_id: 200001 };
const CODE = "open-sesame";

interface World {
  done: string[];
  member: { label: string; id: number };
}

const made = { title: "Made up", toolset: "basic", effect: "destructive", description: "Made up." } as const;
const output = z.looseObject({ done: z.boolean() });

function toolsOf(world: World): Tool[] {
  const handler = (name: string) => () => {
    world.done.push(name);
    return Promise.resolve({ done: true });
  };
  return [
    defineAskingTool({
      ...made,
      name: "erase_app",
      input: () => z.strictObject(appInput),
      output: () => output,
      facts: appFacts,
      question: (facts) => ({
        headline: `Delete application ${facts.app.id} for good.`,
        ...onApp(facts),
        consequences: ["Its files and its database are gone."],
      }),
      goneForGood: ({ app }) => app,
      handler: handler("erase_app"),
    }),
    defineAskingTool({
      ...made,
      name: "dismiss_member",
      input: () => z.strictObject({ member_id: z.int().meta(declare({ role: "target" })) }),
      output: () => output,
      facts: () => Promise.resolve({ ...world.member }),
      question: (member) => ({
        headline: "Remove member 7 from the team for good.",
        subject: { kind: "account" },
        consequences: ["They lose their access."],
        facts: [{ name: "Member", values: [member.label], isFirst: true }],
        target: { ...member },
      }),
      goneForGood: (member) => member,
      handler: handler("dismiss_member"),
    }),
  ];
}

interface Started extends AsyncDisposable {
  service: Service;
  world: World;
  clock: FakeClock;
}

async function start(options: ServiceOptions = {}): Promise<Started> {
  const world: World = { done: [], member: { label: "jane@example.com", id: 7 } };
  const clock = new FakeClock();
  const catalogue = new Catalogue([...allTools, ...toolsOf(world)]);
  const service = await startService({ catalogue, clock, sandbox: { clock }, ...options });
  return { service, world, clock, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

function setLabel({ service }: Started, label: string): void {
  for (const app of service.sandbox.account().servers.flatMap(({ apps }) => apps)) {
    if (app.id === APP.app_id) app.label = label;
  }
}

/** A client of 2026-07-28 whose person answers each question. */
async function answerModern({ service, clock }: Started, contents: unknown[], name = "erase_app", args: object = APP) {
  const call = { url: service.mcpUrl, name, args: { ...args }, headers: TOKEN_HEADERS };
  const answers: ModernAnswer[] = [await callModern(call)];
  for (const content of contents) {
    const last = answers.at(-1);
    if (last?.kind !== "question") break;
    await clock.advance(1_000);
    const reply = { action: "accept", content };
    answers.push(await callModern({ ...call, answered: { state: last.state, reply } }));
  }
  return answers;
}

const yes = (label: unknown) => ({ approve: true, label });

function codeOf(answer: ModernAnswer | undefined): unknown {
  return answer?.kind === "result" ? answer.answer.json.code ?? "ok" : answer?.kind;
}

Deno.test("in a form of 2026-07-28 a wrong label asks again and says so, and the right one counts once", async () => {
  await using started = await start();

  const [asked, again, done] = await answerModern(started, [yes("shop"), yes(" Shop ")]);

  assert.ok(asked?.kind === "question" && again?.kind === "question");
  const lines = asked.message.split("\n");
  assert.match(lines[0] ?? "", /^Delete application 200001 for good\./);
  assert.equal(lines[1], "To approve, type exactly: `Shop`");
  assert.equal(
    again.message.split("\n")[1],
    "What was typed is not that, so nothing was done. To approve, type exactly: `Shop`",
  );
  assert.deepEqual(Object(asked.schema).required, ["approve", "label"]);
  assert.equal(codeOf(done), "ok");
  assert.deepEqual(started.world.done, ["erase_app"]);
});

Deno.test("a wrong label is not a decline, and an approval without a label is not a yes", async () => {
  await using started = await start();

  const wrong = await answerModern(started, [yes("shop"), yes("Shop 2"), yes("")]);
  const bare = await answerModern(started, [{ approve: true }]);
  const later = await answerModern(started, [yes("Shop")]);

  assert.deepEqual(wrong.map(({ kind }) => kind), Array(4).fill("question"));
  assert.equal(codeOf(bare.at(-1)), "confirmation_required");
  assert.match(JSON.stringify(bare.at(-1)), /approval_url/);
  assert.equal(codeOf(later.at(-1)), "approval_pending");
  assert.deepEqual(started.world.done, []);
});

Deno.test("a no needs no label", async () => {
  await using started = await start();

  const answers = await answerModern(started, [{ approve: false }]);

  assert.equal(codeOf(answers.at(-1)), "confirmation_declined");
});

Deno.test("a label that is empty or can't be shown completely is approved by the id", async () => {
  for (const label of ["", "x".repeat(61), "a\u200Bb"]) {
    await using started = await start();
    setLabel(started, label);

    const [asked, again, done] = await answerModern(started, [yes(label), yes("200001")]);

    assert.ok(asked?.kind === "question");
    assert.equal(asked.message.split("\n")[1], "To approve, type exactly: `200001`");
    assert.equal(again?.kind, "question");
    assert.equal(codeOf(done), "ok");
  }
});

Deno.test("a changed label is asked about in its present form", async () => {
  await using started = await start();
  const call = { url: started.service.mcpUrl, name: "erase_app", args: APP, headers: TOKEN_HEADERS };
  const asked = await callModern(call);
  assert.ok(asked.kind === "question");
  setLabel(started, "Shop (live)");

  for (const label of ["Shop", "Shop (live)"]) {
    const after = await callModern({
      ...call,
      answered: { state: asked.state, reply: { action: "accept", content: yes(label) } },
    });
    assert.equal(after.kind === "question" && after.message.split("\n")[1], "To approve, type exactly: `Shop (live)`");
  }
  assert.deepEqual(started.world.done, []);
});

Deno.test("a deletion from the account itself needs a typed label too", async () => {
  await using started = await start();

  const [, again, done] = await answerModern(
    started,
    [yes("joan@example.com"), yes("jane@example.com")],
    "dismiss_member",
    {
      member_id: 7,
    },
  );

  assert.equal(again?.kind, "question");
  assert.equal(codeOf(done), "ok");
  assert.deepEqual(started.world.done, ["dismiss_member"]);
});

Deno.test("a client of 2025 asks again in the same call, three times, and then the call says what was wrong", async () => {
  await using started = await start();
  const { service, world } = started;
  const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS });
  const messages: string[] = [];
  const answering = (labels: string[]) => (question: { params: Record<string, unknown> }) => {
    messages.push(String(question.params.message).split("\n")[1] ?? "");
    assert.deepEqual(Object(question.params.requestedSchema).required, ["approve", "label"]);
    return { action: "accept", content: yes(labels.shift() ?? "") };
  };

  const { answer: refused } = await session.converse("erase_app", APP, answering(["a", "b", "c"]));
  const { answer: done } = await session.converse("erase_app", APP, answering(["a", "Shop"]));

  const first = "To approve, type exactly: `Shop`";
  const again = `What was typed is not that, so nothing was done. ${first}`;
  assert.deepEqual(messages, [first, again, again, first, again]);
  assert.equal(refused.json.code, "confirmation_required");
  assert.match(String(refused.json.message), /What the user typed to approve erase_app is not what was shown/);
  assert.equal(done.json.done, true);
  assert.deepEqual(world.done, ["erase_app"]);
});

async function decideOn({ service }: Started, path: string, form: Record<string, string>) {
  const response = await fetch(service.url + path, {
    method: "POST",
    headers: { origin: ORIGIN, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form),
    redirect: "manual",
  });
  return { status: response.status, html: await response.text() };
}

async function askOnPage({ service }: Started, headers: Record<string, string> = {}) {
  const ask = () => callTool(service.mcpUrl, "erase_app", APP, { ...TOKEN_HEADERS, ...headers });
  const { json } = await ask();
  return { ask, json, path: new URL(String(Object(json.details).approval_url)).pathname };
}

Deno.test("on the page a wrong label changes nothing and is reported, and the right one approves", async () => {
  await using started = await start();
  const { ask, json, path } = await askOnPage(started);
  const page = await (await fetch(started.service.url + path)).text();

  const wrong = await decideOn(started, path, { decision: "approve", label: "shop" });
  const missing = await decideOn(started, path, { decision: "approve" });
  const twice = await decideOn(started, path, { decision: "approve", label: "Shop", code: "" });
  const { json: done } = await ask();
  await ask();

  assert.match(String(json.message), /To approve, type exactly: `Shop`/);
  assert.match(page, /To approve, type <bdi class="data">“Shop”<\/bdi>/);
  for (const { status, html } of [wrong, missing]) {
    assert.equal(status, 422);
    assert.match(html, /What was typed is not what is shown here. Nothing was done/);
    assert.match(html, /<button name="decision" value="approve"/);
  }
  assert.equal(twice.status, 303);
  assert.equal(done.done, true);
  assert.deepEqual(started.world.done, ["erase_app"]);
  const decisions = loggedRecords(started.service).filter(({ event }) => event === "decided");
  assert.deepEqual(decisions.map(({ outcome }) => outcome), ["wrong_label", "approved"]);
});

Deno.test("on the page denying needs no label, and a wrong label does not count as a wrong code", async () => {
  await using started = await start();
  const { path } = await askOnPage(started, { "x-mcp-approval-code": CODE });

  const wrong = await decideOn(started, path, { decision: "approve", label: "shop", code: "not-the-code" });
  const wrongCode = await decideOn(started, path, { decision: "approve", label: "Shop", code: "not-the-code" });
  const page = await (await fetch(started.service.url + path)).text();
  const denied = await decideOn(started, path, { decision: "deny" });

  assert.equal(wrong.status, 422);
  assert.doesNotMatch(wrong.html, /wrong code/i);
  assert.equal(wrongCode.status, 303);
  assert.match(page, /4 tries are left/);
  assert.equal(denied.status, 303);
  assert.match(await (await fetch(started.service.url + path)).text(), /<h1>Denied<\/h1>/);
});

Deno.test("a yes on the page counts only for the typed label", async () => {
  await using started = await start();
  const { ask, path } = await askOnPage(started);
  await decideOn(started, path, { decision: "approve", label: "Shop" });
  setLabel(started, "Shop (live)");

  const { json } = await ask();

  assert.equal(json.code, "confirmation_required");
  assert.match(String(json.message), /To approve, type exactly: `Shop \(live\)`/);
  assert.deepEqual(started.world.done, []);
});

Deno.test("with CONFIRM=off no label is asked for", async () => {
  await using started = await start({ env: { CONFIRM: "off" } });

  const { json } = await callTool(started.service.mcpUrl, "erase_app", APP, TOKEN_HEADERS);

  assert.equal(json.done, true);
});
