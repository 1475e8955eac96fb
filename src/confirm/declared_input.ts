import * as z from "zod";
import { TEXT_FORMS } from "../text/odd_characters.ts";

/**
 * What an input is for. `content`: it says what is done; a yes is bound to it, and a question shows it. `target`: it
 * names what the call affects; a yes is bound to it, and a question shows it unless its subject does so already.
 * `wait`: the seconds to wait for the end of the work. `view`: how much of the answer to show. A yes is not bound to
 * `wait` and `view`.
 */
const ROLES = ["content", "target", "wait", "view"] as const;

const schema = z.strictObject({
  role: z.enum(ROLES).default("content"),
  /** Which characters its text may contain. */
  form: z.enum(TEXT_FORMS).default("line"),
  /** How a question shows it: as it is sent, as a fingerprint, or only by the facts, which the tool makes of it. */
  shownBy: z.enum(["text", "fingerprint", "facts"]).default("text"),
  /** Its text is a JSON object. Calls may give the object itself, and the text with any spaces. */
  json: z.boolean().default(false),
  /** It is a secret: a question shows only its fingerprint, and no record contains it. */
  secret: z.boolean().default(false),
  /** Calls may contain it, but `tools/list` does not show it. */
  unlisted: z.boolean().default(false),
  /** A sentence that tells the model how to get a shorter answer with this input; left out if it can't. */
  shorter: z.string().exactOptional(),
}).transform((declared) => declared.secret ? { ...declared, shownBy: "fingerprint" as const } : declared);

/** What a tool declares about an input, besides its JSON Schema. */
export type DeclaredInput = z.output<typeof schema>;

/** The inputs of a tool by their names. */
export type DeclaredInputs = ReadonlyMap<string, DeclaredInput>;

/** The member of a schema's metadata that holds the declaration; lists don't show it. */
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
 * @throws {Error} If the declaration is malformed.
 */
export function readDeclaration(declared: unknown): DeclaredInput {
  return declared === undefined ? PLAIN_INPUT : schema.parse(declared);
}

/** Whether a yes is bound to an input. It is, unless the input says how long to wait or how much to show. */
export function isBound({ role }: DeclaredInput): boolean {
  return role === "content" || role === "target";
}

/** The same inputs of a call whose arguments the assistant did not send: the facts of the question show them. */
export function shownByFacts(declared: DeclaredInputs): DeclaredInputs {
  return new Map([...declared].map(([name, input]) => [name, { ...input, shownBy: "facts" }]));
}
