/**
 * Builds the program as one executable file:
 *
 *   deno task compile                            for this machine
 *   deno task compile --target=all               for every platform
 *   deno task compile --target=NAME,NAME         for some
 *
 * The task gives it the permission flags of the present configuration, which become part of the binary.
 */
import { parseArgs } from "node:util";
import denoJson from "../deno.json" with { type: "json" };
import { bundleProgram } from "./release/program.ts";
import { readTargets, type TargetName } from "./release/targets.ts";

/** What to build. */
export interface Build {
  /** The program as one file of JavaScript, and the only file inside: packages bring types and more along. */
  program: string;
  /** The flags that `scripts/permissions.ts` prints. */
  permissions: readonly string[];
  /** Undefined for this machine. */
  target: TargetName | undefined;
  /** The file, without the ending that Deno adds for Windows. */
  output: string;
}

/** What follows `deno` to build one binary. The file has all that it needs, so nothing else is looked for. */
export function compileArgs({ program, permissions, target, output }: Build): string[] {
  return [
    "compile",
    "--no-config",
    "--no-lock",
    "--cached-only",
    "--deny-import",
    "--no-prompt",
    "--no-remote",
    "--no-npm",
    ...denoJson.unstable.map((feature) => `--unstable-${feature}`),
    ...permissions,
    ...(target === undefined ? [] : ["--target", target]),
    "--output",
    output,
    program,
  ];
}

/** Splits the arguments at `--`: the permission flags, and what the person asked for. */
export function readArguments(args: readonly string[]): Omit<Build, "program">[] {
  const end = args.indexOf("--");
  const permissions = args.slice(0, end);
  const { values } = parseArgs({ args: args.slice(end + 1), options: { target: { type: "string" } } });
  if (values.target === undefined) return [{ permissions, target: undefined, output: "dist/cloudways-mcp" }];
  return readTargets(values.target).map((target) => ({ permissions, target, output: `dist/cloudways-mcp-${target}` }));
}

async function main(args: readonly string[]): Promise<number> {
  const builds = readArguments(args);
  await Deno.mkdir("dist", { recursive: true });
  const folder = await Deno.makeTempDir({ dir: "dist", prefix: "compile-" });
  try {
    const program = `${folder}/main.js`;
    await bundleProgram(program);
    for (const build of builds) {
      const { code } = await new Deno.Command("deno", { args: compileArgs({ ...build, program }) }).spawn().status;
      if (code !== 0) return code;
    }
    return 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    await Deno.stderr.write(new TextEncoder().encode(`${error instanceof Error ? error.message : error}\n`));
    Deno.exit(1);
  }
}
