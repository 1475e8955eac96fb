import * as z from "zod";
import { DECLARED, readDeclaration } from "../confirm/declared_input.ts";
import { ToolError } from "../errors.ts";
import type { JsonValue } from "../text/clean.ts";
import type { FormerName, FormerNames } from "../tools/define/tool.ts";
import { isJsonObject } from "../text/json_object.ts";
import { memberOf } from "../text/member.ts";
import type { ObjectJsonSchema } from "./json_schema.ts";

/**
 * Arguments that clients and gateways add by themselves, to any call: n8n (`toolCallId`, `tool`, `sessionId`,
 * `chatInput`, `action`), Gemini models (`wait_for_previous`), Cursor for tools that take nothing (`random_string`),
 * OpenHands (`security_risk`), mcpproxy (`_auth_auth_type`), and gateways that put a message's `_meta` in the wrong
 * place. They are ignored where a tool has no such input.
 */
const ADDED_BY_CLIENTS: ReadonlySet<string> = new Set([
  "toolCallId",
  "tool",
  "sessionId",
  "chatInput",
  "action",
  "wait_for_previous",
  "random_string",
  "security_risk",
  "_auth_auth_type",
  "_meta",
]);

type Arguments = Readonly<Record<string, unknown>>;

/**
 * Normalises arguments whose meaning is beyond doubt, however people and programs write them. An optional one that is
 * `null` counts as absent, and so does an empty text where a number, a flag, one of some words or a list belongs.
 * Numbers, flags and lists may come as text, and text as a number. Former names become today's. Everything else is left
 * to validation.
 *
 * @throws {ToolError} `invalid_arguments` for what is larger than any input takes, and for a former name that can't be
 * read or contradicts today's.
 */
export function readArguments(
  toolName: string,
  args: Arguments,
  schema: ObjectJsonSchema,
  formerly: FormerNames = {},
): Arguments {
  if (areNormal(args, schema, formerly)) return args;
  checkSize(toolName, args, schema);
  const read = normaliseArguments(args, schema, formerly);
  // Lists that came as text were not counted before.
  checkSize(toolName, read, schema);
  return read;
}

/** Whether nothing is to be done for arguments: each is a number, a flag or a short text where that belongs. */
function areNormal(args: Arguments, { properties }: ObjectJsonSchema, formerly: FormerNames): boolean {
  let count = 0;
  for (const name in args) {
    if (++count > MAX_ARGUMENTS || !Object.hasOwn(properties, name) || Object.hasOwn(formerly, name)) return false;
    if (!isNormal(args[name], properties[name])) return false;
  }
  return true;
}

function isNormal(value: unknown, { type, enum: words }: Record<string, JsonValue> = {}): boolean {
  switch (typeof value) {
    case "number":
      return type === "integer" || type === "number";
    case "boolean":
      return type === "boolean";
    case "string":
      return type === "string" && words === undefined && value.length <= MAX_TEXT;
    default:
      return false;
  }
}

function normaliseArguments(args: Arguments, schema: ObjectJsonSchema, formerly: FormerNames): Record<string, unknown> {
  const present = normaliseNamed(args, schema, formerly);
  for (const [formerName, former] of Object.entries(formerly)) {
    const given = Object.hasOwn(args, formerName) ? args[formerName] : undefined;
    if (given === undefined || given === null || given === "") continue;
    const value = normaliseFormer(fromFormer(given, formerName, former), schema.properties[former.name] ?? {});
    const now = Object.hasOwn(present, former.name) ? present[former.name] : undefined;
    if (now !== undefined && now !== null && JSON.stringify(now) !== JSON.stringify(value)) {
      throw wrongFormerName(formerName, `contradicts ${former.name}, its name now`);
    }
    present[former.name] = value;
  }
  return present;
}

function normaliseNamed(args: Arguments, schema: ObjectJsonSchema, formerly: FormerNames): Record<string, unknown> {
  const read: [string, unknown][] = [];
  for (const [name, value] of Object.entries(args)) {
    if (Object.hasOwn(formerly, name)) continue;
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (property === undefined && ADDED_BY_CLIENTS.has(name)) continue;
    const isOptional = property !== undefined && schema.required?.includes(name) !== true;
    if (isOptional && countsAsAbsent(value, property)) continue;
    read.push([name, normalise(value, property?.type, property?.items)]);
  }
  return Object.fromEntries(read);
}

/** Like {@linkcode normalise}; one value is a list of one where today's name takes a list. */
function normaliseFormer(given: unknown, { type, items }: Record<string, JsonValue>): unknown {
  const value = normalise(given, type, items);
  return type === "array" && !Array.isArray(value) ? [value] : value;
}

/** The value of a former name, in the form that today's name takes. */
function fromFormer(given: unknown, formerName: string, { name, values }: FormerName): unknown {
  if (values === undefined || typeof given === "boolean") return given;
  const words = Object.keys(values);
  const word = typeof given === "string" ? given.trim().toLowerCase() : "";
  if (words.includes(word)) return values[word];
  if (/^(?:true|false)$/.test(word)) return word;
  throw wrongFormerName(formerName, `was one of ${words.join(", ")}; it is ${name} now`);
}

function wrongFormerName(argument: string, problem: string): ToolError {
  return new ToolError("invalid_arguments", `${argument}: ${problem}.`, {
    hint: "Nothing was done; call again, with today's name alone.",
    details: { problems: [{ argument, problem }] },
  });
}

