import { z } from "zod";

/** A value of the expected form, or the error that says what is wrong. */
export type Parsed<T> = { success: true; data: T } | { success: false; error: unknown };

/** Checks an answer. Zod throws at some values, such as an object with a `length` of its own in place of a text. */
export function parseReply<T>(reply: z.ZodType<T>, json: unknown): Parsed<T> {
  try {
    return reply.safeParse(json);
  } catch (error) {
    return { success: false, error };
  }
}

/** Which fields of an answer are wrong, for the log; holds nothing of their values. */
export function parseProblems(error: unknown): Record<string, unknown> {
  if (!(error instanceof z.ZodError)) return { error };
  return { issues: error.issues.slice(0, 10).map((issue) => `${issue.path.join(".")}: ${issue.code}`) };
}
