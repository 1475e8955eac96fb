import assert from "node:assert/strict";
import { shortCustomerId } from "../../src/identity/customer_id.ts";
import { BodyReader } from "../../src/http/request_body.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import {
  APPROVAL_CODE,
  askOn,
  CUSTOMER,
  FINGERPRINT,
  NO,
  OTHER_CUSTOMER,
  type PageServer,
  QUESTION,
  SHOPS,
  startPage,
} from "../support/approvals.ts";
import { startService } from "../support/harness.ts";
import { rawRequest } from "../support/raw_http.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const UNKNOWN_ID = "0".repeat(32);
const MINUTE_MS = 60_000;
const FORM = "application/x-www-form-urlencoded";

/** What a browser sends with the page's own form, with changes; `undefined` leaves a header out. */
interface Posting {
  body?: string;
  headers?: Record<string, string | undefined>;
}

function post(page: PageServer, id: string, { body = "decision=approve", headers = {} }: Posting = {}) {
  const all = { origin: page.url, "sec-fetch-site": "same-origin", "content-type": FORM, ...headers };
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return fetch(`${page.url}/approve/${id}`, { method: "POST", redirect: "manual", body, headers: sent });
}

async function get(page: PageServer, id: string): Promise<{ status: number; html: string }> {
  const response = await fetch(`${page.url}/approve/${id}`);
  return { status: response.status, html: await response.text() };
}

async function stateOf(page: PageServer, id: string): Promise<string | undefined> {
  return (await page.approvals.look(id))?.state;
}

