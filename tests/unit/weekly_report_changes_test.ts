import assert from "node:assert/strict";
import type { AuditCallRecord, AuditReader } from "../../src/audit/record.ts";
import { readChanges } from "../../src/tools/basic/weekly_report/changes.ts";
import { Names } from "../../src/tools/basic/weekly_report/names.ts";
import { FakeClock } from "../sandbox/mod.ts";

const MINUTE_MS = 60_000;

/** A trail of records of one tool, newest first, each a minute older. */
function trailOf(count: number, clock: FakeClock, more: Partial<AuditCallRecord> = {}): AuditReader {
  const records = Array.from({ length: count }, (_, index): AuditCallRecord => ({
    event: "outcome",
    tool: "clear_app_cache",
    arguments: { app_id: 7, n: index },
    target: { app_id: 7 },
    approval: "not_needed",
    operation_id: null,
    outcome: "ok",
    request_id: `r${index}`,
    client: undefined,
    time: new Date(clock.now() - index * MINUTE_MS).toISOString(),
    number: count - index,
    ...more,
  }));
  return {
    read: (_customer, { before = Infinity, limit }) => {
      const page = records.filter(({ number }) => number < before).slice(0, limit);
      const oldest = page.at(-1)?.number ?? 1;
      return Promise.resolve({ records: page, next: oldest > 1 ? oldest : null, faults: 0 });
    },
  };
}

async function changesOf(audit: AuditReader, clock: FakeClock, minutes: number) {
  const context = { audit, clock, inputsOf: () => new Map(), titleOf: (name: string) => `Title of ${name}` };
  const since = clock.now() - minutes * MINUTE_MS;
  return await readChanges(context, { customer: "a".repeat(64), names: new Names([]), since });
}

Deno.test("where the kept records end within the period, the changes say so", async () => {
  const clock = new FakeClock();

  const cut = await changesOf(trailOf(1_000, clock), clock, 2_000);
  const whole = await changesOf(trailOf(1_000, clock), clock, 900);
  const few = await changesOf(trailOf(10, clock), clock, 2_000);

  assert.match(cut.problems.join(), /goes back only to 2026-11-19T19:21/);
  assert.deepEqual([whole.problems, few.problems], [[], []]);
});

Deno.test("a change that was begun just now is being carried out, and an old one without an end is uncertain", async () => {
  const clock = new FakeClock();
  const begun = { event: "intent", outcome: null } as const;
  const long = new Date(clock.now() - 60 * MINUTE_MS).toISOString();

  const now = await changesOf(trailOf(1, clock, begun), clock, 100);
  const old = await changesOf(trailOf(1, clock, { ...begun, time: long }), clock, 100);

  assert.deepEqual([now.list[0]?.ending, old.list[0]?.ending], ["runs", "unknown"]);
});
