/** The program as one file of JavaScript, with its packages inside. */
import { relative } from "node:path";
import * as z from "zod";
import { runTool } from "./tools.ts";

/** Under these flags only what the lock file names becomes part of the program. */
export const BUNDLE_FLAGS: readonly string[] = ["--frozen", "--no-remote"];

const infoSchema = z.object({ npmCache: z.string() });

/**
 * Makes one file of the program, in ASCII. It needs neither the lock file nor a cache, and reads no file when it runs.
 *
 * @param output Where the file is put.
 * @param env `DENO_DIR`, where the packages are in another cache than that of this user.
 * @param entry The program, if it is another one of this project.
 */
export async function bundleProgram(
  output: string,
  env: Readonly<Record<string, string>> = {},
  entry = "main.ts",
): Promise<void> {
  const args = ["bundle", "--quiet", ...BUNDLE_FLAGS, "--platform", "deno", "--output", output, entry];
  await runTool("deno", args, env);
  const text = await Deno.readTextFile(output);
  await Deno.writeTextFile(output, inAscii(withoutPlaces(text, await npmCache(env))));
}

/** The text names the files that it was made of. Where this machine keeps packages is nobody's business. */
export function withoutPlaces(text: string, cache: string): string {
  const folder = relative(Deno.cwd(), cache).replaceAll("\\", "/");
  return text.replace(new RegExp(`${RegExp.escape(folder)}/[^/"\\s]+/`, "g"), "npm/");
}

/**
 * The same program in ASCII, with escapes. One other character anywhere would double the memory that V8 takes for the
 * whole text, and slow each start.
 *
 * @throws {Error} Where an escape would mean something else: after a backslash, and in a raw template.
 */
export function inAscii(text: string): string {
  const [wrong] = /\\[\u0080-\uffff]|\braw`[^`]*[\u0080-\uffff][^`]*`/.exec(text) ?? [];
  if (wrong !== undefined) throw new Error(`can't be escaped: ${wrong}`);
  return text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

async function npmCache(env: Readonly<Record<string, string>>): Promise<string> {
  const printed = await runTool("deno", ["info", "--json"], env);
  return infoSchema.parse(JSON.parse(new TextDecoder().decode(printed))).npmCache;
}
