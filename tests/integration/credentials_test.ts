import assert from "node:assert/strict";
import type { Answer } from "../support/clients.ts";
import { toAnswer } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { type RawHeaders, rawPost } from "../support/raw_http.ts";
import { callTool, post } from "../support/rpc.ts";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";

const TOKEN = DEMO_ACCOUNT.accessTokens[0].token;
const OTHER_TOKEN = "cw_another_not_real_fedcba9876543210";
const { email: EMAIL, apiKey: API_KEY } = DEMO_ACCOUNT;
const EXCHANGE = "oauth_access_token_create";

type Headers = Record<string, string>;

function whoAmI(service: Service, headers: Headers): Promise<Answer> {
  return callTool(service.mcpUrl, "customer_info", {}, headers);
}

/** The same call, with headers that no ordinary HTTP client can send. */
async function whoAmIRaw(service: Service, headers: RawHeaders): Promise<Answer> {
  const params = { name: "customer_info", arguments: {} };
  const { status, body } = await rawPost(
    service.mcpUrl,
    { jsonrpc: "2.0", id: 1, method: "tools/call", params },
    headers,
  );
  assert.equal(status, 200);
  return toAnswer(JSON.parse(body).result);
}

/** Everything that was sent to the sandbox, as text. */
function sentUpstream({ sandbox }: Service): string {
  return JSON.stringify(sandbox.requests);
}

const KEY_FORMS: readonly Headers[] = [
  { "x-cloudways-email": EMAIL, "x-cloudways-api-key": API_KEY },
  { "x-cw-email": EMAIL, "x-cw-api-key": API_KEY },
  { "x-cloudways-email": EMAIL, "x-cw-api-key": API_KEY },
  { "X-Cloudways-Email": EMAIL, "X-CLOUDWAYS-API-KEY": API_KEY },
  { "x-cloudways-email": "OWNER@Example.com", "x-cloudways-api-key": API_KEY },
  { "x-cloudways-email": EMAIL, "x-cw-email": EMAIL, "x-cloudways-api-key": API_KEY, "x-cw-api-key": API_KEY },
  { "x-cloudways-email": EMAIL, "x-cloudways-api-key": API_KEY, authorization: `Bearer ${OTHER_TOKEN}` },
  { "x-cloudways-email": EMAIL, "x-cloudways-api-key": API_KEY, "x-api-key": OTHER_TOKEN },
];

Deno.test("a key pair is one customer, under any header names and in any case", async () => {
  await using service = await startService();

  const answers = await Promise.all(KEY_FORMS.map((headers) => whoAmI(service, headers)));

  assert.equal(new Set(answers.map(({ json }) => json.customer_id)).size, 1);
  for (const { json } of answers) {
    assert.match(String(json.customer_id), /^customer_[0-9a-f]{16}$/);
    assert.equal(json.signed_in_with, "api_key");
  }
});

const TOKEN_FORMS: readonly Headers[] = [
  { "x-cloudways-access-token": TOKEN },
  { "x-access-token": TOKEN },
  { "x-cloudways-access-token": TOKEN, "x-access-token": TOKEN },
  { authorization: `Bearer ${TOKEN}` },
  { "x-cloudways-api-key": TOKEN },
  { "x-cw-api-key": TOKEN },
  { "x-cloudways-email": EMAIL, "x-cloudways-api-key": TOKEN },
  { "x-cloudways-email": EMAIL, "x-cloudways-access-token": TOKEN },
  { "x-cloudways-email": EMAIL, "x-cloudways-api-key": API_KEY, "x-cloudways-access-token": TOKEN },
  { "x-cw-email": EMAIL, "x-cw-api-key": API_KEY, "x-access-token": TOKEN },
  { "x-cloudways-access-token": TOKEN, authorization: `Bearer ${OTHER_TOKEN}` },
  { "x-api-key": TOKEN },
  { "x-api-key": TOKEN, authorization: `Bearer ${TOKEN}` },
  { "x-api-key": TOKEN, authorization: "Bearer some-gateway-token" },
  { "x-api-key": "some-gateway-key", authorization: `Bearer ${TOKEN}` },
  { "x-cloudways-access-token": TOKEN, "x-api-key": OTHER_TOKEN },
];

