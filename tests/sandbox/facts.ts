import * as z from "zod";
import core from "./facts/core.openapi.json" with { type: "json" };
import extended from "./facts/extended.openapi.json" with { type: "json" };
import { flatten } from "./form_fields.ts";
import { isRecord } from "./read_request.ts";

const Schema = z.record(z.string(), z.unknown());
const Parameter = z.object({
  name: z.string(),
  in: z.enum(["query", "path"]),
  required: z.boolean().default(false),
  schema: Schema,
  example: z.unknown().optional(),
});
const Reference = z.object({ $ref: z.string() });
const Content = z.object({
  "application/json": z.object({
    schema: Schema,
    example: z.unknown().optional(),
    examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
  }),
});
const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  "x-side-effect": z.enum(["read", "write", "destructive"]),
  "x-async": z.object({
    kind: z.enum(["none", "operation", "operation-if-present", "task", "inline-or-task", "task-or-poll"]),
  }),
  "x-tools": z.array(z.string()).default([]),
  "x-form-only": z.boolean().default(false),
  parameters: z.array(z.union([Reference, Parameter])).default([]),
  requestBody: z.object({ required: z.boolean().default(false), content: Content }).optional(),
  responses: z.object({ 200: z.object({ content: Content }) }),
});
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ parameters: z.record(z.string(), Parameter), schemas: z.record(z.string(), Schema) }),
  "x-invented-paths": z.array(z.string()).default([]),
});

/** A JSON Schema, without references. */
export type JsonSchema = z.infer<typeof Schema>;
/** A parameter in the path or in the query. */
export type ParameterFacts = z.infer<typeof Parameter>;

/** The facts about one operation of the API. */
export interface OperationFacts {
  id: string;
  method: string;
  path: string;
  summary: string;
  sideEffect: "read" | "write" | "destructive";
  async: z.infer<typeof Operation>["x-async"]["kind"];
  /** Names of the tools that use it. */
  tools: string[];
  /** Lists under their plain names. */
  parameters: ParameterFacts[];
  /** The fields of a body, lists under their plain names; `form` is the example as a form carries it. */
  body: { required: boolean; schema: JsonSchema; form: Record<string, string | string[]>; json: unknown } | undefined;
  /** The firewall in front of the API lets only a form pass. */
  formOnly: boolean;
  reply: { schema: JsonSchema; examples: Record<string, unknown> };
}

const documents = [core, extended].map((document) => Document.parse(document));
const schemas = new Map(documents.flatMap(({ components }) => Object.entries(components.schemas)));
const parameters = new Map(documents.flatMap(({ components }) => Object.entries(components.parameters)));

/** Paths that look right and do not exist. */
export const inventedPaths: readonly string[] = documents.flatMap((document) => document["x-invented-paths"]);
/** Every operation, in the order of the documents. */
export const operations: readonly OperationFacts[] = documents.flatMap(({ paths }) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => describe(path, method.toUpperCase(), operation))
  )
);

/** The operation with that id; throws if the facts do not have it. */
export function operationById(id: string): OperationFacts {
  const found = operations.find((operation) => operation.id === id);
  if (found === undefined) throw new Error(`No operation ${id} in the facts`);
  return found;
}

/** The first example of a reply. */
export function exampleOf(operation: OperationFacts): unknown {
  return Object.values(operation.reply.examples)[0];
}

function describe(path: string, method: string, operation: z.infer<typeof Operation>): OperationFacts {
  const reply = operation.responses[200].content["application/json"];
  const named = Object.entries(reply.examples ?? {}).map(([name, example]) => [name, example.value] as const);
  return {
    id: operation.operationId,
    method,
    path,
    summary: operation.summary,
    sideEffect: operation["x-side-effect"],
    async: operation["x-async"].kind,
    tools: operation["x-tools"],
    parameters: operation.parameters.map(resolveParameter),
    body: describeBody(operation.requestBody),
    formOnly: operation["x-form-only"],
    reply: {
      schema: resolve(reply.schema),
      examples: named.length > 0 ? Object.fromEntries(named) : { example: reply.example },
    },
  };
}

function describeBody(body: z.infer<typeof Operation>["requestBody"]): OperationFacts["body"] {
  if (body === undefined) return undefined;
  const { schema, example } = body.content["application/json"];
  const form = flatten(isRecord(example) ? example : {});
  return { required: body.required, schema: resolve(schema), form, json: example };
}

function resolveParameter(parameter: z.infer<typeof Reference> | ParameterFacts): ParameterFacts {
  const found = "$ref" in parameter ? named(parameters, parameter.$ref) : parameter;
  return { ...found, name: found.name.replace(/\[\]$/, ""), schema: resolve(found.schema) };
}

/** A schema with its references replaced by what they name. */
function resolve(schema: JsonSchema): JsonSchema {
  if (typeof schema.$ref === "string") return resolve(named(schemas, schema.$ref));
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, resolveValue(value)]));
}

function resolveValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolveValue);
  return isRecord(value) ? resolve(value) : value;
}

function named<T>(parts: ReadonlyMap<string, T>, reference: string): T {
  const found = parts.get(reference.split("/").at(-1) ?? "");
  if (found === undefined) throw new Error(`No ${reference} in the facts`);
  return found;
}
