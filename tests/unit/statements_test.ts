import assert from "node:assert/strict";
import { withUsableTools } from "../../src/tools/search/statements.ts";
import { WISHES } from "../../src/tools/search/wishes.ts";

Deno.test("a statement is as it was written where all of its tools can be used", () => {
  for (const [, statement] of WISHES) assert.equal(withUsableTools(statement, () => true), statement);
});

Deno.test("without any tool a statement still says what can't be done", () => {
  for (const [, statement] of WISHES) {
    const left = withUsableTools(statement, () => false) ?? "";

    assert.match(left, /^[A-Z].+\w\.$/, statement);
    assert.doesNotMatch(left, /[a-z]+_[a-z]/);
  }
});

const CASES: readonly [statement: string, left: string | undefined][] = [
  ["It is gone; use_this or use_that helps.", "It is gone."],
  ["It is gone; use_this helps. So does use_other.", "It is gone. So does use_other."],
  ["It is gone; use_other helps; use_this does too.", "It is gone; use_other helps."],
  ["It can't be done, only with use_this; a person can.", "It can't be done; a person can."],
  ["It can't be done, only with use_other or use_this.", "It can't be done."],
  ["Only use_this can.", undefined],
];

for (const [statement, left] of CASES) {
  Deno.test(`without use_this, "${statement}" says ${left ?? "nothing"}`, () => {
    assert.equal(withUsableTools(statement, (name) => name === "use_other"), left);
  });
}
