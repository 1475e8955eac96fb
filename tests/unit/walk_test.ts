import assert from "node:assert/strict";
import fc from "fast-check";
import { AS_READ, type Reading, type Rules, type Showing, transform, transformInTurns } from "../../src/text/walk.ts";

const LOWER: Reading = { text: (text) => text.toLowerCase(), name: (name) => name.toLowerCase() };

/** Shows the place of each text and name. */
const PLACES: Showing<string> = {
  outermost: "",
  name: (name) => name,
  number: (value) => value,
  within: (outer, name) => `${outer}.${name}`,
  text: (text, { context, depth, before }) => [context, depth, before, text].join("|"),
};

/** Rules that leave any JSON value as it is. */
const NOTHING: Rules<undefined> = { showing: AS_READ };

Deno.test("a walk without changes copies any JSON value, at once and in turns", async () => {
  await fc.assert(fc.asyncProperty(fc.jsonValue(), async (value) => {
    assert.equal(JSON.stringify(transform(value, NOTHING)), JSON.stringify(value));
    assert.equal(JSON.stringify(await transformInTurns(value, NOTHING)), JSON.stringify(value));
  }));
});

Deno.test("a field may have any name", () => {
  const value: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":2,"1":3}');

  assert.equal(JSON.stringify(transform(value, NOTHING)), JSON.stringify(value));
});

Deno.test("a text is bounded, then read, then shown", () => {
  const steps: string[] = [];
  const step = (name: string) => (text: string) => {
    steps.push(`${name} ${text.length}`);
    return `${text}!`;
  };

  const shown = transform("x".repeat(5_000), {
    bounds: { text: 10, items: 1, total: 10_000 },
    reading: { text: step("read"), name: step("name") },
    showing: { ...AS_READ, text: step("show") },
  });

  assert.deepEqual(steps, ["read 1045", "show 1046"]);
  assert.ok(typeof shown === "string" && shown.endsWith("…!!"));
});

Deno.test("a part knows its context, its depth and the text before it as they were read", () => {
  const shown = transform({ LIST: ["A", "B", 1, "C"], MORE: { X: "D" } }, { reading: LOWER, showing: PLACES });

  assert.deepEqual(shown, {
    list: [".list|2||a", ".list|2|a|b", 1, ".list|2||c"],
    more: { x: ".more.x|2||d" },
  });
});

Deno.test("a part knows the other members as they were read, within the bound", () => {
  const seen: unknown[] = [];
  const within: Showing<undefined>["within"] = (_outer, _name, members) => void seen.push(members());
  const value = { A: "TEXT", B: 1, C: "x" };

  transform(value, {
    bounds: { text: 100, items: 2, total: 1_000 },
    reading: LOWER,
    showing: { ...AS_READ, within },
  });

  assert.deepEqual(seen, [[["a", "text"], ["b", 1]], [["a", "text"], ["b", 1]]]);
});

Deno.test("an opened value is walked in place of the original, and closed again", () => {
  const open: Rules<undefined>["open"] = (value) =>
    typeof value === "string" && value.startsWith("[")
      ? { value: JSON.parse(value), close: (result) => JSON.stringify(result) }
      : undefined;

  const shown = transform({ text: '["A",1]' }, { reading: LOWER, showing: AS_READ, open });

  assert.deepEqual(shown, { text: '["a",1]' });
});

Deno.test("a name that is left out leaves out its value too, and other names are still shown", () => {
  const value = { A: undefined, a: 1, B: 2, " b": 3 };
  const reading = { ...LOWER, name: (name: string) => name.trim().toLowerCase() };

  assert.deepEqual(transform(value, { reading, showing: AS_READ }), { a: 1, b: 2 });
  assert.deepEqual(transform({ A: undefined, " a": 1 }, { reading, showing: AS_READ }), { a: 1 });
});

Deno.test("values nested too deep are not read", () => {
  let value: unknown = {
    get inside() {
      throw new Error("looked at");
    },
  };
  for (let depth = 0; depth < 64; depth++) value = [value];

  assert.equal(JSON.stringify(transform(value, NOTHING)), "[".repeat(64) + '"…"' + "]".repeat(64));
});

Deno.test("a field whose getter has an effect is read once", () => {
  let reads = 0;
  const value = {
    get name() {
      reads++;
      return "api_key";
    },
    value: "x",
  };

  transform(value, { showing: { ...AS_READ, within: (_outer, _name, members) => void members() } });

  assert.equal(reads, 1);
});

Deno.test("a walk in turns looks at the clock after each long text, and every few short ones", async () => {
  const { now } = performance;
  let looks = 0;
  const looksFor = async (texts: string[]) => {
    looks = 0;
    await transformInTurns(texts, NOTHING);
    return looks;
  };
  performance.now = () => {
    looks++;
    return 0;
  };

  try {
    const [long, short] = [await looksFor(Array(10).fill("x".repeat(2_000))), await looksFor(Array(1_000).fill("x"))];

    assert.ok(long >= 9, String(long));
    assert.ok(short >= 10 && short <= 100, String(short));
  } finally {
    performance.now = now;
  }
});
