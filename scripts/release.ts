/**
 * Builds a release into `dist/release`, twice, and fails if the two differ in one byte:
 *
 *   deno task release
 *
 *   --targets=NAME,NAME  bundles for some platforms in place of all
 *   --owner=NAME         also server.json for the MCP registry, for this account at GitHub
 *   --output=FOLDER      another folder, below dist
 *   --allow-dirty        with changes that are not committed
 */
import { parseArgs } from "node:util";
import { buildRelease } from "./release/build.ts";
import { compareChecksums } from "./release/checksums.ts";
import { readTargets } from "./release/targets.ts";
import { runTool } from "./release/tools.ts";

const OPTIONS = {
  targets: { type: "string", default: "all" },
  owner: { type: "string" },
  output: { type: "string", default: "dist/release" },
  "allow-dirty": { type: "boolean", default: false },
} as const;

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const { output, owner } = values;
  const wanted = { targets: readTargets(values.targets), owner };
  if (!values["allow-dirty"]) await requireCommitted();
  const again = `${output}-again`;
  for (const folder of [output, again]) {
    await emptyFolder(folder);
    await buildRelease(folder, wanted);
  }
  const sums = await compareChecksums(output, again);
  await Deno.remove(again, { recursive: true });
  await say(`${sums}\nTwo builds gave the same bytes. They are in ${output}.\n`);
}

/** Throws if a change is not committed: a release is built from a commit that everybody can check out. */
async function requireCommitted(): Promise<void> {
  const changes = new TextDecoder().decode(await runTool("git", ["status", "--porcelain"]));
  if (changes !== "") throw new Error(`commit these first, or try it with --allow-dirty:\n${changes}`);
}

async function emptyFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(path, { recursive: true });
}

async function say(text: string, stream: typeof Deno.stdout | typeof Deno.stderr = Deno.stdout): Promise<void> {
  await new Blob([text]).stream().pipeTo(stream.writable, { preventClose: true });
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    await say(`${error instanceof Error ? error.message : error}\n`, Deno.stderr);
    Deno.exit(1);
  }
}
