import assert from "node:assert/strict";
import * as z from "zod";
import { MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";
import { questionText } from "../../src/confirm/text.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { answerJson, KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { everythingStored } from "../support/everything_stored.ts";
import { type Service, startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { rawClient, redisOfFile } from "../support/redis_server.ts";
import { callTool, post } from "../support/rpc.ts";
import { callModern, modernMeta, YES } from "../support/rpc_2026.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { toolRows } from "../tool_rows/mod.ts";
import { until } from "../support/until.ts";

const emptyRedis = redisOfFile();

const [ENCRYPTION_KEY] = TEST_KEYS;
const STOP = { name: "stop_server", args: { server_id: 100001, wait_seconds: 0 } };
const NO = { action: "decline" };
const PUBLIC_URL = "http://127.0.0.1:7000";

function messageOf(name: string, args: Record<string, unknown>) {
  return { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } };
}

/** A tool call from a chosen client address. */
async function callFrom(service: Service, hostname: string, headers: Record<string, string>) {
  const request = new Request(service.mcpUrl, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: JSON.stringify(messageOf("list_projects", {})),
  });
  const response = await service.app.fetch(request, { remoteAddr: { transport: "tcp", hostname, port: 1 } });
  const { result } = await response.json();
  return z.looseObject({ code: z.string().optional() }).parse(answerJson(result.content[0].text));
}

/** Each record in three words: what happened, by whose yes, and how it ended. */
function storyOf(service: Service): string[] {
  return loggedRecords(service).map(({ event, approval, outcome }) =>
    [event, approval ?? "-", outcome ?? "-"].join(" ")
  );
}

function pagePath(json: Record<string, unknown>): string {
  return new URL(String(Object(json.details).approval_url)).pathname;
}

Deno.test("a hundred refused credentials from many addresses delay new ones everywhere, and no accepted customer", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock, rateLimitPerMinute: 1000 } });
  const wrong = (number: number) => ({ "x-cloudways-access-token": `cw_not_real_${number}` });
  await callFrom(service, "203.0.113.1", TOKEN_HEADERS);
  for (let i = 0; i < 99; i++) await callFrom(service, `198.51.100.${i}`, wrong(i));

  const hundredth = await callFrom(service, "192.0.2.1", wrong(100));
  const sent = service.sandbox.requests.length;
  const next = callFrom(service, "192.0.2.2", wrong(101));
  await until(() => clock.sleeping === 1);
  const sentAfter = service.sandbox.requests.length;
  const accepted = await callFrom(service, "192.0.2.2", TOKEN_HEADERS);
  await clock.advance(5_000);
  await next;
  await clock.advance(61_000);
  const later = await callFrom(service, "192.0.2.2", wrong(102));

  assert.equal(hundredth.code, "authentication_failed");
  assert.equal((await next).code, "authentication_failed");
  assert.equal(sentAfter, sent);
  assert.equal(accepted.code, undefined);
  assert.equal(later.code, "authentication_failed");
});

Deno.test("a wrong key for an e-mail does not lock out the right one", async () => {
  await using service = await startService();
  const wrong = { ...KEY_HEADERS, "x-cloudways-api-key": "EXAMPLE-WRONG" };
  await callTool(service.mcpUrl, "list_projects", {}, wrong);

  const right = await callTool(service.mcpUrl, "list_projects", {}, KEY_HEADERS);

  assert.equal(right.isError, false);
});

for (
  const [kind, headers] of Object.entries({
    token: { "x-cloudways-access-token": "cw_not_accepted_by_anybody" },
    key: { ...KEY_HEADERS, "x-cloudways-api-key": "EXAMPLE-WRONG" },
  })
) {
  Deno.test(`of a ${kind} that Cloudways refuses, only its bucket and the refusal are stored, whatever it calls`, async () => {
    const redis = await emptyRedis();
    await using service = await startService({
      env: { REDIS_URL: redis.url, ENCRYPTION_KEY, RATE_LIMIT_REQUESTS: "1000" },
      sandbox: { rateLimitPerMinute: 1000, exchangesPerMinute: 1000 },
    });
    await using client = rawClient(redis);

    for (const { tool, minimal } of toolRows) {
      await callTool(service.mcpUrl, tool, minimal, headers);
    }

    const purposes = new Set((await everythingStored(client, ENCRYPTION_KEY)).map(({ purpose }) => purpose));
    // The names of the keys are stored from the start, and belong to no customer.
    const known = ["bucket", "refusal", "keys"];
    assert.deepEqual([...purposes].filter((purpose) => !known.includes(purpose)), []);
  });
}

