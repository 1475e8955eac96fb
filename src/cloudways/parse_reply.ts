import * as z from "zod";

/** The parsed value, or the error that says what is wrong. */
export type Parsed<T> = { success: true; data: T } | { success: false; error: unknown };

/** Parses an answer that may be so long that other work needs its turn in between. */
export interface ReplyInTurns<T> {
  /** Never rejects. */
  parseInTurns(json: unknown): Promise<Parsed<T>>;
}

/** Parses an answer. Catches what Zod throws for some values, such as an object with a `length` in place of text. */
export function parseReply<T>(reply: z.ZodType<T>, json: unknown): Parsed<T> {
  try {
    return reply.safeParse(json);
  } catch (error) {
    return { success: false, error };
  }
}

/** Like {@linkcode parseReply}, in turns where the answer needs it. */
export async function parseAnyReply<T>(reply: z.ZodType<T> | ReplyInTurns<T>, json: unknown): Promise<Parsed<T>> {
  return reply instanceof z.ZodType ? parseReply(reply, json) : await reply.parseInTurns(json);
}

/** Which fields of an answer are wrong, for the log; contains none of their values. */
export function parseProblems(error: unknown): Record<string, unknown> {
  if (!(error instanceof z.ZodError)) return { error };
  return { issues: error.issues.slice(0, 10).map((issue) => `${issue.path.join(".")}: ${issue.code}`) };
}
