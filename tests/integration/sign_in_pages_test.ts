/** The pages on which people let clients in: what they show, and what they refuse. */
import assert from "node:assert/strict";
import { FakeClock } from "../sandbox/mod.ts";
import { everythingStored } from "../support/everything_stored.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { rawClient, startRedis } from "../support/redis_server.ts";
import {
  authorizationUrl,
  callAtDoor,
  checkToken,
  choose,
  offeredToolsets,
  PASTED,
  type PersonChoice,
  postForm,
  redeem,
  register,
  signIn,
  startSignIn,
  visit,
  type Visited,
} from "../support/sign_in.ts";
import { until } from "../support/until.ts";

type Service = Awaited<ReturnType<typeof startSignIn>>;

function textOf(html: string): string {
  return html.replace(/<style>[^]*<\/style>/, "").replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

async function firstPage(service: Service, changes: Record<string, string> = {}): Promise<Visited> {
  return await visit(authorizationUrl(service, await register(service), changes));
}

Deno.test("the first page shows who asks, that nobody checked it, and where it leads", async () => {
  await using service = await startSignIn();

  const page = await firstPage(service);
  const text = textOf(page.html);

  assert.ok(text.includes("“Test client” as it calls itself; nobody has checked this"), text);
  assert.ok(text.includes("“127.0.0.1:9”"));
  assert.match(page.html, /type="password" id="token"/);
  assert.match(page.html, /autocomplete="off"/);
});

Deno.test("a client that the operator names is shown as known, and needs no registration", async () => {
  const client = { client_id: "acme", client_name: "Acme", redirect_uris: ["https://acme.example.com/callback"] };
  await using service = await startSignIn({ env: { SIGN_IN_CLIENTS: JSON.stringify([client]) } });
  const redirect_uri = client.redirect_uris[0] ?? "";

  const page = await visit(authorizationUrl(service, "acme", { redirect_uri }));
  const back = await choose(service, await checkToken(service, page));
  const code = new URL(back.location ?? "").searchParams.get("code") ?? "";
  const tokens = await redeem(service, "acme", code, { redirect_uri });

  assert.ok(textOf(page.html).includes("“Acme” known to the operator of this server"));
  assert.match(page.headers.get("content-security-policy") ?? "", /form-action 'self' https:\/\/acme\.example\.com;/);
  assert.equal(tokens.status, 200);
});

Deno.test("the form of a program's own scheme may lead to that scheme", async () => {
  await using service = await startSignIn();
  const redirect_uri = "cursor://anysphere.cursor-retrieval/oauth/cb";
  const clientId = await register(service, { redirect_uris: [redirect_uri] });

  const page = await visit(authorizationUrl(service, clientId, { redirect_uri }));

  assert.match(page.headers.get("content-security-policy") ?? "", /form-action 'self' cursor:;/);
});

Deno.test("the second page shows the account's servers and this server's toolsets, and presets reading", async () => {
  await using service = await startSignIn({ env: { TOOLSETS: "basic,apps" } });

  const page = await checkToken(service, await firstPage(service));
  const text = textOf(page.html);

  for (const { id, label } of service.sandbox.account().servers) assert.ok(text.includes(`${id} “${label}”`), label);
  assert.deepEqual(offeredToolsets(page.html), ["basic", "apps"]);
  assert.match(page.html, /value="read" checked/);
  assert.doesNotMatch(page.html, /value="write" checked/);
});

Deno.test("where the address or the scopes allow only reading, changes are not offered", async () => {
  await using service = await startSignIn();

  const byScope = await checkToken(service, await firstPage(service, { scope: "cloudways:read offline_access" }));
  const byAddress = await checkToken(
    service,
    await firstPage(service, { resource: `${service.url}/connect/mcp/readonly` }),
  );
  const byNeither = await checkToken(service, await firstPage(service, { scope: "openid" }));

  assert.doesNotMatch(byScope.html, /value="write"/);
  assert.doesNotMatch(byAddress.html, /value="write"/);
  assert.match(byNeither.html, /value="write"/);
});

Deno.test("a token with limited rights is accepted, without a choice of servers", async () => {
  await using service = await startSignIn();
  service.sandbox.addFault({
    operationId: "server_list",
    kind: { status: 403, body: { message: "Forbidden" } },
    times: 1,
  });

  const page = await checkToken(service, await firstPage(service));

  assert.equal(page.status, 200);
  assert.doesNotMatch(page.html, /name="servers"/);
});

Deno.test("while Cloudways does not answer, nothing is connected and the person is told", async () => {
  await using service = await startSignIn({ upstreamTimeoutMs: 2_000 });
  service.sandbox.addFault({ kind: { status: 503 } });

  const page = await checkToken(service, await firstPage(service));

  assert.equal(page.status, 503);
  assert.match(page.html, /does not answer right now/);
  assert.match(page.html, /name="token"/);
});

const WRONG: readonly { what: string; choice: PersonChoice }[] = [
  { what: "no toolset", choice: { toolsets: [] } },
  { what: "no server of the chosen ones", choice: { servers: [] } },
  { what: "a short passphrase", choice: { passphrase: "short" } },
  { what: "a passphrase with a space", choice: { passphrase: "with a space" } },
];

for (const { what, choice } of WRONG) {
  Deno.test(`the second page comes again for ${what}, and then connects`, async () => {
    await using service = await startSignIn();
    const second = await checkToken(service, await firstPage(service));

    const again = await choose(service, second, choice);
    const connected = await choose(service, again);

    assert.equal(again.status, 422);
    assert.match(again.html, /role="alert"/);
    assert.equal(connected.status, 303);
  });
}

Deno.test("a page that comes again keeps what was chosen, so that a correction widens nothing", async () => {
  await using service = await startSignIn();
  const [first] = service.sandbox.account().servers;
  const second = await checkToken(service, await firstPage(service));

  const again = await choose(service, second, {
    access: "write",
    servers: [first?.id ?? 0],
    toolsets: ["basic"],
    duration: "day",
    passphrase: "short",
  });
  const checked = [...again.html.matchAll(/name="(\w+)" value="(\w+)" checked/g)].map((
    [, name, value],
  ) => [name, value]);

  assert.deepEqual(checked, [
    ["access", "write"],
    ["servers", "chosen"],
    ["server", String(first?.id)],
    ["toolset", "basic"],
  ]);
  assert.match(again.html, /value="day" selected/);
});

const GONE = 999_999;

Deno.test("a chosen server that is not in the account is refused on the page, and nothing is made", async () => {
  await using service = await startSignIn();
  const [first] = service.sandbox.account().servers;
  const own = first?.id ?? 0;
  const second = await checkToken(service, await firstPage(service));

  const refused = await choose(service, second, { servers: [own, GONE] });
  const { html: list } = await postForm(service, "/connect", [["token", PASTED], ["step", "token"]]);
  const connected = await choose(service, refused, { servers: [own] });

  assert.equal(refused.status, 422);
  assert.match(refused.html, /role="alert">A server that you chose is not in your account now/);
  assert.match(refused.html, new RegExp(`name="server" value="${own}" checked`));
  assert.match(list, /No program is connected/);
  assert.equal(connected.status, 303);
});

Deno.test("a server that left the account while the page was open is refused", async () => {
  await using service = await startSignIn();
  const { servers } = service.sandbox.account();
  const [first] = servers;
  const second = await checkToken(service, await firstPage(service));
  servers.splice(0, 1);

  const refused = await choose(service, second, { servers: [first?.id ?? 0] });

  assert.equal(refused.status, 422);
  assert.doesNotMatch(refused.html, new RegExp(`name="server" value="${first?.id}"`));
});

Deno.test("a bound to servers stays in sight when the servers can't be listed any more", async () => {
  await using service = await startSignIn();
  const [first] = service.sandbox.account().servers;
  const second = await checkToken(service, await firstPage(service));
  service.sandbox.addFault({ operationId: "server_list", kind: { status: 403, body: { message: "Forbidden" } } });

  const again = await choose(service, second, { servers: [first?.id ?? 0], passphrase: "short" });

  assert.equal(again.status, 422);
  assert.match(again.html, /name="servers" value="chosen" checked/);
});

Deno.test("while Cloudways can't say which servers there are, a choice of servers connects nothing", async () => {
  await using service = await startSignIn({ upstreamTimeoutMs: 2_000 });
  const [first] = service.sandbox.account().servers;
  const second = await checkToken(service, await firstPage(service));
  service.sandbox.addFault({ kind: { status: 503 } });

  const page = await choose(service, second, { servers: [first?.id ?? 0] });

  assert.equal(page.status, 503);
  assert.match(page.html, /name="token"/);
});

Deno.test("a page that comes again says that the passphrase has to be typed again, if there was one", async () => {
  await using service = await startSignIn();
  const second = await checkToken(service, await firstPage(service));

  const without = await choose(service, second, { toolsets: [] });
  const typed = await choose(service, second, { toolsets: [], passphrase: "open-sesame-now" });

  assert.doesNotMatch(without.html, /Type the passphrase once more/);
  assert.match(typed.html, /role="alert">Type the passphrase once more/);
  assert.doesNotMatch(typed.html, /open-sesame-now/);
});

Deno.test("the list of connections names subjects in the words of the page on which they were chosen", async () => {
  await using service = await startSignIn();
  const second = await checkToken(service, await firstPage(service));
  await signIn(service, { toolsets: ["basic", "updates"] });

  const list = await postForm(service, "/connect", [["token", PASTED], ["step", "token"]]);
  const words = /Subjects (.+?) Connected/.exec(textOf(list.html))?.[1];

  assert.equal(words, "Overview: servers, applications, alerts WordPress updates");
  for (const word of words?.split(/(?<=alerts) /) ?? []) assert.ok(textOf(second.html).includes(word));
});

Deno.test("an account with too many connections is told so, and connects after one has ended", async () => {
  await using service = await startSignIn();
  for (let n = 0; n < 30; n++) await signIn(service);
  const second = await checkToken(service, await firstPage(service));

  const refused = await choose(service, second);
  const page = await postForm(service, "/connect", [["token", PASTED], ["step", "token"]]);
  const form = /name="form" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
  const connection = /name="connection" value="(\w+)"/.exec(page.html)?.[1] ?? "";
  await postForm(service, "/connect", [["form", form], ["connection", connection], ["step", "end"]]);
  const connected = await choose(service, refused);

  assert.equal(refused.status, 422);
  assert.match(refused.html, /too many connections/);
  assert.equal(connected.status, 303);
});

Deno.test("a page that was left open for too long connects nothing", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });
  const second = await checkToken(service, await firstPage(service));

  await clock.advance(20 * 60_000);
  const late = await choose(service, second);

  assert.equal(late.status, 400);
  assert.match(late.html, /took too long/);
});

