import assert from "node:assert/strict";
import fc from "fast-check";
import { Box, type BoxContext } from "../../src/crypto/box.ts";
import type { Credential } from "../../src/identity/credential.ts";
import { CustomerIds, shortCustomerId } from "../../src/identity/customer_id.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { generateKey, parseKey } from "../../src/crypto/keys.ts";
import { lengthPrefixed } from "../../src/crypto/length_prefixed.ts";

const CONTEXT: BoxContext = { customer: "a".repeat(64), purpose: "token" };

/** Any text that UTF-8 can carry. */
const anyText = fc.string({ unit: "binary" });

const OLD_KEY = parseKey(generateKey());
const NEW_KEY = parseKey(generateKey());

async function boxWith(...encryptionKeys: Uint8Array[]): Promise<Box> {
  return new Box(await KeyRing.create({ encryptionKeys }));
}

async function idsWith(encryptionKeys: Uint8Array[], customerIdKey?: Uint8Array): Promise<CustomerIds> {
  return new CustomerIds(
    await KeyRing.create(customerIdKey === undefined ? { encryptionKeys } : { encryptionKeys, customerIdKey }),
  );
}

Deno.test("a generated key has 44 characters and parses to 32 bytes", () => {
  const text = generateKey();

  const bytes = parseKey(text);

  assert.equal(text.length, 44);
  assert.equal(bytes.length, 32);
});

Deno.test("a key is read in base64 and in base64url alike", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
    const own = new Uint8Array(bytes);

    assert.deepEqual(parseKey(own.toBase64()), own);
    assert.deepEqual(parseKey(own.toBase64({ alphabet: "base64url" })), own);
  }));
});

const badKeys: [string, string, RegExp][] = [
  ["an empty text", "", /44 characters, but has 0/],
  ["a key without its padding", "A".repeat(43), /44 characters, but has 43/],
  ["a key with a line break", "A".repeat(43) + "=\n", /44 characters, but has 45/],
  ["a space inside", "A".repeat(20) + " " + "A".repeat(22) + "=", /other characters/],
  ["a mixture of the two alphabets", "-+" + "A".repeat(41) + "=", /other characters/],
  ["padding in the middle", "A".repeat(20) + "=" + "A".repeat(23), /other characters/],
  ["33 bytes", "A".repeat(44), /32 bytes, but holds 33/],
  ["31 bytes", "A".repeat(42) + "==", /32 bytes, but holds 31/],
  ["a last character with stray bits", "A".repeat(42) + "B=", /last characters/],
];

for (const [what, text, message] of badKeys) {
  Deno.test(`${what} is not a key, and the message says why without showing it`, () => {
    assert.throws(() => parseKey(text), (error: Error) => {
      assert.match(error.message, message);
      assert.ok(text === "" || !error.message.includes(text));
      return true;
    });
  });
}

Deno.test("a key ring refuses to exist without a key, or with a short one", async () => {
  await assert.rejects(KeyRing.create({ encryptionKeys: [] }), RangeError);
  await assert.rejects(KeyRing.create({ encryptionKeys: [new Uint8Array(31)] }), RangeError);
  await assert.rejects(
    KeyRing.create({ encryptionKeys: [OLD_KEY], customerIdKey: new Uint8Array(33) }),
    RangeError,
  );
});

Deno.test("derived keys cannot be exported and are derived once", async () => {
  const ring = await KeyRing.create({ encryptionKeys: [NEW_KEY, OLD_KEY] });

  const keys = await ring.keys("box");

  assert.equal(keys.all.length, 2);
  assert.equal(keys.all[0], keys.first);
  assert.equal(await ring.keys("box"), keys);
  for (const { key } of keys.all) assert.equal(key.extractable, false);
  assert.equal(ring.customerIdKey.extractable, false);
});

Deno.test("each use has its own key", async () => {
  const ring = await KeyRing.create({ encryptionKeys: [NEW_KEY] });
  const sign = async (key: CryptoKey) =>
    new Uint8Array(await crypto.subtle.sign("HMAC", key, new Uint8Array(1))).toHex();

  const signatures = await Promise.all([
    sign(ring.customerIdKey),
    sign((await ring.keys("session")).first.key),
    sign((await ring.keys("audit")).first.key),
    sign((await ring.keys("approval")).first.key),
  ]);

  assert.equal(new Set(signatures).size, signatures.length);
});

