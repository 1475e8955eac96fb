import { type App, createApp } from "../app.ts";
import { within } from "../async/within.ts";
import { type Config, ConfigError, parseConfig, readEnvironment } from "../config.ts";
import type { FetchHandler } from "../http/router.ts";
import { createLogger, type RootLogger } from "../telemetry/log.ts";
import { openLogCopy } from "../telemetry/log_copy.ts";
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
 * Builds the program for one of many workers or isolates. They must share state and keys: otherwise each would count
 * limits by itself, and could not open what another has sealed. If it can't start, it logs why and ends the process
 * with exit code 1. If the host does not allow that, it throws the error.
 *
 * @throws {ConfigError} If the configuration is wrong, or `REDIS_URL` or `ENCRYPTION_KEY` is missing.
 * @throws {StoreError} If Redis does not answer.
 */
export async function createSharedApp(): Promise<{ fetch: FetchHandler }> {
  const config = await readConfig();
  const log = createLogger({ level: config.logLevel, format: config.logFormat, copy: openLogCopy(config) });
  const app = await start(config, log);
  // Only now: an error at start must end the process.
  logUnhandled(log);
  logStartWarnings(config, log);
  log.info(
    "/metrics is not served, since each worker counts for itself: to watch the server, run replicas with deno task start",
  );
  // Not awaited: it runs until the process ends.
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
    return await createApp(config, { log, auditLog: await openAuditLog(config) ?? log, isOneOfMany: true });
  } catch (error) {
    log.error(startProblem(error));
    await log[Symbol.asyncDispose]();
    return endWith(error);
  }
}

/** Ends the process with exit code 1; if the host does not allow that, throws the error. */
function endWith(error: unknown): never {
  try {
    Deno.exit(1);
  } catch {
    throw error;
  }
}

/**
 * When asked to stop, `deno serve` stops listening, but then waits for everything that is open, such as the connection
 * to Redis. So everything is closed here, after the last answer or the grace period.
 */
async function closeAtEnd(app: App, log: RootLogger): Promise<void> {
  await endRequested(log);
  app.startDraining();
  await within(GRACE_MS, app.finished(), () => {});
  await app.close();
  log.info("stopped");
  await log[Symbol.asyncDispose]();
}
