/** A yes to a call of a connection: who can give it, and which calls can use it. */
import assert from "node:assert/strict";
import { FakeClock } from "../sandbox/mod.ts";
import type { Service } from "../support/harness.ts";
import {
  authorizationUrl,
  callAtDoor,
  checkToken,
  choose,
  type PersonChoice,
  postForm,
  redeem,
  register,
  startSignIn,
  visit,
} from "../support/sign_in.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { callTool } from "../support/rpc.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";

interface Call {
  tool: string;
  args: Record<string, unknown>;
}

const PASSPHRASE = "open-sesame-now";
const CALL: Call = { tool: "restart_server", args: { server_id: 100001, wait_seconds: 0 } };

/** Signs in like a browser, and keeps the cookie. */
async function letIn(service: Service, choice: PersonChoice = {}): Promise<{ access: string; cookie: string }> {
  const clientId = await register(service);
  const first = await visit(authorizationUrl(service, clientId));
  const made = await choose(service, await checkToken(service, first), { access: "write", ...choice });
  const tokens = await redeem(service, clientId, new URL(made.location ?? "").searchParams.get("code") ?? "");
  return { access: tokens.access, cookie: (made.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
}

/** Makes a call that has to be approved, and returns the path of its page. */
async function ask(service: Service, access: string, call = CALL): Promise<string> {
  const { text } = await callAtDoor(service, access, call);
  const url = /"approval_url\\":\\"([^"\\]+)/.exec(text)?.[1];
  assert.ok(url !== undefined, text);
  return new URL(url).pathname;
}

function approve(service: Service, page: string, code: string, cookie: string) {
  return postForm(service, page, [["decision", "approve"], ["code", code]], { ...(cookie !== "" && { cookie }) });
}

/** What became of the same call. */
async function repeat(service: Service, access: string): Promise<"done" | "not approved"> {
  const { text } = await callAtDoor(service, access, CALL);
  return /approval_pending|confirmation_required/.test(text) ? "not approved" : "done";
}

interface Try {
  what: string;
  passphrase?: string;
  code?: string;
  cookie: "own" | "of another connection" | "none";
  approved: boolean;
}

const TRIES: readonly Try[] = [
  { what: "the browser that made the connection", cookie: "own", approved: true },
  {
    what: "the browser that made it, though there is a passphrase",
    passphrase: PASSPHRASE,
    cookie: "own",
    approved: true,
  },
  { what: "the passphrase", passphrase: PASSPHRASE, code: PASSPHRASE, cookie: "none", approved: true },
  { what: "a wrong passphrase", passphrase: PASSPHRASE, code: "something-else", cookie: "none", approved: false },
  { what: "nothing but the address", cookie: "none", approved: false },
  {
    what: "nothing but the address, though there is a passphrase",
    passphrase: PASSPHRASE,
    cookie: "none",
    approved: false,
  },
  { what: "the browser that made another connection", cookie: "of another connection", approved: false },
  { what: "any code, where the person chose none", code: PASSPHRASE, cookie: "none", approved: false },
];

for (const { what, passphrase, code = "", cookie, approved } of TRIES) {
  Deno.test(`${what} ${approved ? "approves" : "does not approve"} a call of a connection`, async () => {
    await using service = await startSignIn();
    const one = await letIn(service, passphrase === undefined ? {} : { passphrase });
    const other = await letIn(service);
    const sent = { own: one.cookie, "of another connection": other.cookie, none: "" }[cookie];
    const page = await ask(service, one.access);

    await approve(service, page, code, sent);
    const outcome = await repeat(service, one.access);

    assert.equal(outcome, approved ? "done" : "not approved");
  });
}

Deno.test("a yes to one connection is no yes to another one, nor to headers with the same credentials", async () => {
  await using service = await startSignIn();
  const one = await letIn(service);
  const two = await letIn(service);
  const page = await ask(service, one.access);
  await approve(service, page, "", one.cookie);

  const other = await repeat(service, two.access);
  const byHeaders = await callTool(service.mcpUrl, CALL.tool, CALL.args, TOKEN_HEADERS);
  const own = await repeat(service, one.access);

  assert.equal(other, "not approved");
  assert.equal(byHeaders.json.code, "confirmation_required");
  assert.equal(own, "done");
});

Deno.test("a no to one connection does not keep another one from asking", async () => {
  await using service = await startSignIn();
  const one = await letIn(service);
  const two = await letIn(service);
  await postForm(service, await ask(service, one.access), [["decision", "deny"]]);

  const same = await callAtDoor(service, one.access, CALL);
  const other = await callAtDoor(service, two.access, CALL);

  assert.match(same.text, /confirmation_declined/);
  assert.match(other.text, /confirmation_required/);
});

Deno.test("a yes can't be used once its connection has ended", async () => {
  await using service = await startSignIn();
  const { access, cookie } = await letIn(service);
  await approve(service, await ask(service, access), "", cookie);
  const list = await postForm(service, "/connect", [["step", "cookie"]], { cookie });
  const form = /name="form" value="([^"]+)"/.exec(list.html)?.[1] ?? "";
  await postForm(service, "/connect", [["form", form], ["step", "end_all"]]);

  const { status } = await callAtDoor(service, access, CALL);

  assert.equal(status, 401);
});

