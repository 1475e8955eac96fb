import { z } from "zod";
import type { JsonValue } from "../text.ts";

/** A JSON Schema, as `tools/list` carries it. */
export interface ObjectJsonSchema {
  [member: string]: unknown;
  type: "object";
  properties: Record<string, Record<string, JsonValue>>;
}

const propertiesSchema = z.record(z.string(), z.record(z.string(), z.json()));

/**
 * The JSON Schema of a zod object, without what says nothing to a model: the dialect, and the bounds of safe integers.
 *
 * @throws {Error} For a schema that JSON Schema can't express; thrown when the catalogue is made, at start.
 */
export function objectJsonSchema(schema: z.ZodObject): ObjectJsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
  const properties = propertiesSchema.parse(rest.properties ?? {});
  for (const property of Object.values(properties)) {
    if (property.maximum === Number.MAX_SAFE_INTEGER) delete property.maximum;
    if (property.minimum === Number.MIN_SAFE_INTEGER) delete property.minimum;
  }
  return { ...rest, type: "object", properties };
}
