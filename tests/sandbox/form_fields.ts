import { isRecord } from "./read_request.ts";

/** The part of a field's schema that decides how a form is read. */
type FieldSchema = Readonly<Record<string, unknown>>;

/** The fields of a form or a query string. */
export interface FormFields {
  fields: Record<string, unknown>;
  /** Names that the API does not understand, in words. */
  problems: string[];
}

/** Entries of one field, nested as the brackets in their names say. */
class Branch {
  readonly children = new Map<string, Branch | string>();
  #next = 0;

  /** Sets the value at a path of keys; an empty key is the next number. */
  put([key = "", ...more]: readonly string[], value: string): void {
    const name = key === "" ? String(this.#next) : key;
    if (/^\d+$/.test(name)) this.#next = Math.max(this.#next, Number(name) + 1);
    if (more.length === 0) return void this.children.set(name, value);
    const known = this.children.get(name);
    const branch = known instanceof Branch ? known : new Branch();
    this.children.set(name, branch);
    branch.put(more, value);
  }

  get isList(): boolean {
    return [...this.children.keys()].every((name) => /^\d+$/.test(name));
  }
}

/**
 * Reads the entries of a form as PHP does: `name[]` and `name[0]` are the entries of a list, `name[key]` is a member of
 * an object, to any depth. A single empty entry means an empty list, because a form can't express one otherwise.
 * @param known The schemas of the fields; their types tell lists and objects from plain values.
 */
export function readFormFields(
  entries: readonly (readonly [name: string, value: string])[],
  known: Readonly<Record<string, FieldSchema>>,
): FormFields {
  const read: FormFields = { fields: {}, problems: [] };
  const branches = new Map<string, Branch>();
  const seen = new Set<string>();
  for (const [name, value] of entries) {
    const [plain, keys] = splitName(name);
    const types = plain in known ? typesOf(known[plain]) : undefined;
    const isPlain = keys.length === 0 && types?.includes("string") === true;
    const isNested = !isPlain && (types?.includes("array") === true || types?.includes("object") === true);
    if (types === undefined || (keys.length > 0 && !isNested)) read.problems.push(`unknown field ${name}`);
    else if (isNested && keys.length === 0 && types.includes("array")) {
      read.problems.push(`list ${plain} must be named ${plain}[] in a form`);
    } else if (!name.endsWith("[]") && seen.has(name)) read.problems.push(`field ${name} is given twice`);
    seen.add(name);
    if (!isNested || (keys.length === 0 && !types?.includes("array"))) read.fields[name] = value;
    else branchOf(branches, plain).put(keys.length === 0 ? [""] : keys, value);
  }
  for (const [name, branch] of branches) read.fields[name] = valueOf(branch, known[name]);
  return read;
}

/** The fields of a body as a form carries them: the opposite of {@linkcode readFormFields}. */
export function flatten(fields: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => flattenOne(name, value)));
}

function flattenOne(name: string, value: unknown): [name: string, value: string | string[]][] {
  if (Array.isArray(value)) {
    if (!value.some(isRecord)) return [[`${name}[]`, value.length === 0 ? "" : value.map(String)]];
    return value.flatMap((one, index) => flattenOne(`${name}[${index}]`, one));
  }
  if (!isRecord(value)) return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, one]) => flattenOne(`${name}[${key}]`, one));
}

/** The words of a schema's `type`. */
export function typesOf(schema: FieldSchema | undefined): readonly unknown[] {
  if (schema === undefined) return [];
  return Array.isArray(schema.type) ? schema.type : [schema.type];
}

function splitName(name: string): [plain: string, keys: string[]] {
  const found = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name);
  if (found === null) return [name, []];
  return [found[1] ?? name, [...(found[2] ?? "").matchAll(/\[([^[\]]*)\]/g)].map((key) => key[1] ?? "")];
}

function branchOf(branches: Map<string, Branch>, name: string): Branch {
  const branch = branches.get(name) ?? new Branch();
  branches.set(name, branch);
  return branch;
}

function valueOf(branch: Branch, schema: FieldSchema | undefined): unknown {
  const types = typesOf(schema);
  const isList = types.includes("array") ? branch.isList : !types.includes("object") && branch.isList;
  const properties = isRecord(schema?.properties) ? schema.properties : {};
  const inner = (key: string) => {
    const found = isList ? schema?.items : properties[key] ?? schema?.additionalProperties;
    return isRecord(found) ? found : undefined;
  };
  const values = [...branch.children].map(([key, child]): [string, unknown] => [
    key,
    child instanceof Branch ? valueOf(child, inner(key)) : child,
  ]);
  return isList ? values.map(([, value]) => value).filter((value) => value !== "") : Object.fromEntries(values);
}
