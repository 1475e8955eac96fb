/**
 * The lean path and the SDK give the same answers and write the same log, whatever is sent: two servers that differ in
 * nothing else get the same requests.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { allTools } from "../../src/tools/all.ts";
import { FakeClock } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import {
  edited,
  namesAt,
  nearlyPlain,
  objectsIn,
  ODD_HEADERS,
  ODD_NAMES,
  ODD_VALUES,
  type Sent,
  textOf,
  withHeader,
  type Written,
  written,
} from "../support/near_messages.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { modernHeaders, modernMeta } from "../support/rpc_2026.ts";
import { until } from "../support/until.ts";
import { setUpForEveryTool, toolRows } from "../tool_rows/mod.ts";

interface Base {
  message: Written;
  headers: Record<string, string>;
}

type Params = Record<string, unknown>;

const catalogue = new Catalogue(allTools);
const COMMON = { "content-type": "application/json", accept: "application/json, text/event-stream", ...TOKEN_HEADERS };

function base2025(method: string, params?: Params): Base {
  const message = { jsonrpc: "2.0", id: 1, method, ...(params && { params }) };
  return { message: written(message), headers: COMMON };
}

function base2026(method: string, params: Params = {}): Base {
  const capabilities = {
    elicitation: { form: {} },
    roots: { listChanged: true },
    extensions: { "com.example/x": { a: [1] } },
  };
  const message = { jsonrpc: "2.0", id: "one", method, params: { ...params, _meta: modernMeta("pair", capabilities) } };
  const name = typeof params.name === "string" ? params.name : undefined;
  return { message: written(message), headers: { ...COMMON, ...modernHeaders(method, name) } };
}

function call(name: string, args?: Params): Params {
  return { name, ...(args && { arguments: args }) };
}

const INITIALIZE = {
  protocolVersion: "2025-11-25",
  capabilities: { roots: { listChanged: true }, sampling: {}, experimental: { a: { b: 1 } } },
  clientInfo: { name: "pair", version: "1.0.0", title: "Pair" },
};

const BASES: readonly Base[] = [
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

/** Two servers that differ in nothing but the lean path, each with its own sandbox. */
async function startPair() {
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
    /** How many requests were answered by the lean path. */
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

async function compareLogs({ on, off }: { on: Service; off: Service }): Promise<void> {
  // A line is written after its answer.
  await until(() => logOf(on).length === logOf(off).length);
  assert.deepEqual(logOf(on), logOf(off));
}

async function compare({ on, off }: { on: Service; off: Service }, sent: Sent): Promise<void> {
  const byLean = await seen(on, sent);
  assert.deepEqual(byLean, await seen(off, sent), JSON.stringify(sent));
}

function sentOf({ message, headers }: Base): Sent {
  return { body: textOf(message), headers };
}

Deno.test("plain requests get the same answers with and without the SDK, and leave the same log", async () => {
  await using pair = await startPair();
  const plain = BASES.slice(0, 9);

  for (const base of [...plain, ...plain]) await compare(pair, sentOf(base));

  await compareLogs(pair);
  // The first answer to each but a call is made by the SDK, and kept.
  assert.equal(pair.leanAnswers(), 2 * plain.length - 5);
});

Deno.test("every tool that only reads gives the same answers with and without the SDK", async () => {
  await using pair = await startPair();
  const rows = toolRows.filter(({ tool }) => catalogue.isPlain(tool));

  for (const { tool, minimal, full, wrong } of rows) {
    for (const args of [minimal, full, ...wrong.map(({ args }) => args), { ...minimal, nonsense: "\u200b" }]) {
      await compare(pair, sentOf(base2025("tools/call", call(tool, args))));
      await compare(pair, sentOf(base2026("tools/call", call(tool, args))));
    }
  }

  await compareLogs(pair);
  assert.ok(rows.length > 40);
  assert.equal(pair.leanAnswers(), 2 * rows.reduce((sum, { wrong }) => sum + 3 + wrong.length, 0));
});

Deno.test("a plain request with one odd member gets the same answer with and without the SDK", async () => {
  await using pair = await startPair();
  let [sent, odd] = [0, 0];

  for (const { message, headers } of BASES) {
    for (const path of objectsIn(message)) {
      const own = namesAt(message, path);
      const names = [...new Set([...own, ...ODD_NAMES])];
      for (const name of names) {
        // Each value meets a few of the message's own members, and other names meet a few values.
        const values = ODD_VALUES.filter(() => odd++ % (own.includes(name) ? 13 : 199) === 0);
        for (const value of [...own.includes(name) ? [undefined] : [], ...values]) {
          await compare(pair, { headers, body: textOf(edited(message, { path, name, value })) });
          sent++;
        }
      }
    }
  }

  await compareLogs(pair);
  assert.ok(pair.leanAnswers() > sent / 20, `${pair.leanAnswers()} of ${sent}`);
  assert.ok(pair.leanAnswers() < sent);
});

Deno.test("a plain request with an odd header gets the same answer with and without the SDK", async () => {
  await using pair = await startPair();
  const declared = { ...INITIALIZE, capabilities: { elicitation: {} } };
  const initialized = await fetch(pair.on.mcpUrl, { method: "POST", ...fetched(base2025("initialize", declared)) });
  await initialized.body?.cancel();
  const session = initialized.headers.get("mcp-session-id") ?? "";
  assert.notEqual(session, "");
  const headersOf = Object.entries({ ...ODD_HEADERS, "mcp-session-id": [session, "v1.e30.00", ""] });

  for (const { message, headers } of BASES) {
    for (const [name, values] of headersOf) {
      for (const value of values) {
        const sent = { body: textOf(message), headers: withHeader(headers, name, value) };
        // Twice: a view's first answer is made by the SDK.
        await compare(pair, sent);
        await compare(pair, sent);
      }
    }
  }

  await compareLogs(pair);
  assert.ok(pair.leanAnswers() > 100);
});

function fetched(base: Base): RequestInit {
  return sentOf(base);
}

Deno.test("any changes of a plain request get the same answers with and without the SDK", async () => {
  await using pair = await startPair();
  const runs = 400;

  await fc.assert(
    fc.asyncProperty(nearlyPlain(BASES), (sent) => compare(pair, sent)),
    { numRuns: runs, endOnFailure: true },
  );

  await compareLogs(pair);
  assert.ok(pair.leanAnswers() > runs / 20, `${pair.leanAnswers()}`);
});

Deno.test("both paths count the same in the metrics", async () => {
  await using pair = await startPair();

  for (const base of BASES) await compare(pair, sentOf(base));

  const [on, off] = await Promise.all([pair.on, pair.off].map(counts));
  assert.deepEqual(on, off);
});

/** The metrics that don't depend on time. */
async function counts({ url }: Service): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split("\n").filter((line) => !/^#|_seconds|_bytes|uptime|start/.test(line));
}
