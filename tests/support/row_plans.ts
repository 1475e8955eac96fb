/**
 * Plans for the tables of the tests. A row of the tool table is made before any service runs, so it can't name a plan;
 * it names one of these instead. Before a call with one is sent, a plan is made for its caller, and named in its place.
 * Making it leaves no trace among the sandbox's requests.
 */
import * as z from "zod";
import type { Sandbox } from "../sandbox/mod.ts";

/** Stands in arguments for a plan of one change. */
export const ROW_PLAN = "00000000-0000-4000-8000-00000000000a";
/** Stands for another plan. */
export const OTHER_ROW_PLAN = "00000000-0000-4000-8000-00000000000b";

/** The address that each plan lets in to the caller's first server. It is on no list of the tests' accounts. */
const ADDRESSES: Readonly<Record<string, string>> = { [ROW_PLAN]: "203.0.113.99", [OTHER_ROW_PLAN]: "203.0.113.98" };

/** The sandbox of each running service. Services of one sandbox share their plans. */
const services = new Map<string, Sandbox>();
const made = new WeakMap<Sandbox, Map<string, Promise<string>>>();

/** Makes a service known as long as it runs. Returns what ends that. */
export function knowService(mcpUrl: URL, sandbox: Sandbox): () => void {
  services.set(mcpUrl.origin, sandbox);
  return () => void services.delete(mcpUrl.origin);
}

/** A message with plans in place of those that stand for them. */
export async function withRowPlans<T>(url: URL, message: T, headers: Record<string, string>): Promise<T> {
  const sandbox = services.get(url.origin);
  let text = JSON.stringify(message);
  const named = Object.keys(ADDRESSES).filter((id) => text.includes(id));
  if (sandbox === undefined || named.length === 0) return message;
  for (const id of named) text = text.replaceAll(id, await planFor(sandbox, url, id, headers));
  return JSON.parse(text);
}

/** Arguments with a plan that this client made, in place of one that stands for it: for clients over stdio. */
export async function withOwnPlan(
  client: { call: (name: string, args: Record<string, unknown>) => Promise<{ json: Record<string, unknown> }> },
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const address = ADDRESSES[String(args.plan_id)];
  if (address === undefined) return args;
  const { json } = await client.call("plan_changes", { steps: [stepFor(100001, address)] });
  return { ...args, plan_id: json.plan_id };
}

function stepFor(server_id: number, address: string | undefined) {
  return { tool: "update_whitelisted_ips", arguments: { server_id, list: "ssh", add: [address] } };
}

const reply = z.object({ result: z.looseObject({ structuredContent: z.unknown() }) });
const listed = z.looseObject({ servers: z.tuple([z.looseObject({ id: z.number() })], z.unknown()) });
const planned = z.looseObject({ plan_id: z.string() });

/** Headers that say who calls, and within which servers. */
const CALLER = /^(authorization|x-(cloudways|cw|access-token|mcp-servers).*)$/i;

function planFor(sandbox: Sandbox, url: URL, id: string, headers: Record<string, string>): Promise<string> {
  const plans = made.get(sandbox) ?? new Map<string, Promise<string>>();
  made.set(sandbox, plans);
  const caller = Object.fromEntries(Object.entries(headers).filter(([name]) => CALLER.test(name)));
  const key = `${id} ${JSON.stringify(caller)}`;
  const plan = plans.get(key) ?? makePlan(sandbox, url, id, caller);
  plans.set(key, plan);
  return plan;
}

/** Makes a plan. For a caller who can't make any, what stands for it stays. */
async function makePlan(
  sandbox: Sandbox,
  url: URL,
  id: string,
  headers: Record<string, string>,
): Promise<string> {
  const before = sandbox.requests.length;
  try {
    const server = listed.safeParse(await call(url, "list_servers", {}, headers)).data?.servers[0].id;
    if (server === undefined) return id;
    const steps = [stepFor(server, ADDRESSES[id])];
    return planned.safeParse(await call(url, "plan_changes", { steps }, headers)).data?.plan_id ?? id;
  } finally {
    sandbox.keepRequests(before);
  }
}

async function call(url: URL, name: string, args: unknown, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(new URL("/mcp", url), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: JSON.stringify({ jsonrpc: "2.0", id: "plan", method: "tools/call", params: { name, arguments: args } }),
  });
  return reply.safeParse(await response.json()).data?.result.structuredContent;
}
