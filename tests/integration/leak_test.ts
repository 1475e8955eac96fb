/**
 * Every secret of the account and of the caller is a unique word. The tests use every tool, every kind of failure and
 * every page. No byte that leaves the process holds one of the words, except the answer of the one tool that reveals.
 */
import assert from "node:assert/strict";
import { askingCalls } from "../support/asking_calls.ts";
import { certificatePem, keyPem, testKey } from "../support/certificates.ts";
import { TOKEN_HEADERS as DEMO_HEADERS } from "../support/clients.ts";
import { everythingStored } from "../support/everything_stored.ts";
import type { ServiceOptions } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { leaksIn, type Sight } from "../support/leaks.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { freePort } from "../support/free_port.ts";
import { startMain } from "../support/process.ts";
import { rawClient, type RedisAddress, redisOfFile, startRedis } from "../support/redis_server.ts";
import { callTool, post } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { approvalOf, yesTo } from "../support/yes.ts";
import { type AppState, type FaultKind, type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { setUpForEveryTool, toolRows } from "../tool_rows/mod.ts";
import { until } from "../support/until.ts";
import { type Exchange, startWatchedService, type WatchedService } from "../support/watched_service.ts";

const emptyRedis = redisOfFile();

const [ENCRYPTION_KEY] = TEST_KEYS;
const PUBLIC_URL = "http://127.0.0.1:7000";
/** The test sends this with the two calls whose answers may show a secret. It says which one. */
const MAY_SHOW = "x-may-show";

/** The words. */
const WORDS = {
  "a password of the account": "Kanarienvogel1account",
  "the API key": "Kanarienvogel2apikey",
  "the access token": "Kanarienvogel3token",
  "the approval code": "Kanarienvogel4code",
  "the passphrase of a private key": "Kanarienvogel5phrase",
  "the e-mail address": "Kanarienvogel6email",
  "the key of the server": ENCRYPTION_KEY.replaceAll("=", ""),
  // Of the bytes of the key that is made of ones, in every line of its PEM.
  "a private key": "BCIEIAEBAQEBAQEBAQ",
} as const;

const ACCOUNT_SECRET = WORDS["a password of the account"];
// Holds the characters that JSON, addresses and forms escape.
const API_KEY = `${WORDS["the API key"]}+/"&%=1`;
const TOKEN = `cw_${WORDS["the access token"]}+/"&%=1`;
const APPROVAL_CODE = `${WORDS["the approval code"]}+/"&%=1`;
const PASSPHRASE = `${WORDS["the passphrase of a private key"]}+/"&%=1`;
const EMAIL = `${WORDS["the e-mail address"]}@example.com`;

/** The two kinds of credentials: the headers, and the secret in them. */
const CREDENTIALS = {
  token: { headers: { "x-cloudways-access-token": TOKEN }, secret: TOKEN },
  key: { headers: { "x-cloudways-email": EMAIL, "x-cloudways-api-key": API_KEY }, secret: API_KEY },
} as const;
type CredentialKind = keyof typeof CREDENTIALS;

/** A service with everything that leaves it. */
interface Stage extends AsyncDisposable {
  service: WatchedService;
  sandbox: Sandbox;
  redis: RedisAddress;
  /** Every command that Redis got. */
  commands: string[];
}

interface StageOptions extends Omit<ServiceOptions, "sandbox"> {
  /** The test's Redis, which is emptied first. Without one, one is started. */
  redis?: RedisAddress;
}

async function setStage(kind: CredentialKind, options: StageOptions = {}): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const redis = options.redis ?? await emptyRedis();
  const sandbox = stack.use(
    await startSandbox({
      accounts: [{ email: EMAIL, apiKey: API_KEY, accessTokens: [{ token: TOKEN }], canary: ACCOUNT_SECRET }],
      rateLimitPerMinute: 100_000,
      exchangesPerMinute: 1_000,
      pace: { polls: 1, seconds: 0 },
    }),
  );
  setUpForEveryTool(sandbox);
  plantSecrets(sandbox, CREDENTIALS[kind].secret);
  const commands: string[] = [];
  const client = stack.use(rawClient(redis));
  await client.flushall();
  const monitor = await client.monitor();
  stack.defer(() => monitor.disconnect());
  monitor.on("monitor", (_time: string, command: string[]) => commands.push(command.join(" ")));
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY, PUBLIC_URL, RATE_LIMIT_REQUESTS: "100000", ...options.env };
  const service = stack.use(await startWatchedService({ ...options, sandbox, env }));
  const kept = stack.move();
  return { service, sandbox, redis, commands, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Puts secrets into every place of an account that may hold one, the caller's own too. */
function plantSecrets(sandbox: Sandbox, callers: string): void {
  const account = sandbox.account();
  const secret = account.secret();
  for (const server of account.servers) {
    server.label = `${server.label} ${callers}`;
    server.settings.smtp_password = secret;
    for (const app of server.apps) plantInApp(app, secret, callers);
  }
  for (const alert of account.alerts) {
    alert.desc = `Log in with password=${secret} or https://user:${secret}@shop.example.com/`;
    alert.values = { DB_PASSWORD: secret, TEXT: callers };
  }
  const [channel] = account.channels;
  if (channel !== undefined) {
    const config = { url: `https://alerts.example.org/in/${secret}` };
    account.channels.push({ ...channel, id: channel.id + 1, channel: 3, name: `Team ${callers}`, config });
  }
  for (const operation of account.operations) {
    operation.showsServer = true;
    operation.result = () => ({
      app_password: secret,
      echo: callers,
      body: [[`/checkout?access_token=${secret}`, JSON.stringify({ nested: { mysql_password: secret } })]],
    });
  }
}

function plantInApp(app: AppState, secret: string, callers: string): void {
  app.label = `${app.label} ${callers}`;
  app.localBackup = true;
  app.own_ssl = { issued_at: "2026-01-01 00:00:00" };
  for (const entry of app.git.log) {
    entry.git_url = `https://deploy:${secret}@git.example.com/shop.git`;
    entry.description = `Deployed with token=${secret}, ${callers}`;
  }
}

/** A call's arguments, with the secrets that a caller sends. */
function withSecrets(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!("private_key" in args)) return { ...args };
  return {
    ...args,
    certificate: certificatePem({ domains: ["shop.example.com", "www.shop.example.com"] }),
    private_key: keyPem(testKey(1), "password" in args ? PASSPHRASE : undefined),
    ...("password" in args && { password: PASSPHRASE }),
  };
}

