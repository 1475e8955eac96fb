import assert from "node:assert/strict";
import * as z from "zod";
import { Catalogue, type ListedTool } from "../../src/calls/catalogue.ts";
import { INSTRUCTIONS } from "../../src/mcp/instructions.ts";
import { allTools } from "../../src/tools/all.ts";
import { type Bounds, processBounds } from "../../src/identity/bounds.ts";
import { DEFAULT_TOOLSETS, type Toolset, TOOLSETS } from "../../src/identity/toolsets.ts";

const SNAPSHOTS = new URL("../snapshots/tools/", import.meta.url);

const everything = processBounds({ readOnly: false, toolsets: new Set(TOOLSETS), listedToolsets: new Set(TOOLSETS) });
const listed = new Catalogue(allTools).list(everything);
const listedByDefault = new Catalogue(allTools).list({ ...everything, listedToolsets: new Set(DEFAULT_TOOLSETS) });

/** A model's tokens are estimated as a quarter of the characters. */
const MAX_MODEL_CHARACTERS = 44_000;
/** Of each toolset that is not listed by default. */
const MAX_TOOLSET_CHARACTERS = 12_000;
const MAX_LIST_BYTES = 80_000;

const reviewed = new Map(
  [...Deno.readDirSync(SNAPSHOTS)].map(({ name }) => [name, Deno.readTextFileSync(new URL(name, SNAPSHOTS))]),
);

Deno.test("exactly the reviewed tools are listed", () => {
  assert.deepEqual(listed.map(({ name }) => `${name}.json`).sort(), [...reviewed.keys()].sort());
});

for (const tool of listed) {
  Deno.test(`${tool.name} is listed as reviewed`, () => {
    const wanted = JSON.parse(reviewed.get(`${tool.name}.json`) ?? "null");

    const now = JSON.parse(JSON.stringify(tool));

    assert.deepEqual(now, wanted, "look at the difference, then run deno task snapshot");
  });
}

/** How much a model reads of some tools. */
function charactersRead(tools: readonly ListedTool[]): number {
  const read = tools.map(({ name, title, description, inputSchema }) => ({ name, title, description, inputSchema }));
  return JSON.stringify(read).length;
}

Deno.test("what a model reads of the default list stays within its budget", () => {
  const characters = charactersRead(listedByDefault);

  assert.ok(characters <= MAX_MODEL_CHARACTERS, `${characters} characters`);
});

for (const toolset of new Set<Toolset>(TOOLSETS).difference(new Set(DEFAULT_TOOLSETS))) {
  Deno.test(`what a model reads of the toolset ${toolset} stays within its budget`, () => {
    const own = new Catalogue(allTools.filter((tool) => tool.toolset === toolset)).list(everything);

    const characters = charactersRead(own);

    assert.ok(characters <= MAX_TOOLSET_CHARACTERS, `${characters} characters`);
  });
}

Deno.test("the whole default list stays within its budget", () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ tools: listedByDefault })).length;

  assert.ok(bytes <= MAX_LIST_BYTES, `${bytes} bytes`);
});

Deno.test("names are snake_case words, each there once, in order", () => {
  const names = listed.map(({ name }) => name);

  assert.deepEqual(names, [...new Set(names)].sort());
  for (const name of names) assert.match(name, /^[a-z]+(_[a-z]+)*$/);
});

Deno.test("in read-only mode reading tools are found, and other tools are refused with the reason", () => {
  const catalogue = new Catalogue(allTools);
  const reader = { ...everything, readOnly: true };

  for (const { name, effect } of allTools) {
    assert.equal(catalogue.lookUp(name, reader).kind, effect === "read" ? "found" : "read_only", name);
    assert.equal(catalogue.lookUp(name, everything).kind, "found", name);
  }
});

Deno.test("a tool of a toolset that a caller does not have is unknown", () => {
  const catalogue = new Catalogue(allTools);

  for (const { name, toolset } of allTools) {
    const others = TOOLSETS.filter((other) => other !== toolset);
    assert.equal(catalogue.lookUp(name, { ...everything, toolsets: new Set(others) }).kind, "unknown", name);
    assert.equal(catalogue.lookUp(name, { ...everything, toolsets: new Set([toolset]) }).kind, "found", name);
  }
});

