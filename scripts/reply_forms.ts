/**
 * Keeps src/cloudways/drift/reads.json up to date: the harmless reads that `doctor --live` sends, with the forms of their
 * replies, out of the facts about the API.
 *
 *   deno task forms           writes it
 *   deno task forms --check   changes nothing, and fails where it is out of date
 */
import type { Form, HarmlessRead, Kind } from "../src/cloudways/drift/form.ts";
import { type JsonSchema, type OperationFacts, operations } from "../tests/sandbox/facts.ts";
import { toolsByOperation } from "./coverage.ts";

const FILE = "src/cloudways/drift/reads.json";

/** What the program knows the value of. */
const KNOWN = ["server_id", "app_id"];

/** Members of alerts that newer accounts have, and that the facts leave out. */
const ALERT_MEMBERS = { "created_at?": "string", "is_read?": "boolean" } as const;

/** Members that stand in the example of an operation, and that some accounts have nowhere. */
const RARE_MEMBERS: Readonly<Record<string, string>> = { app_credentials: "ip" };

/** The text of the file, a read on each line. */
export function readsText(): string {
  return `[\n${harmlessReads().map((read) => JSON.stringify(read)).join(",\n")}\n]\n`;
}

/** Reads that tools use, that start no operation, and whose parameters can be filled in. */
function harmlessReads(): HarmlessRead[] {
  const used = toolsByOperation();
  return operations
    .filter(({ method, sideEffect, async, id }) =>
      method === "GET" && sideEffect === "read" && async === "none" && used.has(id)
    )
    .flatMap((operation) => {
      const query = queryOf(operation);
      if (query === undefined) return [];
      return [{
        operation: operation.id,
        path: operation.path,
        query,
        form: withAlertMembers(formOf(operation.reply.schema, examplesOf(operation))),
      }];
    });
}

/** The examples of a reply, and for a rare member one more, without it. */
function examplesOf({ id, reply }: OperationFacts): unknown[] {
  const examples = Object.values(reply.examples);
  const rare = RARE_MEMBERS[id];
  if (rare === undefined) return examples;
  return [...examples, JSON.parse(JSON.stringify(examples[0], (key, value) => key === rare ? undefined : value))];
}

function withAlertMembers(form: Form): Form {
  if (typeof form === "string" || !("members" in form)) return form;
  const { alerts } = form.members;
  if (typeof alerts !== "object" || !("list" in alerts)) return form;
  const { list } = alerts;
  if (typeof list === "string" || !("members" in list)) return form;
  const members = { ...list.members, ...ALERT_MEMBERS };
  return { ...form, members: { ...form.members, alerts: { list: { ...list, members } } } };
}

/** The required parameters with their values; undefined if one can't be filled in. */
function queryOf({ parameters }: OperationFacts): Record<string, string> | undefined {
  const query: Record<string, string> = {};
  for (const { name, in: place, required, schema } of parameters) {
    if (KNOWN.includes(name)) {
      if (place === "query" && required) query[name] = `{${name}}`;
    } else if (required) {
      const [first] = Array.isArray(schema.enum) ? schema.enum : [];
      if (place === "path" || typeof first !== "string") return undefined;
      query[name] = first;
    }
  }
  return query;
}

const KINDS: readonly Kind[] = ["string", "integer", "number", "boolean", "null"];

/**
 * The form that a JSON Schema describes. What it says about values is left out.
 *
 * @param examples Known values of that place.
 */
function formOf(schema: JsonSchema, examples: readonly unknown[]): Form {
  const alternatives = schemasIn(schema.oneOf ?? schema.anyOf);
  if (alternatives.length > 0) return either(alternatives.map((one) => formOf(one, [])));
  const types = [schema.type].flat();
  return either(types.map((type) => formOfType(type, schema, examples)));
}

function formOfType(type: unknown, schema: JsonSchema, examples: readonly unknown[]): Form {
  if (type === "array") {
    return { list: isSchema(schema.items) ? formOf(schema.items, examples.filter(Array.isArray).flat()) : "any" };
  }
  if (type !== "object") return KINDS.find((kind) => kind === type) ?? "any";
  const objects = examples.filter(isSchema);
  if (isSchema(schema.properties)) {
    return { members: membersOf(schema, objects), ...(schema.additionalProperties === true && { open: true }) };
  }
  const { additionalProperties: entry } = schema;
  return { map: isSchema(entry) ? formOf(entry, objects.flatMap((object) => Object.values(object))) : "any" };
}

function membersOf({ properties, required }: JsonSchema, examples: readonly JsonSchema[]): Record<string, Form> {
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const entries = Object.entries(isSchema(properties) ? properties : {});
  return Object.fromEntries(entries.map(([name, schema]) => {
    const having = examples.filter((example) => Object.hasOwn(example, name));
    const isUsual = having.length > 0 && having.length === examples.length;
    const mark = needed.includes(name) ? "" : isUsual ? "*" : "?";
    return [`${name}${mark}`, isSchema(schema) ? formOf(schema, having.map((example) => example[name])) : "any"];
  }));
}

function either(forms: readonly Form[]): Form {
  const [first = "any", ...others] = [...new Map(forms.map((form) => [JSON.stringify(form), form])).values()];
  return others.length === 0 ? first : { either: [first, ...others] };
}

function schemasIn(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function main(checkOnly: boolean): Promise<number> {
  const url = new URL(`../${FILE}`, import.meta.url);
  const text = readsText();
  if (!checkOnly) {
    await Deno.writeTextFile(url, text);
    return 0;
  }
  if (await Deno.readTextFile(url) === text) return 0;
  await Deno.stderr.write(new TextEncoder().encode(`Out of date: ${FILE}. Run: deno task forms\n`));
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--check")));