Deno.test("an access token is one customer, in any form and with any other headers", async () => {
  await using service = await startService();

  const answers = await Promise.all(TOKEN_FORMS.map((headers) => whoAmI(service, headers)));

  assert.equal(new Set(answers.map(({ json }) => json.customer_id)).size, 1);
  for (const { json } of answers) {
    assert.equal(json.signed_in_with, "access_token");
    assert.equal(json.email, null);
  }
});

Deno.test("a key pair and a token of the same account are two customers", async () => {
  await using service = await startService();

  const [byKey, byToken] = await Promise.all([KEY_FORMS[0], TOKEN_FORMS[0]].map((form) => whoAmI(service, form ?? {})));

  assert.notEqual(byKey?.json.customer_id, byToken?.json.customer_id);
});

for (const headers of TOKEN_FORMS) {
  Deno.test(`a token sent as ${Object.keys(headers).join(" + ")} goes to Cloudways as it is`, async () => {
    await using service = await startService();

    const answer = await callTool(service.mcpUrl, "get_alerts", {}, headers);

    const { requests } = service.sandbox;
    assert.equal(answer.isError, false);
    assert.deepEqual(requests.map(({ authorization }) => authorization), [`Bearer ${TOKEN}`]);
    assert.ok(!sentUpstream(service).includes(OTHER_TOKEN));
  });
}

for (const headers of KEY_FORMS) {
  Deno.test(`a key pair sent as ${Object.keys(headers).join(" + ")} is exchanged, and its token is used`, async () => {
    // The account's own spelling of the e-mail is what Cloudways knows.
    const email = Object.entries(headers).find(([name]) => /email/i.test(name))?.[1] ?? EMAIL;
    await using service = await startService({ sandbox: { accounts: [{ ...DEMO_ACCOUNT, email }] } });

    const answer = await callTool(service.mcpUrl, "get_alerts", {}, headers);

    const [exchange, request] = service.sandbox.requests;
    assert.equal(answer.isError, false);
    assert.equal(service.sandbox.requests.length, 2);
    assert.equal(exchange?.operationId, EXCHANGE);
    assert.equal(exchange?.authorization, undefined);
    assert.equal(request?.authorizationKind, "exchanged_token");
    assert.ok(!sentUpstream(service).includes(OTHER_TOKEN));
  });
}

const IGNORED_AUTHORIZATIONS = [
  "Bearer some-gateway-token",
  "Bearer CW_upper_case",
  "Bearer xcw_token",
  "Basic Y3c6Y3c=",
  "cw_without_a_scheme",
  "Token cw_of_another_scheme",
  "",
];

for (const authorization of IGNORED_AUTHORIZATIONS) {
  Deno.test(`Authorization ${JSON.stringify(authorization)} is ignored and not forwarded`, async () => {
    await using service = await startService();

    const alone = await callTool(service.mcpUrl, "get_alerts", {}, { authorization });
    const beside = await callTool(service.mcpUrl, "get_alerts", {}, { authorization, "x-access-token": TOKEN });

    assert.equal(alone.json.code, "authentication_required");
    assert.equal(beside.isError, false);
    assert.deepEqual(service.sandbox.requests.map((request) => request.authorization), [`Bearer ${TOKEN}`]);
    if (authorization !== "") assert.ok(!sentUpstream(service).includes(authorization));
  });
}

for (const key of ["some-gateway-key", "CW_upper_case", "xcw_token", API_KEY, `Bearer ${OTHER_TOKEN}`, ""]) {
  Deno.test(`x-api-key ${JSON.stringify(key)} is ignored and not forwarded`, async () => {
    await using service = await startService();

    const alone = await callTool(service.mcpUrl, "get_alerts", {}, { "x-api-key": key });
    const withEmail = await callTool(service.mcpUrl, "get_alerts", {}, {
      "x-api-key": key,
      "x-cloudways-email": EMAIL,
    });
    const beside = await callTool(service.mcpUrl, "get_alerts", {}, { "x-api-key": key, "x-access-token": TOKEN });

    assert.equal(alone.json.code, "authentication_required");
    assert.match(String(withEmail.json.message), /x-cloudways-api-key is missing/);
    assert.equal(beside.isError, false);
    assert.deepEqual(service.sandbox.requests.map((request) => request.authorization), [`Bearer ${TOKEN}`]);
    if (key !== "") assert.doesNotMatch(sentUpstream(service), new RegExp(`"${key}"`));
  });
}