Deno.test("a key id is the same in every process and differs between keys", async () => {
  const one = await (await KeyRing.create({ encryptionKeys: [NEW_KEY, OLD_KEY] })).keys("box");
  const other = await (await KeyRing.create({ encryptionKeys: [OLD_KEY] })).keys("box");

  assert.equal(one.all[1]?.id, other.first.id);
  assert.notEqual(one.first.id, other.first.id);
  assert.match(one.first.id, /^[0-9a-f]{8}$/);
});

Deno.test("a box opens to the text that was sealed, whatever text it is", async () => {
  const box = await boxWith(NEW_KEY);

  await fc.assert(fc.asyncProperty(anyText, anyText, anyText, async (text, customer, purpose) => {
    const sealed = await box.seal(text, { customer, purpose });

    assert.match(sealed, /^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/);
    assert.equal(await box.open(sealed, { customer, purpose }), text);
  }));
});

Deno.test("a text that starts with a byte order mark keeps it", async () => {
  const box = await boxWith(NEW_KEY);

  assert.equal(await box.open(await box.seal("\uFEFFtext", CONTEXT), CONTEXT), "\uFEFFtext");
});

Deno.test("the same text sealed twice gives two boxes with different IVs", async () => {
  const box = await boxWith(NEW_KEY);

  const sealed = await Promise.all(Array.from({ length: 200 }, () => box.seal("text", CONTEXT)));

  // The first 16 characters of the last part are exactly the 12 bytes of the IV.
  assert.equal(new Set(sealed.map((text) => text.split(".")[2]?.slice(0, 16))).size, 200);
});

Deno.test("a box with any one bit changed does not open", async () => {
  const box = await boxWith(NEW_KEY);
  const sealed = new TextEncoder().encode(await box.seal("a secret text", CONTEXT));

  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = sealed.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const text = String.fromCharCode(...changed);

    assert.equal(await box.open(text, CONTEXT), undefined, text);
  }
});

Deno.test("a box has exactly one spelling: any other last character does not open", async () => {
  const box = await boxWith(NEW_KEY);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  for (const text of ["", "a", "ab"]) {
    const sealed = await box.seal(text, CONTEXT);
    const opening = [];
    for (const character of alphabet) {
      const changed = sealed.slice(0, -1) + character;
      if (await box.open(changed, CONTEXT) !== undefined) opening.push(changed);
    }

    assert.deepEqual(opening, [sealed]);
  }
});

Deno.test("a box that is shortened or extended does not open", async () => {
  const box = await boxWith(NEW_KEY);
  const sealed = await box.seal("a secret text", CONTEXT);

  for (let length = 0; length < sealed.length; length++) {
    assert.equal(await box.open(sealed.slice(0, length), CONTEXT), undefined);
  }
  for (const more of ["A", "AAAA", "=", "\n", " "]) assert.equal(await box.open(sealed + more, CONTEXT), undefined);
});

Deno.test("a malformed box does not open and throws nothing", async () => {
  const box = await boxWith(NEW_KEY);
  const [id] = (await box.seal("", CONTEXT)).split(".").slice(1);

  await fc.assert(fc.asyncProperty(anyText, async (text) => {
    assert.equal(await box.open(text, CONTEXT), undefined);
    assert.equal(await box.open(`v1.${id}.${text}`, CONTEXT), undefined);
  }));
  await fc.assert(fc.asyncProperty(fc.base64String(), async (text) => {
    assert.equal(await box.open(`v1.${id}.${text}`, CONTEXT), undefined);
  }));
});

Deno.test("a box opens only for its customer and purpose", async () => {
  const box = await boxWith(NEW_KEY);
  const sealed = await box.seal("text", { customer: "ab", purpose: "c" });

  const others = [
    { customer: "c", purpose: "ab" },
    { customer: "a", purpose: "bc" },
    { customer: "abc", purpose: "" },
    { customer: "ab", purpose: "d" },
    { customer: "AB", purpose: "c" },
  ];

  for (const context of others) assert.equal(await box.open(sealed, context), undefined);
});

