import assert from "node:assert/strict";
import fc from "fast-check";
import * as z from "zod";
import { readArguments } from "../../src/calls/arguments.ts";
import { inputSchemas } from "../../src/calls/json_schema.ts";
import { ToolError } from "../../src/errors.ts";

const { understood } = inputSchemas(z.strictObject({
  id: z.int(),
  share: z.number().optional(),
  on: z.boolean().optional(),
  name: z.string().max(20).optional(),
  size: z.enum(["small", "large"]).optional(),
  ids: z.array(z.int()).optional(),
}));
/** One of them is the name of an input of today too. */
const FORMERLY = { old_name: { name: "name" }, share: { name: "id" } };
/** Clients add it. It is ignored, and makes arguments ones that have to be read. */
const ADDED = { toolCallId: "1" };

function outcome(args: Record<string, unknown>) {
  try {
    return { read: { ...readArguments("tool", args, understood, FORMERLY) } };
  } catch (error) {
    if (error instanceof ToolError) return { details: error.details };
    throw error;
  }
}

Deno.test("arguments that need no reading are taken like those that are read", () => {
  const name = fc.constantFrom("id", "share", "on", "name", "size", "ids", "old_name", "other", "__proto__");
  const value = fc.oneof(
    fc.constantFrom<unknown>(null, "", "1", "true", "[1]", "small", "a\r\nb", "x".repeat(1_000), "x".repeat(2_100)),
    fc.constantFrom<unknown>([], [1, "2"], {}, { length: 3 }, true, false, 0, -1, 1.5, Infinity),
  );

  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 5 }), (entries) => {
      const args = Object.fromEntries(entries);
      assert.deepEqual(outcome(args), outcome({ ...args, ...ADDED }));
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("arguments of today's names and types are not copied", () => {
  const args = { id: 1, on: true, name: "Shop" };

  assert.equal(readArguments("tool", args, understood, FORMERLY), args);
});
