import { safeText } from "../redaction.ts";
import type { Logger } from "../telemetry/log.ts";

/** What of a request was refused by its name. */
export type RefusedHeader = "host" | "origin";

/** Lines in a minute; what comes beyond is counted, and told with the next line. */
const MAX_LINES = 5;
const WINDOW_MS = 60_000;

/** Longer than any name; what is cut before it is cleaned is cut with room to spare. */
const MAX_SHOWN = 100;
const MAX_READ = 400;

/**
 * Logs which names of this server, or which origins, were refused: a name that is missing in `ALLOWED_HOSTS` is found
 * that way. Anybody can send any number of them, so the lines are few, and the rest is only counted.
 */
export class RefusedNames {
  readonly #log: Logger;
  readonly #now: () => number;
  #windowStart = -Infinity;
  #lines = 0;
  #unlogged = 0;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** Logs a refused name, or counts it where too many came within the last minute. */
  report(header: RefusedHeader, name: string): void {
    const now = this.#now();
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = now;
      this.#lines = 0;
    }
    if (this.#lines >= MAX_LINES) {
      this.#unlogged++;
      return;
    }
    this.#lines++;
    const unlogged = this.#unlogged;
    this.#unlogged = 0;
    this.#log.warn(`a request was refused for its ${header === "host" ? "Host" : "Origin"}`, {
      [header]: safeText(name.slice(0, MAX_READ), { secrets: [], maxLength: MAX_SHOWN }),
      allow_with: header === "host" ? "ALLOWED_HOSTS" : "ALLOWED_ORIGINS",
      ...(unlogged > 0 && { not_logged_before: unlogged }),
    });
  }
}
