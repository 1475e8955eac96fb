/** The edge and the transport of the product, with the conformance suite's fixtures behind them. */
import { systemClock } from "../../src/async/clock.ts";
import { parseConfig } from "../../src/config.ts";
import { Box } from "../../src/crypto/box.ts";
import { CustomerIds } from "../../src/identity/customer_id.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { LoadLimit } from "../../src/http/load_limit.ts";
import { BodyReader } from "../../src/http/request_body.ts";
import { McpRoute } from "../../src/http/mcp_route.ts";
import { probeRoutes } from "../../src/http/probes.ts";
import { createRouter } from "../../src/http/router.ts";
import { McpEndpoint } from "../../src/mcp/endpoint.ts";
import { Relay } from "../../src/mcp/relay.ts";
import type { CallScope } from "../../src/mcp/server.ts";
import { SessionIds } from "../../src/mcp/session_id.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { FoldedLog } from "../../src/telemetry/folded_log.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { createFixtureServer, isSlowFixture } from "./fixtures/server.ts";

/** A running fixture server. */
export interface FixtureServer extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string;
}

/** Starts the fixture server on a free port. Ends with the test. */
export async function startFixtureServer(): Promise<FixtureServer> {
  const config = parseConfig({});
  const clock = systemClock;
  const log = createLogger({ level: "ERROR", format: "json", write: () => {} });
  const folded = new FoldedLog({ log });
  const metrics = new Metrics({ version: "conformance" });
  const store = new MemoryStore({ clock });
  const ring = await KeyRing.create({ encryptionKeys: [crypto.getRandomValues(new Uint8Array(32))] });
  const onError = () => {};
  const endpoint = new McpEndpoint<CallScope>({
    createServer: createFixtureServer,
    isSlow: isSlowFixture,
    // The suite knows no credentials: whoever asks is the same customer.
    customerOf: () => "0".repeat(64),
    secretsOf: () => [],
    sessionIds: new SessionIds(ring),
    relay: new Relay({ store, box: new Box(ring), clock, onError }),
    onError,
  });
  const mcpRoute = new McpRoute({
    endpoint,
    customerIds: new CustomerIds(ring),
    bounds: config,
    load: new LoadLimit(),
    acceptance: { isKnown: () => true, isAccepted: () => Promise.resolve(true) },
    folded,
    bodies: new BodyReader(),
    isDraining: () => false,
  });
  const routes = [
    { path: "/mcp", allowsCors: true, handle: mcpRoute.fetch.bind(mcpRoute) },
    ...probeRoutes({ store, clock, metrics, notReadyReason: () => undefined }),
  ];
  const fetch = createRouter({ routes, access: config, trustedProxies: config.trustedProxies, metrics, log, folded });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, fetch);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      await server.shutdown();
      await store.close();
    },
  };
}
