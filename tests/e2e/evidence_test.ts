/** The audit trail of a running server, over real pipes and files. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { freePort } from "../support/free_port.ts";
import { mainArgs, Program, type ProgramEnv, run, type ServerProcess, startServer } from "../support/process.ts";
import { callTool } from "../support/rpc.ts";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const [ENCRYPTION_KEY] = TEST_KEYS;
const SANDBOX = { rateLimitPerMinute: 1_000_000, pace: { polls: 1, seconds: 0 } };

function envFor(sandbox: Sandbox, more: ProgramEnv = {}): ProgramEnv {
  return {
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    CONFIRM: "off",
    ENCRYPTION_KEY,
    LOG_FORMAT: "json",
    LOG_LEVEL: "DEBUG",
    RATE_LIMIT_REQUESTS: "100000",
    ...more,
  };
}

function change(url: URL, app_id = 200001) {
  return callTool(url, "clear_app_cache", { app_id, wait_seconds: 0 }, TOKEN_HEADERS);
}

function changes(sandbox: Sandbox): number {
  return sandbox.requests.filter(({ method }) => method !== "GET").length;
}

async function get(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

/** Requests that need no credentials and are logged at DEBUG; together more than a pipe holds. */
async function fillLog(url: string): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.all(Array.from({ length: 100 }, () => get(`${url}/health`)));
}

async function fileFor(name: string) {
  const path = new URL(`../../dist/${name}-${crypto.randomUUID()}.log`, import.meta.url).pathname;
  await Deno.mkdir(new URL("../../dist/", import.meta.url), { recursive: true });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path).catch(() => {}) };
}

function auditIn(log: string): { event: string; outcome: string | null }[] {
  const lines = log.split("\n").filter((line) => line.includes('"message":"audit"') && line.endsWith("}"));
  return lines.map((line) => JSON.parse(line).audit);
}

async function assertWhole(log: string): Promise<void> {
  const env = { ENCRYPTION_KEY };
  const { code, stdout, stderr } = await run("deno", ["task", "--quiet", "verify-audit"], { env, input: log });
  assert.equal(code, 0, stdout + stderr);
}

async function endOf({ program }: ServerProcess) {
  program.signal("SIGTERM");
  return await program.ended();
}

