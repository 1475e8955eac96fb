/** Calls of tools, made from their own input schemas and from the rows of the tool table. */
import fc from "fast-check";
import { allTools } from "../../src/tools/all.ts";
import { inputSchemas } from "../../src/calls/json_schema.ts";
import { toolRows } from "../tool_rows/mod.ts";
import { anyJson, anyText } from "./json_cases.ts";

/** One call. */
export interface FuzzCall {
  tool: string;
  args: Record<string, unknown>;
}

type Property = Readonly<Record<string, unknown>>;

/** Values that are valid for a property of this name, in any schema. */
const KNOWN: Readonly<Record<string, readonly unknown[]>> = {
  server_id: [100001, 100002, "100001", 999999],
  app_id: [200001, 200002, "200001", 999999],
  operation_id: ["92897180", "1"],
};

/** Values that fit the schema, that nearly fit it, and those of the table's rows. */
function valueOf(name: string, property: Property, examples: readonly unknown[]): fc.Arbitrary<unknown> {
  const known = [...KNOWN[name] ?? [], ...examples];
  const fitting = fittingValue(property);
  return fc.oneof(
    { weight: 6, arbitrary: known.length > 0 ? fc.constantFrom(...known) : fitting },
    { weight: 3, arbitrary: fitting },
    { weight: 1, arbitrary: anyJson },
  );
}

function fittingValue({ type, enum: words, minimum, maximum, items }: Property): fc.Arbitrary<unknown> {
  if (Array.isArray(words)) return fc.constantFrom<unknown>(...words);
  if (type === "boolean") return fc.boolean();
  if (type === "integer" || type === "number") {
    const min = typeof minimum === "number" ? minimum : 0;
    const max = typeof maximum === "number" ? maximum : 2 ** 40;
    return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max, min - 1, max + 1));
  }
  if (type === "array") {
    const each = typeof items === "object" && items !== null ? fittingValue({ ...items }) : anyJson;
    return fc.array(each, { maxLength: 6 });
  }
  return fc.oneof(
    anyText,
    fc.domain(),
    fc.emailAddress(),
    fc.ipV4(),
    fc.ipV6(),
    fc.webUrl(),
    fc.date({ noInvalidDate: true }).map(String),
  );
}

/** Calls of one tool. */
function callsOf(tool: typeof allTools[number]): fc.Arbitrary<FuzzCall> {
  const rows = toolRows.filter((row) => row.tool === tool.name);
  const { properties } = inputSchemas(tool.input).understood;
  const values = Object.entries(properties).map(([name, property]) => {
    const examples = rows.flatMap(({ minimal, full, wrong }) => [minimal, full, ...wrong.map(({ args }) => args)])
      .flatMap((args) => Object.hasOwn(args, name) ? [args[name]] : []);
    return [name, valueOf(name, property, examples)] as const;
  });
  const right = fc.constantFrom(...rows.flatMap(({ minimal, full }) => [minimal, full]));
  const changes = fc.record(Object.fromEntries(values), { requiredKeys: [] });
  const more = fc.dictionary(anyText, anyJson, { maxKeys: 1 });
  return fc.record({ right, changes, more: fc.option(more, { freq: 8 }), fromScratch: fc.boolean() }).map((parts) => ({
    tool: tool.name,
    args: short({ ...(parts.fromScratch ? {} : parts.right), ...parts.changes, ...parts.more }),
  }));
}

/** No case waits for long. */
function short(args: Record<string, unknown>): Record<string, unknown> {
  const { wait_seconds: seconds } = args;
  return typeof seconds === "number" && seconds > 1 && seconds <= 300 ? { ...args, wait_seconds: 1 } : args;
}

/** Calls of every tool, each as often as the others. */
export const anyCall: fc.Arbitrary<FuzzCall> = fc.oneof(...allTools.map(callsOf));

/** Valid calls of every tool. */
export const rightCall: fc.Arbitrary<FuzzCall> = fc.constantFrom(
  ...toolRows.flatMap(({ tool, minimal, full }) => [{ tool, args: short(minimal) }, { tool, args: short(full) }]),
);
