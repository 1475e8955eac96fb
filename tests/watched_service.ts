/** A service of which every byte is kept: what it answers, and what it logs. */
import { type App, createApp } from "../src/app.ts";
import type { ConnectionInfo } from "../src/http/router.ts";
import { parseConfig } from "../src/config.ts";
import { createLogger } from "../src/telemetry/log.ts";
import type { Sandbox } from "./sandbox/mod.ts";
import { shutDown } from "./shut_down.ts";

/** How a service is started. */
export interface WatchedServiceOptions {
  sandbox: Sandbox;
  /** Environment variables on top of the sandbox's address. */
  env?: Record<string, string>;
  /** Defaults to json. */
  logFormat?: "console" | "json";
  upstreamTimeoutMs?: number;
  callTimeoutMs?: number;
}

/** One request, and all of its answer. */
export interface Exchange {
  request: Request;
  status: number;
  headers: string;
  /** Grows while the answer is read. */
  body: string;
}

/** A running service. */
export interface WatchedService extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string;
  readonly mcpUrl: URL;
  readonly app: App;
  readonly exchanges: readonly Exchange[];
  /** Every line so far, at DEBUG. */
  readonly logLines: readonly string[];
}

/** Starts a service on a free port. Ends with the test; the sandbox stays. */
export async function startWatchedService(options: WatchedServiceOptions): Promise<WatchedService> {
  const { sandbox, env = {}, logFormat = "json", upstreamTimeoutMs, callTimeoutMs } = options;
  const logLines: string[] = [];
  const exchanges: Exchange[] = [];
  const config = parseConfig({ CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, ...env });
  const app = await createApp(config, {
    log: createLogger({ level: "DEBUG", format: logFormat, write: (line) => logLines.push(line) }),
    ...(upstreamTimeoutMs !== undefined && { upstreamTimeoutMs }),
    ...(callTimeoutMs !== undefined && { callTimeoutMs }),
  });
  const watch = async (request: Request, connection: ConnectionInfo) => {
    // Before the request is used up.
    const { method, url, headers } = request;
    const response = await app.fetch(request, connection);
    return record(exchanges, new Request(url, { method, headers }), response);
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, watch);
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    mcpUrl: new URL(`${url}/mcp`),
    app,
    exchanges,
    logLines,
    async [Symbol.asyncDispose]() {
      await app.close();
      await shutDown(server);
    },
  };
}

/** The answer as it was, written down while it is read. */
function record(exchanges: Exchange[], request: Request, response: Response): Response {
  const { status, headers } = response;
  const exchange = { request, status, headers: JSON.stringify([...headers]), body: "" };
  exchanges.push(exchange);
  if (response.body === null) return response;
  const decoder = new TextDecoder();
  const copy = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      exchange.body += decoder.decode(chunk, { stream: true });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(copy), { status, headers });
}
