/**
 * Every tool that changes something, with every argument and state of the account that decides whether a person is
 * asked, and what is sent. If Cloudways doesn't say what is there, a person is asked.
 */
import assert from "node:assert/strict";
import { allTools } from "../../src/tools/all.ts";
import { answers, APP, askCases, type Change, GIT_URL } from "../ask_cases/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { yesTo } from "../support/yes.ts";

async function start(change: Change | undefined, env: Record<string, string> = {}): Promise<Service> {
  const service = await startService({
    env: { RATE_LIMIT_REQUESTS: "100000", ...env },
    sandbox: { pace: { polls: 1, seconds: 0 } },
  });
  const [server] = service.sandbox.account().servers;
  const [app] = server?.apps ?? [];
  assert.ok(server !== undefined && app !== undefined);
  change?.(app, server, service.sandbox);
  return service;
}

function sentBy({ sandbox }: Service, operationId: string, followedBy?: string): number {
  const [first, ...others] = sandbox.requests.filter(({ method }) => method !== "GET");
  const isRight = others.every((request) => request.operationId === followedBy) && others.length <= 1;
  assert.ok((first?.operationId ?? operationId) === operationId && isRight, "nothing else is ever sent");
  return sandbox.requestsTo(operationId).length;
}

Deno.test("every tool that changes something, or asks, is in the table", () => {
  const changing = allTools.filter(({ effect, forwards }) => effect !== "read" && !forwards).map(({ name }) => name);

  assert.deepEqual(Object.keys(askCases).sort(), [...changing, "get_git_branch_names"].sort());
});

Deno.test("a tool that asks in any state is marked destructive, so that clients may ask too", () => {
  for (const { name, effect, forwards } of allTools) {
    if (effect === "read" || forwards) continue;
    const asks = askCases[name]?.cases.some((row) => row.asks);
    assert.equal(effect, asks ? "destructive" : "write", name);
  }
});

Deno.test("the description of a tool that asks says so, and says that a person has to approve if it always asks", () => {
  for (const { name, description } of allTools) {
    const asked = askCases[name]?.cases.map((row) => row.asks) ?? [name === "get_app_credentials"];
    if (asked.includes(true)) assert.match(description, /\bask|\bapprov/i, name);
    if (asked.includes(true) && !asked.includes(false)) assert.match(description, /a person has to approve/i, name);
  }
});

for (const [tool, { sends: usually, followedBy, args: common, cases }] of Object.entries(askCases)) {
  Deno.test(`${tool} asks depending on what is there and what would change`, async (t) => {
    for (const { args, sends = usually, present, setUp, asks, why } of cases) {
      const name = `${JSON.stringify(args ?? {})} with ${present}: ${asks ? "asks" : "asks nobody"}, for ${why}`;
      await t.step(name, async () => {
        await using service = await start(setUp);
        const call = { url: service.mcpUrl, name: tool, args: { ...common, ...args }, headers: TOKEN_HEADERS };

        const first = await callModern(call);

        assert.equal(first.kind, asks ? "question" : "result", JSON.stringify(first));
        assert.equal(sentBy(service, sends, followedBy), asks ? 0 : 1);
        if (first.kind !== "question") return;
        const done = await callModern({ ...call, answered: { state: first.state, reply: yesTo(first.message) } });
        assert.equal(done.kind, "result", JSON.stringify(done));
        assert.equal(sentBy(service, sends, followedBy), 1, "a yes sends it once");
      });
    }
  });
}

Deno.test("a call without a yes sends nothing, whatever is answered", async () => {
  for (const reply of [{ action: "decline" }, { action: "cancel" }, { action: "accept", content: {} }, undefined]) {
    await using service = await start(undefined);
    const args = { ...APP, email: "owner@example.com", domains: ["shop.example.com"], wildcard: false };
    const call = { url: service.mcpUrl, name: "install_letsencrypt", args, headers: TOKEN_HEADERS };
    const first = await callModern(call);
    assert.ok(first.kind === "question");

    await callModern({ ...call, answered: { state: first.state, reply } });

    assert.equal(sentBy(service, "security_lets_encrypt_install"), 0);
  }
});