for (const { cookie, kind } of [{ cookie: "own", kind: "shown" }, { cookie: "none", kind: "not shown" }] as const) {
  Deno.test(`a secret of a connection is ${kind} to ${cookie === "own" ? "the browser that made it" : "another browser"}`, async () => {
    await using service = await startSignIn();
    const { access, cookie: own } = await letIn(service);
    const call = { tool: "get_app_credentials", args: { app_id: 200001, reveal: true } };
    await approve(service, await ask(service, access, call), "", own);
    const { text } = await callAtDoor(service, access, call);
    const secretPath = new URL(/"secret_url\\":\\"([^"\\]+)/.exec(text)?.[1] ?? "about:blank").pathname;

    const page = await postForm(service, secretPath, [["show", "once"]], cookie === "own" ? { cookie: own } : {});

    assert.equal(page.status, kind === "shown" ? 200 : 422, text);
    assert.equal(page.html.includes('class="secret"'), kind === "shown");
  });
}

/** A page's text, without tags. */
function textOf(html: string): string {
  return html.replace(/<style>[^]*<\/style>/, "").replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

const BOUND_ROWS: readonly { what: string; choice: PersonChoice; may: string; until: (now: number) => string }[] = [
  {
    what: "one server for a day",
    choice: { servers: [100001], duration: "day" },
    may: "It may look and make changes, only on server 100001",
    until: (now) => new Date(now + 24 * 3600_000).toISOString().slice(0, 16).replace("T", " "),
  },
  {
    what: "two servers for thirty days",
    choice: { servers: [100002, 100001], duration: "month" },
    may: "It may look and make changes, only on servers 100001, 100002",
    until: (now) => new Date(now + 30 * 24 * 3600_000).toISOString().slice(0, 16).replace("T", " "),
  },
  {
    what: "all servers until it is ended",
    choice: { duration: "always" },
    may: "It may look and make changes, on all servers",
    until: () => "you end it, or 90 days pass without use",
  },
];

for (const { what, choice, may, until } of BOUND_ROWS) {
  Deno.test(`the approval page says that the asking connection is bound to ${what}`, async () => {
    const clock = new FakeClock();
    await using service = await startSignIn({ clock });
    const { access } = await letIn(service, choice);

    const { html } = await visit(service.url + await ask(service, access));
    const text = textOf(html);

    assert.ok(text.includes(`Connected as “Test client” as it calls itself ${may}`), text);
    assert.ok(text.includes(`Connected until ${until(clock.now())}`), text);
  });
}

Deno.test("the approval page names the servers that a header binds, and no bound without one", async () => {
  await using service = await startSignIn();
  const pageFor = async (headers: Record<string, string>) => {
    const { json } = await callTool(service.mcpUrl, CALL.tool, CALL.args, { ...TOKEN_HEADERS, ...headers });
    return textOf((await visit(String(Object(json.details).approval_url))).html);
  };

  const bound = await pageFor({ "x-mcp-servers": "100001" });
  const free = await pageFor({});

  assert.ok(bound.includes("It may look and make changes, only on server 100001"), bound);
  assert.equal(bound.includes("Connected until"), false);
  assert.equal(free.includes("It may"), false);
});

Deno.test("an answer in the middle of a call counts for the connection of the call alone", async () => {
  await using service = await startSignIn();
  const [one, two] = [await letIn(service), await letIn(service)];
  const door = new URL(`${service.url}/connect/mcp`);
  const session = await LegacySession.open([door], { headers: { authorization: `Bearer ${one.access}` } });
  await using call = await session.call(CALL.tool, CALL.args);
  const question = await call.next();
  const yes = { action: "accept", content: { approve: true } };

  const byOther = await session.with({ authorization: `Bearer ${two.access}` }).answer(question?.id, yes);
  const byOwn = await session.answer(question?.id, yes);
  const answer = await call.next();

  assert.deepEqual([byOther, byOwn], [400, 202]);
  assert.doesNotMatch(JSON.stringify(answer), /confirmation_required/);
});

Deno.test("the receipt of a connection takes a change back for that connection alone", async () => {
  await using service = await startSignIn();
  const [one, two] = [await letIn(service), await letIn(service)];
  const window = { server_id: 100001, day: "Sunday", hour: 3 };
  const changed = await callAtDoor(service, one.access, { tool: "set_maintenance_window", args: window });
  const receipt = /"receipt\\":\\"([0-9a-f]{32})/.exec(changed.text)?.[1];
  assert.ok(receipt !== undefined, changed.text);
  const undo = { tool: "undo_change", args: { receipt } };

  const byOther = await callAtDoor(service, two.access, undo);
  const byToken = await callTool(service.mcpUrl, undo.tool, undo.args, TOKEN_HEADERS);
  const byOwn = await callAtDoor(service, one.access, undo);

  assert.match(byOther.text, /not_found/);
  assert.equal(byToken.json.code, "not_found");
  assert.match(byOwn.text, /undid/);
});
