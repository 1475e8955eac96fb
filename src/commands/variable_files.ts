/** Reads the files in which operators set variables, to find misspelt names. The process itself sees known names alone. */
import { fileProblems } from "../config/variable_file.ts";

/** Where the documentation tells operators to set variables; only these files may be read. */
export const VARIABLE_FILES: readonly string[] = [".env", "/etc/cloudways-mcp/env"];

/** More than any file of variables; the rest is not looked at. */
const MAX_BYTES = 64 * 1024;

/** What was found in one file. */
export interface LookedFile {
  file: string;
  /** One sentence for each mistake. Holds no value. */
  problems: string[];
}

/**
 * Looks through the files that there are. Never fails: a file that can't be read is left out.
 *
 * @param environment What the process got.
 */
export async function lookThroughVariableFiles(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LookedFile[]> {
  const looked = await Promise.all(VARIABLE_FILES.map(async (file) => {
    const text = await readStart(file);
    // The other file is that of the service, and a program that is started by hand does not get it.
    const expected = file === ".env" ? environment : undefined;
    return text === undefined ? [] : [{ file, problems: fileProblems(file, text, expected) }];
  }));
  return looked.flat();
}

async function readStart(path: string): Promise<string | undefined> {
  try {
    // Opening a pipe would wait for its writer.
    if (!(await Deno.stat(path)).isFile) return undefined;
    using file = await Deno.open(path, { read: true });
    const bytes = new Uint8Array(MAX_BYTES);
    let length = 0;
    for (let read = await file.read(bytes); read !== null && read > 0; read = await file.read(bytes.subarray(length))) {
      length += read;
    }
    return new TextDecoder().decode(bytes.subarray(0, length));
  } catch {
    return undefined;
  }
}
