/** Pages over stdio: the process itself serves them on loopback, and only while one is open. */
import assert from "node:assert/strict";
import { askingCalls } from "../support/asking_calls.ts";
import { startBrowser } from "../support/browser.ts";
import { MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";
import { type Answer, answerJson } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { isListening, untilNotListening } from "../support/listening.ts";
import { heading } from "../support/page_checks.ts";
import { freePort } from "../support/free_port.ts";
import { type Program, type ProgramEnv, startMain } from "../support/process.ts";
import { withOwnPlan } from "../support/row_plans.ts";
import { STDIO_CLIENTS, type StdioClient } from "../support/stdio_clients.ts";
import { until } from "../support/until.ts";
import { approvalOf, yesTo } from "../support/yes.ts";
import { DEMO_ACCOUNT, FakeClock, type Sandbox, startSandbox } from "../sandbox/mod.ts";

const CODE = "open-sesame-77";
const STOP = { server_id: 100001, wait_seconds: 0 };
const APP = { app_id: 200001 };

function envOf(sandbox: Sandbox, changes: ProgramEnv = {}): ProgramEnv & { PORT: string } {
  return {
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    CLOUDWAYS_ACCESS_TOKEN: DEMO_ACCOUNT.accessTokens[0].token,
    RATE_LIMIT_REQUESTS: "10000",
    PORT: String(freePort()),
    ...changes,
  };
}

/** A client that can't ask, its sandbox and the port of its pages. */
async function start(changes: ProgramEnv = {}) {
  await using begun = new AsyncDisposableStack();
  const sandbox = begun.use(await startSandbox({ rateLimitPerMinute: 10_000, pace: { polls: 1, seconds: 0 } }));
  const env = envOf(sandbox, changes);
  const client = begun.use(await STDIO_CLIENTS["2025 client"](env));
  const port = Number(env.PORT);
  const all = begun.move();
  return { sandbox, client, env, port, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** The address of the page that an answer leads to. */
function pageOf({ json }: Pick<Answer, "json">): URL {
  return new URL(String(Object(json.details).approval_url ?? json.secret_url));
}

/** Sends the form of a page, as a person does. */
function press(page: URL, form: Record<string, string>): Promise<number> {
  return decide(page.origin, page.pathname, form, page.origin);
}

function stops(sandbox: Sandbox): number {
  return sandbox.requestsTo("server_stop").length;
}

async function approveAndRepeat(
  client: StdioClient,
  name: string,
  args: Record<string, unknown>,
  form: Record<string, string> = {},
): Promise<Answer> {
  const asked = await client.call(name, args);
  assert.equal(asked.json.code, "confirmation_required", JSON.stringify(asked.json));
  assert.equal(await press(pageOf(asked), { decision: "approve", ...form }), 303);
  return await client.call(name, args);
}

for (const [kind, connect] of Object.entries(STDIO_CLIENTS)) {
  Deno.test(`over stdio, a ${kind} that can't ask gets a page, and each approved call goes through once`, async (t) => {
    await using sandbox = await startSandbox({ rateLimitPerMinute: 10_000, pace: { polls: 1, seconds: 0 } });
    await using client = await connect(envOf(sandbox));

    for (const call of askingCalls) {
      await t.step(call.tool, async () => {
        sandbox.startOver(DEMO_ACCOUNT.accessTokens);
        call.setUp(sandbox);
        const before = call.carriedOut(sandbox);

        const args = await withOwnPlan(client, call.args);
        const asked = await client.call(call.tool, args);
        const early = call.carriedOut(sandbox) - before;
        const pending = await client.call(call.tool, args);
        await press(pageOf(asked), approvalOf(String(asked.json.message)));
        const done = await client.call(call.tool, args);

        assert.equal(asked.json.code, "confirmation_required");
        assert.equal(pending.json.code, "approval_pending");
        assert.equal(pageOf(pending).href, pageOf(asked).href);
        assert.equal(early, 0);
        assert.equal(done.isError, false, JSON.stringify(done.json));
        assert.equal(call.carriedOut(sandbox) - before, 1);
      });
    }
  });
}

Deno.test("over stdio nothing listens before the first page and after the last, and a yes counts once", async () => {
  await using world = await start();
  const { client, sandbox, port } = world;
  await client.call("list_servers", {});
  const before = await isListening(port);

  const asked = await client.call("restart_server", STOP);
  const whileOpen = await isListening(port);
  await press(pageOf(asked), { decision: "approve" });
  const done = await client.call("restart_server", STOP);
  await untilNotListening(port);
  const again = await client.call("restart_server", STOP);

  assert.deepEqual([before, whileOpen], [false, true]);
  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.equal(sandbox.requestsTo("server_restart").length, 1);
  assert.equal(again.json.code, "confirmation_required");
  assert.notEqual(pageOf(again).pathname, pageOf(asked).pathname);
  assert.equal(await isListening(port), true, "the second question is served too");
});

Deno.test("over stdio a no on the page refuses the call, and can be taken back there", async () => {
  await using world = await start();
  const { client, sandbox, port } = world;
  const page = pageOf(await client.call("stop_server", STOP));

  const denied = await press(page, { decision: "deny" });
  const refused = await client.call("stop_server", STOP);
  const html = await (await fetch(page)).text();
  const takenBack = await press(page, { decision: "reconsider" });
  await untilNotListening(port);

  assert.deepEqual([denied, takenBack], [303, 303]);
  assert.equal(refused.json.code, "confirmation_declined");
  assert.match(html, /<h1>Denied/);
  assert.equal(stops(sandbox), 0);
});

Deno.test("over stdio a person approves in a browser and sees what was decided", async () => {
  await using world = await start();
  const { client, sandbox, port } = world;
  await using browser = await startBrowser();
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(pageOf(await client.call("stop_server", STOP)).href);

  await page.getByRole("button", { name: "Approve" }).click();
  const approved = await heading(page);
  const done = await client.call("stop_server", STOP);
  await page.reload();
  const used = await heading(page);
  await untilNotListening(port);

  assert.equal(approved, "Approved, not used yet");
  assert.notEqual(used, approved);
  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.equal(stops(sandbox), 1);
  assert.deepEqual(browser.complaints, []);
});

Deno.test("over stdio secrets are shown once, on a page that then goes", async () => {
  await using world = await start();
  const { client, sandbox, port } = world;
  const password = sandbox.account().servers[0]?.apps.find(({ id }) => id === APP.app_id)?.mysql_password;
  if (password === undefined) throw new Error("the application has a database");

  const answer = await approveAndRepeat(client, "get_app_credentials", { ...APP, reveal: ["database"] });
  const page = pageOf(answer);
  const look = await (await fetch(page)).text();
  const [first, second] = [await showOnce(page), await showOnce(page)];
  await untilNotListening(port);

  assert.equal(JSON.stringify(answer.json).includes(password), false);
  assert.deepEqual([look, first, second].map((html) => html.includes(password)), [false, true, false]);
});

async function showOnce(page: URL): Promise<string> {
  const headers = { origin: page.origin, "content-type": "application/x-www-form-urlencoded" };
  return await (await fetch(page, { method: "POST", headers, body: "show=once" })).text();
}

Deno.test("two stdio processes with one port: the second is refused with the reason while the first has a page", async () => {
  await using world = await start();
  const { client, sandbox, env, port } = world;
  await using other = await STDIO_CLIENTS["2026 client"](env);
  const first = await client.call("stop_server", STOP);

  const taken = await other.call("restart_server", STOP);
  const noSecret = await other.call("get_app_credentials", { ...APP, reveal: ["database"] });
  await press(pageOf(first), { decision: "approve" });
  const done = await client.call("stop_server", STOP);
  await untilNotListening(port);
  const free = await approveAndRepeat(other, "restart_server", STOP);

  for (const { json } of [taken, noSecret]) {
    assert.equal(json.code, "confirmation_required");
    assert.equal(json.details, undefined);
    assert.match(String(json.message), new RegExp(`127\\.0\\.0\\.1:${port}\\b`));
    assert.match(String(json.hint), /PORT/);
  }
  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.equal(free.isError, false, JSON.stringify(free.json));
  assert.equal(stops(sandbox), 1);
});

/** Configurations without pages over stdio, and what the refusal names. */
const WITHOUT_PAGES: Record<string, { env: ProgramEnv; names: RegExp }> = {
  "CONFIRM=elicit": { env: { CONFIRM: "elicit" }, names: /CONFIRM/ },
  "a HOST that is not loopback": { env: { HOST: "0.0.0.0" }, names: /HOST/ },
};

for (const [what, { env, names }] of Object.entries(WITHOUT_PAGES)) {
  Deno.test(`over stdio with ${what} there is no page, and the refusal says so`, async () => {
    await using world = await start(env);
    const { client, sandbox, port } = world;

    const answers = [
      await client.call("stop_server", STOP),
      await client.call("get_app_credentials", { ...APP, reveal: ["database"] }),
    ];

    for (const { json } of answers) {
      assert.equal(json.code, "confirmation_required");
      assert.equal(json.details, undefined);
      assert.match(String(json.hint), names);
    }
    assert.equal(await isListening(port), false);
    assert.equal(stops(sandbox), 0);
  });
}

Deno.test("over stdio two questions share the listener, and each is decided alone", async () => {
  await using world = await start();
  const { client, sandbox, port } = world;
  const [one, two] = await Promise.all([
    client.call("stop_server", STOP),
    client.call("stop_server", { ...STOP, server_id: 100002 }),
  ]);

  await press(pageOf(two), { decision: "approve" });
  const early = await client.call("stop_server", STOP);
  await client.call("stop_server", { ...STOP, server_id: 100002 });
  const open = await (await fetch(pageOf(one))).text();
  await press(pageOf(one), { decision: "approve" });
  const done = await client.call("stop_server", STOP);
  await untilNotListening(port);

  assert.notEqual(pageOf(one).pathname, pageOf(two).pathname);
  assert.equal(early.json.code, "approval_pending");
  assert.match(open, /value="approve"/);
  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.equal(stops(sandbox), 2);
});

Deno.test("over stdio the pages ask for APPROVAL_CODE, if it is set", async () => {
  await using world = await start({ APPROVAL_CODE: CODE });
  const { client, sandbox } = world;
  const asked = await client.call("stop_server", STOP);
  const page = pageOf(asked);

  await press(page, { decision: "approve", code: "not-the-code" });
  const early = await client.call("stop_server", STOP);
  await press(page, { decision: "approve", code: CODE });
  const done = await client.call("stop_server", STOP);
  const reveal = { ...APP, reveal: ["database"] };
  const secret = pageOf(await approveAndRepeat(client, "get_app_credentials", reveal, { code: CODE }));
  const html = await (await fetch(secret)).text();

  assert.equal(early.json.code, "approval_pending");
  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.equal(stops(sandbox), 1);
  assert.match(html, /name="code"/);
  assert.equal(JSON.stringify([asked, early, done]).includes(CODE), false);
});

Deno.test("over stdio a form that can't show a long list whole is replaced by the page", async () => {
  await using sandbox = await startSandbox({ rateLimitPerMinute: 10_000 });
  await using client = await STDIO_CLIENTS["2026 client"](envOf(sandbox), {
    answer: yesTo,
  });
  const add = Array.from({ length: 41 }, (_, n) => `203.0.113.${n + 1}`);
  const args = { server_id: 100001, list: "ssh", add, policy: "block_all" };

  const done = await approveAndRepeat(client, "update_whitelisted_ips", args);

  assert.equal(done.isError, false, JSON.stringify(done.json));
});

Deno.test("over stdio a client that declines by itself gets the page, and one whose person declines does not", async () => {
  await using sandbox = await startSandbox({ rateLimitPerMinute: 10_000 });
  const answer = () => ({ action: "decline" }) as const;
  await using hasty = await STDIO_CLIENTS["2025 client"](envOf(sandbox), { answer });
  await using asking = await STDIO_CLIENTS["2025 client"](envOf(sandbox), { answer, thinkMs: 2 * MIN_THOUGHT_MS });

  const done = await approveAndRepeat(hasty, "stop_server", STOP);
  const { json } = await asking.call("restart_server", STOP);

  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.equal(json.code, "confirmation_declined");
  assert.equal(stops(sandbox), 1);
});

Deno.test("over stdio the listener serves pages alone, under the access rules of every server", async () => {
  await using world = await start();
  const { client, sandbox, port } = world;
  const page = pageOf(await client.call("stop_server", STOP));
  const form = { "content-type": "application/x-www-form-urlencoded" };

  const elsewhere = await Promise.all(
    ["/", "/mcp", "/mcp/readonly", "/health", "/ready", "/metrics"].map((path) => statusOf(new URL(path, page))),
  );
  const otherHost = await rawStatus(port, `GET ${page.pathname} HTTP/1.1\r\nHost: evil.example.com\r\n\r\n`);
  const body = "decision=approve";
  const noOrigin = await statusOf(page, { method: "POST", headers: form, body });
  const evil = await statusOf(page, { method: "POST", headers: { ...form, origin: "https://evil.example.com" }, body });
  const near = await statusOf(page, { method: "POST", headers: { ...form, origin: "http://127.0.0.1:1" }, body });
  const shown = await fetch(page);
  await shown.body?.cancel();

  assert.equal(page.origin, `http://127.0.0.1:${port}`);
  assert.deepEqual(new Set(elsewhere), new Set([404]));
  assert.deepEqual([otherHost, noOrigin, evil, near], [403, 403, 403, 403]);
  assert.equal(shown.headers.get("cache-control"), "no-store");
  assert.match(shown.headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal((await client.call("stop_server", STOP)).json.code, "approval_pending");
  assert.equal(stops(sandbox), 0);
});

async function statusOf(url: URL, init?: RequestInit): Promise<number> {
  const response = await fetch(url, init);
  await response.body?.cancel();
  return response.status;
}

/** The status of the answer to a request that `fetch` would not send. */
async function rawStatus(port: number, request: string): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(1000);
  const length = await connection.read(buffer) ?? 0;
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(new TextDecoder().decode(buffer.subarray(0, length)))?.[1]);
}

/** How a process is ended. */
const ENDS: Record<string, (program: Program) => Promise<void> | void> = {
  "its input ends": (program) => program.closeInput(),
  "it gets a signal": (program) => program.signal("SIGTERM"),
};

for (const [what, end] of Object.entries(ENDS)) {
  Deno.test(`over stdio an open page is closed at once when ${what}, and only a write under way is awaited`, async () => {
    const clock = new FakeClock();
    await using sandbox = await startSandbox({ clock, rateLimitPerMinute: 10_000 });
    const env = envOf(sandbox);
    const port = Number(env.PORT);
    await using program = await startMain(["stdio"], env);
    const first = await callRaw(program, 1, "stop_server", STOP);
    await callRaw(program, 2, "stop_server", { ...STOP, server_id: 100002 });
    await press(pageOf({ json: first }), { decision: "approve" });
    sandbox.addFault({ operationId: "server_stop", kind: { delayMs: 1000 } });
    await program.write(callLine(3, "stop_server", STOP));
    await until(() => clock.sleeping === 1);
    const whileOpen = await isListening(port);

    await end(program);
    await untilNotListening(port);
    await clock.advance(1000);
    const { code, stderr } = await program.ended();

    assert.equal(whileOpen, true);
    assert.equal(code, 0);
    assert.match(stderr, /"event":"outcome".*"outcome":"ok"/);
    assert.doesNotMatch(stderr, new RegExp(Object(first.details).approval_url.slice(-32)));
  });
}

function callLine(id: number, name: string, args: Record<string, unknown>): string {
  return `${JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } })}\n`;
}

async function callRaw(program: Program, id: number, name: string, args: Record<string, unknown>) {
  await program.write(callLine(id, name, args));
  const [line] = await program.waitFor(new RegExp(`^.*"id":${id}\\b.*\\n`, "m"), "stdout");
  return answerJson(JSON.parse(line).result.content[0].text);
}