Deno.test("while the log's reader is stopped and strangers fill the log, changes wait for their intents and lose none", async () => {
  await using sandbox = await startSandbox(SANDBOX);
  await using server = await startServer("deno run", envFor(sandbox));
  await callTool(server.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  const read = server.program.stall();
  await fillLog(server.url);

  const waiting = Promise.all([1, 2, 3, 4, 5, 6].map(() => change(server.mcpUrl)));
  await callTool(server.mcpUrl, "list_projects", {}, TOKEN_HEADERS);
  const before = changes(sandbox);
  read();
  const answers = await waiting;
  const metrics = await get(`${server.url}/metrics`);
  const { stderr } = await endOf(server);

  assert.equal(before, 0);
  assert.deepEqual(answers.map(({ isError }) => isError), Array(6).fill(false));
  assert.equal(changes(sandbox), 6);
  const records = auditIn(stderr);
  assert.equal(records.filter(({ event }) => event === "intent").length, 6);
  assert.equal(records.filter(({ outcome }) => outcome === "ok").length, 6);
  await assertWhole(stderr);
  const lost = Number(/log_lines_lost_total (\d+)/.exec(metrics)?.[1]);
  const reports = [...stderr.matchAll(/"message":"log lines were lost","count":(\d+)/g)];
  assert.ok(lost > 0);
  assert.equal(reports.reduce((sum, [, count]) => sum + Number(count), 0), lost);
});

Deno.test("a change whose intent is not read in time is refused unsent, and the refusal is recorded", async () => {
  await using sandbox = await startSandbox(SANDBOX);
  await using server = await startServer("deno run", envFor(sandbox));
  assert.equal((await change(server.mcpUrl)).isError, false);
  const before = changes(sandbox);
  const read = server.program.stall();
  await fillLog(server.url);

  const { json } = await change(server.mcpUrl, 200002);
  read();
  const { stderr } = await endOf(server);

  assert.equal(json.code, "store_unavailable");
  assert.equal(changes(sandbox), before);
  assert.deepEqual(auditIn(stderr).filter(({ event }) => event !== "intent").map(({ outcome }) => outcome), [
    "ok",
    "store_unavailable",
  ]);
  await assertWhole(stderr);
});

Deno.test("with standard error on a full disk, changes are refused unsent and counted, and reads go on", async () => {
  await using sandbox = await startSandbox(SANDBOX);
  const PORT = String(freePort());
  const env = envFor(sandbox, { PORT });
  const command = ["deno", ...await mainArgs(["serve"], env)].join(" ");
  await using program = Program.start("deno", ["task", "--quiet", "--eval", `${command} 2> /dev/full`], env);
  const url = `http://127.0.0.1:${PORT}`;
  await until(() => get(`${url}/health`).then(() => true, () => false), 60_000);

  const refused = await change(new URL(`${url}/mcp`));
  const read = await callTool(new URL(`${url}/mcp`), "list_servers", {}, TOKEN_HEADERS);
  const metrics = await get(`${url}/metrics`);
  program.signal("SIGTERM");
  await program.ended();

  assert.equal(refused.json.code, "store_unavailable");
  assert.equal(read.isError, false);
  assert.equal(changes(sandbox), 0);
  assert.match(metrics, /audit_write_failures_total [1-9]/);
  assert.match(metrics, /log_lines_lost_total [1-9]/);
});

Deno.test("audit lines in a file of their own need no log reader, and a restarted server appends to them", async () => {
  await using file = await fileFor("audit");
  await using sandbox = await startSandbox(SANDBOX);
  const env = envFor(sandbox, { AUDIT_LOG: file.path });
  const first = await startServer("deno run", env);
  const read = first.program.stall();
  await fillLog(first.url);
  const answer = await change(first.mcpUrl);
  first.program.signal("SIGKILL");
  read();
  await first.program.ended();
  // As a process that is killed while it writes leaves it.
  const half = (await Deno.readTextFile(file.path)).slice(0, 200);
  await Deno.writeTextFile(file.path, half, { append: true });

  await using second = await startServer("deno run", env);
  await change(second.mcpUrl);
  const { stderr } = await endOf(second);

  const log = await Deno.readTextFile(file.path);
  assert.equal(answer.isError, false);
  assert.deepEqual(auditIn(log).map(({ event }) => event), ["intent", "outcome", "intent", "outcome"]);
  assert.deepEqual(auditIn(stderr), []);
  await assertWhole(log);
});

Deno.test("standard output has only audit lines where AUDIT_LOG names it", async () => {
  await using sandbox = await startSandbox(SANDBOX);
  await using server = await startServer("deno run", envFor(sandbox, { AUDIT_LOG: "stdout" }));

  await change(server.mcpUrl);
  const { stdout, stderr } = await endOf(server);

  assert.deepEqual(stdout.trim().split("\n").map((line) => JSON.parse(line).message), ["audit", "audit"]);
  assert.deepEqual(auditIn(stderr), []);
  await assertWhole(stdout);
});

const UNUSABLE: readonly [name: string, command: string, AUDIT_LOG: string, expected: RegExp][] = [
  ["over stdio, standard output", "stdio", "stdout", /standard output is the client's/],
  ["a folder", "serve", new URL("../../tests", import.meta.url).pathname, /can't be opened for writing/],
  ["a relative path", "serve", "audit.log", /AUDIT_LOG: must be stdout, or the absolute path/],
];

for (const [name, command, AUDIT_LOG, expected] of UNUSABLE) {
  Deno.test(`with ${name} as AUDIT_LOG, the start fails with the reason`, async () => {
    const env = { ENCRYPTION_KEY, AUDIT_LOG, PORT: String(freePort()) };

    const { code, stderr } = await run("deno", await mainArgs([command], env), { env });

    assert.equal(code, 1);
    assert.match(stderr, expected);
  });
}

Deno.test("doctor says whether the file of audit lines can be written", async () => {
  await using file = await fileFor("doctor");
  await using sandbox = await startSandbox({ expectUnknownPaths: true });
  const findings = async (AUDIT_LOG: string) => {
    const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, AUDIT_LOG };
    const { code, stdout } = await run("deno", ["task", "--quiet", "doctor"], { env });
    return { code, line: stdout.split("\n").find((line) => line.includes("audit log")) ?? "" };
  };

  const good = await findings(file.path);
  const bad = await findings("/nowhere/audit.log");

  assert.equal(good.code, 0);
  assert.match(good.line, /^ok {4}audit log: .* can be written$/);
  assert.equal(bad.code, 1);
  assert.match(bad.line, /^FAIL {2}audit log: AUDIT_LOG: \/nowhere/);
});