/** Calls as a client of 2026-07-28 whose person says yes to everything. */
async function callAndApprove(
  { mcpUrl: url }: WatchedService,
  name: string,
  args: Record<string, unknown>,
  headers: Record<string, string>,
) {
  let answered = await callModern({ url, name, args, headers });
  for (let times = 0; answered.kind === "question" && times < 3; times++) {
    const { state, message } = answered;
    answered = await callModern({ url, name, args, headers, answered: { state, reply: yesTo(message) } });
  }
  return answered;
}

/** Everything that has left the process, including the customer's audit log. */
async function everythingSeen(stage: Stage, headers: Record<string, string>): Promise<Sight[]> {
  const { service, redis, commands } = stage;
  await readAuditLog(service, headers);
  for (const path of ["/", "/health", "/ready", "/metrics"]) {
    for (const accept of ["text/html", "*/*"]) await drain(await fetch(service.url + path, { headers: { accept } }));
  }
  await using client = rawClient(redis);
  const stored = await everythingStored(client, ENCRYPTION_KEY);
  // The monitor reports commands in order, so it has reported all before this one.
  await client.echo("the end");
  await until(() => commands.some((command) => command.includes("the end")));
  return [
    ...answersOf(service.exchanges),
    ...linesOf(service.logLines),
    ...stored.map(({ key, raw }) => ({ where: `Redis, ${key}`, text: `${key} ${raw}` })),
    ...commands.map((text) => ({ where: "a command to Redis", text })),
    ...stored.flatMap(({ key, opened }) => opened.map((text) => ({ where: `${key}, opened`, text }))),
  ];
}

async function readAuditLog({ mcpUrl: url }: WatchedService, headers: Record<string, string>): Promise<void> {
  let before: unknown;
  do {
    const args = { limit: 100, ...(typeof before === "number" && { before }) };
    const answered = await callModern({ url, name: "get_audit_log", args, headers });
    before = answered.kind === "result" ? answered.answer.json.next : undefined;
  } while (typeof before === "number");
}

function linesOf(logLines: readonly string[]): Sight[] {
  return logLines.map((text) => ({ where: "the log", text }));
}

