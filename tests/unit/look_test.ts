/** A look finds a value unchanged exactly where the walk through it changes nothing. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanKeepingSpaces } from "../../src/text/clean.ts";
import { CLEANED } from "../../src/text/clean_deep.ts";
import { SecretHider } from "../../src/text/redaction/hider.ts";
import { AS_IS, type Reading, transform } from "../../src/text/walk.ts";

const KEEPING_SPACES: Reading = { ...CLEANED, text: cleanKeepingSpaces };

const SECRET = "cw_not_real_0123456789";

const NAMES =
  ("label id password token_expires_at tokens credentials api_keys user value name option_name option_value pin " +
    "password_protection use_tokens __proto__ toJSON constructor 1").split(" ");

const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...NAMES) },
  fc.constantFrom("Secret Garden", " a", "a\u200b", "a", "password=hunter22", SECRET, `x ${SECRET}`),
);

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("", "Shop", "shop.example.com", "Größe", "a b", "running", "[hidden]") },
  fc.constantFrom("2026-12-01T10:00:00Z", "yes", "4829", "100001", "smtp_password", "must be at least 8 characters"),
  fc.constantFrom(" a", "a  b", "a\n", "a\u200b", "…", "cut…", "x".repeat(80), "\ud800"),
  fc.constantFrom("{}", '{"a":1}', '{"password":"x"}', '{ "a": 1 }', '"x"', "[1]", "[a]", "{a}"),
  fc.constantFrom("password=hunter22", "Bearer abcdef0123", "hU8kP2mQ9z", "select 'x'", "https://a:b1c2d3@host"),
  fc.constantFrom(SECRET, SECRET.toUpperCase(), `x${SECRET}`, `${SECRET.slice(0, 8)}…`, "cw_not_real"),
);

const scalar = fc.oneof(text, fc.constantFrom(null, true, 0, -1.5, 100_001, 4829, 1e21, 99_999_999));
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.constant(["smtp_password", "hU8kP2mQ9z"]),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }).map((fields) => Object.fromEntries(fields)),
  ),
})).value;

const hiders = [
  new SecretHider([]),
  new SecretHider([SECRET]),
  new SecretHider([SECRET, "Shop", "100001"]),
  new SecretHider([SECRET], undefined, { showLiterals: true }),
];

Deno.test("a look says of any JSON value whether a walk changes it", () => {
  let [same, changed] = [0, 0];

  fc.assert(
    fc.property(value, fc.constantFrom(...hiders), fc.constantFrom(AS_IS, CLEANED, KEEPING_SPACES), (...given) => {
      const [value, hider, reading] = given;
      const json = JSON.stringify(value);
      const isSame = JSON.stringify(transform(value, { reading, showing: hider.showing })) === json;

      assert.equal(hider.leavesValue(value, reading, Infinity), isSame);
      if (isSame) assert.ok(hider.leavesValue(value, reading, json.length), "a value counts as more than its JSON");
      if (isSame) same++;
      else changed++;
    }),
    { numRuns: 20_000 },
  );
  assert.ok(same > 1_000 && changed > 1_000, `${same} ${changed}`);
});

class Instance {
  readonly name = "Shop";
}

const NO_JSON: Record<string, unknown> = {
  "no value": undefined,
  "no number": NaN,
  "a big integer": 1n,
  "a function": () => {},
  "a date": new Date(0),
  "an address": new URL("https://example.com"),
  "an instance of a class": new Instance(),
  "a map": new Map(),
  "a list with a hole": new Array(1),
};

for (const [what, value] of Object.entries(NO_JSON)) {
  Deno.test(`a look leaves to the walk what JSON does not hold as it is: ${what}`, () => {
    const [hider] = hiders;

    assert.equal(hider?.leavesValue({ value }, AS_IS, 1_000), false);
    assert.equal(hider?.leavesValue([value], AS_IS, 1_000), false);
  });
}

Deno.test("a look leaves to the walk what is nested too deep", () => {
  const nested = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth));

  const looks = [64, 65].map((depth) => hiders[0]?.leavesValue(nested(depth), AS_IS, 1_000));

  assert.deepEqual(looks, [true, false]);
});

Deno.test("a look ends at its bound", () => {
  const reads: string[] = [];
  const read = (text: string) => {
    reads.push(text);
    return text;
  };
  const reading = { text: read, name: read };
  const long = "long ".repeat(20);

  assert.equal(hiders[0]?.leavesValue([long, long, long], reading, 250), false);
  assert.equal(hiders[0]?.leavesValue({ [long]: 1, [`${long}2`]: 2, [`${long}3`]: 3 }, reading, 250), false);

  assert.equal(reads.length, 4);
});