/** The text of a page, as a reader sees it. */
function textOf(html: string): string {
  return html.replace(/<style>[^]*<\/style>/, "").replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

Deno.test("the page shows everything that the call would affect, and who asks", async () => {
  await using page = await startPage();
  const apps = [...Array(40).keys()].map((n) => (
    { id: 5000 + n, label: `Shop ${n}`, domains: [`shop${n}.example.com`], lastBackup: null }
  ));
  const id = await askOn(page, { question: { ...QUESTION, subject: { ...SHOPS, apps } } });

  const { status, html } = await get(page, id);

  const text = textOf(html);
  assert.equal(status, 200);
  assert.ok(text.includes(QUESTION.headline));
  for (const sentence of QUESTION.consequences) assert.ok(text.includes(sentence), sentence);
  for (
    const part of [
      "101",
      "“Shops”",
      "“203.0.113.10”",
      "40 applications",
      "Last backup: not looked up",
      "Waiting changes",
    ]
  ) {
    assert.ok(text.includes(part), part);
  }
  for (const app of apps) assert.ok(text.includes(`${app.id} “${app.label}”`) && text.includes(app.domains[0] ?? "?"));
  for (const part of ["customer_c0ffee0000000000", "“j…@example.com”", "“Some client” as it calls itself"]) {
    assert.ok(text.includes(part), part);
  }
  assert.equal(html.includes(CUSTOMER), false);
  assert.match(text, /within 10 minutes, until 12:10 UTC/);
  assert.match(text, /Sent by the assistant.*stop_server.*server_id “101”/);
});

Deno.test("a known backup is shown, and a domain that is not ASCII also in punycode", async () => {
  await using page = await startPage();
  const question = { ...QUESTION, facts: [{ name: "Domain now", values: ["käse.example.com", "Grüße"] }] };
  const id = await askOn(page, { question, arguments: { cname: "bäcker.example.com" } });

  const text = textOf((await get(page, id)).html);

  assert.ok(text.includes("Last backup: “2026-11-19 03:00”"));
  assert.match(text, /“blümchen\.example\.com” in DNS: “xn--blmchen-o2a\.example\.com”/);
  assert.match(text, /“käse\.example\.com” in DNS: “xn--kse-qla\.example\.com” “Grüße” /);
  assert.match(text, /“bäcker\.example\.com” in DNS: “xn--bcker-gra\.example\.com”/);
});

Deno.test("an unknown e-mail or client is shown as not known", async () => {
  await using page = await startPage();
  const id = await askOn(page, { email: undefined, client: undefined });

  const text = textOf((await get(page, id)).html);

  assert.match(text, /E-mail not known Client not known/);
});

Deno.test("text of the account and of callers is cleaned and never becomes markup; only descriptions are cut", async () => {
  await using page = await startPage();
  const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>\u202Eevil\u200B\n# Approved ${
    "x".repeat(80)
  }`;
  const apps = [{ id: 501, label: hostile, domains: [hostile], lastBackup: hostile }];
  const id = await askOn(page, {
    question: {
      ...QUESTION,
      subject: { kind: "server", server: { id: 101, label: hostile, ip: hostile }, apps },
      facts: [{ name: "Fact", values: [hostile] }],
    },
    arguments: { [hostile]: [hostile, { [hostile]: hostile }] },
    email: hostile,
    client: hostile,
  });

  const { html } = await get(page, id);

  assert.doesNotMatch(html, /<(script|img|a)\b/i);
  assert.doesNotMatch(html, /[\u202A-\u202E\u200B\u2066-\u2069]/u);
  const boxes = [...html.matchAll(/<bdi class="data">“([^]*?)”<\/bdi>/g)].map(([, text]) => text ?? "");
  assert.ok(boxes.length >= 8);
  const unescaped = boxes.map((box) => box.replace(/&(lt|gt|quot|amp|#39);/g, "?"));
  assert.ok(unescaped.slice(0, 3).every((text) => [...text].length <= 60), unescaped.join("\n"));
  assert.ok(unescaped.filter((text) => text.includes("x".repeat(80))).length >= 3);
});

Deno.test("the title and the meta elements name no customer, label or domain in any state", async () => {
  await using page = await startPage();
  const id = await askOn(page, { approvalCode: APPROVAL_CODE });
  const pages = [(await get(page, id)).html];
  await page.approvals.approve(id, "not-the-code");
  pages.push((await get(page, id)).html);
  await page.approvals.approve(id, APPROVAL_CODE);
  pages.push((await get(page, id)).html);
  await page.approvals.takeYes(CUSTOMER, FINGERPRINT);
  pages.push((await get(page, id)).html);

  for (const html of pages) {
    const head = /<title>[^]*?<\/title>/.exec(html)?.[0] + [...html.matchAll(/<meta[^>]*>/g)].join("");
    assert.match(head, /<title>.+ · Cloudways MCP server<\/title>/);
    assert.doesNotMatch(head, /c0ffee|101|50\d|shop|example|client/i);
  }
});

Deno.test("every answer of the page carries its headers, refusals too", async () => {
  await using page = await startPage();
  const id = await askOn(page);

  const responses = [
    await fetch(`${page.url}/approve/${id}`),
    await fetch(`${page.url}/approve/${UNKNOWN_ID}`),
    await fetch(`${page.url}/approve/${id}`, { method: "HEAD" }),
    await fetch(`${page.url}/approve/${id}`, { method: "DELETE" }),
    await fetch(`${page.url}/approve/${id}`, { headers: { origin: "https://evil.example.com" } }),
    await post(page, id, { headers: { origin: undefined } }),
    await post(page, id, { body: "nonsense" }),
    await post(page, id),
  ];

  assert.deepEqual(responses.map(({ status }) => status), [200, 404, 200, 405, 403, 403, 400, 303]);
  for (const response of responses) {
    const { headers, status } = response;
    assert.match(
      headers.get("content-security-policy") ?? "",
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      String(status),
    );
    assert.equal(headers.get("referrer-policy"), "same-origin");
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("x-robots-tag"), "noindex, nosnippet");
    assert.equal(headers.get("cache-control"), "no-store");
    await response.body?.cancel();
  }
});

Deno.test("the page has no CORS, not even for allowed origins", async () => {
  await using page = await startPage();
  const id = await askOn(page);
  const headers = { origin: "https://allowed.example.com", "access-control-request-method": "POST" };

  const responses = [
    await fetch(`${page.url}/approve/${id}`, { headers }),
    await fetch(`${page.url}/approve/${id}`, { method: "OPTIONS", headers }),
  ];

  assert.deepEqual(responses.map(({ status }) => status), [200, 405]);
  for (const response of responses) {
    assert.equal(response.headers.get("access-control-allow-origin"), null);
    await response.body?.cancel();
  }
});

Deno.test("the policy allows the style of the page and no other", async () => {
  await using page = await startPage();
  const response = await fetch(`${page.url}/approve/${await askOn(page)}`);
  const style = /<style>([^]*?)<\/style>/.exec(await response.text())?.[1] ?? "";

  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style)));

  assert.ok(response.headers.get("content-security-policy")?.includes(`'sha256-${digest.toBase64()}'`));
});

Deno.test("looking at the page changes nothing", async () => {
  await using page = await startPage();
  const id = await askOn(page);
  const path = `${page.url}/approve/${id}?decision=approve`;

  const head = await fetch(path, { method: "HEAD", headers: { origin: page.url } });
  for (let n = 0; n < 3; n++) await (await fetch(path, { headers: { origin: page.url } })).text();

  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
  assert.equal(await stateOf(page, id), "open");
  assert.equal(await page.approvals.takeYes(CUSTOMER, FINGERPRINT), undefined);
});

/** Where an answer redirects a browser that posted to this address. */
function destination({ headers }: { headers: Headers }, address: string): string {
  return new URL(headers.get("location") ?? "none", address).href;
}

Deno.test("approving leads back to the page, which says so and lets the person withdraw", async () => {
  await using page = await startPage();
  const id = await askOn(page);

  const approved = await post(page, id);
  const shown = await get(page, id);
  const withdrawn = await post(page, id, { body: "decision=withdraw" });
  const after = await get(page, id);

  assert.equal(approved.status, 303);
  assert.equal(destination(approved, `${page.url}/approve/${id}`), `${page.url}/approve/${id}`);
  assert.match(shown.html, /<h1>Approved, not used yet<\/h1>/);
  assert.match(shown.html, /value="withdraw"/);
  assert.doesNotMatch(shown.html, /value="(approve|deny)"/);
  assert.equal(withdrawn.status, 303);
  assert.match(after.html, /<h1>Approval withdrawn<\/h1>/);
  assert.doesNotMatch(after.html, /value="(approve|deny|withdraw)"/);
  assert.equal(await page.approvals.takeYes(CUSTOMER, FINGERPRINT), undefined);
});

Deno.test("denying leads back to the page, which says so", async () => {
  await using page = await startPage();
  const id = await askOn(page);

  const denied = await post(page, id, { body: "decision=deny" });
  const late = await post(page, id);

  assert.deepEqual([denied.status, late.status], [303, 303]);
  assert.match((await get(page, id)).html, /<h1>Denied<\/h1>/);
  assert.equal(await page.approvals.takeYes(CUSTOMER, FINGERPRINT), undefined);
});

Deno.test("a no can be taken back once on its page, which is not a yes", async () => {
  for (const decisions of [["deny"], ["approve", "withdraw"]]) {
    await using page = await startPage();
    const id = await askOn(page);
    const no = { customer: CUSTOMER, no: NO };

    const early = await post(page, id, { body: "decision=reconsider" });
    for (const decision of decisions) await post(page, id, { body: `decision=${decision}` });
    const shown = await get(page, id);
    const until = await page.declines.until(no);
    const takenBack = await post(page, id, { body: "decision=reconsider" });
    const after = await get(page, id);
    const twice = await post(page, id, { body: "decision=reconsider" });
    const yes = await post(page, id);

    assert.equal(early.status, 303);
    assert.equal(until, page.clock.now() + 2 * 60_000);
    assert.match(shown.html, /value="reconsider"/);
    assert.match(textOf(shown.html), /Until 12:02 UTC the assistant can't ask/);
    assert.deepEqual([takenBack.status, twice.status, yes.status], [303, 303, 303]);
    assert.equal(await page.declines.until(no), undefined);
    assert.match(after.html, /<h1>Your no is taken back<\/h1>/);
    assert.doesNotMatch(after.html, /<button/);
    assert.equal(await page.approvals.takeYes(CUSTOMER, FINGERPRINT), undefined);
    assert.notEqual(await askOn(page), id, "the call is asked about on another page");
  }
});

Deno.test("an expired no can't be taken back", async () => {
  await using page = await startPage();
  const id = await askOn(page);
  await post(page, id, { body: "decision=deny" });

  await page.clock.advance(2 * 60_000);

  assert.doesNotMatch((await get(page, id)).html, /<button/);
});

Deno.test("a used approval is shown as used and takes no further decision", async () => {
  await using page = await startPage();
  const id = await askOn(page);
  await post(page, id);
  await page.approvals.takeYes(CUSTOMER, FINGERPRINT);

  const again = await post(page, id);
  const withdrawn = await post(page, id, { body: "decision=withdraw" });

  const { status, html } = await get(page, id);
  assert.deepEqual([again.status, withdrawn.status, status], [303, 303, 200]);
  assert.match(html, /<h1>Approved and used<\/h1>/);
  assert.doesNotMatch(html, /<button/);
  assert.equal(await page.approvals.takeYes(CUSTOMER, FINGERPRINT), undefined);
});

Deno.test("expired and unknown approvals look the same", async () => {
  await using page = await startPage();
  const id = await askOn(page);
  await page.clock.advance(10 * MINUTE_MS);

  const expired = await get(page, id);
  const unknown = await get(page, UNKNOWN_ID);
  const malformed = await get(page, "%2e%2e%00");
  const posted = [await post(page, id), await post(page, UNKNOWN_ID)];

  assert.equal(expired.status, 404);
  assert.deepEqual(unknown, expired);
  assert.deepEqual(malformed, expired);
  for (const response of posted) {
    assert.equal(response.status, 404);
    assert.equal(await response.text(), expired.html);
  }
});

Deno.test("the form asks for a code only where one is needed, and says how many tries are left", async () => {
  await using page = await startPage();
  const without = await askOn(page);
  const withCode = await askOn(page, { fingerprint: "1".repeat(64), approvalCode: APPROVAL_CODE });

  const plain = await get(page, without);
  const asking = await get(page, withCode);
  const wrong = await post(page, withCode, { body: "decision=approve&code=not-the-code" });
  const missing = await post(page, withCode);
  const shown = await get(page, withCode);
  const right = await post(page, withCode, { body: `decision=approve&code=${APPROVAL_CODE}` });

  assert.doesNotMatch(plain.html, /<input/);
  assert.match(asking.html, /<label for="code">Approval code<\/label>/);
  assert.doesNotMatch(asking.html, /role="alert"/);
  assert.deepEqual([wrong.status, missing.status, right.status], [303, 303, 303]);
  assert.match(shown.html, /role="alert"[^>]*>A wrong code was typed. 3 tries are left.</);
  assert.equal(await stateOf(page, withCode), "approved");
});

Deno.test("after five wrong codes every page of the account offers only a no, and one log line says so", async () => {
  await using page = await startPage();
  const guessed = await askOn(page, { approvalCode: APPROVAL_CODE });
  const other = await askOn(page, { fingerprint: "1".repeat(64) });
  const elsewhere = await askOn(page, { customer: OTHER_CUSTOMER, approvalCode: APPROVAL_CODE });

  for (let n = 0; n < 7; n++) await post(page, guessed, { body: "decision=approve&code=not-the-code" });
  await post(page, guessed, { body: `decision=approve&code=${APPROVAL_CODE}` });
  const shown = await Promise.all([guessed, other, elsewhere].map(async (id) => (await get(page, id)).html));
  await post(page, other, { body: "code=&decision=deny" });

  assert.deepEqual(shown.map((html) => html.includes('value="approve"')), [false, false, true]);
  assert.deepEqual(shown.map((html) => html.includes('value="deny"')), [true, true, true]);
  assert.deepEqual(shown.map((html) => html.includes('role="alert"')), [true, true, false]);
  assert.equal(await page.approvals.takeYes(CUSTOMER, FINGERPRINT), undefined);
  assert.match((await get(page, other)).html, /<h1>Denied<\/h1>/);
  const warnings = page.logLines.map((line) => JSON.parse(line)).filter(({ level }) => level === "WARNING");
  assert.deepEqual(warnings.map(({ customer }) => customer), [shortCustomerId(CUSTOMER)]);
});

Deno.test("a form from anywhere but the page's own origin is refused and changes nothing", async () => {
  await using page = await startPage();
  const id = await askOn(page);
  const { port } = new URL(page.url);
  const wrong: Record<string, string | undefined>[] = [
    { origin: undefined },
    { origin: "null" },
    { origin: "https://evil.example.com" },
    { origin: "https://allowed.example.com" },
    { origin: `http://localhost:${port}` },
    { origin: `https://127.0.0.1:${port}` },
    { origin: "http://127.0.0.1:1" },
    { origin: "http://127.0.0.1" },
    { origin: `${page.url}/` },
    { origin: `${page.url}, ${page.url}` },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
  ];

  for (const headers of wrong) {
    const response = await post(page, id, { headers });

    assert.equal(response.status, 403, JSON.stringify(headers));
    assert.equal(await stateOf(page, id), "open", JSON.stringify(headers));
    await response.body?.cancel();
  }
});

