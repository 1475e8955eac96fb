import type { Logger } from "../telemetry/log.ts";

/**
 * What nobody has caught is a mistake of the program, in one call as a rule: it is logged with its stack, and the process
 * goes on serving all the others.
 */
export function logUnhandled(log: Logger): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("unhandled rejection", { error: event.reason });
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log.error("uncaught exception", { error: event.error });
  });
}
