import { type App, createApp } from "../app.ts";
import { ConfigError, parseConfig, readEnvironment } from "../config.ts";
import type { FetchHandler } from "../http/router.ts";
import { whenDone } from "../streams.ts";
import { createLogger, type RootLogger } from "../telemetry/log.ts";

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
  return { fetch: untilTheEnd(await createApp(config, { log }), log) };
}

/**
 * `deno serve` stops listening when it is told to end, but then waits for whatever is open, such as the connection to
 * Redis. So everything is closed here, once the last answer is out.
 */
function untilTheEnd(app: App, log: RootLogger): FetchHandler {
  let open = 0;
  let ending = false;
  let closing: Promise<void> | undefined;
  const closeWhenIdle = () => {
    if (ending && open === 0) closing ??= close(app, log);
  };
  const leave = () => {
    open--;
    closeWhenIdle();
  };
  onSignal(() => {
    if (!ending) log.info("shutting down");
    ending = true;
    app.startDraining();
    closeWhenIdle();
  });
  return async (request, connection) => {
    open++;
    const response = await app.fetch(request, connection);
    const streams = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (streams && response.body !== null) return new Response(whenDone(response.body, leave), response);
    leave();
    return response;
  };
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
