/** Installs the pinned clients below `dist/`, each in its own folder, since their dependencies conflict. */
import * as z from "zod";
import { runCommand } from "./command.ts";
import type { ListedClient, Runtime } from "./list.ts";

const ROOT = new URL("../../", import.meta.url);
const INSTALLED = new URL("dist/clients/", ROOT);
const NODE_ID = "runtime";
const INSTALL_MS = 600_000;

const packages = z.record(z.string(), z.string());
const versionsSchema = z.strictObject({
  node: z.record(z.string(), packages),
  python: z.record(z.string(), packages),
  go: z.record(z.string(), packages),
});

type Packages = z.infer<typeof packages>;

/** What `versions.json` pins. */
async function readVersions(): Promise<z.infer<typeof versionsSchema>> {
  return versionsSchema.parse(JSON.parse(await Deno.readTextFile(new URL("versions.json", import.meta.url))));
}

/** The version of a client: that of the first package that is pinned for it. */
export async function versionOf({ id, runtime }: Pick<ListedClient, "id" | "runtime">): Promise<string> {
  const versions = await readVersions();
  return Object.values(versions[kindOf(runtime)][id] ?? {})[0] ?? "?";
}

/** A client with a model comes from npm as the others do. */
function kindOf(runtime: Runtime): Exclude<Runtime, "model"> {
  return runtime === "model" ? "node" : runtime;
}

/** Where a client is installed. */
export function folderOf(id: string): URL {
  return new URL(`${id}/`, INSTALLED);
}

/** The Node.js that JavaScript clients run on: some need a newer one than a machine may have. */
export function nodePath(): string {
  return new URL("node_modules/node/bin/node", folderOf(NODE_ID)).pathname;
}

/** Installs a client, unless the same versions are there already. Returns why it can't be installed, or undefined. */
export async function install(id: string, runtime: Runtime): Promise<string | undefined> {
  const kind = kindOf(runtime);
  const wanted = (await readVersions())[kind][id];
  if (wanted === undefined) return `versions.json pins nothing for ${id}`;
  const folder = folderOf(id);
  const mark = new URL("installed.json", folder);
  if (await contentOf(mark) === JSON.stringify(wanted)) return undefined;
  await Deno.mkdir(folder, { recursive: true });
  const problem = await installers[kind](folder, wanted);
  if (problem === undefined) await Deno.writeTextFile(mark, JSON.stringify(wanted));
  return problem;
}

/** Installs what the clients run on. */
export async function installNode(): Promise<string | undefined> {
  return await install(NODE_ID, "node");
}

const installers: Record<"node" | "python" | "go", (folder: URL, wanted: Packages) => Promise<string | undefined>> = {
  async node(folder, wanted) {
    await Deno.writeTextFile(new URL("package.json", folder), JSON.stringify({ private: true, dependencies: wanted }));
    const path = `${new URL("node_modules/node/bin", folderOf(NODE_ID)).pathname}:${Deno.env.get("PATH")}`;
    return await step(folder, "npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], { PATH: path });
  },
  async python(folder, wanted) {
    const pins = Object.entries(wanted).map(([name, version]) => `${name}==${version}`);
    return await step(folder, "python3", ["-m", "venv", "."]) ??
      await step(folder, "./bin/pip", ["install", "--quiet", "--disable-pip-version-check", ...pins]);
  },
  async go(folder, wanted) {
    const requires = Object.entries(wanted).map(([name, version]) => `require ${name} ${version}`);
    await Deno.writeTextFile(new URL("go.mod", folder), `module clients\n\ngo 1.25\n\n${requires.join("\n")}\n`);
    // A module's dependencies depend on what is imported.
    await Deno.mkdir(new URL("driver/", folder), { recursive: true });
    await Deno.copyFile(new URL("drivers/sdk_go.go", import.meta.url), new URL("driver/sdk_go.go", folder));
    return await step(folder, "go", ["mod", "tidy"]);
  },
};

/** Runs one command of an installation; returns the end of its error output if it fails. */
async function step(cwd: URL, command: string, args: string[], more: Record<string, string> = {}) {
  try {
    const env = { ...Deno.env.toObject(), ...more };
    const { code, stderr } = await runCommand({ command, args, cwd: cwd.pathname, env, deadlineMs: INSTALL_MS });
    return code === 0 ? undefined : stderr.trim().split("\n").slice(-3).join(" ");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function contentOf(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