function answersOf(exchanges: readonly Exchange[]): Sight[] {
  return exchanges.map(({ request: { method, url, headers: asked }, status, headers, body }) => ({
    where: `an answer to ${method} ${new URL(url).pathname} that may show ${asked.get(MAY_SHOW) ?? "nothing"}`,
    text: `${status} ${headers} ${body}`,
  }));
}

/** The secrets that were seen where they must not be. */
function leaks({ sandbox }: Stage, sights: readonly Sight[]): string[] {
  const exchanged = sandbox.requests.flatMap(({ authorizationKind, authorization = "" }) =>
    authorizationKind === "exchanged_token" ? [authorization.replace("Bearer ", "")] : []
  );
  const tokens = [...new Set(exchanged)].map((token, index) => [`exchanged token ${index + 1}`, token] as const);
  return leaksIn(sights, { ...WORDS, ...Object.fromEntries(tokens) }).filter((leak) => !isAllowed(leak));
}

/** Whether a secret is where it belongs. */
function isAllowed(leak: string): boolean {
  const [, secret = "", where = ""] = /^(.*?) in (.*?): …/s.exec(leak) ?? [];
  // A password waits, sealed, for the person who opens its page.
  if (/^cw:secret_value:\S+, opened$/.test(where)) return secret === "a password of the account";
  // The store may hold the caller's credentials, sealed; no secret of the account, and no approval code.
  if (where.endsWith("opened")) return /^(the API key|the access token|exchanged token \d+)$/.test(secret);
  return where.endsWith(`that may show ${secret}`);
}

/** Headers by which the test says which secret the answer may show. */
function mayShow(tool: string, args: Readonly<Record<string, unknown>>): Record<string, string> {
  if (tool === "customer_info") return { [MAY_SHOW]: "the e-mail address" };
  return args.show === "answer" ? { [MAY_SHOW]: "a password of the account" } : {};
}

async function drain(response: Response): Promise<string> {
  return await response.text();
}

/** Each kind of credentials, and each form of the log. */
const WATCHED = [{ kind: "token", logFormat: "json" }, { kind: "key", logFormat: "console" }] as const;

for (const { kind, logFormat } of WATCHED) {
  Deno.test(`no tool shows a secret, called with a ${kind} and logged as ${logFormat}`, async () => {
    await using stage = await setStage(kind, { logFormat });
    const { headers } = CREDENTIALS[kind];

    for (const { tool, minimal, full, wrong } of toolRows) {
      const inAnswer = "show" in full ? [{ ...full, show: "answer" }] : [];
      for (const args of [minimal, full, ...inAnswer, ...wrong.map(({ args }) => args)]) {
        await callAndApprove(stage.service, tool, withSecrets(args), { ...headers, ...mayShow(tool, args) });
      }
    }

    const sights = await everythingSeen(stage, headers);
    assert.deepEqual(leaks(stage, sights), []);
    const revealed = leaksIn(sights.filter(({ where }) => where.includes("that may show a password")), WORDS);
    assert.ok(revealed.length > 0, "the allowed secret is shown");
    assert.ok(sights.some(({ where }) => where.startsWith("Redis")), "there is something in Redis");
    const requests = stage.sandbox.requests.map(({ fields }) => ({ where: "a request", text: JSON.stringify(fields) }));
    const sent = leaksIn(requests, WORDS).filter((leak) => leak.startsWith("the passphrase"));
    assert.ok(sent.length > 0, "the required secrets are sent");
  });
}

/** What a person does on an approval page. */
async function decide({ url }: WatchedService, path: string, fields: Record<string, string>): Promise<void> {
  await drain(await fetch(url + path));
  const headers = { origin: PUBLIC_URL, "content-type": "application/x-www-form-urlencoded" };
  const body = new URLSearchParams(fields);
  await drain(await fetch(url + path, { method: "POST", headers, body, redirect: "manual" }));
  await drain(await fetch(url + path));
}

/** The tools for servers at another provider than the others need. */
const AT_AMAZON: ReadonlySet<string> = new Set(["set_snapshot_frequency", "resize_server_volume"]);

/** What earlier calls took away, and later ones need: domains of the DNS add-on and at Cloudflare. */
function domainsOf(sandbox: Sandbox) {
  const { dns, servers } = sandbox.account();
  const cloudflare = servers.flatMap(({ apps }) => apps).map((app) => ({ id: app.id, cloudflare: app.cloudflare }));
  return structuredClone({ dns, cloudflare });
}

