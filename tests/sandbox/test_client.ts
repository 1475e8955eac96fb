/** Plain HTTP requests from tests to a sandbox. */
import { DEMO_ACCOUNT } from "./make_account.ts";
import { isRecord } from "./read_request.ts";
import type { Sandbox } from "./sandbox.ts";
import type { AppState, ServerState } from "./state.ts";

/** What a request carries. */
export interface Sent {
  /** Default the token of the demo account; null for no token. */
  token?: string | null;
  form?: Record<string, string | string[]>;
  json?: unknown;
  headers?: Record<string, string>;
}

/** An answer. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The body as an object; empty if it is not an object. */
  json: Record<string, unknown>;
}

/** Sends one request; the path begins after the base path. */
export async function send(sandbox: Sandbox, method: string, path: string, sent: Sent = {}): Promise<Reply> {
  const token = sent.token === undefined ? DEMO_ACCOUNT.accessTokens[0].token : sent.token;
  const headers = new Headers(sent.headers);
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  const init: RequestInit = { method, headers, redirect: "manual" };
  if (sent.form !== undefined) init.body = formOf(sent.form);
  if (sent.json !== undefined) {
    init.body = JSON.stringify(sent.json);
    headers.set("Content-Type", "application/json");
  }
  const response = await fetch(sandbox.baseUrl + path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

/** Sends a request that has to succeed, and ends the operation it starts. */
export async function done(sandbox: Sandbox, method: string, path: string, sent: Sent = {}): Promise<Reply> {
  const reply = await send(sandbox, method, path, sent);
  if (reply.status !== 200) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
  const id = reply.json.operation_id ?? reply.json.task_id ?? record(reply.json.response).operation_id ??
    record(reply.json.operation).id;
  if (id !== undefined) sandbox.finishOperation(String(id));
  return reply;
}

/** The finished record of an operation, asked for by HTTP. */
export async function operation(sandbox: Sandbox, { json }: Reply): Promise<Record<string, unknown>> {
  const id = json.operation_id ?? json.task_id;
  return record((await send(sandbox, "GET", `/operation/${id}`)).json.operation);
}

function formOf(fields: Record<string, string | string[]>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
  );
}

/** JSON text as an object; empty if it is not an object. */
export function parse(text: string): Record<string, unknown> {
  try {
    return record(JSON.parse(text));
  } catch {
    return {};
  }
}

/** A value as an object; empty if it is not an object. */
export function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** A value as a list of objects; empty if it is not a list. */
export function rows(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

/** The violations of the requests, one line each. */
export function problems(sandbox: Sandbox): string {
  return sandbox.violations.map((violation) => violation.problem).join("\n");
}

/** The fields that name the first server. */
export const serverForm = { server_id: "100001" };
/** The fields that name the first application. */
export const appForm = { server_id: "100001", app_id: "200001" };
/** The fields that name the staging copy of the first application. */
export const stagingForm = { server_id: "100001", app_id: "200003" };

/** The state of the first server. */
export function firstServer(sandbox: Sandbox): ServerState {
  const [server] = sandbox.account().servers;
  if (server === undefined) throw new Error("The sandbox is empty");
  return server;
}

/** The state of the application with that id, by default the first. */
export function appState(sandbox: Sandbox, id = 200_001): AppState {
  const app = sandbox.account().servers.flatMap(({ apps }) => apps).find((one) => one.id === id);
  if (app === undefined) throw new Error(`The sandbox has no application ${id}`);
  return app;
}
