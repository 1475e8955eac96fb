/** The page of secrets as browsers and programs get it. */
import assert from "node:assert/strict";
import { shortCustomerId } from "../../src/identity/customer_id.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SecretText } from "../../src/text/secret_text.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { APPROVAL_CODE, CUSTOMER } from "../support/approvals.ts";
import { startService } from "../support/harness.ts";
import { CANARY, idIn, newSecrets, type SecretServer, startSecretPage } from "../support/secrets.ts";

const UNKNOWN_ID = "0".repeat(32);

/** What a browser sends with the page's own form, with changes; `undefined` leaves a header out. */
interface Posting {
  body?: string;
  headers?: Record<string, string | undefined>;
}

function post(server: SecretServer, id: string, { body = "show=once", headers = {} }: Posting = {}) {
  const type = "application/x-www-form-urlencoded";
  const all = { origin: server.url, "sec-fetch-site": "same-origin", "content-type": type, ...headers };
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return fetch(`${server.url}/secret/${id}`, { method: "POST", redirect: "manual", body, headers: sent });
}

async function get(server: SecretServer, id: string, init: RequestInit = {}) {
  const response = await fetch(`${server.url}/secret/${id}`, init);
  return { status: response.status, html: await response.text() };
}

async function keepOn({ pages }: SecretServer, changes: Parameters<typeof newSecrets>[0] = {}): Promise<string> {
  return idIn((await pages.keep(newSecrets(changes), "ready")).url);
}

/** The text of a page, as a reader sees it. */
function textOf(html: string): string {
  return html.replace(/<style>[^]*<\/style>/, "").replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

Deno.test("the page names the secret, its subject and the asker, and holds no secret before the button is pressed", async () => {
  await using server = await startSecretPage();
  const id = await keepOn(server);

  const { status, html } = await get(server, id);

  assert.equal(status, 200);
  const text = textOf(html);
  for (
    const part of [
      "Not seen yet",
      "Database password",
      "“shopuser”",
      "101 “Shops”",
      "501 “Main shop”",
      "“Some client”",
      shortCustomerId(CUSTOMER),
      "reset_database_password",
      "10 minutes",
      "Show it once",
    ]
  ) {
    assert.ok(text.includes(part), part);
  }
  assert.equal(html.includes(CANARY), false);
  assert.equal(html.includes(id), false);
});

Deno.test("reading the page, a link preview and a HEAD request use nothing up; the button shows the secret once", async () => {
  await using server = await startSecretPage();
  const id = await keepOn(server);
  for (const agent of ["Slackbot-LinkExpanding 1.0", "facebookexternalhit/1.1", "Mozilla/5.0"]) {
    const { html } = await get(server, id, { headers: { "user-agent": agent, "sec-purpose": "prefetch" } });
    assert.equal(html.includes(CANARY), false);
  }
  await get(server, id, { method: "HEAD" });

  const first = await (await post(server, id)).text();
  const second = await post(server, id);
  const afterwards = await get(server, id);

  assert.ok(textOf(first).includes(CANARY));
  assert.equal(second.status, 303);
  assert.equal(second.headers.get("location"), id);
  for (const html of [await second.text(), afterwards.html]) assert.equal(html.includes(CANARY), false);
  assert.match(textOf(afterwards.html), /This was shown already .* somebody else has seen it/);
});

Deno.test("one page shows several secrets, each with its user, unchanged", async () => {
  await using server = await startSecretPage();
  const odd = `<b>&"'\`% +😀 a\u200Bb ь`;
  const secrets = [
    { name: "Admin password", user: "owner@example.com", value: new SecretText(odd) },
    { name: "Redis password", value: new SecretText(" spaces  stay ") },
  ];
  const id = await keepOn(server, { secrets });

  const html = await (await post(server, id)).text();

  assert.ok(html.includes("<code>&lt;b&gt;&amp;&quot;&#39;`% +😀 a\\u{200B}b ь</code>"), html);
  assert.match(html, /<code>\\u\{20\}spaces \\u\{20\}stay\\u\{20\}<\/code>/);
  assert.match(html, /stand above as their code points/);
  assert.match(html, /not all plain letters/);
  assert.match(textOf(html), /2 secrets/);
});

Deno.test("every answer is kept out of caches, frames, indexes and scripts", async () => {
  await using server = await startSecretPage();
  const id = await keepOn(server);

  for (
    const response of [
      await fetch(`${server.url}/secret/${id}`),
      await fetch(`${server.url}/secret/${id}`, { method: "HEAD" }),
      await fetch(`${server.url}/secret/${id}`, { method: "DELETE" }),
      await fetch(`${server.url}/secret/${UNKNOWN_ID}`),
      await post(server, id, { headers: { origin: undefined } }),
      await post(server, id),
      await post(server, id),
    ]
  ) {
    await response.body?.cancel();
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'/);
    assert.equal(response.headers.get("x-robots-tag"), "noindex, nosnippet");
    assert.equal(response.headers.get("x-frame-options"), "DENY");
    assert.equal(response.headers.get("referrer-policy"), "same-origin");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("set-cookie"), null);
    assert.equal(response.headers.get("access-control-allow-origin"), null);
  }
});

