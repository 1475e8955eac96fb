import type { ConfigError, LogFormat } from "../config.ts";
import { StoreError } from "../store/store.ts";
import { AuditOutputError } from "./audit_output.ts";
import { createLogger } from "../telemetry/log.ts";

/**
 * Tells whoever starts the program what is wrong with the configuration, in the form that `LOG_FORMAT` asks for: it
 * counts even where everything else is wrong.
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
