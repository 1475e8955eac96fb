import type { Clock } from "../async/clock.ts";
import { within } from "../async/within.ts";
import type { NotServed, PageHost } from "../confirm/page_access.ts";
import type { FetchHandler } from "../http/router.ts";
import type { Logger } from "../telemetry/log.ts";

/** How long answers in progress may take once nothing listens any more. */
const CLOSING_MS = 3000;

/** How long a page is served after its end, so that the browser can show the outcome. */
const OUTCOME_MS = 5000;

/** What {@linkcode PageListener} needs. */
export interface PageListenerOptions {
  listen: { hostname: string; port: number };
  /** Serves the pages. */
  fetch: FetchHandler;
  clock: Clock;
  log: Logger;
}

/** Listens as long as a page is open, for a process that serves no HTTP otherwise. All open pages share one listener. */
export class PageListener implements PageHost {
  readonly #options: PageListenerOptions;
  /** When each open page ends, in milliseconds since the Unix epoch. */
  readonly #ends = new Map<string, number>();
  #server: Deno.HttpServer | undefined;
  /** Resolves when the last listener is closed. */
  #stopped: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** Ends the present wait for the end of the last page. */
  #wait = new AbortController();

  constructor(options: PageListenerOptions) {
    this.#options = options;
  }

  async open(page: string, until: number): Promise<NotServed | undefined> {
    if (this.#isClosed) return "shutting down";
    const before = this.#ends.get(page);
    this.#ends.set(page, until);
    await this.#stopped;
    const problem = this.#listen();
    if (problem === undefined) this.#closeAfterLast();
    else if (before === undefined) this.#ends.delete(page);
    return problem;
  }

  endAt(page: string, until: number): void {
    if (!this.#ends.has(page)) return;
    this.#ends.set(page, until);
    this.#closeAfterLast();
  }

  /** Stops listening for good. Answers in progress are finished. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wait.abort();
    this.#stop();
    await this.#stopped;
  }

  /** Listens, unless it does already. */
  #listen(): NotServed | undefined {
    const { listen, fetch, log } = this.#options;
    if (this.#isClosed) return "shutting down";
    if (this.#server !== undefined) return undefined;
    try {
      this.#server = Deno.serve({ ...listen, onListen: () => {} }, fetch);
      log.info("a page is open: listening", { ...listen });
      return undefined;
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) {
        log.warn(`port ${listen.port} is in use, so no page can be opened: end what uses it, or set PORT`);
        return "port in use";
      }
      log.error("no page can be opened", { ...listen, error });
      return "can't listen";
    }
  }

  /** Waits for the end of the last page, and then stops listening. Replaces an earlier wait. */
  #closeAfterLast(): void {
    this.#forgetEnded();
    this.#wait.abort();
    this.#wait = new AbortController();
    this.#waitForLast(this.#wait.signal);
  }

  async #waitForLast(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    try {
      for (let ms = this.#remainingMs(); ms > 0; ms = this.#remainingMs()) await clock.sleep(ms, signal);
    } catch {
      // Another page was opened, or one has ended: there is a new wait.
      return;
    }
    if (signal.aborted) return;
    this.#forgetEnded();
    this.#stop();
  }

  /** Milliseconds until the last page has ended. */
  #remainingMs(): number {
    return Math.max(0, ...[...this.#ends.values()].map((end) => this.#remainingOf(end)));
  }

  #remainingOf(end: number): number {
    return end + OUTCOME_MS - this.#options.clock.now();
  }

  #forgetEnded(): void {
    for (const [page, end] of this.#ends) if (this.#remainingOf(end) <= 0) this.#ends.delete(page);
  }

  #stop(): void {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#options.log.info("no page is open: not listening any more");
    this.#stopped = within(CLOSING_MS, server.shutdown(), () => {});
  }
}
