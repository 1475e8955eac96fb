import type { z } from "zod";
import { ToolError } from "../errors.ts";
import type { JsonValue } from "../text/clean.ts";
import type { FormerName, FormerNames } from "../tools/define/tool.ts";
import { memberOf } from "../text/member.ts";
import type { ObjectJsonSchema } from "./json_schema.ts";

/**
 * Arguments that clients and gateways add by themselves, to any call: n8n (`toolCallId`, `tool`, `sessionId`,
 * `chatInput`, `action`), Gemini models (`wait_for_previous`), Cursor for tools that take nothing (`random_string`),
 * OpenHands (`security_risk`), mcpproxy (`_auth_auth_type`), and gateways that put a message's `_meta` in the wrong
 * place. They count for nothing where a tool has no such input.
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
 * Reads arguments as people and programs write them, where the meaning is beyond doubt: `null` for an optional one is as
 * if it were absent, and so is an empty text where a number, a flag, one of some words or a list belongs; numbers, flags
 * and lists may come as text, and text as a number; former names stand for today's. Everything else is left for
 * validation to judge.
 *
 * @throws {ToolError} `invalid_arguments` for what is larger than any input takes, and for a former name that can't be
 * read or contradicts today's.
 */
export function readArguments(
  toolName: string,
  args: Arguments,
  schema: ObjectJsonSchema,
  formerly: FormerNames = {},
): Record<string, unknown> {
  checkSize(toolName, args, schema);
  const read = normaliseArguments(args, schema, formerly);
  // Lists that came as text were not counted before.
  checkSize(toolName, read, schema);
  return read;
}

function normaliseArguments(args: Arguments, schema: ObjectJsonSchema, formerly: FormerNames): Record<string, unknown> {
  const present = normaliseNamed(args, schema, formerly);
  for (const [formerName, former] of Object.entries(formerly)) {
    const given = Object.hasOwn(args, formerName) ? args[formerName] : undefined;
    if (given === undefined || given === null || given === "") continue;
    const value = normalise(fromFormer(given, formerName, former), schema.properties[former.name]?.type);
    const now = Object.hasOwn(present, former.name) ? present[former.name] : undefined;
    if (now !== undefined && now !== null && now !== value) {
      throw wrongFormerName(formerName, `says something else than ${former.name}, its name now`);
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
    if (isOptional && standsForAbsent(value, property)) continue;
    read.push([name, normalise(value, property?.type, property?.items)]);
  }
  return Object.fromEntries(read);
}

/** A value under a former name, as today's name takes it. */
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
    hint: "Nothing was done; call again, with the name that it has now alone.",
    details: { problems: [{ argument, problem }] },
  });
}

/** Where the schema says nothing else. */
const MAX_TEXT = 1_000;
/** Spaces around a text are taken away before it is measured; more of them are not. */
const MAX_SPACES = 1_000;
/** Where the schema takes no list. */
const MAX_ENTRIES = 1_000;
/** Of a list that comes as text. */
const MAX_ENTRY = 64;
const MAX_ARGUMENTS = 50;
const MAX_NAME = 64;

/**
 * Refuses what no tool takes, before anybody reads it: validation costs by what there is to validate, and repeats the
 * names that it does not know.
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

function standsForAbsent(value: unknown, { type, enum: words }: Record<string, JsonValue>): boolean {
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
  return normalise(Array.isArray(item) ? {} : item, memberOf(items, "type"));
}

/** A list given as JSON text; undefined where it is none. */
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
 * No tool takes an object, so one is refused whatever is in it. Empty it is refused in words: zod stumbles over an object
 * with a `length` of its own where a text is expected.
 */
function withoutMembers(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? {} : value;
}

/** What is wrong with a call's arguments, written so that the next call can be right. */
export function invalidArguments(toolName: string, error: z.ZodError, schema: ObjectJsonSchema): ToolError {
  const problems = error.issues.slice(0, 20).map((issue) => ({
    argument: issue.path.length === 0 ? null : issue.path.join("."),
    problem: issue.message,
  }));
  return wrongArguments(toolName, problems, schema);
}

/** What is wrong with an argument, or with all of them. */
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
