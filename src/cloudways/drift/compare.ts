/** Compares replies with the forms that they should have. Names members and types, and never shows a value. */
import type { Form } from "./form.ts";

/** Where a value has another form. */
export interface Difference {
  /**
   * Such as `servers[].apps[].id`; the empty path is the whole reply. The names in a map are `*`. Of a new member it is
   * the path of the object that has it.
   */
  path: string;
  /** The name of a new member, which may be data; empty for the others. */
  name: string;
  /**
   * `absent` is a member that is usual and that no object there has. Like a new one, it need not be a mistake of ours.
   */
  kind: "missing" | "type" | "absent" | "new";
  /** What it should be; empty for a new member. */
  expected: string;
  /** The type that it has; empty for a missing member. */
  found: string;
}

/** Deeper values are not compared. */
const MAX_DEPTH = 20;

/** The differences of a reply, each once: entries of one list that differ in the same way count as one. */
export function differences(form: Form, value: unknown): Difference[] {
  const found = new Map<string, Difference>();
  for (const difference of compare(form, value, "", 0)) {
    const { path, name, kind, found: type } = difference;
    found.set(JSON.stringify([path, name, kind, type]), difference);
  }
  return [...found.values()];
}

/** Whether a difference shows that what this program expects is wrong. */
export function isGrave(kind: Difference["kind"]): boolean {
  return kind === "missing" || kind === "type";
}

function compare(form: Form, value: unknown, path: string, depth: number): Difference[] {
  if (form === "any" || depth > MAX_DEPTH) return [];
  if (typeof form === "string") return hasKind(value, form) ? [] : [wrongType(form, value, path)];
  if ("either" in form) return closest(form.either, form, value, path, depth);
  if ("list" in form) {
    if (!Array.isArray(value)) return [wrongType(form, value, path)];
    return together(value.map((entry) => compare(form.list, entry, `${path}[]`, depth + 1)));
  }
  if (!isRecord(value)) return [wrongType(form, value, path)];
  if ("map" in form) {
    return together(Object.values(value).map((entry) => compare(form.map, entry, below(path, "*"), depth + 1)));
  }
  const found = compareMembers(form.members, value, path, depth);
  return form.open === true ? found : [...found, ...newMembers(form.members, value, path)];
}

function compareMembers(
  members: Readonly<Record<string, Form>>,
  value: Record<string, unknown>,
  path: string,
  depth: number,
): Difference[] {
  return Object.entries(members).flatMap(([key, form]): Difference[] => {
    const name = nameIn(key);
    if (Object.hasOwn(value, name)) return compare(form, value[name], below(path, name), depth + 1);
    if (key.endsWith("?")) return [];
    const kind = key.endsWith("*") ? "absent" : "missing";
    return [{ path: below(path, name), name: "", kind, expected: nameOf(form), found: "" }];
  });
}

function newMembers(
  members: Readonly<Record<string, Form>>,
  value: Record<string, unknown>,
  path: string,
): Difference[] {
  const known = new Set(Object.keys(members).map(nameIn));
  return Object.keys(value).filter((name) => !known.has(name)).map((name) => ({
    path,
    name,
    kind: "new",
    expected: "",
    found: kindOf(value[name]),
  }));
}

/** The differences of all entries. A member is absent only if none of them has it. */
function together(entries: readonly Difference[][]): Difference[] {
  const counts = new Map<string, number>();
  for (const { path } of entries.flatMap((found) => found.filter(({ kind }) => kind === "absent"))) {
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return entries.flat().filter(({ kind, path }) => kind !== "absent" || counts.get(path) === entries.length);
}

/** The name of a member, without the mark behind it. */
function nameIn(key: string): string {
  return key.replace(/[?*]$/, "");
}

/** No difference if one of the forms fits; else those of the form that fits best, among the forms of the same type. */
function closest(forms: readonly Form[], whole: Form, value: unknown, path: string, depth: number): Difference[] {
  const tried = forms.filter((form) => isOfType(form, value)).map((form) => compare(form, value, path, depth));
  tried.sort((a, b) => weight(a) - weight(b));
  return tried[0] ?? [wrongType(whole, value, path)];
}

function weight(found: readonly Difference[]): number {
  return found.filter(({ kind }) => isGrave(kind)).length * 1000 + found.length;
}

function isOfType(form: Form, value: unknown): boolean {
  if (typeof form === "string") return form === "any" || hasKind(value, form);
  if ("list" in form) return Array.isArray(value);
  return "either" in form ? form.either.some((one) => isOfType(one, value)) : isRecord(value);
}

function hasKind(value: unknown, kind: string): boolean {
  const found = kindOf(value);
  return found === kind || (kind === "number" && found === "integer");
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function nameOf(form: Form): string {
  if (typeof form === "string") return form;
  if ("either" in form) return [...new Set(form.either.map(nameOf))].join(" or ");
  return "list" in form ? "list" : "object";
}

function wrongType(form: Form, value: unknown, path: string): Difference {
  return { path, name: "", kind: "type", expected: nameOf(form), found: kindOf(value) };
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