/**
 * Makes a call possible after the others. Some need a running server, some a server at a certain provider, some the
 * domains that there were.
 */
function readyFor(tool: string, sandbox: Sandbox, domains: ReturnType<typeof domainsOf>): void {
  const account = sandbox.account();
  const { dns, cloudflare } = structuredClone(domains);
  account.dns = dns;
  const cloud = AT_AMAZON.has(tool) ? "amazon" : "do";
  for (const server of account.servers) {
    Object.assign(server, { status: "running", cloud });
    for (const app of server.apps) Object.assign(app, cloudflare.find(({ id }) => id === app.id));
  }
}

for (const kind of ["token", "key"] as const) {
  Deno.test(`no approval page shows a secret, of a customer with a ${kind}`, async () => {
    await using stage = await setStage(kind);
    const { service } = stage;
    const headers = { ...CREDENTIALS[kind].headers, "x-mcp-approval-code": APPROVAL_CODE };
    const domains = domainsOf(stage.sandbox);
    const unasked: string[] = [];

    for (const { tool, args } of askingCalls) {
      readyFor(tool, stage.sandbox, domains);
      const sent = withSecrets(args);
      const call = () => callTool(service.mcpUrl, tool, sent, { ...headers, ...mayShow(tool, args) });
      const { json } = await call();
      const path = new URL(String(Object(json.details).approval_url), PUBLIC_URL).pathname;
      if (!/^\/approve\/[\w-]{20,}$/.test(path)) unasked.push(tool);
      await decide(service, path, { decision: "approve", code: "wrong" });
      await decide(service, path, { decision: "approve", code: APPROVAL_CODE.slice(0, -1) });
      await decide(service, path, { decision: "maybe", code: APPROVAL_CODE });
      await decide(service, path, { ...approvalOf(String(json.message)), code: APPROVAL_CODE });
      await call();
      await decide(service, path, { decision: "deny" });
    }

    assert.deepEqual(unasked, []);
    assert.deepEqual(leaks(stage, await everythingSeen(stage, headers)), []);
  });

  Deno.test(`no question in a stream shows a secret, of a customer with a ${kind}`, async () => {
    await using stage = await setStage(kind);
    const { headers } = CREDENTIALS[kind];
    const domains = domainsOf(stage.sandbox);
    const unasked: string[] = [];

    for (const { tool, args } of askingCalls) {
      readyFor(tool, stage.sandbox, domains);
      const session = await LegacySession.open([stage.service.mcpUrl], {
        headers: { ...headers, ...mayShow(tool, args) },
      });
      const { questions } = await session.converse(
        tool,
        withSecrets(args),
        ({ params }) => yesTo(String(params.message)),
      );
      if (questions.length !== 1) unasked.push(tool);
    }

    assert.deepEqual(unasked, []);
    assert.deepEqual(leaks(stage, await everythingSeen(stage, headers)), []);
  });
}

/** What Cloudways may say about a bad request: everything that it got, and more. */
const echoOf = (callers: string) => ({
  message: `The api_key ${callers} with Bearer ${callers} is not allowed. Your password=${ACCOUNT_SECRET}.`,
  error: callers,
  errors: { [callers]: [{ code: "in", message: `${callers} is no password: "app_password": "${ACCOUNT_SECRET}"` }] },
  input: { api_key: callers, master_password: ACCOUNT_SECRET, private_key: keyPem(testKey(1)), text: callers },
  request: JSON.stringify({ authorization: `Bearer ${callers}`, body: { sys_password: ACCOUNT_SECRET } }),
});

const pageOf = (callers: string) =>
  `<html><pre>Authorization: Bearer ${callers}\nX-Sent: ${callers}\npassword=${ACCOUNT_SECRET}</pre></html>`;

