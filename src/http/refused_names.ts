import { cleanText } from "../text/clean.ts";
import { Folder } from "../telemetry/folder.ts";
import type { Logger } from "../telemetry/log.ts";
import { CREDENTIAL_HEADERS } from "./caller_headers.ts";

/** What of a request was refused by its name. */
export type RefusedHeader = "host" | "origin";

/** Lines in a minute; what comes beyond is counted, and told with the next line. */
const MAX_LINES = 5;

/** Longer than any name. */
const MAX_SHOWN = 100;
const MAX_READ = 400;

/** A host with or without a port, or an origin. Nothing else is shown: it may be a credential in the wrong place. */
const NAME = /^(?:[a-z][a-z0-9+.-]{0,30}:\/\/)?(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;

/** Longer texts are no credentials. */
const MAX_CREDENTIAL = 4096;

/**
 * Logs which names of this server, or which origins, were refused: a name that is missing in `ALLOWED_HOSTS` is found
 * that way. Anybody can send any number of them, so the lines are few, and the rest is only counted.
 */
export class RefusedNames {
  readonly #log: Logger;
  readonly #folder: Folder<undefined>;
  #unlogged = 0;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#folder = new Folder({ now, onFolded: ({ count }) => this.#unlogged += count });
  }

  /** Logs the refused name of a request, or counts it where too many came within the last minute. */
  report(header: RefusedHeader, headers: Headers): void {
    if (!this.#folder.letsThrough("refused", undefined, MAX_LINES)) return;
    const unlogged = this.#unlogged;
    this.#unlogged = 0;
    this.#log.warn(`a request was refused for its ${header === "host" ? "Host" : "Origin"}`, {
      [header]: shownName(headers.get(header) ?? "", headers),
      allow_with: header === "host" ? "ALLOWED_HOSTS" : "ALLOWED_ORIGINS",
      ...(unlogged > 0 && { not_logged_before: unlogged }),
    });
  }
}

function shownName(text: string, headers: Headers): string {
  const name = text.slice(0, MAX_READ);
  if (!NAME.test(name) || holdsCredential(name.toLowerCase(), headers)) return "not a name";
  return cleanText(name, { maxLength: MAX_SHOWN });
}

/** Names are read in any case, so a credential is looked for in any. */
function holdsCredential(name: string, headers: Headers): boolean {
  return CREDENTIAL_HEADERS.some((header) => {
    const value = headers.get(header) ?? "";
    if (value.length > MAX_CREDENTIAL) return false;
    const secret = value.toLowerCase().split(" ").at(-1) ?? "";
    return secret !== "" && (name.includes(secret) || secret.includes(name));
  });
}
