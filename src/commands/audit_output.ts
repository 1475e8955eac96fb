/** Opens where audit lines go: the log, standard output, or a file of their own. */
import type { Config } from "../config.ts";
import { createLogger, type Logger, type RootLogger } from "../telemetry/log.ts";
import { missingPermissions } from "./permissions.ts";

/** Where a command logs. */
export interface Output {
  log: Logger;
  /** Where audit lines go; the same as `log` where they have no way of their own. */
  auditLog: Pick<Logger, "verbatim">;
}

/** The file of `AUDIT_LOG` can't be written. Its message says why, and what to do. */
export class AuditOutputError extends Error {
  override readonly name = "AuditOutputError";
}

/**
 * What `AUDIT_LOG` names, or undefined where audit lines go with the log.
 *
 * @throws {AuditOutputError} Where the file can't be opened for writing.
 */
export async function openAuditLog({ auditLog, logLevel, logFormat }: Config): Promise<RootLogger | undefined> {
  if (auditLog === undefined) return undefined;
  const options = { level: logLevel, format: logFormat };
  if (auditLog.kind === "stdout") return createLogger({ ...options, sink: Deno.stdout });
  return createLogger({ ...options, ...await openFile(auditLog.path) });
}

/** Opens a file to append to. Whatever it ends with, a line of ours begins on a line of its own. */
async function openFile(path: string) {
  const missing = await missingPermissions([], path);
  if (missing !== undefined) throw new AuditOutputError(`AUDIT_LOG: ${missing}`);
  try {
    const file = await Deno.open(path, { append: true, create: true, mode: 0o600 });
    const size = await sizeOf(file);
    const write = (bytes: Uint8Array) => file.write(bytes);
    // Only what is on the disk outlives it, and only then is it certain that there was room.
    if (size !== undefined) return { sink: { write, syncData: () => file.syncData() }, isInsideLine: size > 0 };
    return { sink: { write } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown reason";
    throw new AuditOutputError(`AUDIT_LOG: ${path} can't be opened for writing (${reason}): name another file`, {
      cause: error,
    });
  }
}

/** Undefined for what is no regular file, such as a named pipe. */
async function sizeOf(file: Deno.FsFile): Promise<number | undefined> {
  try {
    return await file.seek(0, Deno.SeekMode.End);
  } catch {
    return undefined;
  }
}