Deno.test("applications that Cloudways doesn't list are shown as unknown, in a form and on the page", async () => {
  await using service = await start((_app, server) => void server.untold.push("apps"));
  const args = { server_id: 100001 };
  const asked = await callModern({ url: service.mcpUrl, name: "stop_server", args, headers: TOKEN_HEADERS });
  const { json } = await callTool(service.mcpUrl, "stop_server", args, TOKEN_HEADERS);
  const path = new URL(String(Object(json.details).approval_url)).pathname;
  const page = await (await fetch(service.url + path)).text();

  assert.ok(asked.kind === "question");
  for (const text of [asked.message, page]) {
    assert.match(text, /Applications\b[^]{0,40}\bnot t(?:ell|old)\b/);
    assert.doesNotMatch(text, /None is hit|Applications: 0|0 applications/);
  }
});

Deno.test("a caller who may only read is refused a new host, and gets the branches of a known one", async () => {
  for (const env of [{ READ_ONLY: "true" }, { READ_ONLY: "true", CONFIRM: "off" }]) {
    await using service = await start(undefined, env);
    const ask = (git_url: string) =>
      callTool(service.mcpUrl, "get_git_branch_names", { ...APP, git_url }, TOKEN_HEADERS);

    const known = await ask(GIT_URL);
    const foreign = await ask("git@git.example.org:team/shop.git");

    assert.deepEqual(known.json.branches, ["main", "develop"]);
    assert.equal(foreign.json.code, "read_only");
    assert.equal(service.sandbox.requestsTo("git_branches_get").length, 1);
  }
});

Deno.test("after a yes to a new host Cloudways is asked to call it once, whatever the result", async () => {
  await using service = await start(answers("git_branches_get", { message: "No" }, 503));
  const args = { ...APP, git_url: "git@git.example.org:team/shop.git" };
  const call = { url: service.mcpUrl, name: "get_git_branch_names", args, headers: TOKEN_HEADERS };
  const first = await callModern(call);
  assert.ok(first.kind === "question");

  const done = await callModern({ ...call, answered: { state: first.state, reply: yesTo(first.message) } });

  assert.ok(done.kind === "result" && done.answer.json.code === "upstream_error");
  assert.equal(service.sandbox.requestsTo("git_branches_get").length, 1);
});

Deno.test("a new host leaves a record, a known one does not", async () => {
  await using service = await start(undefined, { CONFIRM: "off" });
  for (const git_url of [GIT_URL, "git@git.example.org:team/shop.git"]) {
    await callTool(service.mcpUrl, "get_git_branch_names", { ...APP, git_url }, TOKEN_HEADERS);
  }

  const { json } = await callTool(service.mcpUrl, "get_audit_log", {}, TOKEN_HEADERS);

  assert.ok(Array.isArray(json.records));
  assert.deepEqual(json.records.map(({ result, tool }) => [result, tool]), [["done", "get_git_branch_names"]]);
});

Deno.test("the answer of an operation without a question says what it blocks", async () => {
  for (const [polls, words] of [[1, /While it ran/], [1_000_000, /Until it ends.*upstream_busy/]] as const) {
    await using service = await startService({
      env: { RATE_LIMIT_REQUESTS: "100000" },
      sandbox: { pace: { polls, seconds: polls === 1 ? 0 : 1_000_000 } },
    });
    for (const tool of ["backup_app", "backup_server", "clear_app_cache", "clone_app", "start_server"]) {
      service.sandbox.account().operations.length = 0;
      const args = { ...askCases[tool]?.args, wait_seconds: 0 };

      const { json } = await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);

      assert.match(String(json.blocks), words, tool);
      assert.match(String(json.blocks), /server 100001/);
    }
  }
});
