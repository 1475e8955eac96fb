/** What Deno Deploy does with the program, as far as it can be done elsewhere: fetches, starts and asks it as there. */
import assert from "node:assert/strict";
import denoJson from "../../deno.json" with { type: "json" };
import { TEST_KEYS } from "../support/keys.ts";
import { freePort } from "../support/free_port.ts";
import { Program, run } from "../support/process.ts";
import { rawRequest } from "../support/raw_http.ts";
import { startRedis } from "../support/redis_server.ts";

const { install, runtime } = denoJson.deploy;
const PUBLIC_URL = "https://app.example.deno.net";

/** Starts the entry point with all permissions, and nothing of its own said on the command line. */
function start(port: number, env: Record<string, string>): Program {
  return Program.start("deno", ["serve", "--allow-all", `--port=${port}`, "--host=127.0.0.1", runtime.entrypoint], env);
}

Deno.test("the configuration for Deno Deploy fetches what the lock file names and serves under the app's own address", async () => {
  await using redis = await startRedis();
  const port = freePort();
  const fetched = await run("deno", ["task", "--quiet", "--eval", install]);

  await using program = start(port, { REDIS_URL: redis.url, ENCRYPTION_KEY: TEST_KEYS[0], PUBLIC_URL });
  await program.waitFor(/listening/i);
  const ask = async (host: string, path: string) =>
    (await rawRequest(`http://127.0.0.1:${port}`, `GET ${path}`, [["Host", host]])).status;

  assert.equal(fetched.code, 0, fetched.stderr);
  assert.equal(await ask(new URL(PUBLIC_URL).host, "/ready"), 200);
  assert.equal(await ask(new URL(PUBLIC_URL).host, "/metrics"), 501);
  // Signing in is on, so that clients without a token are told where.
  assert.equal(await ask(new URL(PUBLIC_URL).host, "/connect/mcp"), 401);
  assert.equal(await ask("preview.example.deno.net", "/connect/mcp"), 403);
});

Deno.test("without the variables that docs/deno-deploy.md asks for, nothing starts there", async () => {
  const page = await Deno.readTextFile("docs/deno-deploy.md");
  const named = [...page.matchAll(/^ *\| `([A-Z_]+)` /gm)].map(([, name]) => name);

  await using program = start(freePort(), { PUBLIC_URL });
  const { code, stderr } = await program.ended();

  assert.deepEqual(named, ["REDIS_URL", "ENCRYPTION_KEY", "PUBLIC_URL", "LOG_FORMAT"]);
  assert.equal(code, 1);
  assert.match(stderr, /REDIS_URL/);
});
