import assert from "node:assert/strict";
import { CustomerRecords } from "../../src/cloudways/customer_records.ts";
import { appRecord, serverRecord } from "../../src/cloudways/models.ts";
import { RestorePoints } from "../../src/cloudways/restore_points.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { FakeClock } from "../sandbox/mod.ts";

const POINT = "2026-11-19T03:00:00";
const found = { app: appRecord.parse({ id: 7 }), server: serverRecord.parse({ id: 1 }) };

async function make() {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const ring = await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] });
  const lines: string[] = [];
  const log = createLogger({ level: "DEBUG", format: "json", write: (line) => lines.push(line) });
  const { signal } = new AbortController();
  const customer = { id: "a".repeat(64), credential: { kind: "access_token", token: "cw_EXAMPLE" } } as const;
  const session = { customer, address: "127.0.0.1", signal, deadline: signal, log };
  const sealed = new SealedStore(store, new Box(ring));
  const records = new CustomerRecords({ store, sealed, clock });
  await records.accepted(customer, undefined);
  const points = new RestorePoints({ sealed, clock, records });
  return { points, records, session, store, lines };
}

Deno.test("restore points are stored sealed", async () => {
  const { points, session, store } = await make();

  await points.note(session, found, [POINT]);

  const kept = await store.get({ purpose: "restore_points", customer: session.customer.id, name: "1" });
  assert.ok(kept !== undefined && !kept.includes("2026"));
  assert.deepEqual(await points.known(session, 1), new Map([[7, POINT]]));
});

Deno.test("restore points are not known while Cloudways refuses the credentials", async () => {
  const { points, records, session } = await make();
  await points.note(session, found, [POINT]);

  await records.refused(session.customer);
  const refused = await points.known(session, 1);
  await records.accepted(session.customer, await records.refusalMark(session.customer));
  const accepted = await points.known(session, 1);

  assert.deepEqual([refused.size, accepted.size], [0, 1]);
});

Deno.test("without the store no restore point is known, and nothing fails", async () => {
  const { points, session, store, lines } = await make();
  await points.note(session, found, [POINT]);
  await store.close();

  await points.note(session, found, [POINT]);
  const known = await points.known(session, 1);

  assert.equal(known.size, 0);
  assert.equal(lines.filter((line) => line.includes("restore points not")).length, 2);
});

Deno.test("a malformed entry counts as absent", async () => {
  const { points, session, store } = await make();
  await store.set({ purpose: "restore_points", customer: session.customer.id, name: "1" }, "?", { ttlMs: 1000 });

  assert.equal((await points.known(session, 1)).size, 0);
  await points.note(session, found, [POINT]);

  assert.deepEqual(await points.known(session, 1), new Map([[7, POINT]]));
});

Deno.test("of several servers the points of each are known, and only entries that there are get read", async () => {
  const { points, session, store, records } = await make();
  await points.note(session, found, [POINT]);
  const opened: unknown[] = [];
  const get = store.get.bind(store);
  store.get = (key) => {
    if (key.purpose === "restore_points") opened.push(key.name);
    return get(key);
  };

  const known = await points.knownOnEach(session, [2, 1, 3]);
  await records.refused(session.customer);
  const refused = await points.knownOnEach(session, [1]);
  await store.close();
  const away = await points.knownOnEach(session, [2, 1]);

  assert.deepEqual(known, [new Map(), new Map([[7, POINT]]), new Map()]);
  assert.deepEqual(opened, ["1"]);
  assert.deepEqual([refused, away], [[new Map()], [new Map(), new Map()]]);
});
