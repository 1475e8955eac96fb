import assert from "node:assert/strict";
import { elicitationModes, elicitParamsOf, hear, type Heard, MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";

/** What each reply to a form means when it comes at once, and after a person's least time. */
const FORM_REPLIES: [reply: unknown, atOnce: Heard, later: Heard][] = [
  [{ action: "accept", content: { approve: true } }, "yes", "yes"],
  [{ action: "decline" }, "nobody", "no"],
  [{ action: "decline", content: { approve: true } }, "nobody", "no"],
  [{ action: "accept", content: { approve: false } }, "nobody", "no"],
  ...[
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
    { action: "accept", content: { approve: "true" } },
    { action: "accept", content: { approve: 1 } },
    { action: "accept", content: { approve: null } },
    { action: "accept", content: { approve: [true] } },
    { action: "accept", content: [{ approve: true }] },
    { action: "accept", approve: true },
    { action: "ACCEPT", content: { approve: true } },
    { action: "cancel" },
    { action: "cancel", content: { approve: true } },
    { code: -32601, message: "Method not found" },
  ].map((reply): [unknown, Heard, Heard] => [reply, "nobody", "nobody"]),
];

Deno.test("a yes is an accepted form with approve: true, a no needs a person's least time, other replies are neither", () => {
  for (const [reply, atOnce, later] of FORM_REPLIES) {
    assert.equal(hear(reply, "form", 0), atOnce, JSON.stringify(reply));
    assert.equal(hear(reply, "form", MIN_THOUGHT_MS - 1), atOnce, JSON.stringify(reply));
    assert.equal(hear(reply, "form", MIN_THOUGHT_MS), later, JSON.stringify(reply));
  }
});

Deno.test("an accept of an address means only that it was opened", () => {
  for (const afterMs of [0, MIN_THOUGHT_MS]) {
    assert.equal(hear({ action: "accept" }, "url", afterMs), "visited");
    for (const reply of [undefined, {}, { action: "cancel" }, "accept"]) {
      assert.equal(hear(reply, "url", afterMs), "nobody");
    }
  }
  assert.equal(hear({ action: "decline" }, "url", MIN_THOUGHT_MS - 1), "nobody");
  assert.equal(hear({ action: "decline" }, "url", MIN_THOUGHT_MS), "no");
});

Deno.test("forms are for clients that declare them, or only elicitation", () => {
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

Deno.test("a question with an address is sent in URL mode", () => {
  const question = { message: "Stop server 1?", url: "http://127.0.0.1/approve/x", state: "s" };

  const { mode, url } = elicitParamsOf(question, "2025-11-25");

  assert.deepEqual({ mode, url }, { mode: "url", url: question.url });
});
