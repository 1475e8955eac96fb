import { Ajv, type ValidateFunction } from "ajv";
import type { JsonSchema, OperationFacts } from "./facts.ts";
import { type FormFields, readFormFields, typesOf } from "./form_fields.ts";
import type { FieldErrors } from "./refusals.ts";
import { isRecord, type ReadRequest } from "./read_request.ts";

/** The result of checking a request against the facts. */
export interface CheckedRequest {
  /** Path, query and body together, with numbers and booleans converted. */
  fields: Record<string, unknown>;
  /** Faults for which the API would refuse it. */
  errors: FieldErrors;
  /** All faults in words, also those that the API tolerates. */
  problems: string[];
}

const ajv = new Ajv({
  strict: false,
  logger: false,
  formats: {
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
    uri: /^https?:\/\/\S+$/,
    date: true,
    "date-time": true,
    password: true,
  },
});
const validators = new WeakMap<JsonSchema, ValidateFunction>();

/** Fields that the documents require and the API does not. */
const toleratedAbsences: Readonly<Record<string, readonly string[]>> = {
  server_disk_cleanup_execute: [
    "remove_app_tmp",
    "remove_app_private_html",
    "rotate_system_log",
    "rotate_app_log",
    "remove_app_local_backup",
  ],
};
/** Fields that the documents don't require, but that are known to be needed. */
const furtherRequired: Readonly<Record<string, readonly string[]>> = {
  git_pull: ["deploy_path"],
  app_reset_permissions: ["ownership"],
};
/** Fields in which an empty text has a meaning. */
const mayBeEmpty = new Set(["deploy_path", "symlink", "webroot", "fpm_setting", "vcl_list", "crons", "corsHeader"]);

/** Checks a request against the facts about its operation. */
export function checkRequest(
  operation: OperationFacts,
  path: Record<string, string>,
  request: ReadRequest,
): CheckedRequest {
  const checked: CheckedRequest = { fields: {}, errors: {}, problems: [] };
  readPathAndQuery(operation, path, request, checked);
  if (operation.method === "GET") {
    if (request.body.kind !== "none") checked.problems.push("a GET request carries a body");
  } else {
    readBodyFields(operation, request, checked);
  }
  checkValues(operation, checked);
  return checked;
}

function readPathAndQuery(
  operation: OperationFacts,
  path: Record<string, string>,
  request: ReadRequest,
  { fields, problems }: CheckedRequest,
): void {
  const parameters = Object.fromEntries(
    operation.parameters.filter((one) => one.in === "query").map((one) => [one.name, one.schema]),
  );
  const inBody = properties(operation);
  const read = readFormFields(request.query, { ...inBody, ...parameters });
  problems.push(...read.problems.map((problem) => problem.replace("unknown field", "unknown query parameter")));
  const misplaced = Object.keys(read.fields).filter((name) => name in inBody && !(name in parameters));
  if (operation.id !== "oauth_access_token_create") {
    problems.push(...misplaced.map((name) => `${name} is in the query string, it belongs in the body`));
  }
  for (const [name, value] of Object.entries(path)) {
    if (name in read.fields && read.fields[name] !== value) problems.push(`${name} differs between path and query`);
  }
  Object.assign(fields, read.fields, path);
}

function readBodyFields(operation: OperationFacts, { body }: ReadRequest, { fields, problems }: CheckedRequest): void {
  const known = properties(operation);
  if (body.kind === "none") return;
  if (body.kind === "unreadable") return void problems.push(`the body is unreadable: ${body.why}`);
  if (body.kind === "json" && operation.formOnly) problems.push("the body is JSON, only a form gets through");
  const read = body.kind === "json" ? readJsonFields(body.fields, known) : readFormFields(body.entries, known);
  problems.push(...read.problems);
  const inPath = operationPath(operation);
  for (const [name, value] of Object.entries(read.fields)) if (!(name in inPath)) fields[name] = value;
}

function readJsonFields(fields: Record<string, unknown>, known: Record<string, JsonSchema>): FormFields {
  const unknown = Object.keys(fields).filter((name) => !(name in known));
  return { fields, problems: unknown.map((name) => `unknown field ${name}`) };
}

function checkValues(operation: OperationFacts, { fields, errors, problems }: CheckedRequest): void {
  const tolerated = toleratedAbsences[operation.id] ?? [];
  for (const { name, required, schema } of allFields(operation)) {
    const value = fields[name] = convert(fields[name], schema);
    if (value === undefined) {
      delete fields[name];
      if (!required) continue;
      problems.push(`required field ${name} is missing`);
      if (!tolerated.includes(name)) {
        errors[name] = [{ code: "required", message: `The ${words(name)} field is required.` }];
      }
    } else if (!validatorOf(schema)(value)) {
      problems.push(`field ${name} is not what the documents ask for: ${ajv.errorsText(validatorOf(schema).errors)}`);
      errors[name] = [fieldError(name, schema)];
    } else if (value === "" && required && !mayBeEmpty.has(name)) {
      problems.push(`required field ${name} is empty`);
      errors[name] = [{ code: "required", message: `The ${words(name)} field is required.` }];
    }
  }
  for (const name of furtherRequired[operation.id] ?? []) {
    if (!(name in fields)) problems.push(`field ${name} is missing; always send it`);
  }
  if ("_method" in fields) problems.push("_method does not change the method of a request");
}

interface FieldFacts {
  name: string;
  required: boolean;
  schema: JsonSchema;
}

function allFields(operation: OperationFacts): FieldFacts[] {
  const required = operation.body?.schema.required;
  const needed: unknown[] = Array.isArray(required) ? required : [];
  const inBody = Object.entries(properties(operation)).map(([name, schema]) => ({
    name,
    schema,
    required: needed.includes(name),
  }));
  return [...operation.parameters, ...inBody.filter(({ name }) => !(name in operationPath(operation)))];
}

function operationPath(operation: OperationFacts): Record<string, true> {
  return Object.fromEntries(operation.parameters.filter((one) => one.in === "path").map((one) => [one.name, true]));
}

function properties(operation: OperationFacts): Record<string, JsonSchema> {
  return memberSchemas(operation.body?.schema);
}

function memberSchemas(schema: JsonSchema | undefined): Record<string, JsonSchema> {
  const found = isRecord(schema?.properties) ? schema.properties : {};
  return Object.fromEntries(Object.entries(found).map(([name, one]) => [name, isRecord(one) ? one : {}]));
}

/** Turns text into a number or a boolean if the schema asks for one, in lists and objects too. */
function convert(value: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return isRecord(items) ? value.map((one) => convert(one, items)) : value;
  }
  if (isRecord(value)) {
    const known = memberSchemas(schema);
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, convert(one, known[name] ?? {})]));
  }
  if (typeof value !== "string") return value;
  const types = typesOf(schema);
  if (types.includes("string")) return value;
  if ((types.includes("integer") || types.includes("number")) && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (types.includes("boolean") && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  return value;
}

function fieldError(name: string, schema: JsonSchema) {
  if (Array.isArray(schema.enum)) return { code: "in", message: `The selected ${words(name)} is invalid.` };
  const type = typeof schema.type === "string" ? schema.type : "string";
  const article = /^[aeiou]/.test(type) ? "an" : "a";
  return { code: type, message: `The ${words(name)} must be ${article} ${type}.` };
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function validatorOf(schema: JsonSchema): ValidateFunction {
  const known = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, known);
  return known;
}
