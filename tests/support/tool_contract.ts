import { Ajv2020 } from "ajv/dist/2020.js";
import * as z from "zod";
import type { Catalogue } from "../../src/calls/catalogue.ts";

const ajv = new Ajv2020({ strict: false });

/** Violations of the tool's listed output schema in an answer; empty without any. */
export function outputProblems(catalogue: Catalogue, toolName: string, answer: unknown): string[] {
  const entry = catalogue.entries().find(({ tool }) => tool.name === toolName);
  if (entry === undefined) return [`there is no tool ${toolName}`];
  const { tool, listed: { outputSchema } } = entry;
  // The listed schema says less than the tool's own, so an answer is checked against both.
  const promised = z.toJSONSchema(tool.output, { io: "input" });
  return [promised, ...(outputSchema === undefined ? [] : [outputSchema])].flatMap((schema) => {
    const validate = ajv.compile(schema);
    if (validate(answer)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  });
}