Deno.test("a browser that sends no Sec-Fetch-Site can decide", async () => {
  await using page = await startPage();
  const id = await askOn(page);

  const response = await post(page, id, { headers: { "sec-fetch-site": undefined } });

  assert.equal(response.status, 303);
  assert.equal(await stateOf(page, id), "approved");
});

Deno.test("the origin is that of PUBLIC_URL, not that of the Host header", async () => {
  await using page = await startPage({ publicUrl: "https://mcp.example.com/cloudways" });
  const id = await askOn(page);

  const byHost = await post(page, id);
  const byPublicUrl = await post(page, id, { headers: { origin: "https://mcp.example.com" } });

  assert.equal(byHost.status, 403);
  assert.equal(byPublicUrl.status, 303);
  const address = `https://mcp.example.com/cloudways/approve/${id}`;
  assert.equal(destination(byPublicUrl, address), address);
});

Deno.test("a form that the page does not send is refused and changes nothing", async () => {
  await using page = await startPage();
  const id = await askOn(page);
  const wrong: [Posting, number][] = [
    [{ body: "" }, 400],
    [{ body: "decision=" }, 400],
    [{ body: "decision=yes" }, 400],
    [{ body: "decision=APPROVE" }, 400],
    [{ body: "decision=approve&decision=approve" }, 400],
    [{ body: "decision=deny&decision=approve" }, 400],
    [{ body: "decision=approve&code=a&code=b" }, 400],
    [{ body: '{"decision":"approve"}', headers: { "content-type": "application/json" } }, 400],
    [{ headers: { "content-type": "text/plain" } }, 400],
    [{ headers: { "content-type": "multipart/form-data; boundary=x" } }, 400],
    [{ body: `decision=approve&code=${"x".repeat(5000)}` }, 413],
  ];

  for (const [posting, status] of wrong) {
    const response = await post(page, id, posting);

    assert.equal(response.status, status, JSON.stringify(posting));
    assert.equal(await stateOf(page, id), "open", JSON.stringify(posting));
    await response.body?.cancel();
  }
});

