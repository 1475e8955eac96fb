import type { ConfigError } from "../config.ts";
import { StoreError } from "../store/store.ts";
import { AuditOutputError } from "./audit_output.ts";

/** What is wrong with the configuration, for whoever starts the program. */
export function configProblem({ message }: ConfigError): string {
  return `The configuration is wrong:\n${message}\n`;
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
