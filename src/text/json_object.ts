/** A JSON object that comes as text, as free-form arguments do. */
import { oversized } from "./json_size.ts";

/** The object in a text, or what is wrong with the text, in words that follow its name: `is not valid JSON`. */
export type ParsedObject = { kind: "object"; value: Record<string, unknown> } | { kind: "problem"; problem: string };

/** Parses a text that should be one JSON object. A name that stands twice in an object is a problem. */
export function parseJsonObject(text: string): ParsedObject {
  const size = oversized(text);
  if (size !== undefined) return { kind: "problem", problem: `is ${size}` };
  const value = parseJson(text);
  if (value === undefined) return { kind: "problem", problem: "is not valid JSON" };
  if (!isJsonObject(value)) return { kind: "problem", problem: "is not a JSON object" };
  if (countNames(text) !== countMembers(value)) return { kind: "problem", problem: "holds a name twice" };
  return { kind: "object", value: Object.fromEntries(Object.entries(value)) };
}

/** Whether a value is an object, or an empty list, which is how PHP writes an object without members. */
export function isJsonObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(Array.isArray(value) && value.length > 0);
}

/** Undefined for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How many members the objects in a JSON text are written with. Outside of strings a colon follows each name. */
function countNames(json: string): number {
  return json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, "").split(":").length - 1;
}

/** How many members the objects in a value have; fewer than were written where a name comes twice. */
function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const members = Object.values(value);
  const own = Array.isArray(value) ? 0 : members.length;
  return members.reduce<number>((count, member) => count + countMembers(member), own);
}