Deno.test("a form that is dropped under load changes nothing, and is not called malformed", async () => {
  await using page = await startPage({ bodies: new BodyReader({ bodies: 0, bytes: 0 }) });
  const id = await askOn(page);

  const response = await post(page, id, { body: "decision=approve" });

  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "1");
  assert.match(await response.text(), /Please try again.*did not arrive/s);
  assert.equal(await stateOf(page, id), "open");
});

Deno.test("a form without a Content-Type is refused", async () => {
  await using page = await startPage();
  const id = await askOn(page);

  const answer = await rawRequest(
    page.url,
    `POST /approve/${id}`,
    [["Host", new URL(page.url).host], ["Origin", page.url]],
    "decision=approve",
  );

  assert.equal(answer.status, 400);
  assert.equal(await stateOf(page, id), "open");
});

Deno.test("too many tries at unknown addresses get 429, and valid ones go on", async () => {
  await using page = await startPage();
  const id = await askOn(page);
  const statuses: number[] = [];
  for (let n = 0; n < 65; n++) statuses.push((await get(page, n.toString(16).padStart(32, "0"))).status);

  const refused = await fetch(`${page.url}/approve/${UNKNOWN_ID}`);
  const posted = await post(page, UNKNOWN_ID);
  const valid = await get(page, id);
  const decided = await post(page, id);
  await page.clock.advance(MINUTE_MS);
  const later = await get(page, UNKNOWN_ID);

  assert.equal(statuses.filter((status) => status === 404).length, 60);
  assert.deepEqual([refused.status, posted.status, valid.status, decided.status], [429, 429, 200, 303]);
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  assert.equal(later.status, 404);
  await refused.body?.cancel();
  await posted.body?.cancel();
});

