import type * as z from "zod";

/** The value of a JSON text, parsed by a schema; undefined where the text is not JSON or the value does not fit. */
export function readJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return schema.safeParse(value).data;
}