/** The kinds of upstream failure, for a caller with a secret. */
const FAULTS: Record<string, (callers: string) => FaultKind> = {
  "a 401": (callers) => ({ status: 401, body: echoOf(callers) }),
  "a 403": (callers) => ({ status: 403, body: echoOf(callers) }),
  "a 404": (callers) => ({ status: 404, body: echoOf(callers) }),
  "a 422": (callers) => ({ status: 422, body: echoOf(callers) }),
  "a 422 of a busy server": (callers) => {
    const operation = { id: "1", type: callers, parameters: JSON.stringify(echoOf(callers)) };
    return { status: 422, body: { ...echoOf(callers), operation } };
  },
  "a 429": (callers) => ({ status: 429, body: echoOf(callers), headers: { "Retry-After": "60" } }),
  "a 500 with a page": (callers) => ({ status: 500, html: true, body: pageOf(callers) }),
  "a 503": (callers) => ({ status: 503, body: echoOf(callers) }),
  "a 200 of another form": (callers) => ({ status: 200, body: echoOf(callers) }),
  "a page in place of data": (callers) => ({ status: 200, html: true, body: pageOf(callers) }),
  "text that is not JSON": () => "garbage",
  "half an answer": () => "truncate",
  "no answer": () => "hang",
  "a closed connection": () => "drop",
  "a greeting": () => "greeting",
  "a redirect": (callers) => ({ redirect: `https://example.com/?seen=${encodeURIComponent(callers)}` }),
};

/** Which requests fail, and with which kinds of credentials. */
const MET = [
  { name: "every request", path: /^/, kinds: ["token", "key"] },
  { name: "every request but those that each call needs first", path: /^\/(?!server$|oauth)/, kinds: ["key", "token"] },
] as const;

for (const [index, [name, faultFor]] of Object.entries(FAULTS).entries()) {
  Deno.test(`no error shows a secret after ${name}`, async (t) => {
    const redis = await emptyRedis();
    for (const { name: met, path, kinds } of MET) {
      const kind = kinds[index % 2] ?? "token";
      await t.step(`to ${met}, with a ${kind}`, async () => {
        const logFormat = index % 4 < 2 ? "json" : "console";
        const options = {
          redis,
          logFormat,
          upstreamTimeoutMs: 400,
          callTimeoutMs: 1_500,
          env: { CONFIRM: "off" },
        } as const;
        await using stage = await setStage(kind, options);
        const { headers, secret } = CREDENTIALS[kind];
        stage.sandbox.addFault({ path, kind: faultFor(secret) });

        const calls = toolRows.map(({ tool, full }) =>
          callAndApprove(stage.service, tool, withSecrets(full), { ...headers, ...mayShow(tool, full) })
        );

        const answered = await Promise.all(calls);
        const failed = answered.filter((one) => one.kind === "result" && one.answer.isError);
        assert.ok(failed.length > 30, `${failed.length} calls have failed`);
        assert.deepEqual(leaks(stage, await everythingSeen(stage, headers)), []);
      });
    }
  });
}

/** As an HTTP header carries it, and as an address in lower case. */
const ENCODINGS: Record<string, (secret: string) => string> = {
  "base64": (secret) => btoa(`user:${secret}`),
  "lower case": (secret) => secret.toLowerCase(),
};

for (const [name, encode] of Object.entries(ENCODINGS)) {
  Deno.test(`no progress, record, page or revealed password shows a caller's credential in ${name}`, async () => {
    await using stage = await setStage("key", { env: { CONFIRM: "off" } });
    const { service, sandbox } = stage;
    const headers = CREDENTIALS.key.headers;
    const echo = encode(API_KEY);
    for (const app of sandbox.account().servers.flatMap((server) => server.apps)) {
      for (const entry of app.git.log) entry.branch_name = echo;
      for (const { ssh_keys } of app.credentials) for (const key of ssh_keys) key.label = echo;
    }
    const running = { id: "92897180", type: "restarting_server", is_completed: "0", message: echo };
    sandbox.addFault({ operationId: "operation_status", kind: { status: 200, body: { operation: running } } });

    await callTool(service.mcpUrl, "git_pull", { app_id: 200001, branch: "main", wait_seconds: 0 }, headers);
    const revealed = await callTool(service.mcpUrl, "get_app_credentials", {
      app_id: 200001,
      reveal: true,
      show: "answer",
    }, {
      ...headers,
      ...mayShow("get_app_credentials", { reveal: ["all"], show: "answer" }),
    });
    const params = {
      name: "get_operation_status",
      arguments: { operation_id: "92897180", wait_seconds: 1 },
      _meta: { progressToken: 1 },
    };
    const stream = await drain(
      await post(service.mcpUrl, { jsonrpc: "2.0", id: 1, method: "tools/call", params }, headers),
    );

    assert.equal(revealed.json.revealed, true);
    assert.match(stream, /notifications\/progress/);
    assert.deepEqual(leaks(stage, await everythingSeen(stage, headers)), []);
  });

  Deno.test(`a token that was exchanged is hidden in ${name} too`, async () => {
    await using stage = await setStage("key");
    const { service, sandbox } = stage;
    const { headers } = CREDENTIALS.key;
    await callTool(service.mcpUrl, "list_projects", {}, headers);
    const token = sandbox.requestsTo("project_list").at(-1)?.authorization?.replace("Bearer ", "") ?? "";
    sandbox.addFault({ operationId: "project_list", kind: { status: 422, body: { message: encode(token) } } });

    const { json } = await callTool(service.mcpUrl, "list_projects", {}, headers);

    assert.equal(json.code, "validation_failed");
    assert.deepEqual(leaks(stage, await everythingSeen(stage, headers)), []);
  });
}

