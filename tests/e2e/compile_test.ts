/**
 * Builds a binary by the task. Deno would download the runtime of a binary; the Deno of the tests stands in its place, so
 * the binary is not run: what stands inside is read.
 */
import assert from "node:assert/strict";
import * as z from "zod";
import { VARIABLE_NAMES } from "../../src/config.ts";
import { run } from "../support/process.ts";

const FILE = `dist/cloudways-mcp-${Deno.build.target}`;

/** What `deno compile` writes into a binary, of what is of interest here. */
const metadataSchema = z.looseObject({
  entrypoint_key: z.string(),
  v8_flags: z.array(z.string()),
  permissions: z.looseObject({
    allow_env: z.array(z.string()),
    allow_net: z.array(z.string()),
    prompt: z.literal(false),
  }),
  unstable_config: z.looseObject({ features: z.array(z.string()) }),
  workspace_resolver: z.looseObject({ import_map: z.null() }),
});

/** The JSON object in a binary that begins so. */
function objectThatBegins(start: string, bytes: Uint8Array): unknown {
  const text = new TextDecoder("latin1").decode(bytes);
  const from = text.lastIndexOf(start);
  for (let end = text.indexOf("}", from); end > 0; end = text.indexOf("}", end + 1)) {
    try {
      return JSON.parse(text.slice(from, end + 1));
    } catch {
      // It goes on.
    }
  }
  throw new Error(`The binary has no ${start}`);
}

Deno.test("deno task compile puts one file into a binary, with the permissions of the configuration and no others", async () => {
  const { stdout: deno } = await run("deno", ["eval", "console.log(Deno.execPath())"]);
  const env = { DENORT_BIN: deno.trim(), PORT: "7777", READ_ONLY: "true" };

  const args = ["task", "--quiet", "compile", `--target=${Deno.build.target}`];
  const { code, stderr } = await run("deno", args, { env, deadlineMs: 600_000 });
  const bytes = await Deno.readFile(FILE);
  await Deno.remove(FILE);
  const { entrypoint_key, permissions, unstable_config, v8_flags } = metadataSchema.parse(
    objectThatBegins('{"argv":', bytes),
  );
  const { allow_env, allow_net, prompt: _prompt, ...others } = permissions;

  assert.equal(code, 0, stderr);
  assert.match(stderr, /Embedded Files\n+cloudways-mcp-\S+\n└── main\.js \([34](?:\.\d+)?MB\)\n/);
  assert.equal(entrypoint_key, "main.js");
  assert.deepEqual(allow_net, ["api.cloudways.com:443", "127.0.0.1:7777"]);
  assert.deepEqual(allow_env, VARIABLE_NAMES);
  const granted = Object.entries(others).filter(([, value]) => value !== null).map(([name]) => name);
  assert.deepEqual(granted.sort(), ["allow_import", "deny_import", "ignore_env"]);
  assert.deepEqual([others.allow_import, others.deny_import], [[], []]);
  assert.deepEqual(unstable_config.features, ["no-legacy-abort"]);
  assert.deepEqual(v8_flags.slice(-4), [
    "--max-semi-space-size=4",
    "--heap-growing-percent=100",
    "--memory-reducer-delay-ms=1000",
    "--no-allocation-site-pretenuring",
  ]);
});
