import assert from "node:assert/strict";
import { recordedArguments } from "../../src/calls/shown_arguments.ts";

Deno.test("arguments that are not recorded are not even looked at, however many there are", () => {
  const looked: string[] = [];
  const watched = (name: string) => ({
    get inside() {
      looked.push(name);
      return "text";
    },
  });
  const list = Array.from({ length: 30 }, (_, index) => watched(`item ${index}`));
  const members = Object.fromEntries(list.map((_, index) => [`member_${index}`, watched(`member ${index}`)]));

  const recorded = recordedArguments({ list, members }, []);

  assert.deepEqual(recorded, {
    list: [...Array.from({ length: 20 }, () => ({ inside: "text" })), "… 10 more"],
    members: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`member_${index}`, { inside: "text" }])),
  });
  assert.equal(looked.length, 40);
});

Deno.test("a secret at the place where a text is cut is hidden whole", () => {
  const recorded = recordedArguments({ text: `${"a ".repeat(98)}EXAMPLE-SECRET` }, ["EXAMPLE-SECRET"]);

  assert.deepEqual(recorded, { text: `${"a ".repeat(98)}[hi…` });
});
