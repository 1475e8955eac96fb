/** What clients find at the doors, and that the door for headers is as it always was. */
import assert from "node:assert/strict";
import { discoverOAuthServerInfo as modernDiscovery } from "@modelcontextprotocol/client";
import { discoverOAuthServerInfo as legacyDiscovery } from "@modelcontextprotocol/sdk/client/auth.js";
import * as oauth from "oauth4webapi";
import { CLIENT_KINDS, connect, TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { freePort } from "../support/free_port.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { ConnectCookies } from "../../src/http/sign_in/cookies.ts";
import { FakeClock } from "../sandbox/mod.ts";
import {
  authorizationUrl,
  callAtDoor,
  checkToken,
  choose,
  consent,
  PASTED,
  postForm,
  redeem,
  REDIRECT,
  register,
  signIn,
  startSignIn,
  visit,
} from "../support/sign_in.ts";

const ADDRESSES = [
  "/connect/mcp",
  "/connect/mcp/readonly",
  "/connect/mcp/x/basic,apps",
  "/connect/mcp/x/apps/readonly",
];

for (const path of ADDRESSES) {
  Deno.test(`${path} without a token says where its own document is, and the document names exactly it`, async () => {
    await using service = await startSignIn();

    const { status, headers } = await callAtDoor(service, "", { path });
    const challenge = headers.get("www-authenticate") ?? "";
    const url = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? "";
    const document = await (await fetch(url)).json();

    assert.equal(status, 401);
    assert.match(challenge, /^Bearer /);
    assert.doesNotMatch(challenge, /error=/);
    assert.equal(url, `${service.url}/.well-known/oauth-protected-resource${path}`);
    assert.equal(document.resource, service.url + path);
    assert.deepEqual(document.authorization_servers, [`${service.url}/connect`]);
    assert.deepEqual(document.scopes_supported, [
      "cloudways:read",
      ...(path.endsWith("/readonly") ? [] : ["cloudways:write"]),
    ]);
  });

  for (const [name, discover] of [["2026", modernDiscovery], ["2025", legacyDiscovery]] as const) {
    Deno.test(`the ${name} client discovers where to sign in for ${path}`, async () => {
      await using service = await startSignIn();

      const found = await discover(service.url + path);

      assert.equal(found.authorizationServerUrl, `${service.url}/connect`);
      assert.equal(found.authorizationServerMetadata?.token_endpoint, `${service.url}/connect/token`);
      assert.equal(found.resourceMetadata?.resource, service.url + path);
    });
  }
}

for (const [name, discover] of [["2026", modernDiscovery], ["2025", legacyDiscovery]] as const) {
  Deno.test(`the ${name} client discovers nothing for /mcp`, async () => {
    await using service = await startSignIn();

    const found = await discover(`${service.url}/mcp`);

    assert.equal(found.authorizationServerMetadata, undefined);
    assert.equal(found.resourceMetadata, undefined);
  });
}

for (const kind of CLIENT_KINDS) {
  Deno.test(`a ${kind} with headers is served at /mcp as it is without sign-in`, async () => {
    await using service = await startSignIn();
    await using client = await connect(kind, service.mcpUrl, TOKEN_HEADERS);

    const answer = await client.call("list_servers");

    assert.equal(answer.isError, false);
  });
}

const NOT_FOUND = [
  "/.well-known/oauth-protected-resource",
  "/.well-known/oauth-protected-resource/mcp",
  "/.well-known/oauth-protected-resource/mcp/readonly",
  "/.well-known/oauth-protected-resource/connect/mcp/x/nonsense",
  "/.well-known/oauth-authorization-server",
  "/.well-known/oauth-authorization-server/mcp",
  "/.well-known/openid-configuration",
  "/.well-known/openid-configuration/connect",
  "/connect/.well-known/openid-configuration",
  "/mcp/.well-known/oauth-protected-resource",
  "/authorize",
  "/token",
  "/register",
];

for (const path of NOT_FOUND) {
  Deno.test(`there is nothing at ${path}`, async () => {
    await using service = await startSignIn();

    const { status } = await visit(service.url + path);

    assert.equal(status, 404);
  });
}

Deno.test("the documents are also found where clients append the well-known path", async () => {
  await using service = await startSignIn();

  const server = await (await fetch(`${service.url}/connect/.well-known/oauth-authorization-server`)).json();
  const resource = await (await fetch(`${service.url}/connect/mcp/.well-known/oauth-protected-resource`)).json();

  assert.equal(server.issuer, `${service.url}/connect`);
  assert.equal(resource.resource, `${service.url}/connect/mcp`);
});

Deno.test("/mcp without credentials still answers 200 and no challenge", async () => {
  await using service = await startSignIn();

  const { status, headers, text } = await callAtDoor(service, "", { path: "/mcp" });

  assert.equal(status, 200);
  assert.equal(headers.get("www-authenticate"), null);
  assert.match(text, /authentication_required/);
});

for (
  const [what, env] of [
    ["SIGN_IN=off", { SIGN_IN: "off" }],
    ["no ENCRYPTION_KEY", { ENCRYPTION_KEY: "" }],
    ["no PUBLIC_URL", { PUBLIC_URL: "", HOST: "0.0.0.0", ALLOWED_HOSTS: "127.0.0.1" }],
  ] as const
) {
  Deno.test(`with ${what} there is no second door`, async () => {
    await using service = await startSignIn({ env });

    const paths = ["/connect/mcp", "/connect", "/connect/authorize", "/.well-known/oauth-authorization-server/connect"];
    const statuses = await Promise.all(paths.map(async (path) => (await visit(service.url + path)).status));

    assert.deepEqual(statuses, [404, 404, 404, 404]);
  });
}

Deno.test("a public URL with a path stands in every address", async () => {
  const port = freePort();
  const base = `http://127.0.0.1:${port}/cloud`;
  await using service = await startService({ port, env: { ENCRYPTION_KEY: TEST_KEYS[0], PUBLIC_URL: base } });

  const { headers } = await callAtDoor(service, "");
  const document = await (await fetch(`${service.url}/.well-known/oauth-protected-resource/cloud/connect/mcp`)).json();
  const server = await (await fetch(`${service.url}/.well-known/oauth-authorization-server/cloud/connect`)).json();

  assert.match(
    headers.get("www-authenticate") ?? "",
    new RegExp(`"${service.url}/.well-known/oauth-protected-resource/cloud/connect/mcp"`),
  );
  assert.equal(document.resource, `${base}/connect/mcp`);
  assert.equal(server.token_endpoint, `${base}/connect/token`);
});

Deno.test("a strict OAuth client goes through every step, and is answered by the rules", async () => {
  await using service = await startSignIn();
  const insecure = { [oauth.allowInsecureRequests]: true };
  const resource = new URL(`${service.url}/connect/mcp`);
  const found = await oauth.processResourceDiscoveryResponse(
    resource,
    await oauth.resourceDiscoveryRequest(resource, insecure),
  );
  const issuer = new URL(found.authorization_servers?.[0] ?? "");
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }),
  );

  const registered = await oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(server, { redirect_uris: [REDIRECT] }, insecure),
  );
  const client: oauth.Client = { client_id: registered.client_id };
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(server.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    response_type: "code",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    resource: resource.href,
  }).toString();
  const parameters = oauth.validateAuthResponse(
    server,
    client,
    await consent(service, url, { access: "write" }),
    state,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, REDIRECT, verifier, {
      additionalParameters: { resource: resource.href },
      ...insecure,
    }),
  );
  const fresh = await oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token ?? "", insecure),
  );
  const call = await callAtDoor(service, fresh.access_token);
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, oauth.None(), fresh.refresh_token ?? "", insecure),
  );
  const after = await callAtDoor(service, fresh.access_token);

  assert.equal(registered.token_endpoint_auth_method, "none");
  assert.equal(tokens.scope, "cloudways:read cloudways:write");
  assert.deepEqual([call.status, after.status], [200, 401]);
});

