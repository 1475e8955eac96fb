import { createApp } from "../app.ts";
import { type Config, listenAddress, listensOnLoopback, outboundHosts } from "../config.ts";
import type { Logger } from "../telemetry/log.ts";
import { VERSION } from "../version.ts";
import { missingPermissions } from "./permissions.ts";

/** How long calls in flight may take to finish once the process was told to end. */
const GRACE_MS = 25_000;

/** One Ctrl-C arrives twice under `deno task`, from the terminal and from the task: within this time it is the same. */
const SAME_SIGNAL_MS = 1000;

/**
 * Serves HTTP until the process is told to end.
 *
 * @returns The exit code.
 */
export async function serve(config: Config, log: Logger): Promise<number> {
  const missing = await missingPermissions([...outboundHosts(config), listenAddress(config)]);
  if (missing !== undefined) {
    log.error(missing);
    return 1;
  }
  const app = await createApp(config, { log });
  const server = Deno.serve({
    hostname: config.listen.hostname,
    port: config.listen.port,
    onListen: ({ hostname, port }) => announce(config, log, { hostname, port, tools: app.catalogue.entries().length }),
  }, app.fetch);
  await endRequested(log);
  app.startDraining();
  // Calls in flight finish; whatever still streams after the grace is ended.
  const timer = setTimeout(() => void app.close(), GRACE_MS);
  await server.shutdown();
  clearTimeout(timer);
  await app.close();
  log.info("stopped");
  return 0;
}

function announce(config: Config, log: Logger, started: { hostname: string; port: number; tools: number }): void {
  const store = config.redisUrl === undefined ? "embedded" : "redis";
  const url = config.publicUrl?.href.replace(/\/$/, "") ?? `http://${started.hostname}:${started.port}`;
  log.info(`listening, MCP at ${url}/mcp`, { version: VERSION, store, ...started, read_only: config.readOnly });
  if (!listensOnLoopback(config) && !config.allowedHostsGiven) {
    log.warn(
      "HOST is not loopback and neither ALLOWED_HOSTS nor PUBLIC_URL is set: requests under other names get 403",
    );
  }
  if (!listensOnLoopback(config) && config.publicUrl === undefined) {
    log.warn("PUBLIC_URL is not set: there are no approval links");
  }
  if (config.confirm === "off") {
    log.warn("CONFIRM is off: destructive calls and calls that show passwords are carried out without asking anybody");
  }
}

/** Resolves at the first SIGTERM or SIGINT; a later one ends the process at once. */
async function endRequested(log: Logger): Promise<void> {
  const asked = Promise.withResolvers<void>();
  let askedAt: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (askedAt !== undefined && now - askedAt > SAME_SIGNAL_MS) Deno.exit(130);
    if (askedAt === undefined) log.info("shutting down");
    askedAt ??= now;
    asked.resolve();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Windows knows no SIGTERM; SIGINT is enough there.
    if (signal === "SIGINT" || Deno.build.os !== "windows") Deno.addSignalListener(signal, onSignal);
  }
  await asked.promise;
}