Deno.test("a code counts for a minute", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });
  const clientId = await register(service);
  const codes: string[] = [];
  for (let n = 0; n < 2; n++) {
    const second = await checkToken(service, await visit(authorizationUrl(service, clientId)));
    const { location } = await choose(service, second);
    codes.push(new URL(location ?? "").searchParams.get("code") ?? "");
  }

  await clock.advance(59_000);
  const inTime = await redeem(service, clientId, codes[0] ?? "");
  await clock.advance(1_000);
  const late = await redeem(service, clientId, codes[1] ?? "");

  assert.equal(inTime.status, 200);
  assert.equal(late.json.error, "invalid_grant");
});

Deno.test("wrong tokens count like wrong credentials: after twenty from one address, further ones wait", async () => {
  const clock = new FakeClock();
  await using service = await startSignIn({ clock });
  const first = await firstPage(service);
  for (let n = 0; n < 20; n++) await checkToken(service, first, `cw_wrong_${n}`);

  const waiting = checkToken(service, first, "cw_wrong_again");
  await until(() => clock.sleeping > 0);
  await clock.advance(5_000);
  const { status } = await waiting;

  assert.equal(status, 422);
});

Deno.test("registration and the first page leave nothing in the store, and refused tokens only what they do elsewhere", async () => {
  await using redis = await startRedis();
  await using service = await startSignIn({ env: { REDIS_URL: redis.url } });
  await using raw = rawClient(redis);
  const before = await raw.keys("*");

  const first = await firstPage(service);
  const after = await raw.keys("*");
  await checkToken(service, first, "cw_wrong");
  const purposes = (await raw.keys("*")).filter((key) => !before.includes(key)).map((key) => key.split(":")[1]);

  assert.equal(first.status, 200);
  assert.deepEqual(after, before);
  assert.deepEqual(purposes, ["bucket"]);
});

