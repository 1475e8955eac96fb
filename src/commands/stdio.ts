import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createApp } from "../app.ts";
import { systemClock } from "../async/clock.ts";
import { within } from "../async/within.ts";
import type { Config } from "../config.ts";
import { outboundHosts, overStdio, stdioPagesAddress, whyNoStdioPages } from "../config/reach.ts";
import { stdioConfirmNote } from "../confirm/note.ts";
import { type InputEnd, StdioTransport } from "../mcp/stdio/transport.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Output } from "./audit_output.ts";
import { PageListener } from "./page_listener.ts";
import { missingPermissions } from "./permissions.ts";
import { endRequested, GRACE_MS } from "./process.ts";

/**
 * Serves one local client over standard input and output, until the input ends or the process is asked to stop.
 *
 * @returns The exit code.
 */
export async function stdio(given: Config, { log, auditLog }: Output): Promise<number> {
  const config = overStdio(given);
  const problem = await whyNotStart(config);
  if (problem !== undefined) {
    log.error(problem);
    return 1;
  }
  const pages = new PageListener({
    listen: config.listen,
    fetch: (request, connection) => app.fetchPages(request, connection),
    clock: systemClock,
    log,
  });
  const app = await createApp(config, { log, auditLog, pages: whyNoStdioPages(config) ?? pages });
  logConfirmNote(config, log);
  const scope = await app.stdioScope();
  const transport = new StdioTransport({ secrets: scope.caller.secrets });
  const handle = serveStdio(() => app.createServer(scope), {
    transport,
    onerror: (error) => scope.log.debug("protocol", { error }),
  });
  const inputEnded = transport.inputEnded.then((end) => logInputEnd(log, end));
  const outputClosed = transport.outputClosed.then(() => log.info("the output was closed"));
  const stopRequested = endRequested(log);
  const ended = await Promise.race([inputEnded, outputClosed, stopRequested]);
  transport.startDraining();
  app.startDraining();
  // New calls are refused from now on, so no approval could be used any more.
  const pagesClosed = pages.close();
  // A client that closed the input may still read answers, unless the process is also asked to stop.
  const unread = Promise.race([outputClosed, Promise.all([inputEnded, stopRequested])]);
  const finish = async () => {
    await Promise.race([transport.answered(), unread]);
    await handle.close();
    // Wait for writes that were sent, and record them, even if no client gets the answer.
    await app.finished();
  };
  await within(GRACE_MS, finish(), () => {});
  await pagesClosed;
  await app.close();
  return ended === "line too long" ? 1 : 0;
}

async function whyNotStart(config: Config): Promise<string | undefined> {
  if (config.auditLog?.kind === "stdout") {
    return "AUDIT_LOG=stdout can't be used over stdio, where standard output is the client's: name a file";
  }
  const listens = stdioPagesAddress(config);
  return await missingPermissions([...outboundHosts(config), ...(listens === undefined ? [] : [listens])]);
}

function logConfirmNote(config: Config, log: Logger): void {
  // Nothing is asked or shown by a process that only reads.
  if (config.readOnly) return;
  const { isRisky, text } = stdioConfirmNote(config);
  if (isRisky) log.warn(text);
  else log.info(text);
}

function logInputEnd(log: Logger, end: InputEnd): InputEnd {
  if (end === "ended") log.info("the input has ended");
  else log.warn("a line of the input was longer than 10 MiB: nothing after it is read");
  return end;
}
