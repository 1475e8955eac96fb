import type { z } from "zod";
import { ToolError } from "../errors.ts";
import type { ObjectJsonSchema } from "./json_schema.ts";

/**
 * Clients send numbers as text and text as numbers; both are accepted where the meaning is beyond doubt. Everything
 * else is left for validation to judge.
 */
export function normaliseArguments(args: Readonly<Record<string, unknown>>, schema: ObjectJsonSchema) {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, normalise(value, schema.properties[name]?.type)]),
  );
}

function normalise(value: unknown, type: unknown): unknown {
  if (typeof value === "string") {
    if (type === "integer" && /^-?\d{1,15}$/.test(value)) return Number(value);
    if (type === "boolean" && (value === "true" || value === "false")) return value === "true";
  }
  if (typeof value === "number" && type === "string") return String(value);
  return Array.isArray(value) ? value.map(withoutMembers) : withoutMembers(value);
}

/**
 * No tool takes an object, so one is refused whatever is in it. Empty it is refused in words: zod stumbles over an object
 * with a `length` of its own where a text is expected.
 */
function withoutMembers(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? {} : value;
}

/** What is wrong with a call's arguments, written so that the next call can be right. */
export function invalidArguments(toolName: string, error: z.ZodError, schema: ObjectJsonSchema): ToolError {
  const problems = error.issues.slice(0, 20).map((issue) => ({
    argument: issue.path.length === 0 ? null : issue.path.join("."),
    problem: issue.message,
  }));
  const summary = problems.map(({ argument, problem }) => argument === null ? problem : `${argument}: ${problem}`);
  const names = Object.keys(schema.properties);
  return new ToolError("invalid_arguments", `The arguments of ${toolName} are wrong. ${summary.join("; ")}`, {
    hint: names.length === 0
      ? `${toolName} takes no arguments.`
      : `${toolName} takes: ${names.map((name) => describe(name, schema)).join(", ")}. Nothing was done; call again.`,
    details: { problems },
  });
}

function describe(name: string, { properties, required }: ObjectJsonSchema): string {
  const property = properties[name] ?? {};
  const type = Array.isArray(property.enum) ? property.enum.map(String).join("|") : String(property.type ?? "any");
  return `${name} (${type}${Array.isArray(required) && required.includes(name) ? ", required" : ""})`;
}