Deno.test("if the store fails, nothing is decided, and the page says that the outcome is not known", async () => {
  const store = new MemoryStore({ clock: new FakeClock() });
  await using page = await startPage({ store });
  const id = await askOn(page);
  await store.close();

  const shown = await get(page, id);
  const posted = await post(page, id);

  assert.equal(shown.status, 503);
  assert.equal(posted.status, 503);
  assert.match(await posted.text(), /does not answer/);
});

Deno.test("logs and metrics name the route and never the id", async () => {
  await using page = await startPage();
  const id = await askOn(page);

  await get(page, id);
  await get(page, UNKNOWN_ID);
  await post(page, id, { headers: { origin: undefined } });
  await post(page, id);
  await get(page, `${id}/more`);

  const log = page.logLines.join("\n");
  const metrics = page.metrics.text();
  assert.match(log, /\/approve\/\{id\}/);
  assert.match(log, /"decided":"approved"/);
  assert.match(log, /customer_c0ffee0000000000/);
  for (const secret of [id, UNKNOWN_ID, CUSTOMER]) {
    assert.equal(log.includes(secret), false);
    assert.equal(metrics.includes(secret), false);
  }
  assert.match(metrics, /route="\/approve\/\{id\}"/);
});

Deno.test("the server has the page only if people can reach it and may use it", async () => {
  const path = `/approve/${UNKNOWN_ID}`;
  const publicHost = { HOST: "0.0.0.0", ALLOWED_HOSTS: "127.0.0.1" };
  const cases: [Record<string, string>, string][] = [
    [{}, "text/html"],
    [{ ...publicHost, PUBLIC_URL: "https://mcp.example.com" }, "text/html"],
    [publicHost, "application/json"],
    [{ CONFIRM: "off" }, "application/json"],
    [{ CONFIRM: "elicit" }, "application/json"],
  ];

  for (const [env, type] of cases) {
    await using service = await startService({ env });

    const response = await fetch(service.url + path);

    assert.equal(response.status, 404, JSON.stringify(env));
    assert.ok(response.headers.get("content-type")?.startsWith(type), JSON.stringify(env));
    assert.equal(service.logLines.join().includes(UNKNOWN_ID), false);
    await response.body?.cancel();
  }
});
