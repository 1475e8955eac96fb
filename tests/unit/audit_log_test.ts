import assert from "node:assert/strict";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { parseKey } from "../../src/crypto/keys.ts";
import { type AuditEntry, AuditUnavailableError } from "../../src/audit/record.ts";
import { ChainSigner } from "../../src/audit/chain.ts";
import { stamp } from "../../src/audit/entry.ts";
import { ProcessAuditLog } from "../../src/audit/log.ts";
import { verifyAuditLines } from "../../src/audit/verify.ts";
import type { ByteSink } from "../../src/telemetry/line_writer.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { until } from "../support/until.ts";

const signer = new ChainSigner(await KeyRing.create({ encryptionKeys: [parseKey(TEST_KEYS[0])] }));
const NEVER = new AbortController().signal;

function entry(event: AuditEntry["event"], request_id = "request-1") {
  const rest = { customer: undefined, client: undefined, arguments: {}, target: null, approval: null };
  return stamp({ ...rest, event, tool: "a", operation_id: null, outcome: null, request_id }, 0);
}

/** A file that takes `room` bytes, blocks while `shut`, and fails to sync while `failsToSync`. */
class Disk implements ByteSink {
  room = Infinity;
  failsToSync = false;
  text = "";
  #open = Promise.resolve();

  async write(bytes: Uint8Array): Promise<number> {
    await this.#open;
    if (this.room === 0) throw new Error("No space left on device");
    const taken = bytes.subarray(0, this.room);
    this.room -= taken.length;
    this.text += new TextDecoder().decode(taken);
    return taken.length;
  }

  async syncData(): Promise<void> {
    await Promise.resolve();
    if (this.failsToSync) throw new Error("Input/output error");
  }

  /** Blocks all writes until the returned function is called. */
  shut(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = promise;
    return resolve;
  }
}

function logOn(disk: Disk) {
  const lost = { count: 0 };
  const log = createLogger({ level: "INFO", format: "json", sink: disk });
  const audit = new ProcessAuditLog({ signer, log, retryMs: 1, onLost: () => lost.count++ });
  return { audit, lost };
}

/** The written text, as `verify-audit` reads it. */
async function findingsOf({ text }: Disk) {
  const lines = async function* () {
    for (const line of text.trimEnd().split("\n")) yield await Promise.resolve(line);
  };
  const { breaks, processes: [process], cutOffLines } = await verifyAuditLines(lines(), signer);
  return { breaks, records: process?.records ?? 0, missing: process?.missing ?? 0, cutOff: cutOffLines.length };
}

Deno.test("an intent that is cancelled in the queue leaves no gap, and one that is being written is recorded", async () => {
  const disk = new Disk();
  const open = disk.shut();
  const { audit } = logOn(disk);
  const [first, second] = [new AbortController(), new AbortController()];

  const intents = [first, second].map(({ signal }) => audit.write(undefined, entry("intent"), signal));
  const outcome = audit.write(undefined, entry("outcome"));
  first.abort();
  second.abort();
  const ended = await Promise.allSettled(intents);
  open();
  await outcome;

  for (const result of ended) assert.ok(result.status === "rejected" && result.reason instanceof AuditUnavailableError);
  assert.deepEqual(await findingsOf(disk), { breaks: [], records: 2, missing: 0, cutOff: 0 });
});

for (const room of [0, 1, 100, 300]) {
  Deno.test(`with room for ${room} bytes an intent is refused at once, and other records are written later`, async () => {
    const disk = new Disk();
    const { audit } = logOn(disk);
    await audit.write(undefined, entry("intent"), NEVER);
    disk.room = room;

    const outcome = audit.write(undefined, entry("outcome"));
    const refused = await Promise.allSettled([
      audit.write(undefined, entry("intent"), NEVER),
      audit.write(undefined, entry("intent"), NEVER),
    ]);
    disk.room = Infinity;
    await outcome;
    await audit.write(undefined, entry("intent"), NEVER);

    assert.deepEqual(refused.map(({ status }) => status), ["rejected", "rejected"]);
    assert.deepEqual(await findingsOf(disk), { breaks: [], records: 3, missing: 0, cutOff: room > 1 ? 1 : 0 });
  });
}

Deno.test("an intent that is written but not synced to the disk is refused, and the chain goes on", async () => {
  const disk = new Disk();
  const { audit } = logOn(disk);
  disk.failsToSync = true;

  await assert.rejects(audit.write(undefined, entry("intent"), NEVER), AuditUnavailableError);
  await audit.write(undefined, entry("refused"));
  disk.failsToSync = false;
  await audit.write(undefined, entry("intent"), NEVER);

  assert.deepEqual(await findingsOf(disk), { breaks: [], records: 3, missing: 0, cutOff: 0 });
});

Deno.test("too many refusals for a blocked log are counted, and a gap is recorded for them", async () => {
  const disk = new Disk();
  const open = disk.shut();
  const { audit, lost } = logOn(disk);

  const waiting = Array.from({ length: 1_200 }, () => audit.write(undefined, entry("refused")));
  const outcome = audit.write(undefined, entry("outcome"));
  await until(() => lost.count === 200);
  open();
  await Promise.all([...waiting, outcome]);

  assert.deepEqual(await findingsOf(disk), { breaks: [], records: 1_002, missing: 200, cutOff: 0 });
});

Deno.test("while too many records wait, intents are refused at once and outcomes are kept", async () => {
  const disk = new Disk();
  const open = disk.shut();
  const { audit } = logOn(disk);
  const outcomes = Array.from({ length: 2_000 }, () => audit.write(undefined, entry("outcome")));

  await assert.rejects(audit.write(undefined, entry("intent"), NEVER), AuditUnavailableError);
  outcomes.push(audit.write(undefined, entry("outcome")));
  open();
  await Promise.all(outcomes);

  assert.deepEqual(await findingsOf(disk), { breaks: [], records: 2_001, missing: 0, cutOff: 0 });
});

Deno.test("the end of the process waits for records that are not written yet", async () => {
  const disk = new Disk();
  const open = disk.shut();
  const { audit } = logOn(disk);
  const outcome = audit.write(undefined, entry("outcome"));

  const closed = audit.close();
  open();
  await closed;

  await outcome;
  await assert.rejects(audit.write(undefined, entry("intent"), NEVER), AuditUnavailableError);
  assert.equal((await findingsOf(disk)).records, 1);
});