Deno.test("a question shows a domain among the facts in its DNS form too", () => {
  const text = questionText(
    {
      headline: "Revoke the certificate of application 501.",
      subject: { kind: "server", server: { id: 101, label: "Shops", ip: "203.0.113.10" }, apps: [] },
      consequences: [],
      facts: [{ name: "Domains now", values: ["b\u00e4cker.example.com", "k\u00e4se.example.com"] }, {
        name: "Domain now",
        values: ["gr\u00fcn.example.com"],
      }, { name: "State now", values: ["l\u00e4uft"] }],
    },
    { domain: "m\u00fcnchen.example.com" },
    { customer: "customer_0123456789abcdef", email: undefined, client: undefined },
  );

  for (const name of ["xn--bcker-gra", "xn--kse-qla", "xn--grn-ioa", "xn--mnchen-3ya"]) {
    assert.match(text, new RegExp(`\\(\`${name}\\.example\\.com\`\\)`));
  }
  assert.match(text, /State now: `l\u00e4uft`$/m);
});

Deno.test("a batch whose messages say that they are of 2026-07-28 is refused, whatever its headers leave out", async () => {
  await using service = await startService();
  const message = { ...messageOf("ping", {}), params: { name: "ping", arguments: {}, _meta: modernMeta("test") } };

  const response = await post(service.mcpUrl, [message]);

  assert.equal(response.status, 400);
  assert.equal((await response.json()).error.code, -32600);
});

Deno.test("links use only PUBLIC_URL, whatever the request's headers say", async () => {
  await using service = await startService();
  const claims = {
    "x-forwarded-host": "evil.example.com",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "192.0.2.1",
    forwarded: "host=evil.example.com;proto=https",
    origin: "http://localhost:1234",
  };

  const { json } = await callTool(service.mcpUrl, STOP.name, STOP.args, { ...TOKEN_HEADERS, ...claims });
  const home = await fetch(service.url, { headers: { ...claims, accept: "text/html" } }).then((page) => page.text());

  assert.ok(String(Object(json.details).approval_url).startsWith(`${PUBLIC_URL}/approve/`));
  assert.match(home, /http:\/\/127\.0\.0\.1:7000\/mcp/);
  assert.doesNotMatch(home, /evil/);
});

Deno.test("/ says whether an assistant on the same machine could approve by itself", async () => {
  await using here = await startService();
  await using elsewhere = await startService({
    env: { PUBLIC_URL: "https://mcp.example.com", ALLOWED_HOSTS: "127.0.0.1" },
  });

  const notes = await Promise.all([here, elsewhere].map(({ url }) => fetch(url).then((about) => about.json())));

  assert.match(notes[0].confirm_note, /could approve by itself unless its client sends X-MCP-Approval-Code/);
  assert.match(notes[1].confirm_note, /approval page, if they send X-MCP-Approval-Code/);
});

/** Requests of real clients are larger than one read of Deno, which then does not notice that the client leaves. */
const LARGE = { "example.com/padding": { text: "x".repeat(2000) } };

function largeMessage(name: string, args: object) {
  const message = messageOf(name, { ...args });
  return { ...message, params: { ...message.params, _meta: LARGE } };
}

/** One call of either era, which the caller can leave. */
const ERAS: Record<string, (service: Service, name: string, args: object, signal: AbortSignal) => Promise<unknown>> = {
  "2025-11-25": (service, name, args, signal) =>
    post(service.mcpUrl, largeMessage(name, args), TOKEN_HEADERS, { signal }).then((response) => response.text()),
  "2025-03-26 with a batch": (service, name, args, signal) =>
    post(service.mcpUrl, [largeMessage(name, args)], TOKEN_HEADERS, { signal }).then((response) => response.text()),
  "2026-07-28": (service, name, args, signal) =>
    callModern({
      url: service.mcpUrl,
      name,
      args: { ...args },
      headers: TOKEN_HEADERS,
      capabilities: { elicitation: { form: {} }, experimental: LARGE },
      signal,
    }),
};

