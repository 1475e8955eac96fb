/** How many files and sockets a process holds open. */

/** Counts them; undefined if the system does not show them. */
export async function openFiles(pid: number): Promise<number | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  // Deno itself reads there only with all permissions.
  const { code, stdout } = await new Deno.Command("ls", { args: [`/proc/${pid}/fd`], stderr: "null" }).output();
  if (code !== 0) return undefined;
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").length;
}
