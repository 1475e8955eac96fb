import { z } from "zod";
import { TEXT_FORMS } from "../text/odd_characters.ts";

/**
 * What an input is for. `content`: it says what is done; a yes is bound to it, and a question shows it. `target`: it
 * names what the call hits; a yes is bound to it, and a question shows it where its subject does not name the same. `wait`: the seconds to wait for
 * the end of the work. `view`: how much of the answer to show. A yes is bound to neither of these two.
 */
const ROLES = ["content", "target", "wait", "view"] as const;

const schema = z.strictObject({
  role: z.enum(ROLES).default("content"),
  /** What its text may hold. */
  form: z.enum(TEXT_FORMS).default("line"),
  /** How a question shows its text: as it is sent, or by a fingerprint of it. */
  shownBy: z.enum(["text", "fingerprint"]).default("text"),
  /** It is a secret: a question shows it by its fingerprint, and no record holds it. */
  secret: z.boolean().default(false),
  /** Calls may carry it, and no list shows it. */
  unlisted: z.boolean().default(false),
  /** How a shorter answer is asked for by it, in a sentence for the model; left out where it can't be. */
  shorter: z.string().exactOptional(),
}).transform((declared) => declared.secret ? { ...declared, shownBy: "fingerprint" as const } : declared);

/** What an input of a tool says of itself, beside what JSON Schema knows. */
export type DeclaredInput = z.output<typeof schema>;

/** The inputs of a tool by their names. */
export type DeclaredInputs = ReadonlyMap<string, DeclaredInput>;

/** The member of a schema's metadata that holds the declaration; it is not listed. */
export const DECLARED = "declaredInput";

/** An input that declares nothing: one line of content, shown as it is sent. */
export const PLAIN_INPUT: DeclaredInput = schema.parse({});

/** Declares an input: `z.string().meta(declare({ form: "lines" })).describe("…")`. */
export function declare(input: z.input<typeof schema>): Record<string, unknown> {
  return { [DECLARED]: input };
}

/**
 * What an input declares.
 *
 * @param declared The member {@linkcode DECLARED} of its metadata.
 * @throws {Error} For a declaration of another form.
 */
export function readDeclaration(declared: unknown): DeclaredInput {
  return declared === undefined ? PLAIN_INPUT : schema.parse(declared);
}

/** Whether a yes is bound to an input: to all but how to wait and how much to show. */
export function isBound({ role }: DeclaredInput): boolean {
  return role === "content" || role === "target";
}
