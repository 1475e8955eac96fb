import assert from "node:assert/strict";
import fc from "fast-check";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { parseKey } from "../../src/crypto/keys.ts";
import type { AuditEntry } from "../../src/audit/record.ts";
import { ChainSigner } from "../../src/audit/chain.ts";
import { stamp } from "../../src/audit/entry.ts";
import { ProcessAuditLog } from "../../src/audit/log.ts";
import { type AuditCheckpoint, type AuditFindings, verifyAuditLines } from "../../src/audit/verify.ts";
import { createLogger, type LoggerOptions } from "../../src/telemetry/log.ts";
import type { JsonValue } from "../../src/text/clean.ts";
import { TEST_KEYS } from "../support/keys.ts";

const NOW = Date.UTC(2026, 10, 20, 12);

const ENTRY: AuditEntry = {
  event: "intent",
  customer: "ab".repeat(32),
  client: "test 1.0.0",
  tool: "restart_server",
  arguments: { server_id: 100001 },
  target: { server: 100001, apps: [200001] },
  approval: "page",
  operation_id: null,
  outcome: null,
  request_id: "request-1",
};

async function signerWith(...keys: string[]): Promise<ChainSigner> {
  return new ChainSigner(await KeyRing.create({ encryptionKeys: keys.map(parseKey) }));
}

const signer = await signerWith(TEST_KEYS[0]);

/** The lines of one process that recorded these entries, in this order. */
async function linesOf(
  entries: readonly AuditEntry[],
  { by = signer, ...options }: Partial<LoggerOptions> & { by?: ChainSigner } = {},
): Promise<string[]> {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = new ProcessAuditLog({
    signer: by,
    log: createLogger({ level: "ERROR", format: "json", ...options, write }),
  });
  await Promise.all(entries.map((entry) => log.write(entry.customer, stamp(entry, NOW))));
  return lines;
}

