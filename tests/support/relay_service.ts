/** The product over one or more replicas, with test tools that ask and wait. */
import { type CallToolResult, CLIENT_CAPABILITIES_META_KEY, Server } from "@modelcontextprotocol/server";
import type { Clock } from "../../src/async/clock.ts";
import { memberOf } from "../../src/text/member.ts";
import { startService } from "./harness.ts";
import { TEST_KEYS } from "./keys.ts";

const [ENCRYPTION_KEY] = TEST_KEYS;

/** How a relay service is started. */
export interface RelayServiceOptions {
  /** Two replicas over this Redis; without it, one over an embedded store. */
  redisUrl?: string;
  /** Defaults to the real clock. */
  clock?: Clock;
}

/** Events of the tools, on any replica. */
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
  /** The replicas' addresses; the same twice with one replica. */
  readonly mcpUrls: readonly [URL, URL];
  readonly seen: Sightings;
}

const FORM = {
  type: "object" as const,
  properties: { approve: { type: "boolean" as const } },
  required: ["approve"],
};

/** Starts the replicas on free ports. Ends with the test. */
export async function startRelayService({ redisUrl, clock }: RelayServiceOptions = {}): Promise<RelayService> {
  const seen: Sightings = { failures: [], waiting: [], ended: [], withdrawals: [] };
  const replicas = new AsyncDisposableStack();
  const start = async () =>
    replicas.use(
      await startService({
        env: { ENCRYPTION_KEY, ...(redisUrl !== undefined && { REDIS_URL: redisUrl }) },
        protocol: { createServer: () => createAskingServer(seen), isSlow: () => false },
        ...(clock && { clock }),
      }),
    );
  const first = await start();
  const second = redisUrl === undefined ? first : await start();
  return {
    mcpUrls: [first.mcpUrl, second.mcpUrl],
    seen,
    [Symbol.asyncDispose]: () => replicas.disposeAsync(),
  };
}

/**
 * `ask` asks the client with its `message` as a form, or with its `url` as an address; `wait` runs until it is ended;
 * `declared` returns what is known of the client.
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