const WRONG: readonly (readonly [what: string, headers: RawHeaders])[] = [
  ["a token that differs from its alias", [["x-cloudways-access-token", TOKEN], ["x-access-token", OTHER_TOKEN]]],
  ["a key that differs from its alias", [
    ["x-cloudways-email", EMAIL],
    ["x-cloudways-api-key", API_KEY],
    ["x-cw-api-key", "another"],
  ]],
  ["an e-mail that differs from its alias", [
    ["x-cloudways-email", EMAIL],
    ["x-cw-email", "else@example.com"],
    ["x-cloudways-api-key", API_KEY],
  ]],
  ["a token sent twice", [["x-cloudways-access-token", TOKEN], ["x-cloudways-access-token", OTHER_TOKEN]]],
  ["the same token sent twice", [["x-access-token", TOKEN], ["x-access-token", TOKEN]]],
  ["a key sent twice", [
    ["x-cloudways-email", EMAIL],
    ["x-cloudways-api-key", API_KEY],
    ["x-cloudways-api-key", API_KEY],
  ]],
  ["an x-api-key that differs from the bearer token", [
    ["x-api-key", TOKEN],
    ["authorization", `Bearer ${OTHER_TOKEN}`],
  ]],
  ["an x-api-key with a token sent twice", [["x-api-key", TOKEN], ["x-api-key", TOKEN]]],
  ["an x-api-key with a token of more than 4 KiB", [["x-api-key", `cw_${"c".repeat(4094)}`]]],
  ["an Authorization sent twice", [["authorization", `Bearer ${TOKEN}`], ["authorization", `Bearer ${TOKEN}`]]],
  ["a token with a tab in it", [["x-cloudways-access-token", "cw_a\tb"]]],
  ["a token with a space in it", [["x-cloudways-access-token", "cw_a b"]]],
  ["a bearer token with a space in it", [["authorization", "Bearer cw_a b"]]],
  ["a token that is not ASCII", [["x-cloudways-access-token", "cw_caf\u00e9"]]],
  ["a key that is not ASCII", [["x-cloudways-email", EMAIL], ["x-cloudways-api-key", "caf\u00e9"]]],
  ["an e-mail that is not ASCII", [["x-cloudways-email", "caf\u00e9@example.com"], ["x-cloudways-api-key", API_KEY]]],
  ["a token of more than 4 KiB", [["x-cloudways-access-token", "c".repeat(4097)]]],
  ["a bearer token of more than 4 KiB", [["authorization", `Bearer cw_${"c".repeat(4094)}`]]],
  ["a key of more than 4 KiB", [["x-cloudways-email", EMAIL], ["x-cloudways-api-key", "c".repeat(4097)]]],
];

for (const [what, headers] of WRONG) {
  Deno.test(`${what} is malformed: the tool says so, and nothing is sent to Cloudways`, async () => {
    await using service = await startService();

    const answer = await whoAmIRaw(service, headers);

    assert.equal(answer.isError, true);
    assert.equal(answer.json.code, "authentication_failed");
    assert.equal(service.sandbox.requests.length, 0);
    for (const [, value] of headers) assert.ok(!JSON.stringify(answer).includes(value));
  });
}

Deno.test("a credential of exactly 4 KiB is accepted", async () => {
  await using service = await startService();

  const token = "c".repeat(4096);

  await whoAmI(service, { "x-cloudways-access-token": token });

  assert.equal(service.sandbox.requests[0]?.authorization, `Bearer ${token}`);
});

Deno.test("a control character in a credential is refused at once", async () => {
  await using service = await startService();
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "customer_info", arguments: {} } };

  const answer = await rawPost(service.mcpUrl, message, [["x-cloudways-access-token", "cw_a\u0001b"]]);

  assert.ok(answer.status === 400 || answer.body.includes("authentication_failed"), String(answer.status));
  assert.equal(service.sandbox.requests.length, 0);
});

