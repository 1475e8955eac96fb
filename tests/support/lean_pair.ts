/** Two servers that differ in nothing but the lean path, and requests for both. */
import assert from "node:assert/strict";
import { FakeClock } from "../sandbox/mod.ts";
import { setUpForEveryTool } from "../tool_rows/mod.ts";
import { TOKEN_HEADERS } from "./clients.ts";
import { type Service, startService } from "./harness.ts";
import { TEST_KEYS } from "./keys.ts";
import { type Sent, textOf, type Written, written } from "./near_messages.ts";
import { modernHeaders, modernMeta } from "./rpc_2026.ts";
import { until } from "./until.ts";

/** A request that is right. */
export interface Base {
  message: Written;
  headers: Record<string, string>;
}

type Params = Record<string, unknown>;

const COMMON = { "content-type": "application/json", accept: "application/json, text/event-stream", ...TOKEN_HEADERS };

/** A request of a 2025 client. */
export function base2025(method: string, params?: Params): Base {
  const message = { jsonrpc: "2.0", id: 1, method, ...(params && { params }) };
  return { message: written(message), headers: COMMON };
}

/** A request of a 2026 client. */
export function base2026(method: string, params: Params = {}): Base {
  const capabilities = {
    elicitation: { form: {} },
    roots: { listChanged: true },
    extensions: { "com.example/x": { a: [1] } },
  };
  const message = { jsonrpc: "2.0", id: "one", method, params: { ...params, _meta: modernMeta("pair", capabilities) } };
  const name = typeof params.name === "string" ? params.name : undefined;
  return { message: written(message), headers: { ...COMMON, ...modernHeaders(method, name) } };
}

/** The parameters of a call. */
export function call(name: string, args?: Params): Params {
  return { name, ...(args && { arguments: args }) };
}

/** The parameters of `initialize` of a client that can't be asked anything. */
export const INITIALIZE = {
  protocolVersion: "2025-11-25",
  capabilities: { roots: { listChanged: true }, sampling: {}, experimental: { a: { b: 1 } } },
  clientInfo: { name: "pair", version: "1.0.0", title: "Pair" },
};

/** Plain requests, first of all those that the lean path answers; then those that are for the SDK. */
export const BASES: readonly Base[] = [
  base2025("ping"),
  base2025("initialize", INITIALIZE),
  base2025("tools/list", { _meta: { "com.example/trace": 1 } }),
  base2025("tools/call", call("ping", {})),
  base2025("tools/call", call("list_servers")),
  base2026("server/discover"),
  base2026("tools/list"),
  base2026("tools/call", call("ping")),
  base2026("tools/call", call("list_servers", { limit: 2 })),
  base2025("server/discover"),
  base2025("prompts/list"),
  base2025("tools/call", call("call_read_tool", { name: "ping" })),
  base2026("ping"),
  base2026("initialize", INITIALIZE),
];

/** A server with the lean path, and one without it. */
export interface Pair extends AsyncDisposable {
  on: Service;
  off: Service;
  /** How many requests were answered by the lean path. */
  leanAnswers: () => number;
}

/** Starts two servers, each with its own sandbox. */
export async function startPair(): Promise<Pair> {
  let lean = 0;
  const start = (by: (() => void) | false) => {
    const clock = new FakeClock();
    const env = { ENCRYPTION_KEY: TEST_KEYS[0], RATE_LIMIT_REQUESTS: "1000000" };
    return startService({ env, clock, lean: by, sandbox: { clock, rateLimitPerMinute: 1_000_000 } });
  };
  const [on, off] = [await start(() => lean++), await start(false)];
  for (const { sandbox } of [on, off]) setUpForEveryTool(sandbox);
  return {
    on,
    off,
    leanAnswers: () => lean,
    async [Symbol.asyncDispose]() {
      await on[Symbol.asyncDispose]();
      await off[Symbol.asyncDispose]();
    },
  };
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Everything that a client sees, but for ids and times. */
async function seen({ mcpUrl }: Service, { body, headers }: Sent) {
  const response = await fetch(mcpUrl, { method: "POST", headers, body });
  const text = await response.text();
  const kept = [...response.headers].filter(([name]) => name !== "date" && name !== "x-request-id");
  return {
    status: response.status,
    headers: kept.map(([name, value]) => [name, name === "mcp-session-id" ? "a session" : value]),
    text: text.replace(UUID, "an id"),
  };
}

/** Members of a line that differ from process to process, or from one moment to the next. */
const OWN = /"(timestamp|milliseconds|stack|process|previous|mac)":("(?:[^"\\]|\\.)*"|\d+|null)/g;

/**
 * The log without ids, times and stacks, sorted, since audit lines are written on their own; and without the lines of
 * strangers, which are folded by the time of day.
 */
function logOf({ logLines }: Service): string[] {
  return logLines.filter((line) => !line.includes('"from":')).map((line) =>
    line.replace(UUID, "an id").replace(/127\.0\.0\.1:\d+/g, "an address").replace(OWN, '"$1":0')
  ).sort();
}

/** Fails if the two have written different logs. */
export async function compareLogs({ on, off }: { on: Service; off: Service }): Promise<void> {
  // A line is written after its answer.
  await until(() => logOf(on).length === logOf(off).length);
  assert.deepEqual(logOf(on), logOf(off));
}

/** Sends both the same, and fails if they answer differently. */
export async function compare({ on, off }: { on: Service; off: Service }, sent: Sent): Promise<void> {
  const byLean = await seen(on, sent);
  assert.deepEqual(byLean, await seen(off, sent), JSON.stringify(sent));
}

/** A request as it is sent. */
export function sentOf({ message, headers }: Base): Sent {
  return { body: textOf(message), headers };
}
