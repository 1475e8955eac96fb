import { type App, createApp } from "../app.ts";
import { ConfigError, parseConfig, readEnvironment } from "../config.ts";
import { createLogger } from "../telemetry/log.ts";

/**
 * Builds the program for one of many workers or isolates: they must share state and a key, or a customer would have
 * several limits and a sealed value would open in one place only.
 *
 * @throws {ConfigError} Where the configuration is wrong, or `REDIS_URL` or `ENCRYPTION_KEY` is missing.
 * @throws {StoreError} Where Redis does not answer.
 */
export async function createSharedApp(): Promise<App> {
  const environment = readEnvironment();
  const config = parseConfig(environment);
  if (config.redisUrl === undefined) {
    const message = "and ENCRYPTION_KEY are required to run more than one worker or isolate";
    throw new ConfigError([{ variable: "REDIS_URL", message }]);
  }
  return await createApp(config, { log: createLogger({ level: config.logLevel, format: config.logFormat }) });
}
