import * as z from "zod";
import type { JsonValue } from "../text/clean.ts";
import { DECLARED, type DeclaredInputs, readDeclaration } from "../confirm/declared_input.ts";

/** A JSON Schema, as `tools/list` carries it. */
export interface ObjectJsonSchema {
  [member: string]: unknown;
  type: "object";
  properties: Record<string, Record<string, JsonValue>>;
  required?: string[] | undefined;
}

const objectSchema = z.looseObject({
  type: z.literal("object"),
  properties: z.record(z.string(), z.record(z.string(), z.json())).default({}),
  required: z.array(z.string()).optional(),
});

/** What the schema of a tool's input says, in every form that is needed. */
export interface InputSchemas {
  /**
   * The input as it is listed, in the keywords that every model's API takes. It does not forbid other arguments: some
   * converters fail on that keyword, and a call refuses them anyway.
   */
  listed: ObjectJsonSchema;
  /** Everything that the tool understands, unlisted inputs included. */
  understood: ObjectJsonSchema;
  /** What the inputs declare. */
  declared: DeclaredInputs;
}

/**
 * Makes the forms of a tool's input. Converting a schema is slow, so it is done once for all of them.
 *
 * @throws {Error} For a schema that JSON Schema can't express, or a malformed declaration. A test makes those of every
 * tool.
 */
export function inputSchemas(schema: z.ZodObject): InputSchemas {
  const converted = toJsonSchema(schema);
  const declared = new Map(
    Object.entries(converted.properties).map(([name, property]) => [name, readDeclaration(property[DECLARED])]),
  );
  return {
    listed: withProperties(
      converted,
      (property, name) => declared.get(name)?.unlisted ? undefined : withListedItems(property),
    ),
    understood: withProperties(converted, (property) => property),
    declared,
  };
}

/**
 * The output of a tool as it is listed; undefined where nothing of it can be listed. Members that may be null are left
 * out, because they need two types, and so are members without a type.
 */
export function listedOutput(schema: z.ZodObject): ObjectJsonSchema | undefined {
  const listed = withProperties(toJsonSchema(schema), listedMember);
  return Object.keys(listed.properties).length === 0 ? undefined : listed;
}

function toJsonSchema(schema: z.ZodObject): ObjectJsonSchema {
  return objectSchema.parse(z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" }));
}

type Property = Record<string, JsonValue>;

/** The schema of an object with only the properties that `pick` returns, and without other keywords. */
function withProperties(
  schema: ObjectJsonSchema,
  pick: (property: Property, name: string) => Property | undefined,
) {
  const properties: Record<string, Property> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const picked = pick(property, name);
    if (picked !== undefined) properties[name] = withoutOurs(withoutSafeBounds(picked));
  }
  const required = schema.required?.filter((name) => Object.hasOwn(properties, name)) ?? [];
  return { type: schema.type, properties, ...(required.length > 0 && { required }) };
}

/** Removes the bounds of safe integers, which mean nothing to a model; those of a list's entries too. */
function withoutSafeBounds({ minimum, maximum, ...rest }: Property): Property {
  const { items } = rest;
  const isSchema = typeof items === "object" && items !== null && !Array.isArray(items);
  return {
    ...rest,
    ...(isSchema && { items: withoutSafeBounds(items) }),
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
  };
}

/** A list whose entries are objects, with the entries in listed keywords too. */
function withListedItems(property: Property): Property {
  const items = objectSchema.safeParse(property.items).data;
  if (items === undefined) return property;
  return { ...property, items: { ...withProperties(items, (member) => member) } };
}

/** What an input declares is for this program alone. */
function withoutOurs({ [DECLARED]: _declared, ...rest }: Property): Property {
  return rest;
}

function listedMember(member: JsonValue | undefined): Property | undefined {
  if (typeof member !== "object" || member === null || Array.isArray(member)) return undefined;
  if (typeof member.type !== "string") return undefined;
  const { properties: _properties, required: _required, additionalProperties: _rest, items, ...own } = member;
  if (member.type === "object") {
    const object = objectSchema.safeParse(member).data;
    const listed = object === undefined ? undefined : withProperties(object, listedMember);
    return { ...own, ...(Object.keys(listed?.properties ?? {}).length > 0 && listed) };
  }
  const listedItems = listedMember(items);
  return { ...own, ...(listedItems !== undefined && { items: listedItems }) };
}
