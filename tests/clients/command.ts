/** Runs an external command to its end, or to a deadline. */

/** What to run. */
export interface Command {
  command: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
  deadlineMs: number;
}

/** The result of a command. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  /** Whether the deadline ended it. */
  late: boolean;
}

/** Runs a command. */
export async function runCommand({ command, args, cwd, env, deadlineMs }: Command): Promise<Outcome> {
  const child = new Deno.Command(command, {
    args: [...args],
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, deadlineMs);
  try {
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr), late };
  } finally {
    clearTimeout(timer);
  }
}
