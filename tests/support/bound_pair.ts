/**
 * Two services over the same account, but for what is on its second server: one has it, and the other never had. A caller
 * who is bound to the first server must not be able to tell them apart.
 */
import assert from "node:assert/strict";
import { FakeClock, type OperationState, type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "./clients.ts";
import { type Service, startService } from "./harness.ts";
import { TEST_KEYS } from "./keys.ts";
import { callTool } from "./rpc.ts";
import { signIn, startSignIn } from "./sign_in.ts";

/** The server that the caller is bound to, and an application on it. */
export const OWN = { server_id: 100001, app_id: 200001 };
/** The server that there is in one account alone, with an application and a staging copy on it. */
export const FOREIGN = { server_id: 100002, app_id: 200004, copy_id: 200007, project: "Zzforeign project" };

/** The headers of the caller who is bound to the first server. */
export const BOUND_HEADERS = { ...TOKEN_HEADERS, "x-mcp-servers": String(OWN.server_id) };

/** Those of a caller who is bound to both servers. */
export const BOTH_HEADERS = { ...TOKEN_HEADERS, "x-mcp-servers": `${OWN.server_id},${FOREIGN.server_id}` };

/** Part of every text about the second server. */
const WORD = "zzforeign";

/** The two services. */
export interface BoundPair extends AsyncDisposable {
  /** Its account has the second server. */
  whole: Service;
  /** Its account has the first server alone. */
  small: Service;
  /** An operation on the second server. */
  foreignOperation: string;
  /** Where the bound caller calls, and with which headers. */
  callerAt: (service: Service) => BoundCaller;
}

/** How a bound caller calls a service. */
export interface BoundCaller {
  url: URL;
  headers: Record<string, string>;
}

/** How a pair is started. */
export interface PairOptions {
  env?: Record<string, string>;
  /** Brings both accounts into one state. */
  setUp?: ((sandbox: Sandbox) => void) | undefined;
  /** By which door the bound caller comes. Defaults to headers of each request. */
  door?: "headers" | "connection";
}

/** Starts both services. Another caller of the whole account has worked on its second server before. */
export async function startBoundPair({ env, setUp, door = "headers" }: PairOptions = {}): Promise<BoundPair> {
  await using stack = new AsyncDisposableStack();
  const start = async (change: (sandbox: Sandbox) => void) => {
    const clock = new FakeClock();
    const sandbox = stack.use(
      await startSandbox({ clock, pace: { polls: 1, seconds: 0 }, rateLimitPerMinute: 100_000 }),
    );
    prepare(sandbox);
    change(sandbox);
    setUp?.(sandbox);
    const all = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000", ENCRYPTION_KEY: TEST_KEYS[0], ...env };
    if (door === "headers") return stack.use(await startService({ sandbox, clock, env: all }));
    return stack.use(await startSignIn({ sandbox, clock, env: all }));
  };
  const whole = await start(nameForeign);
  const small = await start(withoutForeign);
  const foreignOperation = await workOnForeign(whole);
  const callers = new Map<Service, BoundCaller>();
  for (const service of [whole, small]) callers.set(service, await boundCaller(service, door));
  for (const { mcpUrl, sandbox } of [whole, small]) {
    await callTool(mcpUrl, "list_servers", {}, TOKEN_HEADERS);
    sandbox.reset();
  }
  const kept = stack.move();
  const callerAt = (service: Service): BoundCaller => {
    const caller = callers.get(service);
    assert.ok(caller);
    return caller;
  };
  return { whole, small, foreignOperation, callerAt, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function boundCaller(service: Service, door: "headers" | "connection"): Promise<BoundCaller> {
  if (door === "headers") return { url: service.mcpUrl, headers: BOUND_HEADERS };
  const { headers } = await signIn(service, { access: "write", servers: [OWN.server_id] });
  return { url: new URL(`${service.url}/connect/mcp`), headers };
}

/** What both accounts have. */
function prepare(sandbox: Sandbox): void {
  const account = sandbox.account();
  const [own, foreign] = account.servers;
  const [live] = foreign?.apps ?? [];
  const second = own?.apps[1];
  assert.ok(own && foreign && live && second);
  // A copy on the first server of an application on the second one.
  Object.assign(second, { is_staging: "1", source_app_id: live.id, source_server_id: foreign.id });
  // What was done on the second server must not show in the ids of what is made.
  account.lastId.app = 250_000;
}

function nameForeign(sandbox: Sandbox): void {
  const account = sandbox.account();
  const foreign = account.servers[1];
  assert.ok(foreign);
  const { created_at } = account.projects[0] ?? { created_at: "" };
  account.projects.push({ id: 300050, name: FOREIGN.project, isDefault: false, created_at });
  foreign.label = WORD;
  for (const app of foreign.apps) {
    app.label = `${WORD} ${app.id}`;
    app.cname = `${app.id}.${WORD}.example`;
    app.project_id = 300050;
  }
  const [live] = foreign.apps;
  assert.ok(live);
  const copy = { ...structuredClone(live), id: FOREIGN.copy_id, is_staging: "1", source_app_id: live.id } as const;
  foreign.apps.push(copy);
  for (const alert of account.alerts) {
    if (alert.server_id === foreign.id) Object.assign(alert, { desc: WORD, values: { SERVER_LABEL: WORD } });
  }
  // One of the whole account.
  account.alerts.splice(3, 0, { ...account.alerts[3], id: 88_878, server_id: null, app_id: null, desc: WORD } as never);
}

function withoutForeign(sandbox: Sandbox): void {
  const account = sandbox.account();
  account.servers = account.servers.filter(({ id }) => id === OWN.server_id);
  account.alerts = account.alerts.filter(({ server_id }) => server_id === OWN.server_id);
}

/** Does what leaves traces: an operation, records, noted restore points. Returns the operation. */
async function workOnForeign({ mcpUrl }: Service): Promise<string> {
  const { server_id, app_id } = FOREIGN;
  await callTool(mcpUrl, "get_app_restore_points", { app_id }, TOKEN_HEADERS);
  await callTool(mcpUrl, "clear_app_cache", { app_id: 999_999 }, TOKEN_HEADERS);
  const { json } = await callTool(mcpUrl, "restart_server", { server_id }, TOKEN_HEADERS);
  assert.equal(json.status, "completed", JSON.stringify(json));
  return String(json.operation_id);
}

/** Everything by which the second server, and what is on it, can be recognised. */
export function foreignMarks({ whole: { sandbox }, foreignOperation }: BoundPair): string[] {
  const account = sandbox.account();
  const foreign = account.servers.filter(({ id }) => id !== OWN.server_id);
  const apps = foreign.flatMap((server) => server.apps);
  return [
    WORD,
    foreignOperation,
    ...foreign.flatMap(({ id, public_ip, master_user }) => [String(id), public_ip, master_user]),
    ...apps.flatMap(({ id, sys_user }) => [String(id), sys_user]),
  ];
}

/** The marks in a text, without those that are in another one. */
export function marksIn(text: string, marks: readonly string[], given = ""): string[] {
  const lower = text.toLowerCase();
  return marks.filter((mark) => lower.includes(mark.toLowerCase()) && !given.includes(mark));
}

/** What differs between any two calls or services: numbers and ids that are made up for each. */
const MADE_UP: readonly [pattern: RegExp, name: string][] = [
  [/[0-9a-f]{8}-[0-9a-f-]{27}/g, "uuid"],
  [/\bflex-\d+|\b9289\d{4}\b/g, "operation"],
  [/\/(approve|secret)\/[\w-]{20,}/g, "page"],
  [/"(number|next_before)\\*":\d+/g, "number"],
  [/\b[0-9a-f]{32}\b/g, "receipt"],
  [/http:\/\/127\.0\.0\.1:\d+/g, "address"],
];

/** An answer or requests in a form in which those of both services can be compared. */
export function comparable(value: unknown): string {
  return MADE_UP.reduce((left, [pattern, name]) => left.replaceAll(pattern, name), JSON.stringify(value));
}

/** Adds an operation on the second server to an account. Returns its id. */
export function addOperation({ sandbox }: Service, changes: Partial<OperationState>): string {
  const id = String(77_000_001 + sandbox.account().operations.length);
  sandbox.account().operations.push({
    id,
    type: "backup_app",
    serverId: FOREIGN.server_id,
    appId: 0,
    state: "done",
    pollsLeft: 0,
    startedAt: 0,
    finishAt: 0,
    locks: false,
    showsServer: false,
    ...changes,
  });
  return id;
}
