import assert from "node:assert/strict";
import { compileArgs, readArguments } from "../../scripts/compile.ts";
import { BUNDLE_FLAGS, inAscii, withoutPlaces } from "../../scripts/release/program.ts";
import { TARGET_NAMES } from "../../scripts/release/targets.ts";
import { run } from "../support/process.ts";
import denoJson from "../../deno.json" with { type: "json" };

const PERMISSIONS = ["--allow-net=api.cloudways.com:443", "--ignore-env"];

Deno.test("without a target one binary is built, for this machine", () => {
  assert.deepEqual(readArguments([...PERMISSIONS, "--"]), [
    { permissions: PERMISSIONS, target: undefined, output: "dist/cloudways-mcp" },
  ]);
});

Deno.test("--target builds for the platforms that it names, or for all", () => {
  const targetsOf = (...args: string[]) => readArguments([...PERMISSIONS, "--", ...args]).map(({ target }) => target);

  assert.deepEqual(targetsOf("--target", "all"), TARGET_NAMES);
  assert.deepEqual(targetsOf("--target=x86_64-apple-darwin,aarch64-apple-darwin"), [
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
  ]);
  assert.throws(() => targetsOf("--target=riscv64"), /unknown target "riscv64"; there are: all, x86_64/);
  assert.throws(() => targetsOf("--targets=all"), /--targets/);
});

Deno.test("the platforms are those that this version of Deno builds for", async () => {
  const { stderr } = await run("deno", ["compile", "--target", "none", "main.ts"]);

  const [, listed = ""] = /possible values: ([\w, -]+)/.exec(stderr) ?? [];
  assert.deepEqual(listed.split(", ").sort(), [...TARGET_NAMES].sort());
});

Deno.test("a binary has one file inside and the permissions that were given, and nothing else is looked for", () => {
  const args = compileArgs({
    program: "dist/main.js",
    permissions: PERMISSIONS,
    target: "x86_64-pc-windows-msvc",
    output: "dist/x",
  });

  for (const flag of ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only", "--deny-import"]) {
    assert.ok(args.includes(flag), flag);
  }
  assert.ok(args.includes("--no-prompt"));
  assert.deepEqual(
    args.filter((arg) => arg.startsWith("--unstable-")),
    denoJson.unstable.map((feature) => `--unstable-${feature}`),
  );
  assert.deepEqual(args.filter((arg) => /^--(allow|ignore)/.test(arg)), PERMISSIONS);
  assert.deepEqual(args.slice(-5), ["--target", "x86_64-pc-windows-msvc", "--output", "dist/x", "dist/main.js"]);
});

Deno.test("deno task compile refuses an unknown target before it builds anything", async () => {
  const { code, stdout, stderr } = await run("deno", ["task", "--quiet", "compile", "--target=riscv64"]);

  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^unknown target "riscv64"; there are: all, /);
});

Deno.test("where packages are kept does not stand in the program", () => {
  const text = "// dist/c/npm/registry.example.com/zod/4.6.7/index.js\n// src/app.ts\n";

  assert.equal(withoutPlaces(text, `${Deno.cwd()}/dist/c/npm`), "// npm/zod/4.6.7/index.js\n// src/app.ts\n");
});

Deno.test("the program in ASCII means the same", async () => {
  const text = [
    "// Schlüssel",
    "const größe = { 'ключ': '鍵 😀', \"é\": `ñ ${'ü'}` };",
    "const [word, face] = [/^[а-я]+$/, /^[😀-😂]$/u];",
    "export default [größe, word.test('ключ'), face.test('😁'), face.test('x')];",
  ].join("\n");
  const escaped = inAscii(text);

  const meaning = async (code: string) => (await import(`data:text/javascript,${encodeURIComponent(code)}`)).default;
  assert.ok([...escaped].every((character) => character.charCodeAt(0) < 128));
  assert.deepEqual(await meaning(escaped), await meaning(text));
  assert.deepEqual(await meaning(text), [{ ключ: "鍵 😀", é: "ñ ü" }, true, true, false]);
});

for (const text of ["/\\é/", "String.raw`é`"]) {
  Deno.test(`${text} is not escaped, because that would change it`, () => {
    assert.throws(() => inAscii(text), /can't be escaped/);
  });
}

/** Modules that a change may have smuggled in, and why no program is made with them. */
const SMUGGLED = {
  "https://deno.land/example/module.js": /remote specifier was requested/,
  "npm:fflate@0.8.3": /lockfile is out of date/,
};

for (const [specifier, reason] of Object.entries(SMUGGLED)) {
  Deno.test(`no program is made with ${specifier}, which the lock file does not name`, async () => {
    const folder = `dist/smuggled-${crypto.randomUUID()}`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    await Deno.writeTextFile(`${folder}/deno.lock`, JSON.stringify({ version: "5" }));
    await Deno.writeTextFile(`${folder}/main.js`, `import ${JSON.stringify(specifier)};`);

    const own = ["--config", `${folder}/deno.json`, "--output", `${folder}/out.js`, `${folder}/main.js`];
    const { code, stderr } = await run("deno", ["bundle", ...BUNDLE_FLAGS, ...own]);
    await Deno.remove(folder, { recursive: true });

    assert.equal(code, 1);
    assert.match(stderr, reason);
  });
}
