/**
 * No work grows with a stranger's input. The tests send the worst bodies and headers within the limits, in every place
 * that takes text, and count the work done for each. Nothing here measures time.
 */
import assert from "node:assert/strict";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config.ts";
import { KeyWork } from "../../src/cloudways/key_work.ts";
import { oversized } from "../../src/text/json_size.ts";
import { StdioTransport } from "../../src/mcp/stdio/transport.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { noWork, type WorkCounts } from "../../src/text/work_counts.ts";
import { certificatePem, lockedKeyPem, testKey } from "../support/certificates.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";
import { CREDENTIALS, FILLERS, WORST_CREDENTIALS, type WorstInput, worstInputs } from "../support/worst_inputs.ts";

/**
 * The most that is done for one request, whatever is in it. A text of which 8,192 characters are kept in a log line
 * costs most; a request makes one search at most, and what it searches for is bounded by the credentials that count.
 */
const MOST: WorkCounts = {
  searchedCharacters: 60_000,
  searches: 1,
  patternCharacters: 220_000,
  openedKeys: 0,
};

/** Most characters of an answer, and of a log line, to a request that is refused or shows nothing of an account. */
const MOST_ANSWERED = 100_000;
const MOST_LOGGED = 70_000;

/** By the credentials: without any, nothing is computed. */
const MOST_BY_CREDENTIALS: Readonly<Record<string, WorkCounts>> = {
  "no credentials": { ...MOST, searches: 0, patternCharacters: 0 },
  "one made-up token": { ...MOST, patternCharacters: 40_000 },
  "credentials of every kind": MOST,
  "a foreign bearer": { ...MOST, searches: 0, patternCharacters: 0 },
  "many short values": { ...MOST, patternCharacters: 1_000 },
  "many values": { ...MOST, patternCharacters: 1_000 },
};

/** The kind of filler decides what a character costs, not how many are read. */
const SOME_FILLERS = { "one letter": FILLERS["one letter"] ?? "", "JSON in JSON": FILLERS["JSON in JSON"] ?? "" };

/** Places whose text is processed furthest; credentials other than the worst are tried only with these. */
const SOME_PLACES = /tool name|recorded|client's name|shape: as many|header (?:x-|auth)/;

function* inputsFor(credentials: string): Generator<WorstInput> {
  for (const input of worstInputs(SOME_FILLERS)) {
    if (credentials === WORST_CREDENTIALS || SOME_PLACES.test(input.name)) yield input;
  }
}

/** The work beyond the bounds. Restarts counting. */
function exceeded(work: WorkCounts, most: WorkCounts): string[] {
  const done = { ...work };
  Object.assign(work, noWork());
  return COUNTED.filter((counted) => done[counted] > most[counted]).map((counted) => `${counted} ${done[counted]}`);
}

const COUNTED = ["searchedCharacters", "searches", "patternCharacters", "openedKeys"] as const;

for (const [credentials, most] of Object.entries(MOST_BY_CREDENTIALS)) {
  Deno.test(`the worst requests with ${credentials} are bounded work`, async () => {
    const work = noWork();
    await using service = await startService({ work, sandbox: { rateLimitPerMinute: 100_000 } });
    const headers = CREDENTIALS[credentials] ?? {};
    const beyond: string[] = [];

    for (const input of inputsFor(credentials)) {
      const answer = await send(service.mcpUrl, { ...headers, ...input.headers }, input.body);
      if (answer.length > MOST_ANSWERED) beyond.push(`${input.name}: answered ${answer.length} characters`);
      beyond.push(...exceeded(work, most).map((what) => `${input.name}: ${what}`));
    }

    assert.deepEqual(beyond, []);
    const longest = service.logLines.reduce((most, line) => Math.max(most, line.length), 0);
    assert.ok(longest < MOST_LOGGED, `${longest} characters in a log line`);
  });
}

async function send(url: URL, headers: Record<string, string>, body: string): Promise<string> {
  const common = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const response = await fetch(url, { method: "POST", headers: { ...common, ...headers }, body });
  return await response.text();
}

