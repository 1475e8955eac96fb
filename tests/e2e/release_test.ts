/** A release, built once for this machine: its files, and the bundle for Claude Desktop, started from a folder. */
import assert from "node:assert/strict";
import { unpackExtension } from "@anthropic-ai/mcpb";
import * as z from "zod";
import { compareChecksums, writeChecksums } from "../../scripts/release/checksums.ts";
import { isTargetName, TARGETS } from "../../scripts/release/targets.ts";
import { VERSION } from "../../src/version.ts";
import { reportSchema } from "../release/bundle_client.ts";
import { DEFAULT_LIST } from "../support/default_list.ts";
import { freePort } from "../support/free_port.ts";
import { type Ended, inheritedEnv, run } from "../support/process.ts";

const FOLDER = `dist/release-${crypto.randomUUID()}`;
const NAME = `cloudways-mcp-${VERSION}`;
const TARGET = Deno.build.target;
/** A release packs Deno twice, which takes half a minute of a core that has nothing else to do. */
const BUILD_MS = 1_200_000;
const UNPACKED = `${FOLDER}/unpacked`;

let built: Ended = { code: -1, stdout: "", stderr: "" };

Deno.test.beforeAll(async () => {
  const options = [`--targets=${TARGET}`, "--owner=Example-Org", `--output=${FOLDER}`, "--allow-dirty"];
  built = await run("deno", ["task", "--quiet", "release", ...options], { deadlineMs: BUILD_MS });
  await unpackExtension({ mcpbPath: `${FOLDER}/${NAME}-${TARGET}.mcpb`, outputDir: UNPACKED, silent: true });
});

Deno.test.afterAll(() => Deno.remove(FOLDER, { recursive: true }));

function read(name: string): Promise<string> {
  return Deno.readTextFile(`${FOLDER}/${name}`);
}

const lockSchema = z.object({ npm: z.record(z.string(), z.object({ integrity: z.string() })) });

async function lockedPackages() {
  return lockSchema.parse(JSON.parse(await Deno.readTextFile("deno.lock"))).npm;
}

Deno.test("a release is built twice with the same bytes, and its checksums are those of its files", async () => {
  const names = [...Deno.readDirSync(FOLDER)].filter(({ isFile }) => isFile).map(({ name }) => name);
  const lines = (await read("SHA256SUMS")).trim().split("\n");

  assert.equal(built.code, 0, built.stderr);
  assert.deepEqual(
    names.sort(),
    [
      "SHA256SUMS",
      "THIRD_PARTY_LICENSES.txt",
      `${NAME}-${TARGET}.mcpb`,
      `${NAME}.cdx.json`,
      `${NAME}.tar.gz`,
      "server.json",
    ].sort(),
  );
  assert.equal(lines.length, names.length - 1);
  for (const line of lines) {
    const [hash, name] = line.split("  ");
    const bytes = await Deno.readFile(`${FOLDER}/${name}`);
    assert.equal(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex(), hash, name);
  }
});

