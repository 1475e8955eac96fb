import { type App, createApp } from "../app.ts";
import { ConfigError, parseConfig, readEnvironment } from "../config.ts";
import type { FetchHandler } from "../http/router.ts";
import { createLogger, type RootLogger } from "../telemetry/log.ts";
import { endRequested, GRACE_MS, within } from "./ending.ts";
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
async function closeAtEnd(app: App, log: RootLogger): Promise<void> {
  await endRequested(log);
  app.startDraining();
  await within(GRACE_MS, app.finished());
  await app.close();
  log.info("stopped");
  await log[Symbol.asyncDispose]();
}