for (const [era, call] of Object.entries(ERAS)) {
  Deno.test(`a client of ${era} that leaves a call answered as JSON ends its read too`, async () => {
    await using service = await startService();
    service.sandbox.addFault({ kind: "hang" });
    const leaving = new AbortController();
    const gone = call(service, "list_team_members", {}, leaving.signal);
    await until(() => service.sandbox.requests.length === 1);

    leaving.abort();
    await assert.rejects(gone);

    // Long before a deadline could end it.
    await until(() =>
      service.logLines.some((line) => line.includes('"operation":"team_member_list","status":"aborted"'))
    );
    assert.equal(service.sandbox.requests.length, 1);
    await service.app.finished();
  });

  Deno.test(`a client of ${era} that waits for a late answer as JSON gets all of it`, async () => {
    await using service = await startService();
    service.sandbox.addFault({ operationId: "team_member_list", kind: { delayMs: 1500 } });

    const answer = await call(service, "list_team_members", {}, new AbortController().signal);

    assert.match(JSON.stringify(answer), /members/);
    await service.app.finished();
  });

  Deno.test(`a client of ${era} that leaves ends the reads of its call, and nothing is sent after them`, async () => {
    await using service = await startService({ env: { CONFIRM: "off" } });
    service.sandbox.addFault({ kind: "hang" });
    const leaving = new AbortController();
    const gone = call(service, STOP.name, STOP.args, leaving.signal);
    await until(() => service.sandbox.requests.length === 1);

    leaving.abort();
    await assert.rejects(gone);

    // Long before a deadline could end it.
    await until(() => service.logLines.some((line) => line.includes('"operation":"server_list","status":"aborted"')));
    assert.equal(service.sandbox.requests.length, 1);
  });

  Deno.test(`a write that was sent for a client of ${era} is awaited and recorded although the client leaves`, async () => {
    const clock = new FakeClock();
    await using service = await startService({ sandbox: { clock }, env: { CONFIRM: "off" } });
    service.sandbox.addFault({ operationId: "server_stop", kind: { delayMs: 1000 } });
    const leaving = new AbortController();
    const gone = call(service, STOP.name, STOP.args, leaving.signal);
    await until(() => clock.sleeping === 1);

    leaving.abort();
    await assert.rejects(gone);
    await clock.advance(1000);

    await until(() => loggedRecords(service).length === 2);
    const [, outcome] = loggedRecords(service);
    assert.equal(service.sandbox.requestsTo("server_stop").length, 1);
    assert.equal(outcome?.outcome, "ok");
    assert.match(outcome?.operation_id ?? "", /^\d+$/);
  });

  Deno.test(`an operation that began for a client of ${era} is recorded as begun although the client leaves the wait`, async () => {
    const clock = new FakeClock();
    await using service = await startService({ clock, env: { CONFIRM: "off" } });
    const leaving = new AbortController();
    const gone = call(service, STOP.name, { ...STOP.args, wait_seconds: 300 }, leaving.signal);
    await until(() => clock.sleeping > 0);

    leaving.abort();
    await assert.rejects(gone);

    await until(() => loggedRecords(service).length === 2);
    const [, outcome] = loggedRecords(service);
    assert.equal(outcome?.outcome, "ok");
    assert.match(outcome?.operation_id ?? "", /^\d+$/);
  });
}

Deno.test("a question that is declined through the client is on record once, however often the call is refused after it", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock });
  const call = { url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS };
  const asked = await callModern(call);
  if (asked.kind !== "question") throw new Error(JSON.stringify(asked));

  await clock.advance(MIN_THOUGHT_MS);
  await callModern({ ...call, answered: { state: asked.state, reply: NO } });
  await callModern(call);

  assert.deepEqual(storyOf(service), [
    "asked - -",
    "refused - confirmation_declined",
  ]);
});

Deno.test("a yes through the client is on record before and after the write", async () => {
  await using service = await startService();
  const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS });

  await session.converse(STOP.name, STOP.args, () => YES);

  assert.deepEqual(storyOf(service), ["asked - -", "intent elicitation -", "outcome elicitation ok"]);
});

Deno.test("a no on the page is on record, whether or not the assistant calls again", async () => {
  await using service = await startService();
  const { json } = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

  await decide(service.url, pagePath(json), { decision: "deny" });

  assert.deepEqual(storyOf(service), ["refused - confirmation_required", "decided page denied"]);
});