Deno.test("a form that the page did not send shows nothing and uses nothing up", async () => {
  await using server = await startSecretPage();
  const id = await keepOn(server);
  const refused: [Posting, number][] = [
    [{ headers: { origin: undefined } }, 403],
    [{ headers: { origin: "null" } }, 403],
    [{ headers: { origin: "https://allowed.example.com" } }, 403],
    [{ headers: { "sec-fetch-site": "cross-site" } }, 403],
    [{ headers: { "sec-fetch-site": "none" } }, 403],
    [{ headers: { "content-type": "application/json" }, body: '{"show":"once"}' }, 400],
    [{ body: "" }, 400],
    [{ body: "show=twice" }, 400],
    [{ body: "show=once&show=once" }, 400],
    [{ body: "show=once&code=a&code=b" }, 400],
    [{ body: `show=once&code=${"x".repeat(5_000)}` }, 413],
  ];

  for (const [posting, status] of refused) {
    const response = await post(server, id, posting);
    assert.equal(response.status, status, JSON.stringify(posting));
    const html = await response.text();
    assert.equal(html.includes(CANARY), false);
    if (status !== 403) assert.match(html, /Nothing was shown/);
  }
  assert.match(await (await post(server, id)).text(), new RegExp(CANARY));
});

Deno.test("where a code is needed, a wrong one is reported and counted, and the right one shows the secret", async () => {
  await using server = await startSecretPage();
  const id = await keepOn(server, { approvalCode: APPROVAL_CODE });
  const asked = await get(server, id);

  const wrong = await post(server, id, { body: "show=once&code=not-the-code" });
  const afterWrong = await get(server, id);
  const right = await post(server, id, { body: `show=once&code=${APPROVAL_CODE}` });

  assert.match(asked.html, /<input id="code"/);
  assert.equal(wrong.status, 303);
  assert.match(textOf(afterWrong.html), /A wrong code was typed. 4 tries are left/);
  assert.ok((await right.text()).includes(CANARY));
  assert.deepEqual(server.audited.map(({ event, outcome }) => [event, outcome]), [
    ["revealed", "wrong_code"],
    ["revealed", "ok"],
  ]);
});

Deno.test("after five wrong codes the page has no button, and the log says so", async () => {
  await using server = await startSecretPage();
  const id = await keepOn(server, { approvalCode: APPROVAL_CODE });
  for (let n = 0; n < 5; n++) await (await post(server, id, { body: "show=once&code=not-the-code" })).text();

  const { html } = await get(server, id);
  const right = await post(server, id, { body: `show=once&code=${APPROVAL_CODE}` });

  assert.match(textOf(html), /typed 5 times for this account, so nothing is shown before/);
  assert.equal(html.includes("<button"), false);
  assert.equal(right.status, 303);
  assert.equal(server.logLines.filter((line) => line.includes("too many wrong approval codes")).length, 1);
});

