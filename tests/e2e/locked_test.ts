/** The program runs only what the lock file names, from the cache: tested under the very flags of the tasks. */
import assert from "node:assert/strict";
import denoJson from "../../deno.json" with { type: "json" };
import { type Registry, startRegistry } from "../support/npm_registry.ts";
import { type Ended, LOCKED, permissionFlags, PERMISSIONS_SCRIPT, run } from "../support/process.ts";

const PACKAGE = "smuggled-example";
const SAID = "SMUGGLED CODE RAN";
const TASKS = ["start", "stdio"] as const;

/** The hosts that Deno imports from by default. */
const USUAL_HOSTS = ["deno.land", "jsr.io", "esm.sh", "cdn.jsdelivr.net", "raw.githubusercontent.com"];

/** The options under which a task runs `main.ts`, before its permissions. */
function flagsOf(task: typeof TASKS[number]): string[] {
  const [, flags = ""] = /&& deno run (.*?) \$\(/.exec(denoJson.tasks[task].command) ?? [];
  return flags.split(" ");
}

/** A project with an empty lock file and a cache of its own. */
interface Project extends AsyncDisposable {
  registry: Registry;
  env: Record<string, string>;
  /** Runs a module of the project under these flags; `command` is what follows `deno`, by default `run`. */
  run(code: string, flags: readonly string[], command?: readonly string[]): Promise<Ended>;
  /** Puts the package and the module into the cache, as another project may have. */
  fillCache(): Promise<void>;
}

async function startProject(): Promise<Project> {
  const registry = await startRegistry(PACKAGE, SAID);
  const folder = `dist/locked-${crypto.randomUUID()}`;
  await Deno.mkdir(folder, { recursive: true });
  const imports = { "bare-example": `npm:${PACKAGE}@1.0.0` };
  const { permissions } = denoJson;
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports, permissions }));
  await Deno.writeTextFile(`${folder}/deno.lock`, JSON.stringify({ version: "5" }));
  await Deno.writeTextFile(`${folder}/outside.js`, `console.log(${JSON.stringify(SAID)});`);
  const env = { DENO_DIR: `${Deno.cwd()}/${folder}/cache`, NPM_CONFIG_REGISTRY: registry.url };
  return {
    registry,
    env,
    async run(code, flags, command = ["run"]) {
      await Deno.writeTextFile(`${folder}/attack.js`, code);
      const args = [...command, ...flags, "--config", `${folder}/deno.json`, `${folder}/attack.js`];
      return await run("deno", args, { env });
    },
    async fillCache() {
      const { host } = new URL(registry.url);
      const from = [`npm:${PACKAGE}@1.0.0`, `${registry.url}/module.js`];
      const { code, stderr } = await run("deno", ["cache", "--no-lock", `--allow-import=${host}`, ...from], { env });
      assert.equal(code, 0, stderr);
      registry.asked.length = 0;
    },
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The kinds of import. Each prints REFUSED or ends the program where Deno refuses it. */
const WAYS: Record<string, (specifier: string) => string> = {
  "a plain import": (specifier) => `import ${JSON.stringify(specifier)};\nconsole.log(${JSON.stringify(SAID)});`,
  "an import at run time": (specifier) =>
    `try { await import(${JSON.stringify([...specifier])}.join("")); console.log(${JSON.stringify(SAID)}); }
     catch { console.log("REFUSED"); }`,
  "a worker": (specifier) =>
    `try {
       const worker = new Worker(${JSON.stringify(specifier)}, { type: "module" });
       worker.onerror = (event) => { event.preventDefault(); console.log("REFUSED"); worker.terminate(); };
     } catch { console.log("REFUSED"); }`,
};

const PLACES: { what: string; specifier: (registry: Registry) => string; ways?: readonly string[] }[] = [
  ...USUAL_HOSTS.map((host) => ({ what: `https://${host}`, specifier: () => `https://${host}/example/module.js` })),
  { what: "a host of an attacker", specifier: ({ url }) => `${url}/module.js` },
  { what: "JSR", specifier: () => "jsr:@example/module@1.0.0" },
  { what: "a package that the lock does not name", specifier: () => `npm:${PACKAGE}@1.0.0` },
  { what: "such a package under a bare name", specifier: () => "bare-example" },
  // A static import of the project's own files is always allowed.
  {
    what: "a file that it may not read",
    specifier: () => new URL("../support/process.ts", import.meta.url).href,
    ways: ["an import at run time"],
  },
];

/** What is run, and under which flags. */
const RUNS: Record<string, () => Promise<string[]>> = {
  ...Object.fromEntries(TASKS.map((task) => {
    return [`deno task ${task}`, async () => [...flagsOf(task), ...await permissionFlags(task)]];
  })),
  "the script that prints its permissions": () => Promise.resolve(PERMISSIONS_SCRIPT.slice(1, -1)),
};

for (const [name, flagsOfRun] of Object.entries(RUNS)) {
  for (const cache of ["empty", "filled by another project"] as const) {
    Deno.test(`${name} loads nothing from outside, with a cache that is ${cache}`, async () => {
      await using project = await startProject();
      if (cache !== "empty") await project.fillCache();
      const flags = await flagsOfRun();

      for (const { what, specifier, ways = Object.keys(WAYS) } of PLACES) {
        for (const way of ways) {
          const code = WAYS[way]?.(specifier(project.registry)) ?? "";
          const { code: exit, stdout, stderr } = await project.run(code, flags);

          assert.ok(!stdout.includes(SAID), `${what} by ${way}: ${stdout}`);
          assert.ok(exit !== 0 || stdout.includes("REFUSED"), `${what} by ${way}: ${stdout} ${stderr}`);
        }
      }
      assert.deepEqual(project.registry.asked, [], "the registry was not asked");
    });
  }
}

for (const command of [["serve"], ["compile", "--output", "dist/never-built"]]) {
  Deno.test(`deno ${command[0]} takes the same flags, and loads nothing from outside under them`, async () => {
    await using project = await startProject();

    for (const specifier of ["https://deno.land/example/module.js", `npm:${PACKAGE}@1.0.0`]) {
      const { code, stderr } = await project.run(`import ${JSON.stringify(specifier)};`, LOCKED, command);

      assert.notEqual(code, 0);
      assert.match(stderr, /import access|not found in cache/);
    }
    assert.deepEqual(project.registry.asked, []);
  });
}

Deno.test("each of the three flags keeps out something that the other two let in", async () => {
  await using project = await startProject();
  const without = (flag: string) => ["--no-prompt", ...LOCKED.filter((other) => other !== flag)];
  const importing = (specifier: string) => `import ${JSON.stringify(specifier)};`;

  const download = await project.run(importing(`npm:${PACKAGE}@1.0.0`), without("--cached-only"));
  const askedForDownload = project.registry.asked.length;
  await project.fillCache();
  const usual = await project.run(importing("https://deno.land/example/module.js"), without("--deny-import"));
  const usualDenied = await project.run(importing("https://deno.land/example/module.js"), ["--no-prompt", ...LOCKED]);
  const unlocked = await project.run(importing(`npm:${PACKAGE}@1.0.0`), without("--frozen"));

  assert.ok(askedForDownload > 0, download.stderr);
  assert.ok(unlocked.stdout.includes(SAID), unlocked.stderr);
  assert.match(usualDenied.stderr, /import access/);
  assert.doesNotMatch(usual.stderr, /import access/);
});

Deno.test("every task for operators fetches what the lock file names, then runs locked", () => {
  const commands = Object.entries(denoJson.tasks).filter(([, { command }]) =>
    /deno run .* (main|scripts\/compile)\.ts( |$)/.test(command)
  );

  assert.deepEqual(
    commands.map(([name]) => name).sort(),
    ["compile", "customer-id", "doctor", "drift", "keygen", "start", "stdio", "verify-audit"],
  );
  for (const [name, { command }] of commands) {
    assert.match(command, /^deno cache (--quiet )?--frozen main\.ts( scripts\/\w+\.ts)* && /, name);
    for (const [, flags = ""] of command.matchAll(/deno run ((?:--\S+ )*)/g)) {
      assert.deepEqual(flags.split(" ").slice(0, 3), LOCKED, name);
    }
  }
});

Deno.test("commands in the documentation run the program locked", async () => {
  for (const page of ["README.md", "docs/operations.md", "docs/security.md", "docs/troubleshooting.md"]) {
    const text = await Deno.readTextFile(new URL(`../../${page}`, import.meta.url));
    for (const [command] of text.matchAll(/deno (?:run|serve)[^;`]*?(?:main|serve|permissions)\.ts/g)) {
      for (const flag of LOCKED) assert.ok(command.includes(flag), `${page}: ${command}`);
    }
  }
});

Deno.test("once the packages are there, no task asks the network for them", async () => {
  // All proxies name a port where nothing listens.
  const nowhere = "http://127.0.0.1:9";
  const env = { HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, ALL_PROXY: nowhere };

  const { code, stdout, stderr } = await run("deno", ["task", "--quiet", "keygen"], { env });

  assert.equal(code, 0, stderr);
  assert.match(stdout, /^ENCRYPTION_KEY=/);
});