/** Requests with a secret in a place where none belongs. */
const MISPLACED: Record<
  string,
  (secret: string) => { path?: string; headers?: Record<string, string>; body: unknown }
> = {
  "as a method": (secret) => ({ body: { ...callOf("ping"), method: secret } }),
  "as the name of a tool": (secret) => ({ body: callOf(secret) }),
  "as the name of an argument": (secret) => ({ body: callOf("list_servers", { [secret]: 1 }) }),
  "as an id": (secret) => ({ body: callOf("get_server_details", { server_id: secret }) }),
  "as a choice": (secret) => ({ body: callOf("list_servers", { detail: secret }) }),
  "as what is searched for": (secret) => ({ body: callOf("find_resources", { query: secret }) }),
  "as a domain": (secret) => ({ body: callOf("update_app_cname", { app_id: 200001, cname: secret }) }),
  "as a label": (secret) => ({ body: callOf("clone_app", { app_id: 200001, app_label: secret, wait_seconds: 0 }) }),
  "as an operation": (secret) => ({ body: callOf("get_operation_status", { operation_id: secret }) }),
  "as parameters": (secret) => ({ body: { ...callOf("ping"), params: secret } }),
  "as JSON-RPC's version": (secret) => ({ body: { ...callOf("ping"), jsonrpc: secret } }),
  "as a revision": (secret) => ({ headers: { "mcp-protocol-version": secret }, body: callOf("ping") }),
  "as a session": (secret) => ({ headers: { "mcp-session-id": secret }, body: callOf("ping") }),
  "as Mcp-Method": (secret) => ({ headers: { "mcp-method": secret }, body: callOf("ping") }),
  "as Mcp-Name": (secret) => ({ headers: { "mcp-name": secret }, body: callOf("ping") }),
  "as a toolset": (secret) => ({ headers: { "x-mcp-toolsets": secret }, body: callOf("ping") }),
  "as a read-only mark": (secret) => ({ headers: { "x-mcp-readonly": secret }, body: callOf("ping") }),
  "as a short approval code": (secret) => ({
    headers: { "x-mcp-approval-code": `${secret} ` + "x".repeat(80) },
    body: callOf("ping"),
  }),
  "as a media type": (secret) => ({ headers: { accept: secret }, body: callOf("ping") }),
  "as a kind of content": (secret) => ({ headers: { "content-type": secret }, body: callOf("ping") }),
  "as an origin": (secret) => ({ headers: { origin: `https://${secret}` }, body: callOf("ping") }),
  "as text that is not JSON": (secret) => ({ body: secret }),
  "as a path": (secret) => ({ path: `/${encodeURIComponent(secret)}`, body: callOf("ping") }),
  "as a query": (secret) => ({ path: `/mcp?api_key=${encodeURIComponent(secret)}`, body: callOf("ping") }),
  "as an approval": (secret) => ({ path: `/approve/${encodeURIComponent(secret)}`, body: callOf("ping") }),
  "as the name of a client": (secret) => ({ body: initializeAs({ name: secret, version: secret }) }),
  "as the name of a capability of a client": (secret) => ({
    body: {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: { experimental: { [secret]: 1 } },
        clientInfo: { name: "test", version: "1" },
      },
    },
  }),
  "as the name of a client that calls": (secret) => ({
    headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "restart_server" },
    body: callOf("restart_server", { server_id: 100001 }, { name: secret, version: "1" }),
  }),
  "as a method that no header names": (secret) => ({
    headers: { "mcp-protocol-version": "2026-07-28" },
    body: modern({ method: secret }),
  }),
  "as a tool that no header names": (secret) => ({
    headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call" },
    body: modern({ method: "tools/call", params: { name: secret } }),
  }),
  "as a revision in the body": (secret) => ({
    body: modern({ meta: { "io.modelcontextprotocol/protocolVersion": secret } }),
  }),
  "as a revision in the body and the header": (secret) => ({
    headers: { "mcp-protocol-version": secret },
    body: modern({ meta: { "io.modelcontextprotocol/protocolVersion": secret } }),
  }),
  "as a revision in the body that the header contradicts": (secret) => ({
    headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" },
    body: modern({ meta: { "io.modelcontextprotocol/protocolVersion": `x${secret}` } }),
  }),
  "as a revision of a batch": (secret) => ({
    headers: { "mcp-protocol-version": `x${secret}` },
    body: [callOf("ping")],
  }),
  "as the name of a capability": (secret) => ({
    headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" },
    body: modern({ meta: { "io.modelcontextprotocol/clientCapabilities": { experimental: { [secret]: 1 } } } }),
  }),
};

