import assert from "node:assert/strict";
import { makePassword } from "../../src/secrets/password.ts";
import { SecretText } from "../../src/text/secret_text.ts";

const many = Array.from({ length: 2_000 }, () => makePassword().reveal());

Deno.test("a password has 24 characters of all classes, and none that forms or shells change", () => {
  for (const password of many) {
    assert.match(password, /^[A-Za-z0-9][A-Za-z0-9!_-]{23}$/);
    for (const kind of [/[A-Z]/, /[a-z]/, /[0-9]/, /[!_-]/]) assert.match(password, kind);
  }
});

Deno.test("no two passwords are the same", () => {
  assert.equal(new Set(many).size, many.length);
});

Deno.test("every character is as likely as any other of its class", () => {
  const counts = new Map<string, number>();
  for (const character of many.join("")) counts.set(character, (counts.get(character) ?? 0) + 1);
  const letters = [...counts].filter(([character]) => /[A-Za-z]/.test(character)).map(([, count]) => count);

  // Of 48,000 characters some 730 fall on each letter; seven standard deviations are 190. A modulo of bytes would
  // double the chance of the first ones.
  assert.equal(letters.length, 52);
  assert.ok(
    Math.min(...letters) > 540 && Math.max(...letters) < 920,
    `${Math.min(...letters)} ${Math.max(...letters)}`,
  );
});

Deno.test("a secret text shows itself only on request", () => {
  const text = new SecretText("open-sesame");

  const shown = [`${text}`, String(text), JSON.stringify({ text }), Deno.inspect(text), Deno.inspect({ text })].join();

  assert.doesNotMatch(shown, /sesame/);
  assert.equal(text.reveal(), "open-sesame");
});
