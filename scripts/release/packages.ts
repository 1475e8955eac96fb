/** The packages inside the program: what the lock file names, with their licences. */
import * as z from "zod";
import { runTool } from "./tools.ts";

/** One package of the program. */
export interface ProgramPackage {
  name: string;
  version: string;
  /** The hash of its tarball, as the lock file has it: `sha512-…` in base64. */
  integrity: string;
  /** Whether the program imports it, and not only another package. */
  isDirect: boolean;
  /** The packages that it needs itself, as `name@version`. */
  dependencies: readonly string[];
  /** An SPDX identifier or expression, as the package states it. */
  licence: string;
  /** The texts of its licence files. */
  licenceTexts: readonly string[];
}

const lockSchema = z.object({
  specifiers: z.record(z.string(), z.string()),
  npm: z.record(z.string(), z.object({ integrity: z.string(), dependencies: z.array(z.string()).default([]) })),
});

const manifestSchema = z.object({ license: z.string() });

/** Fetches the packages of the program, and nothing else, into a cache of Deno. */
export async function fetchPackages(cache: string): Promise<void> {
  await runTool("deno", ["cache", "--quiet", "--frozen", "main.ts"], { DENO_DIR: cache });
}

/**
 * Reads the packages that the lock file names.
 *
 * @param cache A cache that {@linkcode fetchPackages} has filled. Deno has compared it with the hashes of the lock file.
 */
export async function readPackages(cache: string): Promise<ProgramPackage[]> {
  const { specifiers, npm } = lockSchema.parse(JSON.parse(await Deno.readTextFile("deno.lock")));
  const root = await registryFolder(cache);
  const ids = Object.keys(npm).sort();
  const imported = new Set(Object.keys(specifiers).map((specifier) => /^npm:(@?[^@]+)/.exec(specifier)?.[1]));
  return await Promise.all(ids.map(async (id) => {
    const [, name = "", version = ""] = /^(.+)@([^@]+)$/.exec(id) ?? [];
    const folder = `${root}/${name}/${version}`;
    const { license } = manifestSchema.parse(JSON.parse(await Deno.readTextFile(`${folder}/package.json`)));
    return {
      name,
      version,
      integrity: npm[id]?.integrity ?? "",
      isDirect: imported.has(name),
      dependencies: (npm[id]?.dependencies ?? []).map((dependency) => withVersion(dependency, ids)),
      licence: license,
      licenceTexts: await licenceTexts(folder),
    };
  }));
}

/** The folder of packages in a cache. It is named after the registry that they came from. */
async function registryFolder(cache: string): Promise<string> {
  const folders: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${cache}/npm`)) if (isDirectory) folders.push(name);
  const [only, ...others] = folders;
  if (only === undefined || others.length > 0) throw new Error(`${cache}/npm does not have exactly one registry`);
  return `${cache}/npm/${only}`;
}

/** The lock file leaves a version out where there is one alone. */
function withVersion(dependency: string, ids: readonly string[]): string {
  const found = ids.find((id) => id === dependency || id.startsWith(`${dependency}@`));
  if (found === undefined) throw new Error(`deno.lock does not name ${dependency}`);
  return found;
}

async function licenceTexts(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && /^(licen[cs]e|copying|notice)/i.test(name)) names.push(name);
  }
  return await Promise.all(names.sort().map((name) => Deno.readTextFile(`${folder}/${name}`)));
}
