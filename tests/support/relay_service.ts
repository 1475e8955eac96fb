/** The edge and the transport of the product over one or more replicas, with tools behind them that ask and wait. */
import { type CallToolResult, CLIENT_CAPABILITIES_META_KEY, Server } from "@modelcontextprotocol/server";
import { type Clock, systemClock } from "../../src/async/clock.ts";
import { parseConfig } from "../../src/config.ts";
import { Box } from "../../src/crypto/box.ts";
import { customerIdOf } from "../../src/identity/caller.ts";
import { CustomerIds } from "../../src/identity/customer_id.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { LoadLimit } from "../../src/http/load_limit.ts";
import { BodyReader } from "../../src/http/request_body.ts";
import { McpRoute } from "../../src/http/mcp_route.ts";
import { createRouter } from "../../src/http/router.ts";
import { McpEndpoint } from "../../src/mcp/endpoint.ts";
import { memberOf } from "../../src/text/member.ts";
import { Relay } from "../../src/mcp/relay.ts";
import type { CallScope } from "../../src/mcp/server.ts";
import { SessionIds } from "../../src/mcp/session_id.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { RedisStore } from "../../src/store/redis/adapter.ts";
import type { Store } from "../../src/store/store.ts";
import { FoldedLog } from "../../src/telemetry/folded_log.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { shutDown } from "./shut_down.ts";

/** How a relay service is started. */
export interface RelayServiceOptions {
  /** Two replicas over this Redis; without it, one over an embedded store. */
  redisUrl?: string;
  /** Defaults to the real clock. */
  clock?: Clock;
}

/** What the tools have seen, on any replica. */
export interface Sightings {
  /** Questions that failed, by the name of the error. */
  failures: string[];
  /** Calls of `wait` that began, by their label. */
  waiting: string[];
  /** Calls of `wait` that were ended, by their label. */
  ended: string[];
  /** Withdraws a question that is open, in the order in which they were asked. */
  withdrawals: AbortController[];
}

/** A running relay service. */
export interface RelayService extends AsyncDisposable {
  /** The replicas' addresses; twice the same where there is one. */
  readonly mcpUrls: readonly [URL, URL];
  readonly seen: Sightings;
}

const FORM = {
  type: "object" as const,
  properties: { approve: { type: "boolean" as const } },
  required: ["approve"],
};

/** Starts the replicas on free ports. Ends with the test. */
export async function startRelayService(options: RelayServiceOptions = {}): Promise<RelayService> {
  const seen: Sightings = { failures: [], waiting: [], ended: [], withdrawals: [] };
  const encryptionKey = crypto.getRandomValues(new Uint8Array(32));
  const start = () => startReplica(options, encryptionKey, seen);
  const first = await start();
  const second = options.redisUrl === undefined ? first : await start();
  return {
    mcpUrls: [first.mcpUrl, second.mcpUrl],
    seen,
    async [Symbol.asyncDispose]() {
      for (const replica of new Set([first, second])) await replica[Symbol.asyncDispose]();
    },
  };
}

async function startReplica(options: RelayServiceOptions, encryptionKey: Uint8Array, seen: Sightings) {
  const config = parseConfig({});
  const clock = options.clock ?? systemClock;
  const store = await openStore(options.redisUrl, clock);
  const ring = await KeyRing.create({ encryptionKeys: [encryptionKey] });
  const onError = () => {};
  const endpoint = new McpEndpoint<CallScope>({
    createServer: () => createAskingServer(seen),
    isSlow: () => false,
    secretsOf: ({ caller }) => caller.secrets,
    customerOf: ({ caller }) => customerIdOf(caller.identity),
    sessionIds: new SessionIds(ring),
    relay: new Relay({ store, box: new Box(ring), clock, onError }),
    onError,
  });
  const log = createLogger({ level: "ERROR", format: "json", write: () => {} });
  const folded = new FoldedLog({ log });
  const route = new McpRoute({
    endpoint,
    customerIds: new CustomerIds(ring),
    bounds: config,
    load: new LoadLimit(),
    acceptance: { isKnown: () => true, isAccepted: () => Promise.resolve(true) },
    folded,
    bodies: new BodyReader(),
    isDraining: () => false,
  });
  const router = createRouter({
    routes: [{ path: "/mcp", allowsCors: true, handle: route.fetch.bind(route) }],
    access: config,
    trustedProxies: config.trustedProxies,
    metrics: new Metrics({ version: "test" }),
    log,
    folded,
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, router);
  return {
    mcpUrl: new URL(`http://127.0.0.1:${server.addr.port}/mcp`),
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      await shutDown(server);
      await store.close();
    },
  };
}

async function openStore(redisUrl: string | undefined, clock: Clock): Promise<Store> {
  return redisUrl === undefined ? new MemoryStore({ clock }) : await RedisStore.connect(redisUrl, { poolSize: 50 });
}

/**
 * `ask` puts its `message` to the client as a form, or its `url` as an address; `wait` goes on until it is ended;
 * `declared` tells what is known of the client.
 */
function createAskingServer(seen: Sightings): Server {
  const server = new Server({ name: "relay", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({ tools: [] }));
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
    const label = String(params.arguments?.label);
    switch (params.name) {
      case "ask":
        return await ask(server, seen, mcpReq, params.arguments ?? {});
      case "wait":
        seen.waiting.push(label);
        await new Promise((resolve) => mcpReq.signal.addEventListener("abort", resolve, { once: true }));
        seen.ended.push(label);
        return toResult({});
      default:
        return toResult({
          capabilities: memberOf(mcpReq.envelope, CLIENT_CAPABILITIES_META_KEY) ?? server.getClientCapabilities(),
          client: server.getClientVersion(),
          revision: server.getNegotiatedProtocolVersion(),
        });
    }
  });
  return server;
}

async function ask(
  server: Server,
  seen: Sightings,
  { id, signal }: { id: string | number; signal: AbortSignal },
  { message, url }: Record<string, unknown>,
): Promise<CallToolResult> {
  const withdrawal = new AbortController();
  seen.withdrawals.push(withdrawal);
  const params = typeof url === "string"
    ? { mode: "url" as const, message: "Go there", url, elicitationId: "e-1" }
    : { mode: "form" as const, message: String(message), requestedSchema: FORM };
  try {
    const reply = await server.request({ method: "elicitation/create", params }, {
      relatedRequestId: id,
      signal: AbortSignal.any([signal, withdrawal.signal]),
      timeout: 600_000,
    });
    return toResult({ reply });
  } catch (error) {
    const name = error instanceof Error ? error.name : "unknown";
    seen.failures.push(name);
    const code = memberOf(error, "code");
    return toResult({ failure: name, code });
  }
}

function toResult(value: Record<string, unknown>): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify(value) }] };
}
