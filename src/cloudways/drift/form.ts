/** The forms that replies of Cloudways have: members and their types, and no values. */
import * as z from "zod";

const KINDS = ["string", "integer", "number", "boolean", "null", "any"] as const;

/** A JSON type; `any` stands for what is not known. */
export type Kind = typeof KINDS[number];

/**
 * The form of a value, in few characters: a type; `{list}` and `{map}` of one form each, where the names in a map are data;
 * `{either}` of several; `{members}`. A `?` behind a name says that the member may be missing, a `*` that it stands in
 * every known example, and so should be in some of the objects. An `open` object is known to have others.
 */
export type Form =
  | Kind
  | { list: Form }
  | { map: Form }
  | { either: readonly Form[] }
  | { members: Readonly<Record<string, Form>>; open?: true | undefined };

const form: z.ZodType<Form> = z.lazy(() =>
  z.union([
    z.enum(KINDS),
    z.strictObject({ list: form }),
    z.strictObject({ map: form }),
    z.strictObject({ either: z.array(form) }),
    z.strictObject({ members: z.record(z.string(), form), open: z.literal(true).optional() }),
  ])
);

/** A read that changes nothing and needs nothing but the ids of a server and an application. */
export const harmlessRead = z.strictObject({
  /** The operation's name in the Cloudways API. */
  operation: z.string(),
  /** With `{server_id}` and `{app_id}` in it. */
  path: z.string(),
  /** Names of parameters, and their values; `{server_id}` and `{app_id}` as in the path. */
  query: z.record(z.string(), z.string()),
  form,
});

/** A {@linkcode harmlessRead}. */
export type HarmlessRead = z.output<typeof harmlessRead>;
