/** The life of a serving process: problems and warnings at its start, uncaught errors, and its end. */
import type { Config, ConfigError, LogFormat } from "../config.ts";
import { listensOnLoopback } from "../config/reach.ts";
import { confirmNote } from "../confirm/note.ts";
import { StoreError } from "../store/store.ts";
import { createLogger, type Logger } from "../telemetry/log.ts";
import { AuditOutputError } from "./audit_output.ts";

/** How long calls in flight may take to finish once the process is asked to stop: longer than any change takes. */
export const GRACE_MS = 55_000;

/** Under `deno task`, one Ctrl-C arrives twice: from terminal and task. Within this time it counts once. */
const SAME_SIGNAL_MS = 300;

type EndSignal = "SIGINT" | "SIGTERM";

/**
 * Reports a wrong configuration, in the form that `LOG_FORMAT` asks for, even if all other variables are wrong.
 */
export async function reportConfigProblem(
  { message, problems }: ConfigError,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const format: LogFormat = environment.LOG_FORMAT === "json" ? "json" : "console";
  if (format === "console") {
    const text = new Blob([`The configuration is wrong:\n${message}\n`]).stream();
    return await text.pipeTo(Deno.stderr.writable, { preventClose: true });
  }
  await using log = createLogger({ level: "ERROR", format });
  log.error("the configuration is wrong", {
    problems: problems.map(({ variable, message }) => ({ variable, message })),
  });
}

/** Why the program could not start, and what to do about it. */
export function startProblem(error: unknown): string {
  if (error instanceof StoreError) {
    return `Redis (REDIS_URL) can't be used: ${error.message} ` +
      "Check REDIS_URL, and that Redis runs and can be reached from here: deno task doctor";
  }
  if (error instanceof AuditOutputError) return error.message;
  return error instanceof Error ? error.stack ?? error.message : "unknown reason";
}

/** Logs, at every start, what an operator should know about serving HTTP with this configuration. */
export function logStartWarnings(config: Config, log: Logger): void {
  if (!listensOnLoopback(config) && !config.allowedHostsGiven) {
    log.warn(
      "HOST is not loopback and neither ALLOWED_HOSTS nor PUBLIC_URL is set: requests under other names get 403",
    );
  }
  if (config.confirm === "elicit") log.info(confirmNote(config));
  else log.warn(confirmNote(config));
}

/**
 * Logs uncaught errors with their stack. Each is a bug, usually in one call, so the process keeps serving the others.
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

/** Resolves at the first SIGTERM or SIGINT; a later one ends the process at once. */
export async function endRequested(log: Logger): Promise<EndSignal> {
  const asked = Promise.withResolvers<EndSignal>();
  let first: { signal: EndSignal; at: number } | undefined;
  onEndSignal((signal) => {
    const now = performance.now();
    if (first === undefined) log.info("shutting down");
    else if (signal !== first.signal || now - first.at > SAME_SIGNAL_MS) Deno.exit(130);
    first ??= { signal, at: now };
    asked.resolve(signal);
  });
  return await asked.promise;
}

function onEndSignal(listener: (signal: EndSignal) => void): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    try {
      Deno.addSignalListener(signal, () => listener(signal));
    } catch {
      // Windows has no SIGTERM, and hosts that run isolates have no signals.
    }
  }
}
