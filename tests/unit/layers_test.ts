import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

/** The rooms from the lowest up: each may import itself and those before it, never those after it. */
const ROOMS = [
  "crypto",
  "async",
  "text",
  "errors",
  "version",
  "identity",
  "store",
  "config",
  "telemetry",
  "audit",
  "cloudways",
  "confirm",
  "secrets",
  "sign_in",
  "tools",
  "calls",
  "prompts",
  "mcp",
  "http",
  "app",
  "commands",
  "doors",
] as const;

type Room = typeof ROOMS[number];

function roomOf(path: string): Room | undefined {
  if (path === "main.ts" || path === "serve.ts") return "doors";
  const [top, name] = path.split("/");
  return top === "src" ? ROOMS.find((room) => room === name?.replace(/\.ts$/, "")) : undefined;
}

/** The path of every module of the program, from the root of the project. */
function programFiles(folder = "src"): string[] {
  const inside = [...Deno.readDirSync(new URL(`${folder}/`, ROOT))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return programFiles(path);
    return name.endsWith(".ts") ? [path] : [];
  });
  return folder === "src" ? ["main.ts", "serve.ts", ...inside] : inside;
}

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** The modules of the project that a module imports, types too. */
function importsOf(path: string): string[] {
  const specifiers = textOf(path).matchAll(/(?:\bfrom|\bimport\(?)\s*"(\.{1,2}\/[^"]+\.ts)"/g);
  return [...specifiers].map(([, specifier = ""]) =>
    new URL(specifier, new URL(path, ROOT)).href.slice(ROOT.href.length)
  );
}

const files = programFiles();

Deno.test("every module is in a known room", () => {
  const outside = files.filter((path) => roomOf(path) === undefined);

  assert.deepEqual(outside, []);
});

Deno.test("every room has a module, so that the rules below check something", () => {
  const rooms = new Set(files.map(roomOf));

  assert.deepEqual([...rooms].sort(), [...ROOMS].sort());
});

Deno.test("no module imports from a higher room, or from outside the program", () => {
  const upward = files.flatMap((path) => {
    const floor = ROOMS.findIndex((room) => room === roomOf(path));
    const isWrong = (target: string) => {
      const room = roomOf(target);
      return room === undefined || ROOMS.indexOf(room) > floor;
    };
    return importsOf(path).filter(isWrong).map((target) => `${path} imports ${target}`);
  });

  assert.deepEqual(upward, []);
});

Deno.test("no module imports itself through others", () => {
  const cleared = new Set<string>();
  const cycleFrom = (path: string, way: readonly string[]): string | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path].join(" → ");
    if (cleared.has(path)) return undefined;
    for (const target of importsOf(path)) {
      const cycle = cycleFrom(target, [...way, path]);
      if (cycle !== undefined) return cycle;
    }
    cleared.add(path);
    return undefined;
  };

  const cycles = files.map((path) => cycleFrom(path, [])).filter((cycle) => cycle !== undefined);

  assert.deepEqual(cycles, []);
});

Deno.test("the environment is read in one module", () => {
  const readers = files.filter((path) =>
    /\bDeno\.env\.|\bprocess\.env\b|\bfrom "node:process".*\benv\b/.test(textOf(path))
  );

  assert.deepEqual(readers, ["src/config.ts"]);
});
