/** Deno for a platform, out of its npm package. */
import { DENO_VERSION, type Target } from "./targets.ts";
import { runTool } from "./tools.ts";

/**
 * The executable of Deno for a platform. Downloads the package unless npm has it.
 *
 * @param folder Where the package is put.
 * @throws {Error} If the package can't be had, or is another one than the one whose hash stands in `targets.ts`.
 */
export async function denoFor({ runtime, executable }: Target, folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const name = `${runtime.package}@${DENO_VERSION}`;
  const packed = await runTool("npm", ["pack", name, "--silent", "--ignore-scripts", "--pack-destination", folder]);
  const path = `${folder}/${new TextDecoder().decode(packed).trim().split("\n").at(-1) ?? ""}`;
  const integrity = await integrityOf(await Deno.readFile(path));
  if (integrity !== runtime.integrity) {
    throw new Error(
      `${name} has the hash ${integrity}, and not ${runtime.integrity} as scripts/release/targets.ts says`,
    );
  }
  return await runTool("tar", ["-xzOf", path, `package/${executable}`]);
}

/** The hash of a file, in the form of lock files. */
async function integrityOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha512-${new Uint8Array(await crypto.subtle.digest("SHA-512", bytes)).toBase64()}`;
}