Deno.test("after a rotation the new key seals and boxes of the old one still open", async () => {
  const before = await boxWith(OLD_KEY);
  const after = await boxWith(NEW_KEY, OLD_KEY);

  const oldBox = await before.seal("text", CONTEXT);
  const newBox = await after.seal("text", CONTEXT);

  assert.equal(await after.open(oldBox, CONTEXT), "text");
  assert.equal(await before.open(newBox, CONTEXT), undefined);
});

Deno.test("a box of a key that is no longer listed does not open", async () => {
  const sealed = await (await boxWith(OLD_KEY)).seal("text", CONTEXT);

  assert.equal(await (await boxWith(NEW_KEY)).open(sealed, CONTEXT), undefined);
});

Deno.test("a customer id is 64 hex digits, and its short form 16 of them", async () => {
  const ids = await idsWith([NEW_KEY]);

  const id = await ids.of({ kind: "access_token", token: "cw_1" });

  assert.match(id, /^[0-9a-f]{64}$/);
  assert.equal(shortCustomerId(id), `customer_${id.slice(0, 16)}`);
});

Deno.test("case and surrounding space of the e-mail do not change the customer id", async () => {
  const ids = await idsWith([NEW_KEY]);

  const one = await ids.of({ kind: "api_key", email: "jo@example.com", apiKey: "key" });
  const other = await ids.of({ kind: "api_key", email: " Jo@Example.COM\t", apiKey: "key" });

  assert.equal(one, other);
});

Deno.test("credentials that differ in anything else have different customer ids", async () => {
  const ids = await idsWith([NEW_KEY]);
  const credentials: Credential[] = [
    { kind: "api_key", email: "jo@example.com", apiKey: "key" },
    { kind: "api_key", email: "jo@example.com", apiKey: "Key" },
    { kind: "api_key", email: "jo@example.com", apiKey: "key " },
    { kind: "api_key", email: "jo@example.co", apiKey: "mkey" },
    { kind: "api_key", email: "jo@example.comk", apiKey: "ey" },
    { kind: "api_key", email: "", apiKey: "key" },
    { kind: "access_token", token: "key" },
    { kind: "access_token", token: "jo@example.comkey" },
  ];

  const all = await Promise.all(credentials.map((credential) => ids.of(credential)));

  assert.equal(new Set(all).size, credentials.length);
});

Deno.test("a customer id is useless without the key: another key gives another id", async () => {
  const credential: Credential = { kind: "access_token", token: "cw_1" };

  assert.notEqual(await (await idsWith([OLD_KEY])).of(credential), await (await idsWith([NEW_KEY])).of(credential));
});

Deno.test("a customer id key keeps ids through a rotation", async () => {
  const credential: Credential = { kind: "access_token", token: "cw_1" };
  const idKey = parseKey(generateKey());

  const before = await (await idsWith([OLD_KEY], idKey)).of(credential);
  const after = await (await idsWith([NEW_KEY, OLD_KEY], idKey)).of(credential);

  assert.equal(after, before);
});

Deno.test("the old first encryption key, set as customer id key, keeps the customer ids", async () => {
  const credential: Credential = { kind: "access_token", token: "cw_1" };

  const before = await (await idsWith([OLD_KEY])).of(credential);
  const after = await (await idsWith([NEW_KEY], OLD_KEY)).of(credential);

  assert.equal(after, before);
});

Deno.test("different lists of texts have different length-prefixed bytes", () => {
  const shortText = fc.string({ unit: fc.constantFrom("a", "b", "\0", "é"), maxLength: 3 });
  const list = fc.array(shortText, { maxLength: 4 });

  fc.assert(fc.property(list, list, (one, other) => {
    const same = JSON.stringify(one) === JSON.stringify(other);

    assert.equal(lengthPrefixed(...one).toHex() === lengthPrefixed(...other).toHex(), same);
  }));
});
