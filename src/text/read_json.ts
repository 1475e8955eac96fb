import type { z } from "zod";

/** The value in a JSON text, as a schema reads it; undefined where the text is no JSON, or the value does not fit. */
export function readJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return schema.safeParse(value).data;
}
