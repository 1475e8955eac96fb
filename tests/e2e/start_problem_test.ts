/** The reason why the program can't start is logged as LOG_FORMAT says, whatever else is wrong. */
import assert from "node:assert/strict";
import { TEST_KEYS } from "../support/keys.ts";
import { freePort } from "../support/free_port.ts";
import { denoServeArgs, mainArgs, type ProgramEnv, run } from "../support/process.ts";

const REDIS_URL = `redis://someone:not-a-real-word@127.0.0.1:${freePort()}`;
const [ENCRYPTION_KEY] = TEST_KEYS;

/** What follows `deno`, by command. The permissions are those of a valid configuration. */
const COMMANDS: Record<string, (env: ProgramEnv) => Promise<string[]>> = {
  serve: (env) => mainArgs(["serve"], env),
  stdio: (env) => mainArgs(["stdio"], env),
  "deno serve": () => denoServeArgs({ PORT: String(freePort()), REDIS_URL, ENCRYPTION_KEY }),
};

/** What is wrong, and which variables the reason names. */
const PROBLEMS: { env: ProgramEnv; named: string[] }[] = [
  { env: { REDIS_URL, ENCRYPTION_KEY: "short" }, named: ["ENCRYPTION_KEY"] },
  { env: { LOG_LEVEL: "loud", RATE_LIMIT_REQUESTS: "many" }, named: ["LOG_LEVEL", "RATE_LIMIT_REQUESTS"] },
  { env: { REDIS_URL, ENCRYPTION_KEY }, named: ["REDIS_URL"] },
];

for (const [command, args] of Object.entries(COMMANDS)) {
  Deno.test(`${command} with LOG_FORMAT json logs in JSON why it can't start`, async () => {
    for (const { env, named } of PROBLEMS) {
      const whole = { ...env, LOG_FORMAT: "json" };

      const { code, stdout, stderr } = await run("deno", await args(whole), { env: whole });

      const lines = stderr.trim().split("\n").map((line) => JSON.parse(line));
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.deepEqual(lines.map(({ level }) => level), ["ERROR"]);
      for (const variable of named) assert.ok(stderr.includes(variable), `${variable}: ${stderr}`);
      assert.ok(!stderr.includes("not-a-real-word"));
    }
  });
}

Deno.test("if LOG_FORMAT itself is wrong, the reason is logged as text", async () => {
  const env = { LOG_FORMAT: "xml" };

  const { code, stderr } = await run("deno", await mainArgs(["serve"], env), { env });

  assert.equal(code, 1);
  assert.match(stderr, /^The configuration is wrong:\nLOG_FORMAT: /);
});