/** A request of 2026-07-28. */
function modern(
  { method = "tools/list", params, meta }: {
    method?: string;
    params?: Record<string, unknown>;
    meta?: Record<string, unknown>;
  },
) {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    ...meta,
  };
  return { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta } };
}

type ClientInfo = { name: string; version: string };

function callOf(name: string, args?: Record<string, unknown>, clientInfo?: ClientInfo) {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": clientInfo,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const params = { name, arguments: args ?? {}, ...(clientInfo !== undefined && { _meta }) };
  return { jsonrpc: "2.0", id: 1, method: "tools/call", params };
}

function initializeAs(clientInfo: ClientInfo) {
  const params = { protocolVersion: "2025-11-25", capabilities: { elicitation: {} }, clientInfo };
  return { jsonrpc: "2.0", id: 1, method: "initialize", params };
}

for (const kind of ["token", "key"] as const) {
  Deno.test(`a ${kind} that is sent in a wrong place is shown nowhere`, async (t) => {
    await using stage = await setStage(kind);
    const { service } = stage;
    const { headers, secret } = CREDENTIALS[kind];

    for (const [where, requestWith] of Object.entries(MISPLACED)) {
      await t.step(where, async () => {
        const { path = "/mcp", headers: more, body } = requestWith(secret);
        const before = { answers: service.exchanges.length, lines: service.logLines.length };

        await drain(await post(new URL(service.url + path), body, { ...headers, ...more }));

        const answers = answersOf(service.exchanges.slice(before.answers));
        const lines = linesOf(service.logLines.slice(before.lines));
        assert.deepEqual(leaks(stage, [...answers, ...lines]), []);
      });
    }

    await t.step("and it is not stored", async () => {
      const sights = await everythingSeen(stage, headers);
      assert.deepEqual(leaks(stage, sights.filter(({ where }) => !/^(an answer to POST|the log)/.test(where))), []);
    });
  });
}

/** Credentials that are refused before Cloudways is asked, or by Cloudways. */
const REFUSED: Record<string, Record<string, string>> = {
  "an unknown token": { "x-cloudways-access-token": `${TOKEN}2` },
  "an unknown key": { "x-cloudways-email": EMAIL, "x-cloudways-api-key": `${API_KEY}2` },
  "half a pair": { "x-cloudways-api-key": API_KEY },
  "the other half of a pair": { "x-cloudways-email": EMAIL },
  "two tokens": { "x-cloudways-access-token": TOKEN, "x-access-token": `${TOKEN}2` },
  "two keys": { "x-cloudways-email": EMAIL, "x-cloudways-api-key": API_KEY, "x-cw-api-key": `${API_KEY}2` },
  "an e-mail address that is a key": { "x-cloudways-email": API_KEY, "x-cloudways-api-key": API_KEY },
  "a token that is too long": { "x-cloudways-access-token": TOKEN + "x".repeat(5_000) },
  "a token with a space": { "x-cloudways-access-token": `${TOKEN} ${TOKEN}` },
  "an x-api-key of another kind": { "x-api-key": API_KEY },
  "an x-api-key beside a token": { "x-cloudways-access-token": `${TOKEN}2`, "x-api-key": API_KEY },
  "a bearer of another kind": { authorization: `Bearer ${API_KEY}` },
  "a bearer without a word": { authorization: `Basic ${btoa(`${EMAIL}:${API_KEY}`)}` },
};

