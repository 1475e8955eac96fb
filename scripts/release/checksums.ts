/** `SHA256SUMS`: the hashes of a release's files, as `sha256sum --check` reads them. */

/** The name of the file. */
export const SUMS_FILE = "SHA256SUMS";

/** Writes the hashes of all files in a folder into it. */
export async function writeChecksums(folder: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/${SUMS_FILE}`, await checksumsOf(folder));
}

/**
 * Compares the files of two builds.
 *
 * @returns Their hashes, one file a line.
 * @throws {Error} If they differ. The message names the files.
 */
export async function compareChecksums(folder: string, other: string): Promise<string> {
  const [sums, otherSums] = await Promise.all([checksumsOf(folder), checksumsOf(other)]);
  if (sums === otherSums) return sums;
  const known = new Set(otherSums.split("\n"));
  const differing = sums.split("\n").filter((line) => !known.has(line)).map((line) => line.slice(66));
  throw new Error(`two builds differ in: ${differing.join(", ") || "files that only the second one has"}`);
}

async function checksumsOf(folder: string): Promise<string> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile && name !== SUMS_FILE) names.push(name);
  const lines: string[] = [];
  for (const name of names.sort()) {
    const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/${name}`));
    lines.push(`${new Uint8Array(hash).toHex()}  ${name}\n`);
  }
  return lines.join("");
}
