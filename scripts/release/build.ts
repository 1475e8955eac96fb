/** Builds the files of a release once. */
import { SERVER_NAME, VERSION } from "../../src/version.ts";
import { type BundleContent, packBundle } from "./claude_desktop.ts";
import { writeChecksums } from "./checksums.ts";
import { licencesFile } from "./licences.ts";
import { fetchPackages, readPackages } from "./packages.ts";
import { bundleProgram } from "./program.ts";
import { registryEntry } from "./registry.ts";
import { denoFor } from "./runtimes.ts";
import { billOfMaterials } from "./sbom.ts";
import { type TargetName, TARGETS } from "./targets.ts";
import { runTool } from "./tools.ts";

/** What to build. */
export interface Wanted {
  /** The platforms of the bundles. */
  targets: readonly TargetName[];
  /** The account whose name stands in `server.json`; undefined for none. */
  owner: string | undefined;
}

const NAME = `${SERVER_NAME}-${VERSION}`;

/**
 * Builds the files of a release.
 *
 * @param folder An empty folder below `dist`.
 */
export async function buildRelease(folder: string, { targets, owner }: Wanted): Promise<void> {
  const work = await Deno.makeTempDir({ dir: "dist", prefix: "release-" });
  try {
    await writeSource(folder);
    if (owner !== undefined) await writeText(folder, "server.json", registryEntry(await read("server.json"), owner));
    const content = await writeInventory(folder, work);
    for (const target of targets) {
      const deno = await denoFor(TARGETS[target], work);
      const bundle = packBundle(TARGETS[target], await read("deploy/claude-desktop/manifest.json"), {
        ...content,
        deno,
      });
      await Deno.writeFile(`${folder}/${NAME}-${target}.mcpb`, bundle);
    }
    await writeChecksums(folder);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Everything that is in the commit. */
async function writeSource(folder: string): Promise<void> {
  const args = ["archive", "--format=tar.gz", `--prefix=${NAME}/`, `--output=${folder}/${NAME}.tar.gz`, "HEAD"];
  await runTool("git", args);
}

/** Writes what is inside the program, and makes what every bundle has. */
async function writeInventory(folder: string, work: string): Promise<Omit<BundleContent, "deno">> {
  const cache = `${await Deno.realPath(work)}/cache`;
  await fetchPackages(cache);
  const packages = await readPackages(cache);
  const licences = licencesFile(packages);
  await writeText(folder, "THIRD_PARTY_LICENSES.txt", licences);
  await writeText(folder, `${NAME}.cdx.json`, billOfMaterials(packages));
  const program = `${work}/main.js`;
  await bundleProgram(program, { DENO_DIR: cache });
  return {
    program: await Deno.readFile(program),
    licence: await Deno.readFile("LICENSE"),
    licences: new TextEncoder().encode(licences),
  };
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(path);
}

async function writeText(folder: string, name: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/${name}`, text);
}