Deno.test("annotations follow from the effect", () => {
  for (const { tool, listed } of new Catalogue(allTools).entries()) {
    const { readOnlyHint, destructiveHint, title } = listed.annotations;
    assert.equal(readOnlyHint, tool.effect === "read", tool.name);
    assert.equal(destructiveHint, tool.effect === "destructive", tool.name);
    assert.equal(title, tool.title);
  }
});

/** The only keywords that the APIs of all models take in a schema. */
const KEYWORDS: ReadonlySet<string> = new Set(
  ("type properties required description enum items minimum maximum minLength maxLength minItems maxItems pattern " +
    "default format").split(" "),
);
const TYPES: readonly unknown[] = ["object", "array", "string", "integer", "number", "boolean"];

/** What is wrong with a schema and everything in it, each with its place. */
function schemaProblems(schema: unknown, place: string): string[] {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return [`${place} is no schema`];
  const { type, properties = {}, items, required = [], ...rest } = z.record(z.string(), z.unknown()).parse(schema);
  const unknown = Object.keys(rest).filter((keyword) => !KEYWORDS.has(keyword)).map((word) => `${place} has ${word}`);
  const within = Object.entries(Object(properties)).flatMap(([name, part]) => schemaProblems(part, `${place}.${name}`));
  const names = Object.keys(Object(properties));
  const missing = Array.from(Object(required)).filter((name) => !names.includes(String(name)));
  return [
    ...(TYPES.includes(type) ? [] : [`${place} has the type ${JSON.stringify(type)}`]),
    ...unknown,
    ...within,
    ...(missing.length > 0 ? [`${place} requires ${missing.join()}`] : []),
    ...("items" in schema ? schemaProblems(items, `${place}[]`) : []),
  ];
}

Deno.test("schemas hold one type each and only the keywords that every model's API takes", () => {
  const problems = listed.flatMap(({ name, inputSchema, outputSchema }) => [
    ...schemaProblems(inputSchema, name),
    ...(outputSchema === undefined ? [] : schemaProblems(outputSchema, `${name} gives`)),
  ]);

  assert.deepEqual(problems, []);
});

Deno.test("an output schema without content is left out", () => {
  for (const { name, outputSchema } of listed) {
    if (outputSchema !== undefined) assert.ok(Object.keys(outputSchema.properties).length > 0, name);
  }
});

Deno.test("input schemas are flat, and describe every property in a line", () => {
  for (const { name, inputSchema } of listed) {
    assert.ok(!JSON.stringify(inputSchema).includes(String(Number.MAX_SAFE_INTEGER)), name);
    for (const [property, { type, description }] of Object.entries(inputSchema.properties)) {
      assert.ok(type !== "object", `${name}.${property} is nested`);
      assert.match(String(description), /^[^\n]{5,120}$/, `${name}.${property}`);
    }
  }
});

Deno.test("read-only mode lists only reading tools, and a toolset only its own", () => {
  const catalogue = new Catalogue(allTools);

  const readers = catalogue.list({ ...everything, readOnly: true });
  const basic = catalogue.list({ ...everything, toolsets: new Set(["basic"] as const) });

  assert.ok(readers.every(({ annotations }) => annotations.readOnlyHint));
  assert.deepEqual(
    basic.map(({ name }) => name),
    allTools.filter((t) => t.toolset === "basic").map((t) => t.name).sort(),
  );
});

Deno.test("a toolset that is not listed can be used all the same", () => {
  const catalogue = new Catalogue(allTools);
  const bounds: Bounds = { ...everything, listedToolsets: new Set(["basic"] as const) };

  const names = catalogue.list(bounds).map(({ name }) => name);

  assert.deepEqual(names, allTools.filter(({ toolset }) => toolset === "basic").map(({ name }) => name).sort());
  assert.deepEqual(catalogue.entriesFor(bounds).length, allTools.length);
  for (const { name } of allTools) assert.equal(catalogue.lookUp(name, bounds).kind, "found", name);
});

Deno.test("a toolset that may not be used is not listed", () => {
  const catalogue = new Catalogue(allTools);

  assert.deepEqual(catalogue.list({ ...everything, toolsets: new Set() }), []);
});

Deno.test("the instructions begin with a paragraph that survives a cut after 512 characters", () => {
  const [first = "", ...rest] = INSTRUCTIONS.split("\n\n");

  assert.ok(first.length <= 512, `${first.length} characters`);
  assert.match(first, /\.$/);
  assert.ok(rest.length > 0);
});