Deno.test("the narrowest of connection, address and headers holds", async () => {
  await using service = await startSignIn();
  const { tokens } = await signIn(service, { access: "write", toolsets: ["basic", "servers"] });
  const call = (tool: string, headers: Record<string, string> = {}) =>
    callAtDoor(service, tokens.access, { tool, args: { server_id: 100001 }, headers });

  const within = await call("get_server_details");
  const outside = await call("clear_app_cache");
  const readOnly = await call("restart_server", { "x-mcp-readonly": "true" });

  assert.doesNotMatch(within.text, /Unknown tool/);
  assert.match(outside.text, /Unknown tool/);
  assert.match(readOnly.text, /read_only/);
});

Deno.test("a connection that is bound to servers is kept from everything else", async () => {
  await using service = await startSignIn();
  const [first, second] = service.sandbox.account().servers;
  const { tokens } = await signIn(service, { servers: [first?.id ?? 0] });

  const look = (id: number | undefined) =>
    callAtDoor(service, tokens.access, { tool: "get_server_details", args: { server_id: id } });
  const own = await look(first?.id);
  const other = await look(second?.id);
  const account = await callAtDoor(service, tokens.access, { tool: "list_team_members" });

  assert.doesNotMatch(own.text, /isError/);
  assert.match(other.text, /not_found/);
  assert.match(account.text, /Unknown tool/);
});

