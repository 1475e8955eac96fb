import { type App, createApp } from "../app.ts";
import { within } from "../async/within.ts";
import { type Config, ConfigError, parseConfig, readEnvironment } from "../config.ts";
import type { FetchHandler } from "../http/router.ts";
import { createLogger, type RootLogger } from "../telemetry/log.ts";
import { openAuditLog } from "./audit_output.ts";
import {
  endRequested,
  GRACE_MS,
  logStartWarnings,
  logUnhandled,
  reportConfigProblem,
  startProblem,
} from "./process.ts";

/**
 * Builds the program for one of many workers or isolates: they must share state and a key, or a customer would have
 * several limits and a sealed value would open in one place only. Where it can't start, the process says why and ends
 * with exit code 1.
 *
 * @throws {ConfigError} On a host that ends no process: where the configuration is wrong, or `REDIS_URL` or
 * `ENCRYPTION_KEY` is missing.
 * @throws {StoreError} On a host that ends no process: where Redis does not answer.
 */
export async function createSharedApp(): Promise<{ fetch: FetchHandler }> {
  const config = await readConfig();
  const log = createLogger({ level: config.logLevel, format: config.logFormat });
  const app = await start(config, log);
  // Not before: an error of the start has to end the process, which would else go on with nothing to serve.
  logUnhandled(log);
  logStartWarnings(config, log);
  // Not awaited: it goes on until the process ends.
  void closeAtEnd(app, log);
  return { fetch: app.fetch };
}

async function readConfig(): Promise<Config> {
  const environment = readEnvironment();
  try {
    const config = parseConfig(environment);
    if (config.redisUrl !== undefined) return config;
    const message = "is required, with ENCRYPTION_KEY, to run more than one worker or isolate";
    throw new ConfigError([{ variable: "REDIS_URL", message }]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await reportConfigProblem(error, environment);
    return endWith(error);
  }
}

async function start(config: Config, log: RootLogger): Promise<App> {
  try {
    return await createApp(config, { log, auditLog: await openAuditLog(config) ?? log });
  } catch (error) {
    log.error(startProblem(error));
    await log[Symbol.asyncDispose]();
    return endWith(error);
  }
}

/** Ends the process as one that could not start; on a host that does not allow that, throws the error. */
function endWith(error: unknown): never {
  try {
    Deno.exit(1);
  } catch {
    throw error;
  }
}

/**
 * `deno serve` stops listening when it is told to end, but then waits for whatever is open, such as the connection to
 * Redis. So everything is closed here, once the last answer is out or has taken too long.
 */
async function closeAtEnd(app: App, log: RootLogger): Promise<void> {
  await endRequested(log);
  app.startDraining();
  await within(GRACE_MS, app.finished(), () => {});
  await app.close();
  log.info("stopped");
  await log[Symbol.asyncDispose]();
}
