import assert from "node:assert/strict";
import { boundAnswer, fitCeiling, MAX_ANSWER_CHARACTERS } from "../../src/calls/ceiling.ts";

const numbered = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, i) => make(i));
const SOME_TEXT = "x".repeat(80);

/** Shortens an answer; returns it with the counts of what is left out. */
function fitted(answer: Record<string, unknown>) {
  const { value, text } = fitCeiling(answer);
  assert.equal(JSON.stringify(value), text);
  assert.ok(text.length <= MAX_ANSWER_CHARACTERS, String(text.length));
  const { left_out, ...rest } = value;
  return { rest, leftOut: JSON.parse(JSON.stringify(left_out ?? {})).entries };
}

Deno.test("an answer that fits comes back untouched", () => {
  const answer = { servers: [{ id: 1 }] };

  assert.equal(fitCeiling(answer).value, answer);
});

Deno.test("of many servers each is shown, with fewer applications, and the missing ones are counted", () => {
  const app = (id: number) => ({ id, label: SOME_TEXT });
  const servers = numbered(100, (id) => ({ id, apps: numbered(id === 0 ? 2 : 30, app) }));

  const { rest, leftOut } = fitted({ servers });

  const shown = JSON.parse(JSON.stringify(rest.servers)).map(({ apps }: { apps: unknown[] }) => apps.length);
  assert.equal(shown.length, 100);
  assert.equal(shown[0], 2, "a short list stays whole");
  assert.ok(shown.every((count: number) => count > 0), String(shown));
  const missing = 99 * 30 + 2 - shown.reduce((sum: number, count: number) => sum + count);
  assert.deepEqual(leftOut, { "servers[].apps": missing });
});

const REST: { shorter: string | undefined; way: RegExp }[] = [
  { shorter: "Ask for a shorter duration.", way: /^Ask for a shorter duration\.$/ },
  { shorter: undefined, way: /can't show less.*Cloudways console/ },
];

for (const { shorter, way } of REST) {
  Deno.test(`the answer says how to get the rest with ${shorter === undefined ? "no input for it" : "an input for it"}`, () => {
    const { value } = fitCeiling({ entries: numbered(2_000, () => SOME_TEXT) }, { shorter });

    assert.match(JSON.parse(JSON.stringify(value.left_out)).how_to_get_them, way);
  });
}

Deno.test("records that are too many even without their lists are cut and counted", () => {
  const servers = numbered(1_000, (id) => ({ id, label: SOME_TEXT, apps: [1, 2] }));

  const { rest, leftOut } = fitted({ servers });

  const shown = JSON.parse(JSON.stringify(rest.servers)).length;
  assert.ok(shown > 400, String(shown));
  assert.deepEqual(leftOut, { servers: 1_000 - shown });
});

Deno.test("an object whose names are data loses entries, and the rest of the answer stays", () => {
  const byUser = Object.fromEntries(numbered(2_000, (index) => [`user${index}`, { size: SOME_TEXT }]));

  const { rest, leftOut } = fitted({ report: { users: byUser }, apps: [{ id: 1 }], server_id: 7 });

  const { report, ...others } = JSON.parse(JSON.stringify(rest));
  assert.deepEqual(others, { apps: [{ id: 1 }], server_id: 7 });
  const shown = Object.keys(report.users).length;
  assert.ok(shown > 400, String(shown));
  assert.deepEqual(leftOut, { "report.users": 2_000 - shown });
});

Deno.test("a long text is cut, and the characters that are missing are counted", () => {
  const { rest, leftOut } = fitted({ message: "Done.", result: { log: "é\n".repeat(100_000) } });

  const { message, result } = JSON.parse(JSON.stringify(rest));
  assert.equal(message, "Done.");
  assert.match(result.log, /^(é\n){10000,}é?$/);
  assert.deepEqual(leftOut, { "result.log (characters)": 200_000 - result.log.length });
});

Deno.test("a long text is never cut inside a character", () => {
  // Texts of many lengths, since not every cut meets the middle of a character.
  for (const unit of ["😀", '"😀', '\\"😀😀']) {
    for (const before of numbered(12, (count) => "x".repeat(count))) {
      const { rest } = fitted({ log: before + unit.repeat(30_000) });

      assert.ok(String(rest.log).length > 30_000);
      assert.ok(String(rest.log).isWellFormed(), `${before}${unit}`);
    }
  }
});

Deno.test("an answer that can't be shortened is replaced by a message", () => {
  const members = Object.fromEntries(numbered(10_000, (index) => [`member_${index}`, index]));

  const { rest } = fitted(members);

  assert.deepEqual(rest, { message: "The answer was too large to show." });
});

Deno.test("every member of the answer itself stays with its type, whatever is too long", () => {
  const long = numbered(5_000, () => SOME_TEXT);
  const answer = { text: long.join(" "), list: long, lists: [long, long], members: { ...long }, none: null, ok: true };

  const { rest } = fitted(answer);

  const kinds = (value: object) =>
    Object.entries(value).map(([name, item]) => [name, typeof item, Array.isArray(item)]);
  assert.deepEqual(kinds(rest), kinds(answer));
});

Deno.test("an answer with thousands of members is replaced by a message", () => {
  const answer = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`member${i}`, "x".repeat(100)]));

  const { value, text } = fitCeiling(answer);

  assert.ok(text.length <= MAX_ANSWER_CHARACTERS);
  assert.deepEqual(Object.keys(value).sort(), ["left_out", "message"]);
});

const SHARED: Record<string, { path: string; part: unknown }> = {
  "lists within records": {
    path: "part[].apps",
    part: numbered(99, (id) => ({ id, apps: numbered(30, () => SOME_TEXT) })),
  },
  "rows with lists": { path: "part[].1", part: numbered(99, (id) => [id, numbered(30, () => SOME_TEXT)]) },
  "entries of a list": { path: "part", part: numbered(5_000, () => SOME_TEXT) },
  "members of an object": { path: "part", part: Object.fromEntries(numbered(5_000, (id) => [`user${id}`, SOME_TEXT])) },
  "a text in a list": { path: "part[].log (characters)", part: [{ log: SOME_TEXT.repeat(5_000) }] },
};

for (const [what, { path, part }] of Object.entries(SHARED)) {
  Deno.test(`calls may share an answer, so it is not changed where it is cut: ${what}`, () => {
    const answer = deepFrozen({ part });
    const before = JSON.stringify(answer);

    const { value, leftOut } = boundAnswer(answer);
    fitCeiling(value, { before: leftOut });

    assert.equal(JSON.stringify(answer), before);
    assert.deepEqual([...leftOut.keys()], [path]);
  });
}

function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen);
  return value;
}

Deno.test("a part that stays is measured a few times, however many others are shortened", () => {
  let measured = 0;
  const stays = { toJSON: () => `stays ${++measured}`.slice(0, 5) };
  const lists = numbered(50, (index) => [`list_${index}`, numbered(30, () => SOME_TEXT)]);
  const answer = { stays, ...Object.fromEntries(lists) };

  const { leftOut } = fitted(answer);

  assert.ok(Object.keys(leftOut).length >= 10);
  // As the whole answer, by itself, and in the text of what is shown. `fitted` writes that once more.
  assert.ok(measured <= 4, String(measured));
});