/** Five records of one process. */
function fiveLines(): Promise<string[]> {
  return linesOf(["a", "b", "c", "d", "e"].map((request_id) => ({ ...ENTRY, request_id })));
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

function verify(lines: readonly string[], by = signer, from: readonly AuditCheckpoint[] = []): Promise<AuditFindings> {
  return verifyAuditLines(each(lines), by, from);
}

/** Number, line and problem of the only break. */
async function theBreak(lines: readonly string[]): Promise<[number | null, number, string]> {
  const { breaks: [found, ...more] } = await verify(lines);
  assert.ok(found);
  assert.deepEqual(more, []);
  return [found.sequence, found.line, found.problem];
}

function recordOf(line: string | undefined): Record<string, unknown> {
  const { audit } = JSON.parse(line ?? "{}");
  return audit;
}

/** The line with its record changed as given. */
function changed(line: string | undefined, members: Record<string, JsonValue>): string {
  const whole: Record<string, unknown> = JSON.parse(line ?? "{}");
  return JSON.stringify({ ...whole, audit: { ...recordOf(line), ...members } });
}

Deno.test("records are written at every log level, numbered, and linked to the record before", async () => {
  const lines = await fiveLines();

  const records = lines.map(recordOf);
  assert.deepEqual(records.map(({ sequence }) => sequence), [1, 2, 3, 4, 5]);
  assert.deepEqual(records.map(({ request_id }) => request_id), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(records.map(({ previous }) => previous), [null, ...records.slice(0, 4).map(({ mac }) => mac)]);
  assert.equal(new Set(records.map(({ process }) => process)).size, 1);
});

Deno.test("a record holds its entry, its time, and the short customer id", async () => {
  const [line] = await linesOf([ENTRY]);

  const { process, key_id, mac, ...rest } = recordOf(line);
  assert.match(`${process} ${key_id} ${mac}`, /^[0-9a-f]{16} [0-9a-f]{8} [0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    ...ENTRY,
    customer: "customer_abababababababab",
    time: "2026-11-20T12:00:00.000Z",
    sequence: 1,
    previous: null,
  });
});

Deno.test("two processes have two ids, and their mixed lines are two complete chains", async () => {
  const [first, second] = [await fiveLines(), await fiveLines()];

  const findings = await verify(first.flatMap((line, index) => [line, "another line", "{}", second[index] ?? ""]));

  assert.deepEqual(findings.breaks, []);
  assert.deepEqual(findings.processes.map(({ records }) => records), [5, 5]);
  assert.equal(findings.checked, 10);
});

Deno.test("records are found after the prefix of a log collector, and in console lines", async () => {
  const json = (await fiveLines()).map((line) => `mcp-1  | ${line}`);
  const console = await linesOf([ENTRY, ENTRY], { format: "console" });

  const findings = await verify([...json, ...console]);

  assert.deepEqual(findings.breaks, []);
  assert.deepEqual(findings.processes.map(({ records }) => records), [5, 2]);
});

Deno.test("text of a caller is not read as a record", async () => {
  for (const format of ["json", "console"] as const) {
    const lines: string[] = [];
    const log = createLogger({ level: "INFO", format, write: (line) => void lines.push(line) });
    log.info("request", { mcp_method: 'x audit audit={"process":"1"}' });

    const findings = await verify([...await linesOf([ENTRY], { format }), ...lines]);

    assert.deepEqual(findings.breaks, []);
    assert.equal(findings.checked, 1);
  }
});

Deno.test("the order of an object's members does not count", async () => {
  const lines = (await fiveLines()).map((line) => {
    const reversed = Object.fromEntries(Object.entries(recordOf(line)).reverse());
    return JSON.stringify({ audit: reversed, message: "audit" });
  });

  assert.deepEqual((await verify(lines)).breaks, []);
});

for (
  const members of [
    { arguments: { server_id: 100002 } },
    { approval: "confirm_off" },
    { time: "2026-11-20T12:00:01.000Z" },
    { customer: "customer_cdcdcdcdcdcdcdcd" },
    { sequence: 30 },
    { added: true },
    { mac: "0".repeat(64) },
    { mac: "" },
  ]
) {
  Deno.test(`a record with ${JSON.stringify(members)} put in is reported as changed`, async () => {
    const lines = await fiveLines();

    const found = await theBreak(lines.with(2, changed(lines[2], members)));

    assert.deepEqual(found, ["sequence" in members ? 30 : 3, 3, "was changed since it was written"]);
  });
}

Deno.test("a record without one of its members is reported as changed", async () => {
  const lines = await fiveLines();
  const { target: _, ...rest } = recordOf(lines[2]);

  const found = await theBreak(lines.with(2, JSON.stringify({ message: "audit", audit: rest })));

  assert.deepEqual(found, [3, 3, "was changed since it was written"]);
});

Deno.test("a second member of the same name is noticed in every spelling", async () => {
  for (const format of ["json", "console"] as const) {
    for (const name of ["tool", "to\\u006fl"]) {
      const lines = await linesOf([ENTRY, ENTRY], { format });
      const forged = lines.map((line) => line.replace('"tool":', `"${name}":"list_servers","tool":`));

      const { breaks } = await verify([lines[0] ?? "", forged[1] ?? ""]);

      const found = breaks.map(({ line, problem }) => [line, problem]);
      assert.deepEqual(found, [[2, "is not a complete record: it was changed"]]);
    }
  }
});

Deno.test("an unreadable record is reported, and so is the gap in its chain", async () => {
  const lines = await fiveLines();

  const { breaks } = await verify(lines.with(2, '{"message":"audit","audit":{"sequence":3}}'));

  assert.deepEqual(breaks.map(({ sequence, line }) => [sequence, line]), [[null, 3], [4, 4]]);
});

Deno.test("a record moved to another process is reported there, and as missing from its own", async () => {
  const lines = await fiveLines();

  const { breaks } = await verify(lines.with(2, changed(lines[2], { process: "0123456789abcdef" })));

  assert.deepEqual(breaks.map(({ sequence, line }) => [sequence, line]), [[3, 3], [4, 4]]);
});

Deno.test("removed records are reported at the record that follows them", async () => {
  const lines = await fiveLines();

  const one = await theBreak(lines.toSpliced(2, 1));
  const two = await theBreak(lines.toSpliced(2, 2));

  assert.deepEqual(one, [4, 3, "comes right after record 2. Removed: record 3"]);
  assert.deepEqual(two, [5, 3, "comes right after record 2. Removed: records 3 to 4"]);
});

Deno.test("removed first records are noticed", async () => {
  const found = await theBreak((await fiveLines()).slice(2));

  assert.deepEqual(found, [3, 1, "is the first of its process here. Removed, or in an older file: records 1 to 2"]);
});

Deno.test("reordered records are reported with the one that should come first", async () => {
  const lines = await fiveLines();

  const found = await theBreak([0, 1, 3, 2, 4].map((index) => lines[index] ?? ""));

  assert.deepEqual(found, [4, 3, "comes before record 3, which is at line 4: they were reordered"]);
});

Deno.test("a replaced record with a valid signature is noticed at the record that follows", async () => {
  const record = (sequence: number) => ({ process: "0123456789abcdef", sequence, time: "2026-11-20T12:00:00.000Z" });
  const first = await signer.sign("process", record(1), null);
  const other = await signer.sign("process", { ...record(1), tool: "other" }, null);
  const second = await signer.sign("process", record(2), first.mac);

  const found = await theBreak([other, second].map((audit) => JSON.stringify({ message: "audit", audit })));

  assert.deepEqual(found, [2, 2, "does not follow the record before it: that one was replaced"]);
});

Deno.test("a record that appears twice is reported", async () => {
  const lines = await fiveLines();

  const found = await theBreak([...lines, lines[1] ?? ""]);

  assert.deepEqual(found, [2, 6, "appears here again: it was copied"]);
});

for (const format of ["json", "console"] as const) {
  Deno.test(`a last ${format} line that was cut off anywhere does not count as a changed record`, async () => {
    const lines = await linesOf(["a", "b", "c"].map((request_id) => ({ ...ENTRY, request_id })), { format });
    const last = lines[2] ?? "";
    const begins = last.indexOf(format === "json" ? '"audit":{' : "audit={") + 9;

    for (let end = begins; end < last.length; end += 7) {
      const { breaks, cutOffLines, processes } = await verify(lines.with(2, last.slice(0, end)));

      assert.deepEqual([breaks, cutOffLines, processes[0]?.records], [[], [3], 2], last.slice(0, end));
    }
    const changedLast = await verify(lines.with(2, last.replace("restart_server", "stop_server")));
    assert.deepEqual([changedLast.breaks.length, changedLast.cutOffLines], [1, []]);
  });

  Deno.test(`a ${format} line that was cut off and written again, as after a full disk, is not a break`, async () => {
    const lines = await linesOf(["a", "b", "c"].map((request_id) => ({ ...ENTRY, request_id })), { format });
    const [first = "", second = "", third = ""] = lines;

    const whole = await verify([first, second.slice(0, 200), second, third]);
    const missing = await verify([first, second.slice(0, 200), third]);

    assert.deepEqual([whole.breaks, whole.cutOffLines], [[], [2]]);
    assert.deepEqual(missing.cutOffLines, [2]);
    assert.deepEqual(missing.breaks.map(({ sequence, line }) => [sequence, line]), [[3, 3]]);
  });
}

Deno.test("a line that was cut off without a line break does not hide the record after it", async () => {
  const [first = "", second = ""] = await fiveLines();
  const [other = ""] = await linesOf([ENTRY]);

  const { breaks, cutOffLines, processes } = await verify([first, second.slice(0, 200) + other]);

  assert.deepEqual([breaks, cutOffLines, processes.map(({ records }) => records)], [[], [2], [1, 1]]);
});

Deno.test("a last line that ends before its message is reported as cut off", async () => {
  const lines = await fiveLines();

  const { breaks, cutOffLines } = await verify([...lines, '{"timestamp":"2026-11-20T12:0']);

  assert.deepEqual([breaks, cutOffLines], [[], [6]]);
});

Deno.test("a log that is split anywhere can be checked in two parts", async () => {
  const [one, two] = [await fiveLines(), await fiveLines()];
  const lines = one.flatMap((line, index) => [line, two[index] ?? ""]);

  for (let end = 1; end < lines.length; end++) {
    const first = await verify(lines.slice(0, end));
    const second = await verify(lines.slice(end), signer, first.checkpoints);

    assert.deepEqual([first.breaks, second.breaks], [[], []], `${end}`);
    assert.deepEqual(second.checkpoints.map(({ sequence }) => sequence), [5, 5]);
  }
});

Deno.test("a checkpoint of a process that has ended is passed on", async () => {
  const { checkpoints } = await verify(await fiveLines());

  const later = await verify(await fiveLines(), signer, checkpoints);

  assert.equal(later.checkpoints.length, 2);
});

Deno.test("records that were removed, replaced or repeated between two files are noticed", async () => {
  const lines = await fiveLines();
  const { checkpoints: [checkpoint] } = await verify(lines.slice(0, 2));
  assert.ok(checkpoint);
  const problemsFrom = async (from: AuditCheckpoint, rest: string[]) =>
    (await verify(rest, signer, [from])).breaks.map(({ sequence, problem }) => [sequence, problem]);

  const removed = await problemsFrom(checkpoint, lines.slice(3));
  const replaced = await problemsFrom({ ...checkpoint, mac: "0".repeat(64) }, lines.slice(2));
  const repeated = await problemsFrom(checkpoint, lines.slice(1));

  assert.deepEqual(removed, [[4, "comes right after record 2. Removed: record 3"]]);
  assert.deepEqual(replaced, [[3, "does not follow the record before it: that one was replaced"]]);
  assert.deepEqual(repeated, [[2, "appears here again: it was copied"]]);
});

Deno.test("a process with a break gets no checkpoint", async () => {
  const [one, two] = [await fiveLines(), await fiveLines()];

  const { checkpoints } = await verify([...one.toSpliced(2, 1), ...two]);

  assert.deepEqual(checkpoints.map(({ process }) => process), [recordOf(two[0]).process]);
});

Deno.test("a record of an unknown key is reported, and one of an older listed key is valid", async () => {
  const [OLD, NEW] = TEST_KEYS;
  const lines = await linesOf([ENTRY], { by: await signerWith(OLD) });

  const rotated = await verify(lines, await signerWith(NEW, OLD));
  const unknown = await verify(lines, await signerWith(NEW));

  assert.deepEqual(rotated.breaks, []);
  assert.equal(unknown.checked, 0);
  assert.match(unknown.breaks[0]?.problem ?? "", /key that ENCRYPTION_KEY does not list/);
});

Deno.test("a record of one kind of chain is not valid in the other", async () => {
  const signed = await signer.sign("customer", { number: 1 }, null);

  assert.equal(await signer.check("customer", signed), "genuine");
  assert.equal(await signer.check("process", signed), "changed");
});

Deno.test("any recorded values stay complete and on one line", async () => {
  const json = fc.jsonValue().map((value): JsonValue => JSON.parse(JSON.stringify(value)));
  const text = fc.string({ unit: "binary", maxLength: 300 });

  for (const format of ["json", "console"] as const) {
    await fc.assert(fc.asyncProperty(json, json, text, text, async (args, target, tool, client) => {
      const lines = await linesOf([{ ...ENTRY, arguments: args, target, tool, client }, ENTRY], { format });

      assert.deepEqual((await verify(lines)).breaks, []);
      assert.equal((await verify(lines)).checked, 2);
      assert.doesNotMatch(lines.join(""), /[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
    }));
  }
});

Deno.test("long texts, long lists and large values are cut", async () => {
  const args = { text: "x".repeat(5_000), list: Array.from({ length: 500 }, (_, i) => i) };
  const large = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`member_${i}`, "x".repeat(100)]));

  const [line = ""] = await linesOf([{ ...ENTRY, arguments: args, target: large, tool: "t".repeat(1_000) }]);

  assert.ok(line.length < 8_000, `${line.length}`);
  assert.match(line, /"… 470 more"/);
  assert.deepEqual((await verify([line])).breaks, []);
});

Deno.test("text that looks like a secret is hidden in records, even if the caller did not hide it", async () => {
  const args = { password: "canary-one", note: "token=canary-two", deep: [{ api_key: "canary-three" }] };

  const lines = await linesOf([{ ...ENTRY, arguments: args, target: { url: "https://u:canary-four@x.example" } }]);

  assert.doesNotMatch(lines.join(), /canary/);
  assert.match(lines.join(), /hidden/);
});
