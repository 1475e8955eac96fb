import assert from "node:assert/strict";
import { CustomerRecords } from "../../src/cloudways/customer_records.ts";
import { type StartedOperation, StartedOperations } from "../../src/cloudways/started_operations.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import { type AppendAnswer, StoreError, type StoreKey } from "../../src/store/store.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { FakeClock } from "../sandbox/mod.ts";

const DAY_MS = 24 * 3600_000;
const TARGET = { server_id: 100001, app_id: 200001 };

/** A store that can go away. */
class GoneStore extends MemoryStore {
  isGone = false;

  override append(...args: Parameters<MemoryStore["append"]>): Promise<AppendAnswer> {
    return this.isGone ? Promise.reject(new StoreError("gone")) : super.append(...args);
  }
}

async function make({ isAccepted = true } = {}) {
  const clock = new FakeClock();
  const store = new GoneStore({ clock });
  const ring = await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] });
  const log = createLogger({ level: "DEBUG", format: "json", write: () => {} });
  const { signal } = new AbortController();
  const customer = { id: "a".repeat(64), credential: { kind: "access_token", token: "cw_EXAMPLE" } } as const;
  const session = { customer, address: "127.0.0.1", signal, deadline: signal, log, tool: "restart_server" };
  const sealed = new SealedStore(store, new Box(ring));
  const records = new CustomerRecords({ store, sealed, clock });
  if (isAccepted) await records.accepted(customer, undefined);
  const started = new StartedOperations({ sealed, clock, records });
  const kept = (name: string) => store.entries(keyOf(name), { limit: 1_000 });
  const keyOf = (name: string): StoreKey => ({ purpose: "operations", customer: customer.id, name });
  return { clock, store, session, started, kept, keyOf };
}

const idsOf = (operations: readonly StartedOperation[]) => operations.map(({ operation_id }) => operation_id);

Deno.test("an operation is remembered with its tool, target and end, newest first", async () => {
  const { clock, session, started } = await make();

  await started.started(session, "1", "work", TARGET);
  await clock.advance(1_000);
  await started.started({ ...session, tool: "backup_server" }, "2", "work", { server_id: 100002 });
  await started.ended(session, "1", "work", "failed");
  const [newest, oldest] = await started.read(session);

  const at = clock.now();
  assert.deepEqual(newest, {
    operation_id: "2",
    kind: "work",
    tool: "backup_server",
    server_id: 100002,
    app_id: null,
    new_app_id: null,
    startedAt: at,
    status: "running",
    seenAt: at,
  });
  assert.deepEqual(oldest, {
    operation_id: "1",
    kind: "work",
    tool: "restart_server",
    ...TARGET,
    new_app_id: null,
    startedAt: at - 1_000,
    status: "failed",
    seenAt: at,
  });
});

Deno.test("what is remembered is sealed", async () => {
  const { session, started, kept } = await make();

  await started.started(session, "92897180", "work", TARGET);

  assert.equal((await kept("work")).length, 1);
  assert.doesNotMatch(JSON.stringify(await kept("work")), /92897180|restart|100001/);
});

Deno.test("an operation is forgotten a day after its start, even if its list lives on", async () => {
  const { clock, session, started } = await make();
  await started.started(session, "1", "work", TARGET);
  await clock.advance(DAY_MS - 1_000);
  await started.started(session, "2", "work", TARGET);
  const before = idsOf(await started.read(session));

  await clock.advance(2_000);

  assert.deepEqual([before, idsOf(await started.read(session))], [["2", "1"], ["2"]]);
});

Deno.test("the newest 100 operations are kept, and no number of reports pushes work out", async () => {
  const { clock, session, started, kept } = await make();
  await started.started(session, "1", "work", TARGET);

  for (let id = 1_000; id < 1_150; id++) {
    await clock.advance(1);
    await started.started(session, String(id), "reports", TARGET);
    await started.ended(session, String(id), "reports", "completed");
  }
  const found = await started.read(session);

  const reports = found.filter(({ kind }) => kind === "reports");
  assert.deepEqual([reports.length, reports[0]?.operation_id, reports.at(-1)?.operation_id], [100, "1149", "1050"]);
  assert.deepEqual(idsOf(found.filter(({ kind }) => kind === "work")), ["1"]);
  assert.equal((await kept("reports")).length, 200);
});

Deno.test("the newest 100 operations are read, even while none has ended", async () => {
  const { clock, session, started } = await make();

  for (let id = 1; id <= 120; id++) {
    await clock.advance(1);
    await started.started(session, String(id), "work", TARGET);
  }

  const found = idsOf(await started.read(session));
  assert.deepEqual([found.length, found[0], found.at(-1)], [100, "120", "21"]);
});

Deno.test("notes that are made at the same moment are all kept", async () => {
  const { session, started } = await make();

  const ids = Array.from({ length: 40 }, (_, index) => String(index + 1));
  await Promise.all(ids.map((id) => started.started(session, id, "work", TARGET)));

  assert.deepEqual(new Set(idsOf(await started.read(session))), new Set(ids));
});

Deno.test("while the store is away no note fails, and the next note writes those that waited", async () => {
  const { clock, store, session, started } = await make();
  store.isGone = true;
  await started.started(session, "1", "work", TARGET);
  await started.ended(session, "1", "work", "completed");
  await assert.rejects(started.read(session), StoreError);

  store.isGone = false;
  await clock.advance(1_000);
  await started.started(session, "2", "work", TARGET);
  const found = await started.read(session);

  assert.deepEqual(found.map(({ operation_id, status }) => [operation_id, status]), [["2", "running"], [
    "1",
    "completed",
  ]]);
});

Deno.test("what waited for the store is read as soon as the store is back", async () => {
  const { store, session, started } = await make();
  store.isGone = true;
  await started.started(session, "1", "work", TARGET);

  store.isGone = false;

  assert.deepEqual(idsOf(await started.read(session)), ["1"]);
});

Deno.test("nothing is written for credentials that Cloudways never accepted, or outside of a call", async () => {
  const stranger = await make({ isAccepted: false });
  const { tool: _tool, ...outside } = (await make()).session;
  const known = await make();

  await stranger.started.started(stranger.session, "1", "work", TARGET);
  await known.started.started(outside, "1", "work", TARGET);

  assert.deepEqual([await stranger.kept("work"), await known.kept("work")], [[], []]);
});

Deno.test("entries of another list, malformed ones and repeated ones add nothing", async () => {
  const { store, session, started, kept, keyOf } = await make();
  await started.started(session, "1", "reports", TARGET);
  await started.started(session, "2", "work", TARGET);
  const [report] = await kept("reports");
  const [work] = await kept("work");
  assert.ok(report && work);

  let head = { number: work.number, mark: work.mark };
  for (const value of [report.value, work.value, "?", ""]) {
    const answer = await store.append(keyOf("work"), { mark: "m", value }, { after: head, keep: 10, ttlMs: DAY_MS });
    assert.ok(answer.appended);
    head = answer.head;
  }

  const found = await started.read(session);
  assert.deepEqual(found.map(({ operation_id, kind }) => `${operation_id} ${kind}`).sort(), ["1 reports", "2 work"]);
});
