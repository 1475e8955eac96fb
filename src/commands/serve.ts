import { type App, createApp } from "../app.ts";
import { within } from "../async/within.ts";
import type { Config } from "../config.ts";
import { formatHostPort, listenAddress, outboundHosts } from "../config/reach.ts";
import { processBounds } from "../identity/bounds.ts";
import type { Logger } from "../telemetry/log.ts";
import { VERSION } from "../version.ts";
import type { Output } from "./audit_output.ts";
import { missingPermissions } from "./permissions.ts";
import { endRequested, GRACE_MS, logStartWarnings } from "./process.ts";

/** How long a stopping process keeps refusing requests, so that load balancers notice. */
const DRAIN_NOTICE_MS = 1000;

/** How long connections may take to close after that. */
const CLOSING_MS = 3000;

/**
 * Serves HTTP until the process is asked to stop.
 *
 * @returns The exit code.
 */
export async function serve(config: Config, { log, auditLog }: Output): Promise<number> {
  const missing = await missingPermissions([...outboundHosts(config), listenAddress(config)]);
  if (missing !== undefined) {
    log.error(missing);
    return 1;
  }
  const app = await createApp(config, { log, auditLog });
  const server = listen(config, log, app);
  if (server === undefined) {
    await app.close();
    return 1;
  }
  const signal = await endRequested(log);
  app.startDraining();
  // The server still listens while the last calls finish, so that load balancers see /ready fail.
  await within(GRACE_MS, app.finished(), () => {});
  // SIGINT comes from a person at a terminal, where there is no load balancer.
  if (signal === "SIGTERM") await new Promise((resolve) => setTimeout(resolve, DRAIN_NOTICE_MS));
  const stopped = server.shutdown();
  // Don't wait for clients that stopped reading.
  await within(CLOSING_MS, stopped, () => {});
  await app.close();
  log.info("stopped");
  return 0;
}

/** Starts listening; undefined if that fails, and the log says why and how to fix it. */
function listen(config: Config, log: Logger, app: App): Deno.HttpServer | undefined {
  try {
    const tools = app.catalogue.listedCount(processBounds(config));
    return Deno.serve(
      { ...config.listen, onListen: ({ hostname }) => announce(config, log, { hostname, tools }) },
      app.fetch,
    );
  } catch (error) {
    log.error(listenProblem(error, config));
    return undefined;
  }
}

function listenProblem(error: unknown, config: Config): string {
  const { port } = config.listen;
  if (error instanceof Deno.errors.AddrInUse) {
    return `port ${port} is in use: end what uses it, or set PORT to another one`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `this user may not listen on port ${port}: set PORT to 1024 or more`;
  }
  const reason = error instanceof Error ? error.message : "unknown reason";
  return `can't listen on ${formatHostPort(listenAddress(config))} (${reason}): set HOST to an address of this machine`;
}

function announce(config: Config, log: Logger, { hostname, tools }: { hostname: string; tools: number }): void {
  log.info(`listening, MCP at http://${formatHostPort(listenAddress(config))}/mcp`, {
    version: VERSION,
    store: config.redisUrl === undefined ? "embedded" : "redis",
    hostname,
    port: config.listen.port,
    ...(config.publicUrl && { public_url: config.publicUrl.href.replace(/\/$/, "") }),
    tools,
    read_only: config.readOnly,
  });
  logStartWarnings(config, log);
}
