/** The manifest of the bundle for Claude Desktop. `tests/e2e/release_test.ts` starts the bundle itself. */
import assert from "node:assert/strict";
import { getMcpConfigForManifest, v0_3 } from "@anthropic-ai/mcpb";
import { manifestFor } from "../../scripts/release/claude_desktop.ts";
import { TARGET_NAMES, TARGETS } from "../../scripts/release/targets.ts";
import { parseConfig, VARIABLE_NAMES } from "../../src/config.ts";
import { formatHostPort, outboundHosts, stdioPagesAddress } from "../../src/config/reach.ts";
import { VERSION } from "../../src/version.ts";
import denoJson from "../../deno.json" with { type: "json" };

const TEXT = await Deno.readTextFile(new URL("../../deploy/claude-desktop/manifest.json", import.meta.url));
const manifest = v0_3.McpbManifestSchema.parse(JSON.parse(TEXT));
const userConfig = manifest.user_config ?? {};
const { args = [], env = {} } = manifest.server.mcp_config;

/** Set so that a text that is not replaced shows. */
const SECRETS = { access_token: "cw_EXAMPLE", api_key: "EXAMPLE-KEY", approval_code: "EXAMPLE-CODE" };

/** How Claude Desktop starts the server with what a person has set. */
async function launch(given: Record<string, string | number | boolean> = {}) {
  const found = await getMcpConfigForManifest({
    manifest,
    extensionPath: "/bundle",
    systemDirs: {},
    userConfig: given,
    pathSeparator: "/",
  });
  return { args: found?.args ?? [], env: found?.env ?? {} };
}

/** The configuration of the server with what a person has set. */
async function configWith(given: Record<string, string | number | boolean>) {
  const { env } = await launch(given);
  return parseConfig(Object.fromEntries(Object.entries(env).filter(([name]) => VARIABLE_NAMES.includes(name))));
}

/** The values of a flag. */
function valuesOf(flag: string, given: readonly string[]): string[] {
  const found = given.filter((arg) => arg.startsWith(`${flag}=`));
  assert.equal(found.length, 1, flag);
  return (found[0] ?? "").slice(flag.length + 1).split(",");
}

Deno.test("the manifest has the version of the program", () => {
  assert.deepEqual([manifest.name, manifest.version], ["cloudways-mcp", VERSION]);
});

for (const name of TARGET_NAMES) {
  Deno.test(`the manifest for ${name} is valid, and names the Deno of that platform`, () => {
    const target = TARGETS[name];

    const own = v0_3.McpbManifestSchema.parse(JSON.parse(manifestFor(target, TEXT)));

    assert.equal(own.server.entry_point, `server/${target.executable}`);
    assert.equal(own.server.mcp_config.command, `\${__dirname}/server/${target.executable}`);
    assert.deepEqual(own.compatibility?.platforms, [target.platform]);
    assert.deepEqual(own.server.mcp_config.args, args);
  });
}

Deno.test("the server of the bundle may reach the API and its own page, and nothing else", async () => {
  for (const port of [7000, 7777]) {
    const config = await configWith({ port, read_only: false });
    const page = stdioPagesAddress(config);
    const hosts = [...outboundHosts(config), ...(page === undefined ? [] : [page])].map(formatHostPort);

    assert.equal(hosts.length, 2);
    assert.deepEqual(valuesOf("--allow-net", (await launch({ port })).args), hosts);
  }
  assert.deepEqual(args.filter((arg) => arg.startsWith("--allow-")).map((arg) => arg.replace(/=.+/, "")), [
    "--allow-net",
    "--allow-env",
  ]);
});

Deno.test("the server of the bundle sees the variables that the manifest sets, and no others", () => {
  const ours = Object.keys(env).filter((name) => !name.startsWith("DENO_"));

  assert.deepEqual(valuesOf("--allow-env", args), ours);
  assert.deepEqual(ours.filter((name) => !VARIABLE_NAMES.includes(name)), []);
  assert.ok(args.includes("--ignore-env"));
});

Deno.test("the program of the bundle loads nothing from outside, and runs as the tasks run it", () => {
  const unstable = args.filter((arg) => arg.startsWith("--unstable-")).map((arg) => arg.slice("--unstable-".length));

  for (const flag of ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only", "--deny-import"]) {
    assert.ok(args.includes(flag), flag);
  }
  assert.ok(args.includes("--no-prompt"));
  assert.deepEqual(unstable, denoJson.unstable);
  assert.equal(args.at(-1), "stdio");
});

Deno.test("whatever a person leaves empty has a default, and everything that can be set is used", async () => {
  const { args: launched, env: set } = await launch();
  const used = new Set([...JSON.stringify([args, env]).matchAll(/\$\{user_config\.(\w+)\}/g)].map(([, name]) => name));

  assert.doesNotMatch(JSON.stringify([launched, set]), /\$\{user_config/);
  assert.deepEqual([...used].sort(), Object.keys(userConfig).sort());
  assert.equal((await configWith({})).stdioCredential, undefined);
});

Deno.test("secrets are kept as secrets, and are never on the command line", async () => {
  const { args: launched, env: set } = await launch(SECRETS);

  for (const [name, secret] of Object.entries(SECRETS)) {
    assert.equal(userConfig[name]?.sensitive, true, name);
    assert.ok(Object.values(set).includes(secret), name);
    assert.ok(!launched.some((arg) => arg.includes(secret)), name);
  }
  assert.deepEqual(
    Object.keys(userConfig).filter((name) => userConfig[name]?.sensitive === true).sort(),
    Object.keys(SECRETS).sort(),
  );
});

Deno.test("the bundle only looks until a person switches that off", async () => {
  assert.equal((await configWith({})).readOnly, true);
  assert.equal((await configWith({ read_only: false })).readOnly, false);
});