Deno.test("the worst lines over stdio are bounded work", async () => {
  const work = noWork();
  const log = createLogger({ level: "DEBUG", format: "json", write: () => {} });
  await using sandbox = await startSandbox();
  const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, CLOUDWAYS_ACCESS_TOKEN: `cw_${"a".repeat(4000)}` };
  const app = await createApp(parseConfig(env), { log, work });
  const scope = await app.stdioScope();
  const beyond: string[] = [];

  for (const { name, body } of inputsFor("stdio")) {
    const input = new Blob([body, "\n"]).stream();
    const transport = new StdioTransport({ secrets: scope.caller.secrets, input, output: new WritableStream() });
    const handle = serveStdio(() => app.createServer(scope), { transport });
    await transport.inputEnded;
    await transport.answered();
    await handle.close();
    beyond.push(...exceeded(work, { ...MOST, patternCharacters: 40_000 }).map((what) => `${name}: ${what}`));
  }
  await app.close();

  assert.deepEqual(beyond, []);
});

const domains = ["shop.example.com"];
const FILES = {
  app_id: 1,
  certificate: certificatePem({ domains }),
  private_key: lockedKeyPem(testKey(1), "EXAMPLE"),
  password: "EXAMPLE",
};

Deno.test("an encrypted key is opened only for callers whom Cloudways accepts", async () => {
  const work = noWork();
  await using service = await startService({ work });
  const [server] = service.sandbox.account().servers;
  const [app] = server?.apps ?? [];
  const files = { ...FILES, app_id: Number(app?.id) };
  const call = (headers: Record<string, string>) => callTool(service.mcpUrl, "install_ssl_certificate", files, headers);

  const refused = [await call({}), await call({ "x-cloudways-access-token": "cw_made_up_0123456789" })];
  const before = work.openedKeys;
  await call(TOKEN_HEADERS);

  assert.ok(refused.every(({ isError }) => isError));
  assert.equal(before, 0);
  assert.equal(work.openedKeys, 1);
});

Deno.test("few keys are opened concurrently, and one for each customer", async () => {
  const work = noWork();
  const keys = new KeyWork(work);
  const { signal } = new AbortController();
  const ends: (() => void)[] = [];
  const open = (customer: string) =>
    keys.run(customer, signal, () => new Promise<void>((resolve) => ends.push(resolve)));

  const running = [open("a"), open("a"), open("b"), open("c")];
  await until(() => ends.length === 2);
  const atFirst = work.openedKeys;
  for (let ended = 0; ended < running.length; ended++) {
    await until(() => ends[ended] !== undefined);
    ends[ended]?.();
  }
  await Promise.all(running);

  assert.equal(atFirst, 2);
  assert.equal(work.openedKeys, 4);
});

Deno.test("a customer with waiting keys is refused, and a wait ends with its call", async () => {
  const keys = new KeyWork();
  const leaving = new AbortController();
  const staying = new AbortController().signal;
  const never = Promise.withResolvers<void>();
  const held = ["x", "y"].map((customer) => keys.run(customer, staying, () => never.promise));
  const waiting = Array.from({ length: 4 }, () => keys.run("a", leaving.signal, () => Promise.resolve()));
  const outcomes = Promise.allSettled(waiting);

  await assert.rejects(keys.run("a", staying, () => Promise.resolve()), { code: "rate_limited" });
  leaving.abort(new Error("left"));

  assert.deepEqual((await outcomes).map(({ status }) => status), Array(4).fill("rejected"));
  never.resolve();
  await Promise.all(held);
});

Deno.test("a message of more values than allowed is refused before it is parsed, and one at the limit is answered", () => {
  const list = (count: number) => JSON.stringify(Array(count).fill(1));

  assert.equal(oversized(list(9_999)), undefined);
  assert.match(oversized(list(10_001)) ?? "", /values/);
  assert.match(oversized("[".repeat(65)) ?? "", /deep/);
  assert.equal(oversized(JSON.stringify(",[{".repeat(20_000) + '\\"')), undefined);
});
