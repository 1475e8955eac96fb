/** Starts the server for tests, over real HTTP, against the sandbox Cloudways. */
import { type App, type AppOptions, createApp } from "../../src/app.ts";
import type { Clock } from "../../src/async/clock.ts";
import { parseConfig } from "../../src/config.ts";
import type { FetchHandler } from "../../src/http/router.ts";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { createLogger, type Logger } from "../../src/telemetry/log.ts";
import { allTools } from "../../src/tools/all.ts";
import type { WorkCounts } from "../../src/text/work_counts.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/mod.ts";
import { knowService } from "./row_plans.ts";
import { shutDown } from "./shut_down.ts";

/** Shared by all services, since making it takes most of the time of a start. */
const everyTool = new Catalogue(allTools);

/** How a service is started. */
export interface ServiceOptions {
  /** Environment variables on top of the sandbox's address. */
  env?: Record<string, string>;
  /** The test's sandbox; without one, a fresh one is started and ended with the service. */
  sandbox?: Sandbox | SandboxOptions;
  clock?: Clock;
  /** Defaults to every tool. */
  catalogue?: Catalogue;
  upstreamTimeoutMs?: number;
  writeTimeoutMs?: number;
  callTimeoutMs?: number;
  /** What is served in place of the tools. */
  protocol?: NonNullable<AppOptions["protocol"]>;
  /** Called for each request that is answered without the SDK. False: none is. */
  lean?: NonNullable<AppOptions["lean"]>;
  /** Counts the work done for callers. */
  work?: WorkCounts;
  /** Where audit lines go. Defaults to the log. */
  auditLog?: Pick<Logger, "verbatim">;
  /** Defaults to json. */
  logFormat?: "console" | "json";
  /** Defaults to a free one. */
  port?: number;
  /** Wraps the request handler. */
  around?: (serve: FetchHandler) => FetchHandler;
}

/** A running server. */
export interface Service extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string;
  readonly mcpUrl: URL;
  readonly app: App;
  readonly sandbox: Sandbox;
  /** Every log line so far, at DEBUG. */
  readonly logLines: readonly string[];
}

/** Starts a server on a free port. Ends with the test; fails the test if the sandbox saw a wrong request. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const own = options.sandbox === undefined || !("baseUrl" in options.sandbox);
  const sandbox = options.sandbox !== undefined && "baseUrl" in options.sandbox
    ? options.sandbox
    : await startSandbox(options.sandbox);
  const logLines: string[] = [];
  const log = createLogger({
    level: "DEBUG",
    format: options.logFormat ?? "json",
    write: (line) => logLines.push(line),
  });
  const config = parseConfig({ CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, ...options.env });
  const { clock, upstreamTimeoutMs, writeTimeoutMs, callTimeoutMs, work, protocol, lean, auditLog } = options;
  const { catalogue = everyTool, around = (serve) => serve } = options;
  const app = await createApp(config, {
    log,
    catalogue,
    ...(auditLog && { auditLog }),
    ...(clock && { clock }),
    ...(work && { work }),
    ...(protocol && { protocol }),
    ...(lean !== undefined && { lean }),
    ...(upstreamTimeoutMs !== undefined && { upstreamTimeoutMs }),
    ...(writeTimeoutMs !== undefined && { writeTimeoutMs }),
    ...(callTimeoutMs !== undefined && { callTimeoutMs }),
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: options.port ?? 0, onListen: () => {} }, around(app.fetch));
  const url = `http://127.0.0.1:${server.addr.port}`;
  const forget = knowService(new URL(url), sandbox);
  return {
    url,
    mcpUrl: new URL(`${url}/mcp`),
    app,
    sandbox,
    logLines,
    async [Symbol.asyncDispose]() {
      forget();
      await app.close();
      await shutDown(server);
      if (own) await sandbox[Symbol.asyncDispose]();
      sandbox.assertNoViolations();
    },
  };
}
