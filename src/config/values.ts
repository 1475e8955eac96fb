/** How the texts of variables are read: numbers, words, keys, credentials and paths. */
import * as z from "zod";
import { parseKey } from "../crypto/keys.ts";
import { isApprovalCode } from "../identity/approval_code.ts";

/** Reads a variable's text. Its issues say how to correct the text, and never show a secret. */
export type Reader<T> = z.ZodType<T, string>;

/** Refuses a text inside a transform; the message continues after the variable's name. */
export function fail(context: z.RefinementCtx, message: string): typeof z.NEVER {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

/** Reads with a function that throws what is wrong with the text. */
export function readBy<T>(parse: (text: string) => T): Reader<T> {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      return fail(context, error instanceof Error ? error.message : "is not understood");
    }
  });
}

/** A whole number in decimal digits, from `low` to `high`. */
export function wholeNumber(low: number, high: number): Reader<number> {
  return z.string().transform((text, context) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high) return value;
    return fail(context, `must be a whole number from ${low} to ${high}`);
  });
}

/** One of several words, in exactly this spelling. */
export function oneOf<const T extends readonly string[]>(words: T): Reader<T[number]> {
  return z.enum(words, { error: `must be one of ${words.join(", ")}` });
}

/** `true` or `false`. */
export const flag: Reader<boolean> = z.string().transform((text, context) => {
  if (text === "true") return true;
  if (text === "false") return false;
  return fail(context, "must be true or false");
});

/** Whether the log is sent too, as Deno's own variable says. */
export const sentLog: Reader<boolean> = z.string().transform((text, context) => {
  if (text === "replace") return true;
  if (text === "ignore") return false;
  return fail(context, "must be replace, to send the log, or ignore: with capture Deno would print the lines as well");
});

/** The parts of a list separated by commas, without the spaces around them. */
export function listParts(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

/** A key of 32 bytes, as `deno task keygen` prints it. */
export const key: Reader<Uint8Array> = readBy((text) => {
  try {
    return parseKey(text);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : "is not a key"}; make one with: deno task keygen`);
  }
});

/** One key or several, separated by commas. */
export const keys: Reader<Uint8Array[]> = z.string().transform((text, context) => {
  const parts = listParts(text);
  const parsed: Uint8Array[] = [];
  for (const [index, part] of parts.entries()) {
    const result = key.safeParse(part);
    if (!result.success) {
      const which = parts.length === 1 ? "" : `key ${index + 1} of ${parts.length}: `;
      return fail(context, which + (result.error.issues[0]?.message ?? "is not a key"));
    }
    parsed.push(result.data);
  }
  return parsed;
});

/** What can stand in a header: at most 4096 visible characters. */
export const credentialText: Reader<string> = z.string().max(4096, "must be at most 4096 characters")
  .regex(/^[\x21-\x7e]+$/, "must be visible ASCII characters without spaces");

/** The code that a person types on the pages. */
export const approvalCode: Reader<string> = z.string().refine(
  isApprovalCode,
  "must be 8 to 64 visible ASCII characters, without spaces",
);

/** Standard output, or a file by its absolute path. */
export type AuditDestination = { kind: "stdout" } | { kind: "file"; path: string };

/** `stdout`, or an absolute path. */
export const auditDestination: Reader<AuditDestination> = z.string().transform((text, context): AuditDestination => {
  if (text === "stdout") return { kind: "stdout" };
  if (isPlainPath(text)) return { kind: "file", path: text };
  return fail(context, "must be stdout, or the absolute path of a file, of letters, digits, and . _ - /");
});

/**
 * A path that is safe in a permission flag: absolute, of plain characters, without `..` or empty names. Deno ends a path
 * at a comma.
 */
function isPlainPath(text: string): boolean {
  const [root, ...names] = text.split("/");
  const isName = (name: string) => /^[A-Za-z0-9._-]{1,255}$/.test(name) && !/^\.+$/.test(name);
  return root === "" && names.length > 0 && text.length <= 1024 && names.every(isName);
}
