import assert from "node:assert/strict";
import { customerId } from "../../src/commands/customer_id.ts";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { TEST_KEYS } from "../support/keys.ts";

const [ENCRYPTION_KEY, CUSTOMER_ID_KEY] = TEST_KEYS;
const TOKEN = TOKEN_HEADERS["x-cloudways-access-token"];
const EMAIL = KEY_HEADERS["x-cloudways-email"];
const API_KEY = KEY_HEADERS["x-cloudways-api-key"];

type Env = Record<string, string>;

async function idOf(input: string, env: Env = { ENCRYPTION_KEY, CUSTOMER_ID_KEY }) {
  return await customerId(new Blob([input]).stream(), env);
}

Deno.test("customer-id reads a file of variables too, and says the id that other keys keep", async () => {
  const plain = await idOf(`${EMAIL}\n${API_KEY}`);

  assert.equal(plain.code, 0);
  assert.match(plain.text, /^(customer_[0-9a-f]{16})\n[0-9a-f]{64}\n$/);
  assert.deepEqual(await idOf(`CLOUDWAYS_API_KEY=${API_KEY}\r\nCLOUDWAYS_EMAIL=${EMAIL.toUpperCase()}\r\n`), plain);
  assert.deepEqual(await idOf(`${EMAIL}\n${API_KEY}`, { CUSTOMER_ID_KEY }), plain);
  assert.deepEqual(await idOf(`${EMAIL}\n${API_KEY}`, { ENCRYPTION_KEY: CUSTOMER_ID_KEY }), plain);
  assert.notDeepEqual(await idOf(`${EMAIL}\n${API_KEY}`, { ENCRYPTION_KEY }), plain);
  assert.notDeepEqual(await idOf(TOKEN), plain);
});

const WRONG: Record<string, { input: string; env?: Env }> = {
  "nothing": { input: "" },
  "an e-mail alone": { input: "owner@example.com" },
  "three lines": { input: `${TOKEN}\n${TOKEN}\n${TOKEN}` },
  "spaces": { input: "a token with spaces" },
  "two keys without an e-mail": { input: `${API_KEY}\n${API_KEY}x` },
  "too much": { input: "x".repeat(100_000) },
  "no key": { input: TOKEN, env: {} },
  "a wrong key": { input: TOKEN, env: { ENCRYPTION_KEY: "short" } },
};

for (const [what, { input, env }] of Object.entries(WRONG)) {
  Deno.test(`customer-id with ${what} says what it needs, and repeats nothing`, async () => {
    const { code, text } = await idOf(input, env);

    assert.equal(code, 1);
    assert.ok(text.endsWith("\n") && text.length < 300, text);
    if (input.length > 5) assert.ok(!text.includes(input.slice(0, 12)), text);
  });
}
