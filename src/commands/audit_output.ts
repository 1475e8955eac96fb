/** Opens the output for audit lines: the log, standard output, or a separate file. */
import type { Config } from "../config.ts";
import { createLogger, type Logger, type RootLogger } from "../telemetry/log.ts";
import { missingPermissions } from "./permissions.ts";

/** The outputs of a command's log. */
export interface Output {
  log: Logger;
  /** Where audit lines go; the same as `log` unless `AUDIT_LOG` is set. */
  auditLog: Pick<Logger, "verbatim">;
}

/** The file in `AUDIT_LOG` can't be written. The message says why, and what to do. */
export class AuditOutputError extends Error {
  override readonly name = "AuditOutputError";
}

/**
 * Opens what `AUDIT_LOG` names; undefined if audit lines go to the log.
 *
 * @throws {AuditOutputError} If the file can't be opened for writing.
 */
export async function openAuditLog({ auditLog, logLevel, logFormat }: Config): Promise<RootLogger | undefined> {
  if (auditLog === undefined) return undefined;
  const options = { level: logLevel, format: logFormat };
  if (auditLog.kind === "stdout") return createLogger({ ...options, sink: Deno.stdout });
  return createLogger({ ...options, ...await openFile(auditLog.path) });
}

/**
 * Checks that the server could write the file in `AUDIT_LOG`, and leaves none behind. The server makes it, as its own
 * user; a file that another user has made it could not write.
 *
 * @throws {AuditOutputError} If the file can't be opened for writing.
 */
export async function tryAuditFile(path: string): Promise<void> {
  await opened(path, async () => {
    try {
      (await Deno.open(path, { append: true })).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      (await Deno.open(path, { ...NEW_FILE, createNew: true })).close();
      await Deno.remove(path);
    }
  });
}

/** Only the server's user reads audit lines. */
const NEW_FILE = { append: true, mode: 0o600 };

/** Opens a file to append to. If it has content, which may end inside a line, our first line begins on a new line. */
function openFile(path: string) {
  return opened(path, async () => {
    const file = await Deno.open(path, { ...NEW_FILE, create: true });
    const size = await sizeOf(file);
    const write = (bytes: Uint8Array) => file.write(bytes);
    // Only synced data survives a crash of the machine, and only the sync shows that the disk had room.
    if (size !== undefined) return { sink: { write, syncData: () => file.syncData() }, isInsideLine: size > 0 };
    return { sink: { write } };
  });
}

/** What `open` gives, if this process may write the file. */
async function opened<Result>(path: string, open: () => Promise<Result>): Promise<Result> {
  const missing = await missingPermissions([], path);
  if (missing !== undefined) throw new AuditOutputError(`AUDIT_LOG: ${missing}`);
  try {
    return await open();
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown reason";
    throw new AuditOutputError(`AUDIT_LOG: ${path} can't be opened for writing (${reason}): name another file`, {
      cause: error,
    });
  }
}

/** The size in bytes; undefined for anything but a regular file, such as a named pipe. */
async function sizeOf(file: Deno.FsFile): Promise<number | undefined> {
  try {
    return await file.seek(0, Deno.SeekMode.End);
  } catch {
    return undefined;
  }
}