Deno.test("credentials that are refused are shown nowhere", async () => {
  await using stage = await setStage("token");

  for (const headers of Object.values(REFUSED)) {
    for (const tool of ["ping", "list_servers", "manage_server_varnish", "restart_server", "customer_info"]) {
      const args = toolRows.find((row) => row.tool === tool)?.minimal ?? {};
      await callTool(stage.service.mcpUrl, tool, args, { ...headers, ...mayShow(tool, args) });
    }
  }

  assert.deepEqual(leaks(stage, await everythingSeen(stage, {})), []);
});

const REDIS_PASSWORD = "Kanarienvogel7redis";

Deno.test("the password of Redis is shown nowhere when Redis goes away", async () => {
  await using redis = await startRedis({ password: REDIS_PASSWORD });
  await using sandbox = await startSandbox();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY, PUBLIC_URL };
  await using service = await startWatchedService({ sandbox, env });
  const call = (tool: string) => callTool(service.mcpUrl, tool, { server_id: 100001 }, DEMO_HEADERS);
  await call("get_server_details");

  await redis.kill();
  for (const tool of ["get_server_details", "restart_server"]) await call(tool);
  for (const path of ["/ready", "/health", "/metrics", "/"]) await drain(await fetch(service.url + path));

  assert.ok(service.logLines.some((line) => line.includes("redis is away")));
  const sights = [...answersOf(service.exchanges), ...linesOf(service.logLines)];
  assert.deepEqual(leaksIn(sights, { ...WORDS, "the password of Redis": REDIS_PASSWORD }), []);
});

for (const kind of ["token", "key"] as const) {
  Deno.test(`a program over stdio shows no secret, with a ${kind}`, async () => {
    await using sandbox = await startSandbox({
      accounts: [{ email: EMAIL, apiKey: API_KEY, accessTokens: [{ token: TOKEN }], canary: ACCOUNT_SECRET }],
    });
    plantSecrets(sandbox, CREDENTIALS[kind].secret);
    sandbox.addFault({
      operationId: "team_member_list",
      kind: { status: 422, body: echoOf(CREDENTIALS[kind].secret) },
    });
    await using program = await startMain(["stdio"], {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      LOG_LEVEL: "DEBUG",
      ENCRYPTION_KEY,
      APPROVAL_CODE,
      PORT: String(freePort()),
      ...(kind === "token"
        ? { CLOUDWAYS_ACCESS_TOKEN: TOKEN }
        : { CLOUDWAYS_EMAIL: EMAIL, CLOUDWAYS_API_KEY: API_KEY }),
    });
    const send = (message: unknown) => program.write(`${JSON.stringify(message)}\n`);
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };

    const { secret } = CREDENTIALS[kind];
    await send({ ...modern({ meta: { "io.modelcontextprotocol/protocolVersion": secret } }), id: 100 });
    await send({
      ...modern({ meta: { "io.modelcontextprotocol/clientCapabilities": { experimental: { [secret]: 1 } } } }),
      id: 101,
    });
    await send({
      jsonrpc: "2.0",
      id: 102,
      method: "initialize",
      params: { capabilities: { experimental: { [secret]: 1 } } },
    });
    await send({ jsonrpc: "2.0", id: 0, method: "initialize", params });
    for (const id of [100, 101, 102, 0]) await program.waitFor(new RegExp(`"id":${id}\\b`), "stdout");
    await send({ jsonrpc: "2.0", method: "notifications/initialized" });
    for (
      const [id, tool] of ["list_servers", "list_team_members", "get_alerts", CREDENTIALS[kind].secret, APPROVAL_CODE]
        .entries()
    ) {
      await send({ jsonrpc: "2.0", id: id + 1, method: "tools/call", params: { name: tool, arguments: {} } });
      await program.waitFor(new RegExp(`"id":${id + 1}\\b`), "stdout");
    }
    await program.closeInput();

    const { stdout, stderr } = await program.ended();
    assert.match(stdout, /validation_failed/);
    assert.match(stderr, /list_team_members/);
    const sights = [{ where: "standard output", text: stdout }, { where: "standard error", text: stderr }];
    assert.deepEqual(leaksIn(sights, WORDS), []);
  });
}
