/** What an answer says of taking its change back. */
import assert from "node:assert/strict";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { Receipts } from "../../src/calls/receipts.ts";
import { Undoing } from "../../src/calls/undoing.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { processBounds } from "../../src/identity/bounds.ts";
import type { Caller } from "../../src/identity/caller.ts";
import { TOOLSETS } from "../../src/identity/toolsets.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { SecretHider } from "../../src/text/redaction/hider.ts";
import { allTools } from "../../src/tools/all.ts";
import type { Reverse } from "../../src/tools/define/undo.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { CUSTOMER, KEYS } from "../support/approvals.ts";

const toolsets = new Set(TOOLSETS);
const CALLER: Caller = {
  ...processBounds({ readOnly: false, toolsets, listedToolsets: toolsets }),
  identity: { kind: "customer", id: CUSTOMER, credential: { kind: "access_token", token: "cw_not_real" } },
  boundTo: "",
  address: "192.0.2.1",
  transport: "http",
  secrets: new SecretHider([]),
  connection: undefined,
  requestId: "a-request",
  approvalCode: undefined,
  confirmByPage: false,
};

const OPEN = "Open to visitors";
const CLOSED: Reverse = { after: { [OPEN]: false }, arguments: { app_id: 200001, enabled: true } };
const catalogue = new Catalogue(allTools);

/** The note of a call of `set_app_state` that was carried out, on an open application. */
async function noteOf(
  reverse: Reverse,
  { caller = CALLER, maxEntriesPerCustomer = 10 }: { caller?: Caller; maxEntriesPerCustomer?: number } = {},
) {
  const clock = new FakeClock();
  // Those who were never seen share one table.
  await using store = new MemoryStore({ clock, maxEntriesPerCustomer, maxEntriesPerTable: maxEntriesPerCustomer });
  const box = new Box(await KeyRing.create({ encryptionKeys: [KEYS[0]] }));
  const undoing = new Undoing({ catalogue, receipts: new Receipts({ sealed: new SealedStore(store, box), clock }) });
  const found = catalogue.lookUp("set_app_state", caller);
  assert.ok(found.kind === "found");
  const undo = { state: { [OPEN]: true }, subject: { kind: "account" } as const, reverse: () => reverse };
  const planned = { question: undefined, run: () => Promise.resolve({}), undo };
  const log = createLogger({ level: "DEBUG", format: "json", write: () => {} });
  const note = await undoing.noteOf(found.entry, planned, { caller, log });
  return note === undefined ? undefined : Object.keys(note);
}

const RECEIPT = ["receipt", "until", "does"];

Deno.test("a change that can be put back has a receipt", async () => {
  assert.deepEqual(await noteOf(CLOSED), RECEIPT);
});

Deno.test("a change whose receipt the store does not take says so, and fails for nothing", async () => {
  assert.deepEqual(await noteOf(CLOSED, { maxEntriesPerCustomer: 0 }), ["none"]);
});

Deno.test("what can't be sent back says so", async () => {
  for (
    const reverse of [
      { after: CLOSED.after },
      { ...CLOSED, arguments: { app_id: 200001 } },
      { ...CLOSED, arguments: { app_id: 200001, enabled: true, bogus: "x" } },
      { ...CLOSED, tool: "update_app_cname", arguments: { app_id: 200001, cname: "shop\u200b.example.com" } },
      { ...CLOSED, tool: "no_such_tool" },
      { ...CLOSED, after: { [OPEN]: "x".repeat(100_000) } },
    ]
  ) {
    assert.deepEqual(await noteOf(reverse), ["none"], JSON.stringify(reverse).slice(0, 200));
  }
});

Deno.test("a call that changed nothing has nothing to take back", async () => {
  assert.equal(await noteOf({ ...CLOSED, after: { [OPEN]: true } }), undefined);
});

Deno.test("who may not use a receipt gets none", async () => {
  const without = { ...CALLER, excludedTools: new Set(["undo_change"]) };

  assert.equal(await noteOf(CLOSED, { caller: without }), undefined);
  assert.deepEqual(
    await noteOf({ ...CLOSED, tool: "update_app_cname" }, {
      caller: { ...CALLER, excludedTools: new Set(["update_app_cname"]) },
    }),
    ["none"],
  );
});