Deno.test("if it is unknown whether Cloudways took the password, the page says so before and after", async () => {
  await using server = await startSecretPage();
  const kept = await server.pages.keep(newSecrets(), "waiting");
  const early = await get(server, idIn(kept.url));
  await server.pages.arm(kept, "unconfirmed");

  const before = await get(server, idIn(kept.url));
  const after = await (await post(server, idIn(kept.url))).text();

  assert.equal(early.status, 404);
  for (const html of [before.html, after]) assert.match(textOf(html), /Perhaps not in use/);
});

Deno.test("unknown, expired and malformed ids get the same answer, and a limited number of tries", async () => {
  await using server = await startSecretPage();
  const id = await keepOn(server);
  await server.clock.advance(10 * 60_000);

  const pages = await Promise.all([id, UNKNOWN_ID, "short", "%41"].map((one) => get(server, one)));
  const posted = await post(server, id);

  assert.deepEqual(pages.map(({ status }) => status), [404, 404, 404, 404]);
  assert.equal(new Set(pages.map(({ html }) => html)).size, 1);
  assert.equal(posted.status, 404);
  for (let n = 0; n < 60; n++) await get(server, UNKNOWN_ID);
  const valid = await keepOn(server);
  assert.equal((await get(server, UNKNOWN_ID)).status, 429);
  assert.equal((await get(server, valid)).status, 200);
  await posted.body?.cancel();
});

Deno.test("if the store fails, no secret is shown", async () => {
  const store = new MemoryStore({ clock: new FakeClock() });
  await using server = await startSecretPage({ store });
  const id = await keepOn(server);
  await store.close();

  const statuses = [(await get(server, id)).status, (await post(server, id)).status];

  assert.deepEqual(statuses, [503, 503]);
});

Deno.test("the opening is on record, and no log, metric or record holds the address or the secret", async () => {
  await using server = await startSecretPage();
  const id = await keepOn(server);
  await get(server, id);
  await (await post(server, id)).text();
  await (await post(server, id)).text();
  await get(server, UNKNOWN_ID);

  const [record, ...others] = server.audited;
  const seen = [...server.logLines, server.metrics.text(), JSON.stringify(server.audited)].join("\n");

  assert.deepEqual(others, []);
  assert.deepEqual([record?.event, record?.outcome, record?.tool], ["revealed", "ok", "reset_database_password"]);
  assert.deepEqual(record?.arguments, { shown: ["Database password"] });
  assert.match(JSON.stringify(record?.target), /"id":101/);
  assert.match(seen, /\/secret\/\{id\}/);
  for (const text of [id, CANARY]) assert.equal(seen.includes(text), false, text);
});

Deno.test("the server has the page if people can reach it, with or without questions", async () => {
  const publicHost = { HOST: "0.0.0.0", ALLOWED_HOSTS: "127.0.0.1" };
  const cases: [Record<string, string>, string][] = [
    [{}, "text/html"],
    [{ CONFIRM: "off" }, "text/html"],
    [{ CONFIRM: "elicit" }, "text/html"],
    [{ ...publicHost, PUBLIC_URL: "https://mcp.example.com" }, "text/html"],
    [publicHost, "application/json"],
  ];

  for (const [env, type] of cases) {
    await using service = await startService({ env });
    const response = await fetch(`${service.url}/secret/${UNKNOWN_ID}`);
    await response.body?.cancel();

    assert.equal(response.status, 404, JSON.stringify(env));
    assert.ok(response.headers.get("content-type")?.startsWith(type), JSON.stringify(env));
    assert.equal(service.logLines.join().includes(UNKNOWN_ID), false);
  }
});