const HALVES: readonly (readonly [headers: Headers, missing: string])[] = [
  [{ "x-cloudways-email": EMAIL }, "x-cloudways-api-key"],
  [{ "x-cw-email": EMAIL }, "x-cloudways-api-key"],
  [{ "x-cloudways-api-key": API_KEY }, "x-cloudways-email"],
  [{ "x-cw-api-key": API_KEY }, "x-cloudways-email"],
  [{ "x-cloudways-email": EMAIL, authorization: `Bearer ${TOKEN}` }, "x-cloudways-api-key"],
  [{ "x-cloudways-email": EMAIL, "x-api-key": TOKEN }, "x-cloudways-api-key"],
];

for (const [headers, missing] of HALVES) {
  Deno.test(`${Object.keys(headers).join(" + ")} without ${missing} gets an error that says what is missing`, async () => {
    await using service = await startService();

    const answer = await whoAmI(service, headers);

    assert.equal(answer.json.code, "authentication_required");
    assert.match(String(answer.json.message), new RegExp(`${missing} is missing`));
    assert.equal(service.sandbox.requests.length, 0);
  });
}

const SIGN_IN_PROBLEMS: readonly Headers[] = [
  {},
  { "x-cloudways-email": EMAIL },
  { "x-cloudways-access-token": "cw a" },
  { "x-cloudways-access-token": "cw_not_accepted_by_anybody" },
  { "x-cloudways-email": EMAIL, "x-cloudways-api-key": "wrong" },
  { authorization: "Bearer some-gateway-token" },
];

for (const headers of SIGN_IN_PROBLEMS) {
  Deno.test(`with ${JSON.stringify(headers)} a client can list tools, and is never asked to authorize`, async () => {
    await using service = await startService();
    const initialize = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    };

    const answers = await Promise.all([
      post(service.mcpUrl, { jsonrpc: "2.0", id: 1, method: "initialize", params: initialize }, headers),
      post(service.mcpUrl, { jsonrpc: "2.0", id: 1, method: "tools/list" }, headers),
      post(service.mcpUrl, { jsonrpc: "2.0", id: 1, method: "ping" }, headers),
      post(service.mcpUrl, call("list_servers"), headers),
    ]);

    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("www-authenticate"), null);
    }
    for (const body of bodies.slice(0, 3)) assert.equal(body.error, undefined);
    const { code } = toAnswer(bodies[3].result).json;
    assert.ok(code === "authentication_required" || code === "authentication_failed", String(code));
  });
}

function call(name: string) {
  return { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: {} } };
}

Deno.test("a client finds no authorization metadata", async () => {
  await using service = await startService();

  for (const name of ["oauth-protected-resource", "oauth-protected-resource/mcp", "oauth-authorization-server"]) {
    const response = await fetch(`${service.url}/.well-known/${name}`);

    await response.body?.cancel();
    assert.equal(response.status, 404, name);
  }
});

Deno.test("the credentials of stdio are never a fallback for a request without any", async () => {
  await using service = await startService({ env: { CLOUDWAYS_ACCESS_TOKEN: TOKEN } });

  const answer = await whoAmI(service, {});

  assert.equal(answer.json.code, "authentication_required");
  assert.equal(service.sandbox.requests.length, 0);
});

Deno.test("an e-mail is shown only after Cloudways accepted it with its key", async () => {
  await using service = await startService();
  const headers = { "x-cloudways-email": EMAIL, "x-cloudways-api-key": API_KEY };
  const wrong = await whoAmI(service, { ...headers, "x-cloudways-api-key": "EXAMPLE-WRONG-KEY" });

  const right = await whoAmI(service, headers);

  assert.equal(wrong.json.code, "authentication_failed");
  assert.ok(!JSON.stringify(wrong.json).includes(EMAIL));
  assert.equal(right.json.email, EMAIL);
});

Deno.test("no log line holds a credential", async () => {
  await using service = await startService();

  for (const headers of [...KEY_FORMS, ...TOKEN_FORMS]) await callTool(service.mcpUrl, "get_alerts", {}, headers);

  const log = service.logLines.join("\n");
  for (const secret of [TOKEN, OTHER_TOKEN, API_KEY, EMAIL]) assert.ok(!log.includes(secret), secret);
});
