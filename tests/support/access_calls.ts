/** What the tests of the tools for users, passwords and SSH keys share: calls, answers, and the account. */
import assert from "node:assert/strict";
import type { SandboxOptions } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "./clients.ts";
import { type Service, startService } from "./harness.ts";
import { callTool } from "./rpc.ts";
import { callModern, YES } from "./rpc_2026.ts";
import { SSH_KEYS } from "./ssh_keys.ts";

/** A server and an application on it, an additional user of that application, and a key of each. */
export const SERVER = { server_id: 100001 };
export const APP = { app_id: 200001 };
export const USER = { ...APP, app_user_id: 500001 };
export const SERVER_KEY = { ...SERVER, ssh_key_id: 400001 };
export const USER_KEY = { ...SERVER, ...APP, ssh_key_id: 900001 };
/** A key to be added. */
export const LAPTOP = { label: "laptop of Ann", public_key: SSH_KEYS.ed25519.text };
/** The environments in which people are asked, and are not. */
export const ASK = { RATE_LIMIT_REQUESTS: "100000" };
export const OFF = { ...ASK, CONFIRM: "off" };

/** Starts a service whose operations end at once. */
export function start(env: Record<string, string> = OFF, sandbox: SandboxOptions = {}): Promise<Service> {
  return startService({ env, sandbox: { pace: { polls: 1, seconds: 0 }, ...sandbox } });
}

/** Calls a tool. */
export const call = (service: Service, name: string, args: Record<string, unknown>) =>
  callTool(service.mcpUrl, name, args, TOKEN_HEADERS);

/** Asks, and returns the question with its state. */
export async function ask({ mcpUrl: url }: Service, name: string, args: Record<string, unknown>) {
  const asked = await callModern({ url, name, args, headers: TOKEN_HEADERS });
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  return asked;
}

/** Asks, says yes, and returns the answer. */
export async function askAndApprove(service: Service, name: string, args: Record<string, unknown>) {
  const { state } = await ask(service, name, args);
  const answered = { state, reply: YES };
  const done = await callModern({ url: service.mcpUrl, name, args, headers: TOKEN_HEADERS, answered });
  assert.ok(done.kind === "result" && !done.answer.isError, JSON.stringify(done));
  return done.answer.json;
}

/** The answer to a call that must be refused before anybody is asked. */
export async function refusal({ mcpUrl: url }: Service, name: string, args: Record<string, unknown>) {
  const answered = await callModern({ url, name, args, headers: TOKEN_HEADERS });
  assert.ok(answered.kind === "result" && answered.answer.isError, JSON.stringify(answered));
  return answered.answer.json;
}

/** What a person sees after they pressed the button of a page with a password. */
export async function open(service: Service, json: Record<string, unknown>): Promise<string> {
  const { pathname } = new URL(String(json.secret_url ?? Object(json.details).secret_url));
  const response = await fetch(service.url + pathname, {
    method: "POST",
    headers: { origin: "http://127.0.0.1:7000", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ show: "once" }),
  });
  return await response.text();
}

/** The server of these tests. */
export function serverOf({ sandbox }: Service) {
  const server = sandbox.account().servers.find(({ id }) => id === SERVER.server_id);
  assert.ok(server);
  return server;
}

/** The application of these tests. */
export function appOf(service: Service) {
  const app = serverOf(service).apps.find(({ id }) => id === APP.app_id);
  assert.ok(app);
  return app;
}

/** The names of its additional users. */
export const userNames = (service: Service) => appOf(service).credentials.map(({ sys_user }) => sys_user);

/** The operations that changed something, in their order. */
export function writesOf({ sandbox }: Service): string[] {
  return sandbox.requests.filter(({ method }) => method !== "GET").map(({ operationId }) => String(operationId));
}

/** Every password that was sent. */
export function sentPasswords({ sandbox }: Service): string[] {
  return sandbox.requests.flatMap(({ fields }) => typeof fields.password === "string" ? [fields.password] : []);
}

/** Everything that others than the person can read: the answers, the log with the audit records, the customer's log. */
export async function everythingRead(service: Service, answers: readonly unknown[]): Promise<string> {
  const { json } = await call(service, "get_audit_log", { limit: 100 });
  return [...answers.map((answer) => JSON.stringify(answer)), JSON.stringify(json), ...service.logLines].join("\n");
}