Deno.test("customer_info and the audit records name the connection and its bounds", async () => {
  await using service = await startSignIn();
  const { tokens } = await signIn(service, { name: "Claude", access: "write", duration: "day" });

  const info = await callAtDoor(service, tokens.access, { tool: "customer_info" });
  await callAtDoor(service, tokens.access, { tool: "clear_app_cache", args: { app_id: 200001, wait_seconds: 0 } });
  const log = await callAtDoor(service, tokens.access, { tool: "get_audit_log" });
  const { connection } = JSON.parse(JSON.parse(info.text).result.content[0].text);
  const { records } = JSON.parse(JSON.parse(log.text).result.content[0].text);

  assert.equal(connection.client, "Claude");
  assert.equal(connection.read_only, false);
  assert.equal(connection.servers, "all");
  assert.match(connection.ends_at, /^\d{4}-/);
  assert.ok(records.length > 0);
  assert.ok(records.every((record: { connection: string }) => record.connection === connection.id));
  assert.ok(service.logLines.some((line) => line.includes(connection.id)));
});

Deno.test("no token, code, cookie or Cloudways token is in the log", async () => {
  await using service = await startSignIn();
  const { tokens } = await signIn(service, { passphrase: "open-sesame-now" });
  await callAtDoor(service, tokens.access);
  const texts = [PASTED, tokens.access, tokens.refresh, "open-sesame-now"];

  const found = service.logLines.filter((line) => texts.some((text) => line.includes(text)));

  assert.deepEqual(found, []);
});

Deno.test("people see their connections with their token or their browser, and end one or all", async () => {
  await using service = await startSignIn();
  const one = await signIn(service, { name: "First <b>program</b>" });
  const two = await signIn(service, { name: "Second program" });
  const three = await signIn(service, { name: "Third program" });
  const page = await postForm(service, "/connect", [["token", PASTED], ["step", "token"]]);
  const [firstId = ""] = [...page.html.matchAll(/name="connection" value="(\w+)"/g)].map(([, id]) => id);
  const form = /name="form" value="([^"]+)"/.exec(page.html)?.[1] ?? "";

  const ended = await postForm(service, "/connect", [["form", form], ["connection", firstId], ["step", "end"]]);
  const afterOne = await Promise.all([one, two, three].map(({ tokens }) => callAtDoor(service, tokens.access)));
  await postForm(service, "/connect", [["form", form], ["step", "end_all"]]);
  const afterAll = await Promise.all([one, two, three].map(({ tokens }) => callAtDoor(service, tokens.access)));

  assert.ok(page.html.includes("First &lt;b&gt;program"));
  assert.match(page.html, /end when this server is restarted/);
  assert.doesNotMatch(ended.html, /First/);
  assert.deepEqual(afterOne.map(({ status }) => status), [401, 200, 200]);
  assert.deepEqual(afterAll.map(({ status }) => status), [401, 401, 401]);
});

Deno.test("the browser that connected a program sees its account's connections without a token", async () => {
  await using service = await startSignIn();
  const clientId = await register(service);
  const first = await visit(authorizationUrl(service, clientId));
  const made = await choose(service, await checkToken(service, first));
  const cookie = made.headers.get("set-cookie") ?? "";
  await redeem(service, clientId, new URL(made.location ?? "").searchParams.get("code") ?? "");

  const page = await postForm(service, "/connect", [["step", "cookie"]], { cookie: cookie.split(";")[0] ?? "" });
  const without = await postForm(service, "/connect", [["step", "cookie"]]);

  assert.match(cookie, /^connect=v1\.[^;]+; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax$/);
  assert.match(page.html, /customer_/);
  assert.doesNotMatch(without.html, /customer_/);
});

Deno.test("beyond loopback the cookie is for this host over TLS alone, and it counts with POST alone", async () => {
  const cookies = new ConnectCookies({
    box: new Box(await KeyRing.create({ encryptionKeys: [new Uint8Array(32)] })),
    clock: new FakeClock(),
    publicUrl: new URL("https://mcp.example.com"),
  });
  const headers = new Headers();

  const entry = { customer: "a".repeat(64), connection: "b" };
  const read = (method: string) =>
    cookies.read(new Request("https://mcp.example.com", { method, headers: { cookie } }));

  await cookies.add(headers, entry);
  const cookie = headers.get("set-cookie")?.split(";")[0] ?? "";

  assert.deepEqual(await read("POST"), [entry]);
  assert.deepEqual(await read("GET"), []);
  assert.match(
    headers.get("set-cookie") ?? "",
    /^__Host-connect=v1\.[^;]+; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/,
  );
});
