import { Ajv, type ValidateFunction } from "ajv";
import { type JsonSchema, type OperationFacts, resolveSchema } from "./facts.ts";
import type { FieldErrors } from "./refusals.ts";
import { isRecord, type ReadRequest } from "./read_request.ts";

/** What the facts say about a request. */
export interface CheckedRequest {
  /** Path, query and body together, numbers and booleans as such. */
  fields: Record<string, unknown>;
  /** What the API would refuse. */
  errors: FieldErrors;
  /** All that is wrong, in words; also what the API puts up with. */
  problems: string[];
}

const ajv = new Ajv({ strict: false });
const validators = new WeakMap<JsonSchema, ValidateFunction>();

/** Required by the documents, done without by the API. */
const toleratedAbsences: Readonly<Record<string, readonly string[]>> = {
  server_disk_cleanup_execute: [
    "remove_app_tmp",
    "remove_app_private_html",
    "rotate_system_log",
    "rotate_app_log",
    "remove_app_local_backup",
  ],
};
/** Not required by the documents, but known to be needed. */
const furtherRequired: Readonly<Record<string, readonly string[]>> = {
  git_pull: ["deploy_path"],
  app_reset_permissions: ["ownership"],
};
/** Fields in which an empty text has a meaning. */
const mayBeEmpty = new Set(["deploy_path", "symlink", "webroot", "fpm_setting", "vcl_list", "crons", "corsHeader"]);

/** Checks a request against what is known of its operation. */
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
  Object.assign(fields, path);
  const known = new Set(operation.parameters.filter((one) => one.in === "query").map((one) => one.name));
  const bodyNames = Object.keys(properties(operation));
  for (const [name, value] of request.query) {
    const plain = name.replace(/\[\]$/, "");
    if (known.has(name)) {
      if (name in fields) problems.push(`query parameter ${name} is given twice`);
    } else if (!bodyNames.includes(plain)) {
      problems.push(`unknown query parameter ${name}`);
    } else if (operation.id !== "oauth_access_token_create") {
      problems.push(`${name} is in the query string, it belongs in the body`);
    }
    addEntry(fields, name, value, properties(operation));
  }
}

function readBodyFields(operation: OperationFacts, request: ReadRequest, checked: CheckedRequest): void {
  const { fields, problems } = checked;
  const known = properties(operation);
  const { body } = request;
  if (body.kind === "unreadable") problems.push(`the body is unreadable: ${body.why}`);
  if (body.kind === "json") {
    for (const [name, value] of Object.entries(body.fields)) {
      if (!(name in known)) problems.push(`unknown field ${name}`);
      if (!(name in operationPath(operation))) fields[name] = value;
    }
  }
  if (body.kind !== "form") return;
  const seen = new Set<string>();
  for (const [name, value] of body.entries) {
    const plain = name.replace(/\[\]$/, "");
    const isList = known[plain]?.type === "array";
    if (!(plain in known) || (name !== plain && !isList)) problems.push(`unknown field ${name}`);
    else if (isList && name === plain) problems.push(`list ${plain} must be named ${plain}[] in a form`);
    else if (!isList && seen.has(name)) problems.push(`field ${name} is given twice`);
    seen.add(name);
    if (!(plain in operationPath(operation))) addEntry(fields, name, value, known);
  }
}

/** Lists grow by one entry; a lone empty entry stands for an empty list, which a form has no other way to say. */
function addEntry(
  fields: Record<string, unknown>,
  name: string,
  value: string,
  known: Record<string, JsonSchema>,
): void {
  const plain = name.replace(/\[\]$/, "");
  if (known[plain]?.type !== "array") {
    fields[name] = value;
    return;
  }
  const before = fields[plain];
  const list: unknown[] = Array.isArray(before) ? before : [];
  fields[plain] = value === "" ? list : [...list, value];
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
  const found = operation.body?.schema.properties;
  if (!isRecord(found)) return {};
  return Object.fromEntries(
    Object.entries(found).map(([name, schema]) => [name, isRecord(schema) ? resolveSchema(schema) : {}]),
  );
}

/** Turns text into a number or a boolean where the schema asks for one. */
function convert(value: unknown, schema: JsonSchema): unknown {
  if (typeof value !== "string") return value;
  if ((schema.type === "integer" || schema.type === "number") && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (schema.type === "boolean" && (value === "true" || value === "false")) return value === "true";
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
