import assert from "node:assert/strict";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { CustomerIdTable } from "../../src/http/customer_id_table.ts";
import type { Credential } from "../../src/identity/credential.ts";
import { CustomerIds } from "../../src/identity/customer_id.ts";

const tokenOf = (name: string): Credential => ({ kind: "access_token", token: `cw_${name}` });

/** A table that counts how many ids it had to compute; customers are known by their id. */
async function startTable() {
  const ids = new CustomerIds(await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] }));
  const known = new Set<string>();
  const seen = { computed: 0 };
  const counting = {
    of: (credential: Credential) => {
      seen.computed++;
      return ids.of(credential);
    },
  };
  return { ids, known, seen, table: new CustomerIdTable({ ids: counting, isKnown: (id) => known.has(id) }) };
}

Deno.test("every form of a credential keeps the id that it has without the table, and is computed once", async () => {
  const { ids, seen, table } = await startTable();
  const credentials: Credential[] = [
    tokenOf("ab"),
    { kind: "api_key", email: "jo@example.com", apiKey: "cd" },
    { kind: "api_key", email: "jo@example.comc", apiKey: "d" },
    { kind: "api_key", email: " Jo@Example.com", apiKey: "cd" },
  ];
  const expected = await Promise.all(credentials.map((credential) => ids.of(credential)));

  const first = await Promise.all(credentials.slice(0, 3).map((credential) => table.of(credential)));
  const again = await Promise.all(credentials.map((credential) => table.of(credential)));

  assert.deepEqual(first, expected.slice(0, 3));
  assert.deepEqual(again, expected);
  assert.equal(seen.computed, 3);
});

Deno.test("made-up credentials push no customer out, not even one that was accepted later", async () => {
  const { known, seen, table } = await startTable();
  known.add(await table.of(tokenOf("early")));
  const late = await table.of(tokenOf("late"));
  known.add(late);
  for (const name of ["early", "late"]) await table.of(tokenOf(name));
  for (let index = 0; index < 3_000; index++) await table.of(tokenOf(`made_up_${index}`));
  const before = seen.computed;

  for (const name of ["early", "late"]) await table.of(tokenOf(name));
  await table.of(tokenOf("made_up_0"));

  assert.equal(seen.computed, before + 1);
});