Deno.test("a release whose second build has other bytes fails, and the error names the file", async () => {
  const folders = [`${FOLDER}/first`, `${FOLDER}/second`] as const;
  for (const folder of folders) {
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/same.txt`, "same");
    await Deno.writeTextFile(`${folder}/other.txt`, folder);
    await writeChecksums(folder);
  }

  await assert.rejects(compareChecksums(...folders), { message: "two builds differ in: other.txt" });
  await Deno.writeTextFile(`${folders[1]}/other.txt`, folders[0]);
  assert.match(await compareChecksums(...folders), /other\.txt\n.*same\.txt/);
});

Deno.test("the bill of materials is valid, and names what the lock file names, with its hashes", async () => {
  const text = await read(`${NAME}.cdx.json`);
  const schema = z.looseObject({
    components: z.array(z.looseObject({
      purl: z.string().optional(),
      name: z.string(),
      licenses: z.array(z.unknown()).min(1),
      hashes: z.array(z.strictObject({ alg: z.literal("SHA-512"), content: z.string() })).length(1).optional(),
    })),
    dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
  });

  const args = ["run", "--config", "tests/deno.json", "--no-check", "--no-prompt", "--quiet", "--allow-read"];
  const validated = await run("deno", [...args, "--ignore-env", "tests/release/validate_sbom.ts"], { input: text });
  const { components, dependencies } = schema.parse(JSON.parse(text));
  const listed = components.flatMap(({ purl, hashes }) => purl === undefined ? [] : [[purl, hashes?.[0]?.content]]);
  const wanted = Object.entries(await lockedPackages()).map(([id, { integrity }]) => [
    `pkg:npm/${id.replace(/^@/, "%40")}`,
    Uint8Array.fromBase64(integrity.slice("sha512-".length)).toHex(),
  ]);

  assert.equal(validated.stdout, "null", validated.stderr);
  assert.deepEqual(Object.fromEntries(listed), Object.fromEntries(wanted));
  assert.deepEqual(components.filter(({ purl }) => purl === undefined).map(({ name }) => name), ["deno"]);
  const [program] = dependencies.filter(({ ref }) => ref === `cloudways-mcp@${VERSION}`);
  assert.ok(program?.dependsOn.some((ref) => ref.startsWith("pkg:npm/zod@")));
  assert.ok(!program?.dependsOn.some((ref) => ref.startsWith("pkg:npm/denque@")));
});

Deno.test("the file of licences has every package, each with a licence and its text", async () => {
  const parts = (await read("THIRD_PARTY_LICENSES.txt")).split(`\n${"-".repeat(80)}\n`).map((part) => part.trim());
  const heads = parts.slice(1).map((part) => part.split("\n")[0]);

  const names = Object.keys(await lockedPackages()).sort().map((id) => id.replace(/@([^@]+)$/, " $1"));
  assert.deepEqual(heads, [...names, "Deno 2.9.6"]);
  for (const part of parts.slice(1)) assert.match(part, /\n\nLicence: [\w.-]+\n\n[^]{200}/);
});

Deno.test("the bundle has the program, Deno and the licences, and only Deno can be run", async () => {
  assert.ok(isTargetName(TARGET));
  const modes = new Map<string, number>();
  for (const folder of ["", "server/"]) {
    for await (const { name, isFile } of Deno.readDir(`${UNPACKED}/${folder}`)) {
      if (isFile) modes.set(folder + name, (await Deno.stat(`${UNPACKED}/${folder}${name}`)).mode ?? 0);
    }
  }

  const executable = `server/${TARGETS[TARGET].executable}`;
  assert.deepEqual(
    [...modes.keys()].sort(),
    ["LICENSE", "THIRD_PARTY_LICENSES.txt", "manifest.json", executable, "server/main.js"].sort(),
  );
  assert.deepEqual([...modes].filter(([, mode]) => (mode & 0o111) !== 0).map(([name]) => name), [executable]);
});

const graphSchema = z.object({
  modules: z.array(z.looseObject({ specifier: z.string(), error: z.string().optional() })),
});

Deno.test("the program in the bundle imports nothing but what Deno has built in, and names no place of the machine", async () => {
  const { stdout } = await run("deno", ["info", "--json", "--no-lock", `${UNPACKED}/server/main.js`]);
  const { modules } = graphSchema.parse(JSON.parse(stdout));
  const text = await Deno.readTextFile(`${UNPACKED}/server/main.js`);

  const [own, ...others] = modules.toSorted((a, b) => b.specifier.length - a.specifier.length);
  assert.match(own?.specifier ?? "", /main\.js$/);
  assert.deepEqual(others.filter(({ specifier }) => !specifier.startsWith("node:")), []);
  assert.deepEqual(modules.filter(({ error }) => error !== undefined), []);
  assert.match(text, /^\/\/ npm\/zod\//m);
  assert.deepEqual([Deno.cwd(), "dist/release-", "npm/registry."].filter((place) => text.includes(place)), []);
});

Deno.test("the program in the bundle has nothing that no call needs: of the languages of zod only the one it speaks", async () => {
  const text = await Deno.readTextFile(`${UNPACKED}/server/main.js`);

  const languages = [...text.matchAll(/^\/\/ npm\/zod\/.*\/locales\/(\w+)\.js$/gm)].map(([, name]) => name);
  assert.deepEqual(languages, ["en"]);
});

/** Starts the bundle with what a person has set, and reports what it answers. */
async function startBundle(userConfig: Record<string, string | number | boolean>) {
  const folder = await Deno.realPath(UNPACKED);
  const args = ["run", "--config", "tests/deno.json", "--no-check", "--no-prompt", "--quiet"];
  const rights = ["--allow-read", "--allow-env", `--allow-run=${folder}/server/deno,${folder}/server/deno.exe`];
  const given = JSON.stringify({ port: freePort(), ...userConfig });
  const client = [...args, ...rights, "tests/release/bundle_client.ts", folder, given];
  const { code, stdout, stderr } = await run("deno", client, { env: inheritedEnv() });
  assert.equal(code, 0, stderr);
  return { ...reportSchema.parse(JSON.parse(stdout)), stderr };
}

Deno.test("the bundle starts with nothing set: it only looks, and says that credentials are missing", async () => {
  const { server, tools, prompts, limitsCode } = await startBundle({});

  assert.deepEqual([server.name, server.version], ["cloudways-mcp", VERSION]);
  assert.ok(tools.includes("list_servers"));
  assert.ok(!tools.includes("stop_server"));
  assert.ok(prompts.includes("slow-site"));
  assert.ok(!prompts.includes("safe-update"));
  assert.equal(limitsCode, "authentication_required");
});

for (
  const [what, credentials] of Object.entries({
    "an access token": { access_token: "cw_EXAMPLE" },
    "an e-mail and an API key": { email: "owner@example.com", api_key: "EXAMPLE-KEY" },
  })
) {
  Deno.test(`the bundle takes ${what}, and everything is listed when a person switches Only look off`, async () => {
    const { tools, limitsCode, stderr } = await startBundle({ ...credentials, read_only: false });

    assert.deepEqual(tools, DEFAULT_LIST);
    assert.equal(limitsCode, null);
    assert.doesNotMatch(stderr, /cw_EXAMPLE|EXAMPLE-KEY/);
  });
}
