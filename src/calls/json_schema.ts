import { z } from "zod";
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

/**
 * Everything that a tool understands as its input.
 *
 * @throws {Error} For a schema that JSON Schema can't express; thrown when the catalogue is made, at start.
 */
export function understoodInput(schema: z.ZodObject): ObjectJsonSchema {
  return withProperties(toJsonSchema(schema), (property) => property);
}

/**
 * The input of a tool as it is listed, in the keywords that every model's API takes. It does not forbid other
 * arguments: some converters fail on that keyword, and a call refuses them anyway.
 */
export function listedInput(schema: z.ZodObject): ObjectJsonSchema {
  return withProperties(
    toJsonSchema(schema),
    (property) => readDeclaration(property[DECLARED]).unlisted ? undefined : withListedItems(property),
  );
}

/**
 * The output of a tool as it is listed; undefined where nothing of it can be listed. Members that may be null are left
 * out, because they need two types, and so are members without a type.
 */
export function listedOutput(schema: z.ZodObject): ObjectJsonSchema | undefined {
  const listed = withProperties(toJsonSchema(schema), listedMember);
  return Object.keys(listed.properties).length === 0 ? undefined : listed;
}

/**
 * What the inputs of a tool declare.
 *
 * @throws {Error} For a declaration of the wrong form; thrown when the catalogue is made, at start.
 */
export function declaredInputs(schema: z.ZodObject): DeclaredInputs {
  const properties = Object.entries(toJsonSchema(schema).properties);
  return new Map(properties.map(([name, property]) => [name, readDeclaration(property[DECLARED])]));
}

function toJsonSchema(schema: z.ZodObject): ObjectJsonSchema {
  return objectSchema.parse(z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" }));
}

type Property = Record<string, JsonValue>;

/** The schema of an object with only the properties that `pick` returns, and without other keywords. */
function withProperties(schema: ObjectJsonSchema, pick: (property: Property) => Property | undefined) {
  const properties: Record<string, Property> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const picked = pick(property);
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
