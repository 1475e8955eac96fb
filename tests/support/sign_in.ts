/** Signing in, as clients and people do it. */
import assert from "node:assert/strict";
import { DEMO_ACCOUNT } from "../sandbox/mod.ts";
import { type Service, type ServiceOptions, startService } from "./harness.ts";
import { TEST_KEYS } from "./keys.ts";
import { freePort } from "./free_port.ts";

/** The access token that people paste in tests. */
export const PASTED = DEMO_ACCOUNT.accessTokens[0].token;

/** Where the client of these tests has the browser sent back to. Nobody listens there. */
export const REDIRECT = "http://127.0.0.1:9/callback";

/** A verifier of PKCE, and its challenge. */
export const PKCE = {
  verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
};

/** Starts a server at which people can sign in. */
export async function startSignIn(options: ServiceOptions = {}): Promise<Service> {
  const port = options.port ?? freePort();
  const env = { ENCRYPTION_KEY: TEST_KEYS[0], PUBLIC_URL: `http://127.0.0.1:${port}`, ...options.env };
  return await startService({ ...options, port, env });
}

/** What a person does on the consent pages; the defaults are the pages' own. */
export interface PersonChoice {
  token?: string;
  access?: "read" | "write";
  servers?: readonly number[];
  /** All of them by default. */
  toolsets?: readonly string[];
  duration?: "day" | "month" | "always";
  passphrase?: string;
}

/** A page, or where it sends the browser. */
export interface Visited {
  status: number;
  html: string;
  headers: Headers;
  location: string | null;
}

/** Opens a page as a browser does. */
export async function visit(url: string | URL, init: RequestInit = {}): Promise<Visited> {
  const response = await fetch(url, { redirect: "manual", ...init });
  return {
    status: response.status,
    html: await response.text(),
    headers: response.headers,
    location: response.headers.get("location"),
  };
}

/** Sends a form of a page as a browser does. */
export function postForm(
  service: Pick<Service, "url">,
  path: string,
  fields: readonly (readonly [string, string])[],
  headers: Record<string, string> = {},
): Promise<Visited> {
  return visit(service.url + path, {
    method: "POST",
    headers: {
      origin: service.url,
      "sec-fetch-site": "same-origin",
      "content-type": "application/x-www-form-urlencoded",
      ...headers,
    },
    body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
  });
}

/** The sealed state that a page's form carries. */
export function formOf(html: string): string {
  const form = /name="form" value="([^"]+)"/.exec(html)?.[1];
  assert.ok(form !== undefined, html.replace(/<style>[^]*<\/style>/, ""));
  return form;
}

/** The toolsets that a page offers. */
export function offeredToolsets(html: string): string[] {
  return [...html.matchAll(/name="toolset" value="(\w+)"/g)].map(([, name = ""]) => name);
}

/** Does what a person does from the first page on, and returns where the browser is sent. */
export async function consent(
  service: Pick<Service, "url">,
  authorizationUrl: string | URL,
  choice: PersonChoice = {},
): Promise<URL> {
  const first = await visit(authorizationUrl);
  assert.equal(first.status, 200, first.html);
  const second = await checkToken(service, first, choice.token);
  assert.equal(second.status, 200, second.html);
  const last = await choose(service, second, choice);
  assert.equal(last.status, 303, last.html);
  return new URL(last.location ?? "");
}

/** Sends the first page's form. */
export function checkToken(service: Pick<Service, "url">, first: Visited, token: string = PASTED): Promise<Visited> {
  return postForm(service, "/connect/authorize", [["form", formOf(first.html)], ["token", token], ["step", "check"]]);
}

/** Sends the second page's form. */
export function choose(service: Pick<Service, "url">, second: Visited, choice: PersonChoice = {}): Promise<Visited> {
  const { access = "read", servers, toolsets = offeredToolsets(second.html), duration = "month", passphrase } = choice;
  return postForm(service, "/connect/authorize", [
    ["form", formOf(second.html)],
    ["access", access],
    ["servers", servers === undefined ? "all" : "chosen"],
    ...(servers ?? []).map((id) => ["server", String(id)] as const),
    ...toolsets.map((name) => ["toolset", name] as const),
    ["duration", duration],
    ["passphrase", passphrase ?? ""],
    ["step", "connect"],
  ]);
}

/** Registers a client, and returns its id. */
export async function register(
  service: Pick<Service, "url">,
  metadata: Record<string, unknown> = {},
): Promise<string> {
  const response = await fetch(`${service.url}/connect/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_name: "Test client", redirect_uris: [REDIRECT], ...metadata }),
  });
  const { client_id } = await response.json();
  assert.equal(response.status, 201);
  return client_id;
}

/** The address at which a client has a person asked. */
export function authorizationUrl(
  service: Pick<Service, "url">,
  clientId: string,
  changes: Record<string, string | undefined> = {},
): URL {
  const parameters = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT,
    code_challenge: PKCE.challenge,
    code_challenge_method: "S256",
    state: "a-state",
    resource: `${service.url}/connect/mcp`,
    ...changes,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URL(`${service.url}/connect/authorize?${new URLSearchParams(given)}`);
}

/** An answer of the token endpoint. */
export interface TokenAnswer {
  status: number;
  json: Record<string, unknown>;
  /** Empty after a refusal. */
  access: string;
  refresh: string;
}

/** Calls the token endpoint. */
export async function askForTokens(
  service: Pick<Service, "url">,
  fields: Record<string, string>,
): Promise<TokenAnswer> {
  const response = await fetch(`${service.url}/connect/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields),
  });
  const json = await response.json();
  return {
    status: response.status,
    json,
    access: String(json.access_token ?? ""),
    refresh: String(json.refresh_token ?? ""),
  };
}

/** Redeems a code. */
export function redeem(
  service: Pick<Service, "url">,
  clientId: string,
  code: string,
  changes: Record<string, string> = {},
): Promise<TokenAnswer> {
  return askForTokens(service, {
    grant_type: "authorization_code",
    client_id: clientId,
    code,
    redirect_uri: REDIRECT,
    code_verifier: PKCE.verifier,
    ...changes,
  });
}

/** Asks for fresh tokens. */
export function refresh(service: Pick<Service, "url">, clientId: string, refreshToken: string): Promise<TokenAnswer> {
  return askForTokens(service, { grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken });
}

/** A client that was let in. */
export interface SignedInClient {
  clientId: string;
  tokens: TokenAnswer;
  /** For the transports of clients. */
  headers: Record<string, string>;
}

/** Registers a client, has a person let it in, and gets its tokens. */
export async function signIn(
  service: Pick<Service, "url">,
  choice: PersonChoice & { name?: string; address?: string } = {},
): Promise<SignedInClient> {
  const clientId = await register(service, { client_name: choice.name ?? "Test client" });
  const url = authorizationUrl(service, clientId, { resource: `${service.url}${choice.address ?? "/connect/mcp"}` });
  const back = await consent(service, url, choice);
  const tokens = await redeem(service, clientId, back.searchParams.get("code") ?? "");
  assert.equal(tokens.status, 200, JSON.stringify(tokens.json));
  return { clientId, tokens, headers: { authorization: `Bearer ${tokens.access}` } };
}

/** The status of one call at the door for those who signed in, and the code of its failure. */
export async function callAtDoor(
  service: Pick<Service, "url">,
  accessToken: string,
  { tool = "list_servers", args = {}, path = "/connect/mcp", headers = {} }: {
    tool?: string;
    args?: Record<string, unknown>;
    path?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(service.url + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(accessToken !== "" && { authorization: `Bearer ${accessToken}` }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: args } }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
