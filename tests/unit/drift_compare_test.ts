import assert from "node:assert/strict";
import { differences } from "../../src/cloudways/drift/compare.ts";
import type { Form } from "../../src/cloudways/drift/form.ts";
import { describeDifferences, SeenValues } from "../../src/cloudways/drift/report.ts";

const FORM: Form = {
  members: {
    servers: {
      list: {
        members: {
          id: { either: ["string", "integer"] },
          "label?": "string",
          "usual*": "string",
          load: "number",
          "cname?": "any",
        },
      },
    },
    "free?": { members: { size: "integer" }, open: true },
    "sizes?": { map: { list: "string" } },
    "extra?": { either: ["null", { members: { kind: "string", size: "integer" } }, { members: { kind: "string" } }] },
  },
};

const SERVER = { id: 1, load: 0.5, usual: "x" };

/** What is found in a reply, in short. */
function found(value: unknown): string[] {
  return differences(FORM, value).map(({ path, name, kind, expected, found }) =>
    [kind, path, name, expected, found].filter((part) => part !== "").join(" ")
  );
}

const CASES: readonly { what: string; value: unknown; found: string[] }[] = [
  { what: "the right form", value: { servers: [SERVER, { ...SERVER, id: "2", label: "x" }] }, found: [] },
  { what: "an integer for a number", value: { servers: [{ ...SERVER, load: 3 }] }, found: [] },
  { what: "a list in place of the reply", value: [], found: ["type object list"] },
  { what: "a missing member", value: { servers: [{ id: 1, usual: "x" }] }, found: ["missing servers[].load number"] },
  {
    what: "a type that differs in every entry",
    value: { servers: [1, 2, 3].map((id) => ({ ...SERVER, id, load: "high" })) },
    found: ["type servers[].load number string"],
  },
  {
    what: "two types for one member",
    value: { servers: [{ ...SERVER, id: null }, { ...SERVER, id: true }] },
    found: ["type servers[].id string or integer null", "type servers[].id string or integer boolean"],
  },
  { what: "a new member", value: { servers: [{ ...SERVER, tags: [] }] }, found: ["new servers[] tags list"] },
  {
    what: "names in a map",
    value: { servers: [], sizes: { anything: [1] } },
    found: ["type sizes.*[] string integer"],
  },
  {
    what: "a usual member that some entries have",
    value: { servers: [SERVER, { id: 1, load: 1 }] },
    found: [],
  },
  {
    what: "a usual member that no entry has",
    value: { servers: [{ id: 1, load: 1 }, { id: 2, load: 1 }] },
    found: ["absent servers[].usual string"],
  },
  { what: "a new member of an open object", value: { servers: [], free: { size: 1, more: 2 } }, found: [] },
  { what: "the better of two forms", value: { servers: [], extra: { kind: "a" } }, found: [] },
  {
    what: "none of several forms",
    value: { servers: [], extra: "x" },
    found: ["type extra null or object string"],
  },
  {
    what: "the form that is nearest",
    value: { servers: [], extra: { kind: 1, size: 1 } },
    found: ["type extra.kind string integer"],
  },
];

for (const { what, value, found: expected } of CASES) {
  Deno.test(`compared with its form: ${what}`, () => {
    assert.deepEqual(found(value), expected);
  });
}

Deno.test("a reply of great depth is compared without end of the stack", () => {
  let value: unknown = 1;
  for (let depth = 0; depth < 5_000; depth++) value = { servers: [value] };

  assert.ok(differences(FORM, value).length > 0);
});

Deno.test("the name of a new member is shown only if it can't be data", () => {
  const seen = new SeenValues();
  seen.add({ servers: [{ label: "Shop", id: 100001 }] });
  const reply = { servers: [], shop: 1, "example.com": 2, "a b": 3, ["x".repeat(50)]: 4, plan_name: 5 };

  const text = describeDifferences(differences(FORM, reply), seen).join("\n");

  assert.match(text, /plan_name/);
  for (const data of ["shop", "example.com", "a b", "xxx"]) assert.ok(!text.includes(data), `${data} in ${text}`);
});

Deno.test("grave differences come first, and many are counted", () => {
  const news = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`member_${index}`, 1]));

  const lines = describeDifferences(differences(FORM, { ...news, servers: "none" }), new SeenValues());

  assert.match(lines[0] ?? "", /^servers is string, not list$/);
  assert.equal(lines.at(-1), "and 15 more");
});
