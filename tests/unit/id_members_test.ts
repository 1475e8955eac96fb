import assert from "node:assert/strict";
import { namedIds } from "../../src/cloudways/id_members.ts";

const CASES: readonly [what: string, value: unknown, named: Partial<ReturnType<typeof namedIds>>][] = [
  ["nothing", { label: "Shop", id: 7, ids: [8] }, {}],
  ["no object", "server_id 7", {}],
  ["a server", { server_id: 7 }, { servers: [7] }],
  ["ids as text", { server_id: "7", source_app_id: "8" }, { servers: [7], apps: [8] }],
  ["a server for none", { server_id: "0", app_id: "8" }, { apps: [8] }],
  ["other spellings", { serverId: 7, destination_server_id: 8, sourceServerIds: [9] }, { servers: [7, 8, 9] }],
  ["an application beside its server", { server_id: 7, app_id: 8 }, { servers: [7], paired: [8] }],
  ["an application beside another one's server", { server_id: 7, source_app_id: 8 }, { servers: [7], apps: [8] }],
  ["lists of ids", { server_ids: [7, "8"], app_ids: [9] }, { servers: [7, 8], apps: [9] }],
  ["a question's subject", { server: { id: 7 }, apps: [{ id: 8 }, { id: 9 }] }, { servers: [7], paired: [8, 9] }],
  ["applications without a server", { apps: [{ id: 8 }] }, { apps: [8] }],
  ["what is nested", [{ also: { staging: { server: { id: 7 } } } }, { rows: [{ app_id: 8 }] }], {
    servers: [7],
    apps: [8],
  }],
  ["the kind of an application", { cms_app_id: "8" }, {}],
];

for (const [what, value, named] of CASES) {
  Deno.test(`the servers and applications in ${what} are found`, () => {
    assert.deepEqual(namedIds(value), { servers: [], apps: [], paired: [], ...named });
  });
}

Deno.test("what is nested too deep to be read names something that nobody has", () => {
  const value: unknown = JSON.parse(`${'{"a":'.repeat(30)}{"server_id":7}${"}".repeat(30)}`);

  assert.deepEqual(namedIds(value).servers, [-1]);
});
