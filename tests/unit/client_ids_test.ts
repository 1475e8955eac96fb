import assert from "node:assert/strict";
import fc from "fast-check";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { ClientIds } from "../../src/sign_in/client_ids.ts";

const FIRST = new Uint8Array(32).fill(1);
const SECOND = new Uint8Array(32).fill(2);
const THIRD = new Uint8Array(32).fill(3);
const CLIENT = { name: "Client", redirects: ["https://client.example.com/callback"] };

async function idsWith(encryptionKey: Uint8Array, customerIdKey?: Uint8Array): Promise<ClientIds> {
  const keys = { encryptionKeys: [encryptionKey], ...(customerIdKey && { customerIdKey }) };
  return new ClientIds(await KeyRing.create(keys), []);
}

Deno.test("a client id holds the client's own record, whatever its name", async () => {
  const ids = await idsWith(FIRST);

  await fc.assert(fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 80 }), async (name) => {
    const id = await ids.issue({ ...CLIENT, name }) ?? "";

    assert.deepEqual(await ids.read(id), { id, name, redirects: CLIENT.redirects, isPinned: false });
  }));
});

Deno.test("a client id that differs in one character is not known", async () => {
  const ids = await idsWith(FIRST);
  const id = await ids.issue(CLIENT) ?? "";

  await fc.assert(fc.asyncProperty(
    fc.nat({ max: id.length - 1 }),
    fc.constantFrom(..."AZaz09-_.=% "),
    async (place, character) => {
      fc.pre(id[place] !== character);

      assert.equal(await ids.read(id.slice(0, place) + character + id.slice(place + 1)), undefined);
    },
  ));
});

Deno.test("a client id outlives encryption keys as long as the key for customer ids stays", async () => {
  const id = await (await idsWith(FIRST)).issue(CLIENT) ?? "";

  const rotated = await (await idsWith(SECOND, FIRST)).read(id);
  const foreign = await (await idsWith(SECOND, THIRD)).read(id);

  assert.equal(rotated?.name, CLIENT.name);
  assert.equal(foreign, undefined);
});

Deno.test("equal records have equal ids, and a record that is too long has none", async () => {
  const ids = await idsWith(FIRST);
  const long = Array.from({ length: 12 }, (_, n) => `https://client.example.com/${"x".repeat(400)}/${n}`);

  assert.equal(await ids.issue(CLIENT), await ids.issue(CLIENT));
  assert.equal(await ids.issue({ ...CLIENT, redirects: long }), undefined);
});
