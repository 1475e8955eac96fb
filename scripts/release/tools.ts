/** Runs the programs that a release needs: deno, npm, git and tar. */

/**
 * Runs a program to its end.
 *
 * @param env Variables besides those of this process.
 * @returns What it printed.
 * @throws {Error} If it fails. The message has the end of what it said.
 */
export async function runTool(
  command: "deno" | "npm" | "git" | "tar",
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], env }).output();
  if (code === 0) return stdout;
  const said = new TextDecoder().decode(stderr).trim().slice(-2000);
  throw new Error(`${command} ${args.slice(0, 3).join(" ")} failed:\n${said}`);
}
