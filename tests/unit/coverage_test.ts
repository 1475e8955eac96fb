import assert from "node:assert/strict";
import { coverage, coverageProblems, toolsByOperation } from "../../scripts/coverage.ts";
import { USED_OTHERWISE } from "../../scripts/operation_notes.ts";
import { operations } from "../sandbox/facts.ts";

const ids = new Set(operations.map(({ id }) => id));

/** The operations that the program names in its code. */
function operationsInCode(folder = new URL("../../src/", import.meta.url)): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return operationsInCode(new URL(`${name}/`, folder));
    const quoted = Deno.readTextFileSync(new URL(name, folder)).matchAll(/"(\w+)"/g);
    return [...quoted].map(([, text = ""]) => text).filter((text) => ids.has(text));
  });
}

Deno.test("every operation of the API has a tool, a toolset to come, or a reason to be left out", () => {
  assert.deepEqual(coverageProblems(), []);
});

Deno.test("the page of covered operations is up to date: deno task docs:coverage writes it", async () => {
  assert.equal(await Deno.readTextFile("docs/coverage.md"), coverage());
});

Deno.test("the rows of the tools reach every operation that the program names, but for the sign-in", () => {
  const reached = new Set([...toolsByOperation().keys(), "oauth_access_token_create"]);

  const named = operationsInCode();

  assert.ok(named.length > 0);
  assert.deepEqual(named.filter((id) => !reached.has(id)), []);
  assert.deepEqual(Object.keys(USED_OTHERWISE).filter((id) => !named.includes(id)), []);
});