Deno.test("a client of 2025-11-25 is asked three times at most while the facts keep changing, and the end is on record", async () => {
  await using service = await startService();
  const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS });

  const { answer, questions } = await session.converse(STOP.name, STOP.args, () => {
    for (const server of service.sandbox.account().servers) server.label += " moved";
    return YES;
  });

  assert.equal(questions.length, 3);
  assert.equal(answer.json.code, "confirmation_required");
  assert.deepEqual(storyOf(service), [
    ...Array(4).fill("asked - -"),
    "refused - confirmation_required",
  ]);
});

Deno.test("a yes that is given on the page and taken back is on record, twice", async () => {
  await using service = await startService();
  const { json } = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

  for (const decision of ["approve", "withdraw"]) await decide(service.url, pagePath(json), { decision });

  assert.deepEqual(storyOf(service), [
    "refused - confirmation_required",
    "decided page approved",
    "decided page withdrawn",
  ]);
});

Deno.test("wrong codes are on record, and so is that they stopped approving, however many come after them", async () => {
  await using service = await startService();
  const withCode = { ...TOKEN_HEADERS, "x-mcp-approval-code": "EXAMPLE-code-1" };
  const { json } = await callTool(service.mcpUrl, STOP.name, STOP.args, withCode);

  const wrong = { decision: "approve", code: "EXAMPLE-wrong" };
  for (let tries = 0; tries < 7; tries++) await decide(service.url, pagePath(json), wrong);

  assert.deepEqual(storyOf(service), [
    "refused - confirmation_required",
    "decided page wrong_code",
    "decided page closing",
  ]);
});

Deno.test("an unused yes of the page is on record with its tool and target, and without its address", async () => {
  await using service = await startService();
  const { json } = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

  await decide(service.url, pagePath(json), { decision: "approve" });

  const [, decided] = loggedRecords(service);
  assert.deepEqual([decided?.event, decided?.tool, decided?.outcome], ["decided", STOP.name, "approved"]);
  assert.match(JSON.stringify(decided?.target), /"id":100001/);
  const id = pagePath(json).slice("/approve/".length);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id))).toHex();
  const seen = [JSON.stringify(decided), ...service.logLines.filter((line) => line.includes('"message":"audit"'))];
  for (const secret of [id, hash, "/approve/"]) assert.ok(!seen.join().includes(secret));
});

Deno.test("a yes on the page is on record with the call that used it", async () => {
  await using service = await startService();
  const { json } = await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

  await decide(service.url, pagePath(json), { decision: "approve" });
  await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

  assert.deepEqual(storyOf(service), [
    "refused - confirmation_required",
    "decided page approved",
    "intent page -",
    "outcome page ok",
  ]);
});

Deno.test("refusals of read-only mode are on record, of passwords too", async () => {
  await using service = await startService();
  await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  const careful = { ...TOKEN_HEADERS, "x-mcp-readonly": "true" };

  await callTool(service.mcpUrl, STOP.name, STOP.args, careful);
  await callTool(service.mcpUrl, "get_app_credentials", { app_id: 200001, reveal: true }, careful);
  await callTool(service.mcpUrl, "get_app_credentials", { app_id: 200001 }, careful);

  const records = loggedRecords(service);
  assert.deepEqual(records.map(({ tool, event, outcome }) => [tool, event, outcome]), [
    ["stop_server", "refused", "read_only"],
    ["get_app_credentials", "refused", "read_only"],
  ]);
});

Deno.test("showing passwords is on record, and reading without them is not", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });
  await callTool(service.mcpUrl, "get_app_credentials", { app_id: 200001 }, TOKEN_HEADERS);

  await callTool(
    service.mcpUrl,
    "get_app_credentials",
    { app_id: 200001, reveal: true, show: "answer" },
    TOKEN_HEADERS,
  );

  assert.deepEqual(storyOf(service), ["intent confirm_off -", "outcome confirm_off ok"]);
  assert.doesNotMatch(JSON.stringify(loggedRecords(service)), /EXAMPLE-/);
});

const OPEN_ENDS = {
  "a 500": { status: 500 },
  "a 503": { status: 503 },
  "a dropped connection": "drop",
  "an answer that is no JSON": "garbage",
} as const;

for (const [what, kind] of Object.entries(OPEN_ENDS)) {
  Deno.test(`after ${what} it is unknown whether a write was done, and the record says so`, async () => {
    await using service = await startService({ env: { CONFIRM: "off" } });
    service.sandbox.addFault({ operationId: "server_stop", kind });

    await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

    assert.deepEqual(storyOf(service), ["intent confirm_off -", "outcome confirm_off unknown"]);
  });
}

