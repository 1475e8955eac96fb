/** Arguments that are JSON objects in themselves. They are listed as text, because some model APIs take no objects. */
import type { DeclaredInputs } from "../confirm/declared_input.ts";
import { isJsonObject, parseJsonObject } from "../text/json_object.ts";

/**
 * Writes each such argument in one way, whether it came as an object or as text: without spaces and needless escapes,
 * so that the characters of its texts are checked like those of other arguments. What is no JSON object stays as it is,
 * and validation refuses it.
 */
export function withJsonTexts(
  args: Readonly<Record<string, unknown>>,
  declared: DeclaredInputs,
): Readonly<Record<string, unknown>> {
  let written = args;
  for (const name in args) {
    if (declared.get(name)?.json === true) written = { ...written, [name]: inOneWay(args[name]) };
  }
  return written;
}

function inOneWay(value: unknown): unknown {
  if (isJsonObject(value)) return JSON.stringify(value);
  const parsed = typeof value === "string" ? parseJsonObject(value) : undefined;
  return parsed?.kind === "object" ? JSON.stringify(parsed.value) : value;
}
