import assert from "node:assert/strict";
import { elicitationModes, elicitParamsOf, isAccepted, isYes } from "../../src/mcp/elicitation.ts";

Deno.test("a yes is an accepted form with approve: true, and nothing else", () => {
  const noYes: unknown[] = [
    undefined,
    null,
    "accept",
    true,
    [],
    {},
    { content: { approve: true } },
    { action: "accept" },
    { action: "accept", content: null },
    { action: "accept", content: {} },
    { action: "accept", content: { approve: false } },
    { action: "accept", content: { approve: "true" } },
    { action: "accept", content: { approve: 1 } },
    { action: "accept", content: { approve: [true] } },
    { action: "accept", content: [{ approve: true }] },
    { action: "accept", approve: true },
    { action: "ACCEPT", content: { approve: true } },
    { action: "decline", content: { approve: true } },
    { action: "cancel", content: { approve: true } },
  ];

  assert.deepEqual(noYes.filter(isYes), []);
  assert.equal(isYes({ action: "accept", content: { approve: true } }), true);
});

Deno.test("whether an address was opened is what the client says of its action", () => {
  assert.equal(isAccepted({ action: "accept" }), true);
  assert.deepEqual([undefined, {}, { action: "decline" }, { action: "cancel" }, "accept"].filter(isAccepted), []);
});

Deno.test("forms are for clients that declare them, or elicitation and nothing more", () => {
  const modes = (elicitation: unknown) => elicitationModes({ elicitation });

  assert.deepEqual(modes({}), { form: true, url: false });
  assert.deepEqual(modes({ form: {} }), { form: true, url: false });
  assert.deepEqual(modes({ url: {} }), { form: false, url: true });
  assert.deepEqual(modes({ form: {}, url: {} }), { form: true, url: true });
  assert.deepEqual(modes({ other: {} }), { form: false, url: false });
  for (const none of [undefined, null, true, "form"]) assert.deepEqual(modes(none), { form: false, url: false });
  assert.deepEqual(elicitationModes(undefined), { form: false, url: false });
});

Deno.test("a form doesn't name its mode before 2025-11-25, and does from then on", () => {
  const question = { message: "Stop server 1?", state: "s" };

  const before = elicitParamsOf(question, "2025-06-18");
  const after = elicitParamsOf(question, "2025-11-25");

  assert.deepEqual(Object.keys(before), ["message", "requestedSchema"]);
  assert.deepEqual(after, { mode: "form", ...before });
});

Deno.test("an address is asked as an address", () => {
  const question = { message: "Stop server 1?", url: "http://127.0.0.1/approve/x", state: "s" };

  const { mode, url } = elicitParamsOf(question, "2025-11-25");

  assert.deepEqual({ mode, url }, { mode: "url", url: question.url });
});
