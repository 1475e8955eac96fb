import { type Config, listensOnLoopback } from "../config.ts";
import { confirmNote } from "../confirm/note.ts";
import type { Logger } from "../telemetry/log.ts";

/** What an operator should know of how this configuration serves over HTTP: in the log at every start. */
export function logStartWarnings(config: Config, log: Logger): void {
  if (!listensOnLoopback(config) && !config.allowedHostsGiven) {
    log.warn(
      "HOST is not loopback and neither ALLOWED_HOSTS nor PUBLIC_URL is set: requests under other names get 403",
    );
  }
  if (config.confirm === "elicit") log.info(confirmNote(config));
  else log.warn(confirmNote(config));
}
