import { createApp } from "../app.ts";
import { type Config, listenAddress, listensOnLoopback, outboundHosts } from "../config.ts";
import { confirmNote } from "../confirm_note.ts";
import type { Logger } from "../telemetry/log.ts";
import { VERSION } from "../version.ts";
import { endRequested, GRACE_MS, within } from "./ending.ts";
import { missingPermissions } from "./permissions.ts";

/** How long a process that was told to end goes on refusing, so that whoever spreads the load finds out. */
const LEARNING_MS = 1000;

/** How long connections may take to close after that. */
const CLOSING_MS = 3000;

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
  const signal = await endRequested(log);
  app.startDraining();
  // Until the last call is answered the probes go on answering too: that is how others learn to stay away.
  await within(GRACE_MS, app.finished());
  // A person at a terminal sends SIGINT, and nobody has to learn anything then.
  if (signal === "SIGTERM") await new Promise((resolve) => setTimeout(resolve, LEARNING_MS));
  const stopped = server.shutdown();
  // Whoever has had his time, or does not read his answer, is not waited for.
  await within(CLOSING_MS, stopped);
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
  if (config.confirm === "elicit") log.info(confirmNote(config));
  else log.warn(confirmNote(config));
}
