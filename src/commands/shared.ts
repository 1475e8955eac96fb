import { type App, createApp } from "../app.ts";
import { ConfigError, parseConfig, readEnvironment } from "../config.ts";
import type { FetchHandler } from "../http/router.ts";
import { createLogger, type RootLogger } from "../telemetry/log.ts";
import { logUnhandled } from "./unhandled.ts";

/**
 * Builds the program for one of many workers or isolates: they must share state and a key, or a customer would have
 * several limits and a sealed value would open in one place only.
 *
 * @throws {ConfigError} Where the configuration is wrong, or `REDIS_URL` or `ENCRYPTION_KEY` is missing.
 * @throws {StoreError} Where Redis does not answer.
 */
export async function createSharedApp(): Promise<{ fetch: FetchHandler }> {
  const environment = readEnvironment();
  const config = parseConfig(environment);
  if (config.redisUrl === undefined) {
    const message = "and ENCRYPTION_KEY are required to run more than one worker or isolate";
    throw new ConfigError([{ variable: "REDIS_URL", message }]);
  }
  const log = createLogger({ level: config.logLevel, format: config.logFormat });
  const app = await createApp(config, { log });
  // Not before: an error of the start has to end the process, which would else go on with nothing to serve.
  logUnhandled(log);
  closeAtEnd(app, log);
  return { fetch: app.fetch };
}

/**
 * `deno serve` stops listening when it is told to end, but then waits for whatever is open, such as the connection to
 * Redis. So everything is closed here, once the last answer is out.
 */
function closeAtEnd(app: App, log: RootLogger): void {
  let closing: Promise<void> | undefined;
  onSignal(() => {
    if (closing !== undefined) return;
    log.info("shutting down");
    app.startDraining();
    closing = app.finished().then(() => close(app, log));
  });
}

async function close(app: App, log: RootLogger): Promise<void> {
  await app.close();
  log.info("stopped");
  await log[Symbol.asyncDispose]();
}

function onSignal(listener: () => void): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    try {
      Deno.addSignalListener(signal, listener);
    } catch {
      // Windows knows no SIGTERM, and a host that runs isolates no signals at all.
    }
  }
}