const CERTAIN_ENDS = {
  "a 404": [{ status: 404, body: { message: "Not found" } }, "not_found"],
  "a 422": [{ status: 422, body: { message: "Wrong" } }, "validation_failed"],
  "a 429": [{ status: 429, body: { message: "Too Many" } }, "upstream_rate_limited"],
  "the greeting of an unknown path": ["greeting", "upstream_error"],
} as const;

for (const [what, [kind, code]] of Object.entries(CERTAIN_ENDS)) {
  Deno.test(`after ${what} a write was certainly not done, and the record says why`, async () => {
    await using service = await startService({ env: { CONFIRM: "off" } });
    service.sandbox.addFault({ operationId: "server_stop", kind });

    await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

    assert.deepEqual(storyOf(service), ["intent confirm_off -", `outcome confirm_off ${code}`]);
  });
}

Deno.test("a write is on record before it is sent", async () => {
  const clock = new FakeClock();
  await using service = await startService({ sandbox: { clock }, env: { CONFIRM: "off" } });
  service.sandbox.addFault({ operationId: "server_stop", kind: { delayMs: 1000 } });
  const calling = callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);
  await until(() => clock.sleeping === 1);

  const before = storyOf(service);
  await clock.advance(1000);
  await calling;

  assert.deepEqual(before, ["intent confirm_off -"]);
});

const TWO_KINDS = { ...TOKEN_HEADERS, "x-cloudways-email": KEY_HEADERS["x-cloudways-email"] };
const BESIDE: Record<string, Record<string, string>> = {
  "a key beside a token": { ...TWO_KINDS, "x-cloudways-api-key": "ExampleKeyBeside0123456789" },
  "a key beside a token, by its alias": { ...TWO_KINDS, "x-cw-api-key": "ExampleKeyBeside0123456789" },
  "a key of another service beside a token": { ...TOKEN_HEADERS, "x-api-key": "ExampleKeyBeside0123456789" },
  "a key of another service": { "x-api-key": "ExampleKeyBeside0123456789" },
  "a key without its e-mail": { "x-cloudways-api-key": "ExampleKeyBeside0123456789" },
  "two keys that differ": {
    ...KEY_HEADERS,
    "x-cloudways-api-key": "ExampleKeyOther0123456789",
    "x-cw-api-key": "ExampleKeyBeside0123456789",
  },
};

for (const [what, headers] of Object.entries(BESIDE)) {
  Deno.test(`${what} is shown nowhere, although it is ignored`, async () => {
    await using service = await startService();

    const answers = await Promise.all([
      post(service.mcpUrl, messageOf("ExampleKeyBeside0123456789", {}), headers),
      post(service.mcpUrl, messageOf("find_resources", { query: "ExampleKeyBeside0123456789" }), headers),
      post(service.mcpUrl, messageOf("restart_server", { server_id: "ExampleKeyBeside0123456789" }), headers),
    ]);

    for (const answer of answers) assert.doesNotMatch(await answer.text(), /ExampleKeyBeside/);
    assert.doesNotMatch(service.logLines.join("\n"), /ExampleKeyBeside/);
  });
}

Deno.test("a no is remembered for two minutes, and then a person is asked again", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock });
  const call = { url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS };
  const asked = await callModern(call);
  if (asked.kind !== "question") throw new Error(JSON.stringify(asked));
  await clock.advance(MIN_THOUGHT_MS);
  await callModern({ ...call, answered: { state: asked.state, reply: NO } });

  await clock.advance(119_000);
  const soon = await callModern(call);
  await clock.advance(1_000);
  const later = await callModern(call);

  assert.equal(soon.kind === "result" && soon.answer.json.code, "confirmation_declined");
  assert.equal(later.kind, "question");
});

Deno.test("each call of a batch is on record by itself", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });
  const calls = [100001, 100002].map((server_id) => ({
    ...messageOf(STOP.name, { server_id, wait_seconds: 0 }),
    id: server_id,
  }));

  await post(service.mcpUrl, calls, TOKEN_HEADERS).then((response) => response.text());

  const ends = (loggedRecords(service)).filter(({ event }) => event === "outcome");
  const targets = ends.map(({ target }) => JSON.stringify(target));
  assert.equal(ends.length, 2);
  for (const id of ["100001", "100002"]) assert.equal(targets.filter((target) => target.includes(id)).length, 1);
});
