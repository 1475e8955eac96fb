/** A mistake in the program fails the call it is in, and no other. */
import assert from "node:assert/strict";
import * as z from "zod";
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { allTools } from "../../src/tools/all.ts";
import { defineAnonymousTool } from "../../src/tools/define/tool.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { freePort } from "../support/free_port.ts";
import { denoServeArgs, mainArgs, Program, type ProgramEnv } from "../support/process.ts";
import { startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";

const PRELOAD = ["--preload", "tests/e2e/uncaught.ts"];
const MISTAKES = [
  "an unhandled rejection",
  "a timer that throws",
  "a microtask that throws",
  "a tick that throws",
  "an emitter without listeners",
  "no error at all",
];
const ENV: ProgramEnv = { LOG_FORMAT: "json" };

const lineSchema = z.looseObject({ level: z.string(), message: z.string(), error: z.unknown().optional() });

/** The lines at level error that a program has written so far. */
function errorLines({ stderr }: Program): z.output<typeof lineSchema>[] {
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => lineSchema.parse(JSON.parse(line))).filter(({ level }) => level === "ERROR");
}

/** `deno run`'s own options come before the script. */
function withPreload(args: readonly string[]): string[] {
  const [command = "", ...rest] = args;
  return [command, ...PRELOAD, ...rest];
}

/** Makes every mistake, and waits until the last one is logged. */
async function makeMistakes(program: Program): Promise<void> {
  program.signal("SIGUSR2");
  for (const mistake of MISTAKES) await program.waitFor(new RegExp(mistake));
}

function assertLogged(program: Program): void {
  const lines = errorLines(program);
  assert.equal(lines.length, MISTAKES.length, program.stderr);
  for (const mistake of MISTAKES.slice(0, -1)) {
    const line = JSON.stringify(lines.find((each) => JSON.stringify(each).includes(mistake)));
    assert.match(line, /"(?:unhandled rejection|uncaught exception)"/);
    assert.match(line, /"stack":".*uncaught\.ts/, `${mistake} is logged without a stack`);
  }
  assert.doesNotMatch(program.stderr, /cw_EXAMPLE/);
}

Deno.test("an uncaught error is logged with its stack, and the server goes on", async () => {
  const port = String(freePort());
  await using program = Program.start("deno", withPreload(await mainArgs(["serve"], { ...ENV, PORT: port })), {
    ...ENV,
    PORT: port,
  });
  await program.waitFor(/listening/);

  await makeMistakes(program);
  const answer = await callTool(new URL(`http://127.0.0.1:${port}/mcp`), "ping");
  program.signal("SIGINT");
  const { code } = await program.ended();

  assertLogged(program);
  assert.equal(answer.json.service, "ok");
  assert.equal(code, 0);
});

Deno.test("an uncaught error is logged with its stack, and a worker of deno serve goes on", async () => {
  await using redis = await startRedis();
  const [ENCRYPTION_KEY] = TEST_KEYS;
  const env = { ...ENV, PORT: String(freePort()), REDIS_URL: redis.url, ENCRYPTION_KEY };
  const args = (await denoServeArgs(env)).map((arg) => arg === "serve.ts" ? "tests/e2e/uncaught_serve.ts" : arg);
  await using program = Program.start("deno", args, env);
  await program.waitFor(/listening/i);

  await makeMistakes(program);
  const answer = await callTool(new URL(`http://127.0.0.1:${env.PORT}/mcp`), "ping");

  assertLogged(program);
  assert.equal(answer.json.service, "ok");
});

Deno.test("an uncaught error is logged with its stack, and stdio goes on and stays clean", async () => {
  await using program = Program.start("deno", withPreload(await mainArgs(["stdio"], ENV)), ENV);
  const ping = (id: number) => `${JSON.stringify({ jsonrpc: "2.0", id, method: "ping" })}\n`;
  await program.write(ping(1));
  await program.waitFor(/"id":1/, "stdout");

  await makeMistakes(program);
  await program.write(ping(2));
  await program.waitFor(/"id":2/, "stdout");
  await program.closeInput();
  const { code, stdout } = await program.ended();

  assertLogged(program);
  assert.equal(code, 0);
  assert.deepEqual(stdout.trim().split("\n").map((line) => JSON.parse(line).id), [1, 2]);
});

const noInput = z.strictObject({});
const noOutput = z.looseObject({});

/** A tool with a mistake in it. */
function brokenTool(name: string, handler: () => Promise<Record<string, never>>) {
  return defineAnonymousTool({
    name,
    title: "Broken",
    toolset: "basic",
    effect: "read",
    description: "Has a mistake in it.",
    input: () => noInput,
    output: () => noOutput,
    anonymousHandler: handler,
  });
}

const BROKEN = {
  broken_at_once: () => {
    throw new TypeError("canary: a mistake in this tool");
  },
  broken_later: async () => {
    await Promise.resolve();
    throw new TypeError("canary: a mistake in this tool");
  },
  broken_answer: () => Promise.resolve(JSON.parse('"canary: a mistake in this tool"')),
};

Deno.test("a mistake in one tool gives one internal_error with a request id and a logged stack, and affects no other call", async () => {
  const lines: string[] = [];
  const log = createLogger({ level: "DEBUG", format: "json", write: (line) => lines.push(line) });
  const tools = [...allTools, ...Object.entries(BROKEN).map(([name, handler]) => brokenTool(name, handler))];
  const app = await createApp(parseConfig({}), { log, catalogue: new Catalogue(tools) });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  const url = new URL(`http://127.0.0.1:${server.addr.port}/mcp`);

  const broken = await Promise.all(Object.keys(BROKEN).map((name) => callTool(url, name)));
  const others = await Promise.all(Array.from({ length: 5 }, () => callTool(url, "ping")));
  await app.close();

  assert.deepEqual(others.map(({ json }) => json.service), Array(5).fill("ok"));
  for (const { isError, json } of broken) {
    const stacks = lines.filter((line) => line.includes(String(json.request_id)) && line.includes('"stack"'));
    assert.equal(isError, true);
    assert.equal(json.code, "internal_error");
    assert.doesNotMatch(JSON.stringify(json), /canary|TypeError|\.ts/);
    assert.equal(stacks.length, 1, "each request id has one stack");
    assert.match(stacks[0] ?? "", /"level":"ERROR".*TypeError/);
  }
});
