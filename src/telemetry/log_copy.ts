/**
 * Sends copies of log lines by OpenTelemetry. The exporter that the runtime has built in takes what a program prints with
 * `console`, with the ids of the present span. With OTEL_DENO_CONSOLE=replace, Deno prints nothing of that.
 */
import type { LogLevel as TapeLevel } from "@logtape/logtape";
import type { Config } from "../config.ts";

/** Sends a line, given as JSON. It must be free of secrets. */
export type LogCopy = (level: TapeLevel, line: string) => void;

/** The runtime derives the severity from the method. */
const METHODS = {
  trace: "debug",
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
  fatal: "error",
} as const satisfies Record<TapeLevel, keyof Console>;

/**
 * Copies lines to the exporter; undefined where the operator has not asked for that. A compiled program has its settings
 * from when it was compiled, whatever the variables say now: there, lines would go to standard output.
 */
export function openLogCopy({ sendsLog }: Pick<Config, "sendsLog">): LogCopy | undefined {
  if (!sendsLog || Deno.build.standalone) return undefined;
  const { console } = globalThis;
  return (level, line) => console[METHODS[level]](line);
}
