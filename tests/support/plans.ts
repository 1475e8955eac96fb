/** Makes and applies plans, as an assistant does, and counts what was sent. */
import assert from "node:assert/strict";
import type { RecordedRequest, Sandbox } from "../sandbox/mod.ts";
import { type Answer, TOKEN_HEADERS } from "./clients.ts";
import type { Service } from "./harness.ts";
import { callTool } from "./rpc.ts";
import { callModern, type ModernAnswer } from "./rpc_2026.ts";
import { yesTo } from "./yes.ts";

/** The office's address. */
export const OFFICE = "203.0.113.7";

/** Lets the office in to one server. */
export function allowOffice(server_id: number, changes: Record<string, unknown> = {}) {
  return { tool: "update_whitelisted_ips", arguments: { server_id, list: "ssh", add: [OFFICE], ...changes } };
}

/** Makes a plan, whatever comes of it. */
export function plan(
  { mcpUrl }: Service,
  steps: readonly unknown[],
  { headers = TOKEN_HEADERS, ...more }: { headers?: Record<string, string>; continue_on_error?: boolean } = {},
): Promise<Answer> {
  return callTool(mcpUrl, "plan_changes", { steps, ...more }, headers);
}

/** Makes a plan that can be made, and returns its id. */
export async function planId(...args: Parameters<typeof plan>): Promise<string> {
  const { isError, json } = await plan(...args);
  assert.equal(isError, false, JSON.stringify(json));
  return String(json.plan_id);
}

/** Asks to apply a plan. */
export function askToApply(
  { mcpUrl }: Pick<Service, "mcpUrl">,
  plan_id: string,
  headers: Record<string, string> = TOKEN_HEADERS,
): Promise<ModernAnswer> {
  return callModern({ url: mcpUrl, name: "apply_plan", args: { plan_id }, headers });
}

/** A question about a plan. */
export async function questionOf(...args: Parameters<typeof askToApply>) {
  const asked = await askToApply(...args);
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  return asked;
}

/** Answers a question about a plan with a yes. */
export async function applyWithYes(
  { mcpUrl }: Pick<Service, "mcpUrl">,
  plan_id: string,
  { state, message }: { state: string; message: string },
  headers: Record<string, string> = TOKEN_HEADERS,
): Promise<Answer> {
  const answered = { state, reply: yesTo(message) };
  const done = await callModern({ url: mcpUrl, name: "apply_plan", args: { plan_id }, headers, answered });
  assert.ok(done.kind === "result", JSON.stringify(done));
  return done.answer;
}

/** Has a plan approved and applied. */
export async function apply(service: Service, plan_id: string): Promise<Answer> {
  return await applyWithYes(service, plan_id, await questionOf(service, plan_id));
}

/** The state of each step in an answer or an error. */
export function statesOf({ json, isError }: Answer): string[] {
  const { steps } = Object(isError ? json.details : json);
  assert.ok(Array.isArray(steps), JSON.stringify(json));
  return steps.map(({ state }) => String(state));
}

/** The changes that were sent, without signing in. */
export function writesOf({ requests }: Sandbox): RecordedRequest[] {
  return requests.filter(({ method, operationId }) => method !== "GET" && operationId !== "oauth_access_token_create");
}

/** The ids of the servers whose whitelist was changed, in order. */
export function whitelisted(sandbox: Sandbox): number[] {
  return writesOf(sandbox).map(({ fields }) => Number(fields.server_id));
}