Deno.test("the store holds no token in plain text, and nothing of one customer opens for another", async () => {
  await using redis = await startRedis();
  await using service = await startSignIn({ env: { REDIS_URL: redis.url } });
  await using raw = rawClient(redis);
  const { tokens } = await signIn(service, { passphrase: "open-sesame-now" });

  const stored = await everythingStored(raw, TEST_KEYS[0]);
  const kinds = stored.map(({ purpose }) => purpose);

  assert.ok(kinds.includes("connections"));
  assert.equal(stored.some(({ isForeign }) => isForeign), false);
  for (const secret of [PASTED, tokens.access, tokens.refresh, "open-sesame-now"]) {
    assert.equal(stored.some(({ raw: text }) => text.includes(secret)), false);
  }
});

Deno.test("the home page names the door", async () => {
  await using service = await startSignIn();

  const home = await (await fetch(service.url)).json();

  assert.equal(home.mcp_with_sign_in, "/connect/mcp");
});

Deno.test("pages of allowed origins may register, get tokens and read the challenge; others may not", async () => {
  await using service = await startSignIn({ env: { ALLOWED_ORIGINS: "https://app.example.com" } });
  const call = (origin: string) => callAtDoor(service, "", { headers: { origin } });

  const allowed = await call("https://app.example.com");
  const foreign = await call("https://evil.example");
  const preflight = await fetch(`${service.url}/connect/token`, {
    method: "OPTIONS",
    headers: { origin: "https://app.example.com", "access-control-request-method": "POST" },
  });
  const page = await visit(`${service.url}/connect`, { headers: { origin: "https://app.example.com" } });

  assert.equal(allowed.status, 401);
  assert.match(allowed.headers.get("access-control-expose-headers") ?? "", /WWW-Authenticate/);
  assert.equal(foreign.status, 403);
  assert.equal(preflight.status, 204);
  assert.equal(page.headers.get("access-control-allow-origin"), null);
});
