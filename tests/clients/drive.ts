/** Runs one client's driver in a world, and reads what it tells. */
import { z } from "zod";
import { type Outcome, runCommand } from "./command.ts";
import { folderOf, nodePath } from "./install.ts";
import type { ListedClient } from "./list.ts";
import type { World } from "./world.ts";

const DRIVERS = new URL("drivers/", import.meta.url);
const DRIVER_MS = 180_000;

const toldSchema = z.strictObject({
  /** Names of the tools that arrived. */
  tools: z.array(z.string()),
  /** What a model sees of each call; `again` is the call after the approval page. */
  answers: z.partialRecord(
    z.enum(["read", "error", "optional", "progress", "destructive", "again", "cancel"]),
    z.string(),
  ),
  /** Progress messages that the client passed on; null where it has no way to ask for them. */
  progress: z.number().nullable(),
  /** Messages of the forms that were shown; null where the client has none. */
  questions: z.array(z.string()).nullable(),
});

/** What a driver tells. */
export type Told = z.infer<typeof toldSchema>;

/** Runs a driver; throws with the end of its output where it tells nothing. */
export async function drive(client: ListedClient, world: World): Promise<Told> {
  const home = await Deno.makeTempDir({ prefix: "client-" });
  try {
    const folder = folderOf(client.id);
    const plan = { node: "plan.mjs", model: "plan.mjs", python: "plan.py", go: undefined }[client.runtime];
    const shared = client.runtime === "model" ? "program.mjs" : undefined;
    for (const file of [client.driver, plan, shared]) {
      if (file !== undefined) await Deno.copyFile(new URL(file, DRIVERS), new URL(file, folder));
    }
    const [command, ...args] = commandFor(client);
    const outcome = await runCommand({
      command,
      args,
      cwd: folder.pathname,
      env: driverEnv(home, world),
      deadlineMs: DRIVER_MS,
    });
    return readTold(outcome, world);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

function commandFor({ runtime, driver, id }: ListedClient): [string, ...string[]] {
  switch (runtime) {
    case "node":
    case "model":
      return [nodePath(), driver];
    case "python":
      return [new URL("bin/python", folderOf(id)).pathname, driver];
    case "go":
      return ["go", "run", "-mod=mod", driver];
  }
}

/** The outside is out of reach: a proxy that does not exist stands before everything but this machine. */
export function driverEnv(home: string, { wire, person, plan, token, model }: World): Record<string, string> {
  const nowhere = "http://127.0.0.1:9";
  return {
    PATH: `${new URL(".", `file://${nodePath()}`).pathname}:${Deno.env.get("PATH")}`,
    HOME: home,
    NO_COLOR: "1",
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
    DO_NOT_TRACK: "1",
    GOFLAGS: "-mod=mod",
    GOPROXY: "off",
    GOMODCACHE: `${Deno.env.get("HOME")}/go/pkg/mod`,
    GOCACHE: `${Deno.env.get("HOME")}/.cache/go-build`,
    MCP_URL: wire.mcpUrl,
    MCP_TOKEN: token,
    PERSON_URL: person.url,
    MODEL_URL: model.url,
    CLIENT_PLAN: JSON.stringify(plan),
  };
}

/** A driver whose client brings a model tells nothing itself: the stand-in knows what the model saw. */
function readTold({ stdout, stderr, code, late }: Outcome, { model }: World): Told {
  const line = stdout.split("\n").findLast((text) => text.startsWith("TOLD "));
  if (line !== undefined) return toldSchema.parse(JSON.parse(line.slice("TOLD ".length)));
  const told = model.script.told();
  if (told !== undefined) return told;
  const end = `${stdout}\n${stderr}`.trim().slice(-1500);
  throw new Error(late ? `It did not end in time: ${end}` : `It ended with ${code}: ${end}`);
}
