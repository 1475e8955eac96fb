import assert from "node:assert/strict";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { parseKey } from "../../src/crypto/keys.ts";
import { ChainSigner } from "../../src/audit/chain.ts";
import { stamp } from "../../src/audit/entry.ts";
import { ProcessAuditLog } from "../../src/audit/log.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { type Ended, type ProgramEnv, run, runMain, startServer } from "../support/process.ts";
import { callTool } from "../support/rpc.ts";
import { startSandbox } from "../sandbox/mod.ts";

const [ENCRYPTION_KEY, OTHER_KEY] = TEST_KEYS;

/** Runs the task as people do: `deno task verify-audit < FILE`. */
function verifyAudit(input: string, env: ProgramEnv = { ENCRYPTION_KEY }, args: string[] = []): Promise<Ended> {
  return run("deno", ["task", "--quiet", "verify-audit", ...args], { env, input });
}

/** What a server writes on standard error while two calls change something. */
async function serverLog(format: "json" | "console"): Promise<string> {
  await using sandbox = await startSandbox({ pace: { polls: 1, seconds: 0 } });
  await using server = await startServer("deno run", {
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    CONFIRM: "off",
    ENCRYPTION_KEY,
    LOG_FORMAT: format,
  });
  for (const app_id of [200001, 200002]) {
    await callTool(server.mcpUrl, "clear_app_cache", { app_id, wait_seconds: 0 }, TOKEN_HEADERS);
  }
  server.program.signal("SIGTERM");
  return (await server.program.ended()).stderr;
}

/** The log of a process with these records among other lines. */
async function logOf(...tools: string[]): Promise<string[]> {
  const lines: string[] = [];
  const log = createLogger({ level: "INFO", format: "json", write: (line) => lines.push(line) });
  const ring = await KeyRing.create({ encryptionKeys: [parseKey(ENCRYPTION_KEY)] });
  const audit = new ProcessAuditLog({ signer: new ChainSigner(ring), log });
  const entry = { event: "intent", customer: undefined, client: undefined, arguments: {}, target: null } as const;
  for (const tool of tools) {
    log.info("another line");
    const whole = { ...entry, tool, approval: null, operation_id: null, outcome: null, request_id: "request-1" };
    await audit.write(undefined, stamp(whole, 0));
  }
  return lines;
}

for (const format of ["json", "console"] as const) {
  Deno.test(`the audit records in the ${format} log of a server are whole`, async () => {
    const log = await serverLog(format);

    const { code, stdout, stderr } = await verifyAudit(log);

    assert.equal(stderr, "");
    assert.match(stdout, /^process [0-9a-f]{16}: 4 records, the last of 2\S+Z\nThe records are whole\.\n/);
    assert.match(stdout, /does not show records cut off at the end/);
    assert.equal(code, 0);
  });
}

/** Changes to a log of lines a, A, b, B, c, C, where capitals are records, and what the command then prints. */
const TAMPERINGS: readonly [name: string, change: (lines: string[]) => string[], expected: RegExp][] = [
  [
    "has a record changed",
    (lines) => lines.map((line) => line.replace('"tool":"second"', '"tool":"other"')),
    /^BROKEN\. Process [0-9a-f]{16}, record 2 at line 4 was changed since it was written\.$/m,
  ],
  [
    "has a record removed",
    (lines) => lines.toSpliced(3, 1),
    /^BROKEN\. Process [0-9a-f]{16}, record 3 at line 5 comes right after record 1\. Removed: record 2\.$/m,
  ],
  [
    "has records reordered",
    ([a = "", A = "", b = "", B = "", c = "", C = ""]) => [a, A, b, C, c, B],
    /^BROKEN\. Process [0-9a-f]{16}, record 3 at line 4 comes before record 2, which is at line 6: they were reordered\.$/m,
  ],
];

for (const [name, change, expected] of TAMPERINGS) {
  Deno.test(`in a log that ${name}, verify-audit names the first broken record`, async () => {
    const lines = await logOf("first", "second", "third");
    const other = await logOf("of another process");

    const { code, stdout } = await verifyAudit([...change(lines), ...other].join("\n"));

    assert.match(stdout, expected);
    assert.equal(stdout.match(/BROKEN/g)?.length, 1);
    assert.equal(code, 1);
  });
}

Deno.test("rotated logs are checked one by one, each from the checkpoint that the run before printed", async () => {
  const lines = await logOf("first", "second", "third");
  const [older, newer] = [lines.slice(0, 4), lines.slice(4)].map((part) => `${part.join("\n")}\n`);

  const first = await verifyAudit(older ?? "");
  const checkpoint = /--from (\S+)$/m.exec(first.stdout)?.[1] ?? "none";
  const second = await verifyAudit(newer ?? "", undefined, ["--from", checkpoint]);
  const without = await verifyAudit(newer ?? "");
  const wrong = await verifyAudit(newer ?? "", undefined, ["--from", "nonsense"]);

  assert.deepEqual([first.code, second.code, without.code, wrong.code], [0, 0, 1, 2]);
  assert.match(second.stdout, /The records are whole\.\n/);
});

Deno.test("a last line that is cut off is reported, and is not a break", async () => {
  const log = (await logOf("first", "second")).join("\n");

  const { code, stdout } = await verifyAudit(log.slice(0, -20));

  assert.match(stdout, /^Line 4 was cut off/m);
  assert.doesNotMatch(stdout, /BROKEN/);
  assert.equal(code, 0);
});

Deno.test("control characters of a tampered log do not reach the terminal", async () => {
  const [, line = ""] = await logOf("first");

  const { code, stdout } = await verifyAudit(line.replace('"process":"', '"process":"\\u001b[2J\\n'));

  assert.match(stdout, /BROKEN/);
  assert.ok(!stdout.includes("\x1b"));
  assert.equal(code, 1);
});

const UNUSABLE: readonly [name: string, input: () => Promise<string[]>, env: ProgramEnv, expected: RegExp][] = [
  ["without a key", () => logOf("a"), {}, /ENCRYPTION_KEY is not set/],
  ["with a malformed key", () => logOf("a"), { ENCRYPTION_KEY: "short" }, /ENCRYPTION_KEY: must have 44 characters/],
  ["with another key", () => logOf("a"), { ENCRYPTION_KEY: OTHER_KEY }, /No record is signed with a key that/],
  ["of a log without records", () => Promise.resolve(["{}"]), { ENCRYPTION_KEY }, /no audit records in this input/],
];

for (const [name, input, env, expected] of UNUSABLE) {
  Deno.test(`verify-audit ${name} reports that nothing could be checked`, async () => {
    const lines = await input();

    const { code, stdout, stderr } = await verifyAudit(lines.join("\n"), env);

    assert.match(stderr, expected);
    assert.equal(stdout, "");
    assert.equal(code, 2);
  });
}

Deno.test("verify-audit checks only the keys of the configuration, and reads no file by name", async () => {
  const log = (await logOf("a")).join("\n");

  const rotated = await verifyAudit(log, { ENCRYPTION_KEY: `${OTHER_KEY},${ENCRYPTION_KEY}`, PORT: "seven" });
  const named = await runMain(["verify-audit", "server.log"], { ENCRYPTION_KEY });
  const help = await runMain(["--help"]);

  assert.equal(rotated.code, 0);
  assert.equal(named.code, 1);
  assert.match(named.stderr, /Unknown command or option: "server\.log"/);
  assert.match(help.stdout, /^ +verify-audit +\w/m);
});