/** Most characters of a text where the schema sets no limit. */
const MAX_TEXT = 1_000;
/** Characters allowed beyond the limit of a text: validation removes the spaces around it before it measures. */
const MAX_SPACES = 1_000;
/** Most entries of a list where the schema takes no list. */
const MAX_ENTRIES = 1_000;
/** Characters allowed for each entry of a list that comes as JSON text. */
const MAX_ENTRY = 64;
const MAX_ARGUMENTS = 50;
const MAX_NAME = 64;

/**
 * Refuses arguments that are larger than any tool takes, before they are validated: the cost of validation grows with
 * their size, and its errors repeat unknown names.
 */
function checkSize(toolName: string, args: Arguments, schema: ObjectJsonSchema): void {
  const names = Object.keys(args);
  const problems = names.length > MAX_ARGUMENTS
    ? [{ argument: null, problem: `At most ${MAX_ARGUMENTS} arguments are taken` }]
    : names.flatMap((name) => sizeProblems(name, args[name], schema));
  if (problems.length > 0) throw wrongArguments(toolName, problems, schema);
}

function sizeProblems(name: string, value: unknown, { properties }: ObjectJsonSchema): Problem[] {
  if (name.length > MAX_NAME) return [{ argument: null, problem: "The name of an argument is too long" }];
  const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
  const items = numberOr(schema?.maxItems, MAX_ENTRIES);
  // A list may come as JSON text.
  const listText = schema?.maxItems === undefined ? 0 : items * MAX_ENTRY;
  const text = numberOr(schema?.maxLength, Math.max(MAX_TEXT, listText));
  if (typeof value === "string" && value.length > text + MAX_SPACES) {
    return [{ argument: name, problem: `Too long: at most ${text} characters` }];
  }
  if (!Array.isArray(value)) return [];
  if (value.length > items) return [{ argument: name, problem: `Too many: at most ${items} entries` }];
  const isLong = value.some((item) => typeof item === "string" && item.length > MAX_TEXT + MAX_SPACES);
  return isLong ? [{ argument: name, problem: "An entry is too long" }] : [];
}

function numberOr(given: unknown, otherwise: number): number {
  return typeof given === "number" ? given : otherwise;
}

function countsAsAbsent(value: unknown, { type, enum: words }: Record<string, JsonValue>): boolean {
  return value === null || (value === "" && (type !== "string" || words !== undefined));
}

function normalise(value: unknown, type: unknown, items?: JsonValue): unknown {
  if (typeof value === "string") return fromText(value, type, items);
  if (typeof value === "number" && type === "string") return String(value);
  return Array.isArray(value) ? value.map((item: unknown) => normaliseItem(item, items)) : withoutMembers(value);
}

function fromText(text: string, type: unknown, items: JsonValue | undefined): unknown {
  if (type === "integer" && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === "boolean" && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const list = type === "array" ? parseList(text) : undefined;
  return list?.map((item) => normaliseItem(item, items)) ?? text;
}

function normaliseItem(item: unknown, items: JsonValue | undefined): unknown {
  const members = objectItems.safeParse(items).data;
  if (members !== undefined && isJsonObject(item)) return normaliseMembers(item, members);
  return normalise(Array.isArray(item) ? {} : item, memberOf(items, "type"));
}

/** The schema of a list's entries that are objects. */
const objectItems = z.looseObject({
  properties: z.record(z.string(), z.record(z.string(), z.json())),
  required: z.array(z.string()).default([]),
});

/** An entry that is an object. A member that is a JSON object in itself becomes its text. */
function normaliseMembers(item: object, { properties, required }: z.output<typeof objectItems>): unknown {
  const read: [string, unknown][] = [];
  for (const [name, value] of Object.entries(item)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property !== undefined && !required.includes(name) && countsAsAbsent(value, property)) continue;
    const isJson = readDeclaration(property?.[DECLARED]).json && isJsonObject(value);
    read.push([name, isJson ? JSON.stringify(value) : normalise(value, property?.type, property?.items)]);
  }
  return Object.fromEntries(read);
}

/** The list in a JSON text; undefined where the text is not one. */
function parseList(text: string): unknown[] | undefined {
  if (!/^\s*\[/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Empties an object. No tool takes one, so validation refuses it whatever is in it. Where a text is expected, zod fails
 * on an object with a `length` of its own; on an empty one it reports a problem.
 */
function withoutMembers(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? {} : value;
}

/** The error for wrong arguments. It says what is wrong and what the tool takes, so that the next call can be right. */
export function invalidArguments(toolName: string, error: z.ZodError, schema: ObjectJsonSchema): ToolError {
  const problems = error.issues.slice(0, 20).map((issue) => ({
    argument: issue.path.length === 0 ? null : issue.path.join("."),
    problem: issue.message,
  }));
  return wrongArguments(toolName, problems, schema);
}

/** What is wrong with one argument, or with the call (`null`). */
interface Problem {
  argument: string | null;
  problem: string;
}

function wrongArguments(toolName: string, problems: readonly Problem[], schema: ObjectJsonSchema): ToolError {
  const summary = problems.map(({ argument, problem }) => argument === null ? problem : `${argument}: ${problem}`);
  const names = Object.keys(schema.properties);
  return new ToolError("invalid_arguments", `The arguments of ${toolName} are wrong. ${summary.join("; ")}`, {
    hint: names.length === 0
      ? `${toolName} takes no arguments.`
      : `${toolName} takes: ${names.map((name) => describe(name, schema)).join(", ")}. Nothing was done; call again.`,
    details: { problems },
  });
}

function describe(name: string, { properties, required }: ObjectJsonSchema): string {
  const property = properties[name] ?? {};
  const type = Array.isArray(property.enum) ? property.enum.map(String).join("|") : String(property.type ?? "any");
  return `${name} (${type}${Array.isArray(required) && required.includes(name) ? ", required" : ""})`;
}
