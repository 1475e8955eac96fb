/** The cost of hiding is bounded by what is shown, and a long answer does not block others. */
import assert from "node:assert/strict";
import { successResult } from "../../src/calls/results.ts";
import { SecretHider } from "../../src/text/redaction/hider.ts";
import { noWork } from "../../src/text/work_counts.ts";

const LONG = "://a:".repeat(200_000);

Deno.test("in a text longer than an answer only the part that can be shown is searched, and the rest is counted", () => {
  const work = noWork();
  const secrets = new SecretHider(["made-up-secret"], work);

  const { structuredContent } = successResult({ text: `begin ${LONG}` }, { secrets, reveal: false });

  assert.ok(work.searchedCharacters <= 125_000, String(work.searchedCharacters));
  const { text, left_out } = JSON.parse(JSON.stringify(structuredContent));
  assert.match(text, /^begin /);
  assert.ok(left_out.entries["text (characters)"] > 870_000, JSON.stringify(left_out));
});

Deno.test("in a list longer than an answer only the part that can be shown is searched, and the rest is counted", () => {
  const work = noWork();
  const secrets = new SecretHider(["made-up-secret"], work);
  const alerts = Array.from({ length: 1_000 }, (_, id) => ({ id, text: LONG.slice(0, 3_000) }));

  const { structuredContent } = successResult({ alerts }, { secrets, reveal: false });

  assert.ok(work.searchedCharacters <= 125_000, String(work.searchedCharacters));
  const shown = JSON.parse(JSON.stringify(structuredContent));
  assert.deepEqual(shown.left_out.entries, { alerts: 1_000 - shown.alerts.length });
});

Deno.test("a reply is hidden in turns as it is hidden at once", async () => {
  const reply = {
    server: {
      id: 1,
      password: "a-made-up-word",
      deep: [{ api_key: "x1y2z3x1y2z3" }, "my-made-up-secret", 7, null, true],
    },
    "name my-made-up-secret": '{"token":"x1y2z3x1y2z3"}',
  };
  const hider = new SecretHider(["my-made-up-secret"]);

  assert.deepEqual(await hider.valueInTurns(reply, 1_000), hider.value(reply));
});

Deno.test("only the beginning of a long text in a reply is searched", async () => {
  const work = noWork();

  await new SecretHider(["made-up-secret"], work).valueInTurns({ text: LONG, [LONG]: 1 }, 1_000);

  assert.ok(work.searchedCharacters < 10_000, String(work.searchedCharacters));
});

Deno.test("other work runs while a large reply is hidden", async () => {
  const reply = Array.from({ length: 300 }, () => LONG.slice(0, 3_000));
  let turns = 0;
  const others = setInterval(() => turns++, 0);

  await new SecretHider([]).valueInTurns(reply, 30_000);
  clearInterval(others);

  assert.ok(turns > 0);
});

Deno.test("a long report that is kept as JSON text stays complete, without its secrets", async () => {
  const points = Array.from({ length: 20_000 }, (_, at) => [at, 1_700_000_000 + at]);

  const text = await new SecretHider([]).valueInTurns(JSON.stringify({ points, password: "x1y2z3x1y2z3" }), 1_000);

  assert.deepEqual(JSON.parse(String(text)), { points, password: "[hidden]" });
});
