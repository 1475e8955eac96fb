/**
 * Which packages the program fetches, and which only the tests. Each has a configuration and a lock file: `deno.json`
 * and `deno.lock` are the program's, those in `tests/` add what only tests need.
 */
import assert from "node:assert/strict";
import * as z from "zod";
import denoJson from "../../deno.json" with { type: "json" };
import testsDenoJson from "../deno.json" with { type: "json" };
import { freePort } from "../support/free_port.ts";
import { Program, run } from "../support/process.ts";

/** The most packages that a start may fetch. One more is a decision: see docs/decisions/0001-dependencies.md. */
const MOST_PACKAGES = 20;

/** The packages that run. */
const PACKAGES = [
  "@ioredis/commands",
  "@logtape/logtape",
  "@modelcontextprotocol/core",
  "@modelcontextprotocol/server",
  "@opentelemetry/api",
  "cluster-key-slot",
  "debug",
  "denque",
  "ioredis",
  "ipaddr.js",
  "lru-cache",
  "minisearch",
  "ms",
  "redis-errors",
  "standard-as-callback",
  "stemmer",
  "zod",
];

const lockSchema = z.object({
  specifiers: z.record(z.string(), z.string()),
  npm: z.record(z.string(), z.object({ integrity: z.string() })),
});

const lock = readLock("../../deno.lock");
const testsLock = readLock("../deno.lock");

function readLock(path: string) {
  return lockSchema.parse(JSON.parse(Deno.readTextFileSync(new URL(path, import.meta.url))));
}

/** A folder under `dist`, removed after the test. */
async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  await Deno.mkdir("dist", { recursive: true });
  const path = await Deno.makeTempDir({ dir: "dist", prefix: "packages-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** The npm packages in a cache of Deno, as `name@version`. Its folders are registry, package, version. */
function cachedPackages(cache: string): string[] {
  const folders = (path: string) => [...Deno.readDirSync(path)].flatMap((entry) => entry.isDirectory ? entry.name : []);
  return folders(`${cache}/npm`).flatMap((registry) => {
    const root = `${cache}/npm/${registry}`;
    const names = folders(root).flatMap((name) =>
      name.startsWith("@") ? folders(`${root}/${name}`).map((rest) => `${name}/${rest}`) : name
    );
    return names.flatMap((name) => folders(`${root}/${name}`).map((version) => `${name}@${version}`));
  }).sort();
}

Deno.test("deno task start fetches only the packages that run, then answers", async () => {
  await using cache = await temporaryFolder();
  const port = String(freePort());
  const env = { PORT: port, DENO_DIR: `${Deno.cwd()}/${cache.path}` };

  await using program = Program.start("deno", ["task", "start"], env);
  await program.waitFor(/listening/);
  const health = await fetch(`http://127.0.0.1:${port}/health`);
  await health.body?.cancel();
  const fetched = cachedPackages(cache.path);

  assert.equal(health.status, 200);
  assert.deepEqual(fetched, Object.keys(lock.npm).sort());
  assert.deepEqual(fetched.map((name) => name.replace(/@[^@]+$/, "")), PACKAGES);
  assert.ok(fetched.length <= MOST_PACKAGES);
});

Deno.test("the tests use the same versions of the program's packages as the program", () => {
  const inTests = Object.keys(lock.npm).map((name) => [name, testsLock.npm[name]]);

  assert.deepEqual(Object.fromEntries(inTests), lock.npm);
  for (const [specifier, version] of Object.entries(lock.specifiers)) {
    assert.equal(testsLock.specifiers[specifier], version, specifier);
  }
});

Deno.test("the tests resolve every import as the program does", () => {
  assert.deepEqual({ ...testsDenoJson.imports, ...denoJson.imports }, testsDenoJson.imports);
});

Deno.test("the program's rules compile, lint and format the tests", () => {
  const { compilerOptions, lint, unstable, fmt } = testsDenoJson;

  assert.deepEqual({ compilerOptions, lint, unstable }, {
    compilerOptions: denoJson.compilerOptions,
    lint: denoJson.lint,
    unstable: denoJson.unstable,
  });
  assert.equal(fmt.lineWidth, denoJson.fmt.lineWidth);
});

Deno.test("a task does not start without the lock file, and writes none", async () => {
  await using project = await temporaryFolder();
  await Deno.copyFile("deno.json", `${project.path}/deno.json`);
  await Deno.writeTextFile(`${project.path}/main.ts`, `console.log("STARTED");`);

  const { code, stdout, stderr } = await run("deno", ["task", "--quiet", "--cwd", project.path, "keygen"]);

  assert.notEqual(code, 0);
  assert.equal(stdout, "");
  assert.match(stderr, /lockfile is out of date/);
  assert.deepEqual([...Deno.readDirSync(project.path)].map(({ name }) => name).sort(), ["deno.json", "main.ts"]);
});
