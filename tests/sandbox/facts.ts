import { z } from "zod";
import document from "./facts.openapi.json" with { type: "json" };

const Schema = z.record(z.string(), z.unknown());
const Parameter = z.object({
  name: z.string(),
  in: z.enum(["query", "path"]),
  required: z.boolean().default(false),
  schema: Schema,
  example: z.unknown().optional(),
});
const Reference = z.object({ $ref: z.string() });
const Content = z.record(
  z.string(),
  z.object({
    schema: Schema,
    example: z.unknown().optional(),
    examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
  }),
);
const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  "x-side-effect": z.enum(["read", "write", "destructive"]),
  "x-async": z.object({ kind: z.enum(["none", "operation", "operation-if-present", "task", "inline-or-task"]) }),
  "x-tools": z.array(z.string()).default([]),
  parameters: z.array(z.union([Reference, Parameter])).default([]),
  requestBody: z.object({ required: z.boolean().default(false), content: Content }).optional(),
  responses: z.object({ 200: z.object({ content: Content }) }),
});
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ parameters: z.record(z.string(), Parameter), schemas: z.record(z.string(), Schema) }),
  "x-invented-paths": z.array(z.string()),
});

/** A JSON Schema. */
export type JsonSchema = z.infer<typeof Schema>;
/** A parameter in the path or in the query. */
export type ParameterFacts = z.infer<typeof Parameter>;

/** What is known of one operation of the API. */
export interface OperationFacts {
  id: string;
  method: string;
  path: string;
  summary: string;
  sideEffect: "read" | "write" | "destructive";
  async: "none" | "operation" | "operation-if-present" | "task" | "inline-or-task";
  /** Names of the tools that use it. */
  tools: string[];
  parameters: ParameterFacts[];
  /** The fields of a body, lists under their plain names. */
  body: { required: boolean; schema: JsonSchema; form: unknown; json: unknown } | undefined;
  reply: { schema: JsonSchema; examples: Record<string, unknown> };
}

const facts = Document.parse(document);

/** The shared schemas, by name. */
export const schemas: Readonly<Record<string, JsonSchema>> = facts.components.schemas;
/** Paths that look right and do not exist. */
export const inventedPaths: readonly string[] = facts["x-invented-paths"];
/** Every operation, in the order of the document. */
export const operations: readonly OperationFacts[] = Object.entries(facts.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => describe(path, method.toUpperCase(), operation))
);

/** The operation of that id; throws when the facts do not have it. */
export function operationById(id: string): OperationFacts {
  const found = operations.find((operation) => operation.id === id);
  if (found === undefined) throw new Error(`No operation ${id} in the facts`);
  return found;
}

/** A schema without a reference at its top. */
export function resolveSchema(schema: JsonSchema): JsonSchema {
  const name = typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined;
  return name === undefined ? schema : schemas[name] ?? {};
}

function describe(path: string, method: string, operation: z.infer<typeof Operation>): OperationFacts {
  const reply = operation.responses[200].content["application/json"];
  if (reply === undefined) throw new Error(`${operation.operationId} has no JSON reply`);
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
    reply: {
      schema: reply.schema,
      examples: named.length > 0 ? Object.fromEntries(named) : { example: reply.example },
    },
  };
}

function describeBody(body: z.infer<typeof Operation>["requestBody"]): OperationFacts["body"] {
  const form = body?.content["application/x-www-form-urlencoded"];
  const json = body?.content["application/json"];
  if (body === undefined || json === undefined) return undefined;
  return { required: body.required, schema: resolveSchema(json.schema), form: form?.example, json: json.example };
}

function resolveParameter(parameter: z.infer<typeof Reference> | ParameterFacts): ParameterFacts {
  if (!("$ref" in parameter)) return parameter;
  const found = facts.components.parameters[parameter.$ref.split("/").at(-1) ?? ""];
  if (found === undefined) throw new Error(`No parameter ${parameter.$ref} in the facts`);
  return found;
}
