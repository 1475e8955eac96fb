/** Runs a driver: a small program in the language of its client, beside the client's packages. */
import { type Outcome, runCommand } from "./command.ts";
import { folderOf, nodePath } from "./install.ts";
import type { ListedClient, Runtime } from "./list.ts";

const DRIVERS = new URL("drivers/", import.meta.url);
const DRIVER_MS = 180_000;

/** What the drivers of a runtime share. */
const HELPERS: Record<Runtime, readonly string[]> = {
  node: ["plan.mjs", "program.mjs"],
  model: ["plan.mjs", "program.mjs"],
  python: ["plan.py", "convert.py"],
  go: [],
};

/** A driver, and whose packages it needs. */
export type Driver = Pick<ListedClient, "id" | "runtime" | "driver">;

/** Runs a driver to its end, with its own home folder. */
export async function runDriver(driver: Driver, env: Record<string, string>): Promise<Outcome> {
  const folder = folderOf(driver.id);
  const home = await Deno.makeTempDir({ prefix: "client-" });
  try {
    await copyInto(new URL("driver/", folder), [driver.driver, ...HELPERS[driver.runtime]]);
    const [command, ...args] = commandFor(driver);
    return await runCommand({
      command,
      args,
      cwd: folder.pathname,
      env: { ...driverEnv(home), ...env },
      deadlineMs: DRIVER_MS,
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** The folder holds nothing else: a stray file could be loaded in place of a package of its name. */
async function copyInto(folder: URL, files: readonly string[]): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for await (const { name } of Deno.readDir(folder)) await Deno.remove(new URL(name, folder), { recursive: true });
  for (const file of files) await Deno.copyFile(new URL(file, DRIVERS), new URL(file, folder));
}

function commandFor({ runtime, driver, id }: Driver): [string, ...string[]] {
  switch (runtime) {
    case "node":
    case "model":
      return [nodePath(), `driver/${driver}`];
    case "python":
      return [new URL("bin/python", folderOf(id)).pathname, `driver/${driver}`];
    case "go":
      return ["go", "run", "./driver"];
  }
}

/** Only this machine is reachable: everything else goes to a proxy that does not exist. */
function driverEnv(home: string): Record<string, string> {
  const nowhere = "http://127.0.0.1:9";
  const own = Deno.env.get("HOME") ?? "";
  return {
    PATH: `${new URL(".", `file://${nodePath()}`).pathname}:${Deno.env.get("PATH")}`,
    HOME: home,
    NO_COLOR: "1",
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
    DO_NOT_TRACK: "1",
    MCP_USE_ANONYMIZED_TELEMETRY: "false",
    GOFLAGS: "-mod=mod",
    GOPROXY: "off",
    GOMODCACHE: `${own}/go/pkg/mod`,
    GOCACHE: `${own}/.cache/go-build`,
  };
}

/** What a driver printed after a word, or undefined. */
export function lineAfter(word: string, { stdout }: Outcome): unknown {
  const line = stdout.split("\n").findLast((text) => text.startsWith(`${word} `));
  return line === undefined ? undefined : JSON.parse(line.slice(word.length + 1));
}

/** Why a driver printed no report. */
export function complaintOf({ stdout, stderr, code, late }: Outcome): string {
  const end = `${stdout}\n${stderr}`.trim().slice(-1500);
  return late ? `It did not end in time: ${end}` : `It ended with ${code}: ${end}`;
}
